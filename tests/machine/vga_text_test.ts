import assert from "node:assert/strict";
import {
  loadGlyph,
  pixelAt,
  putCharacter,
  setTextMode,
  settle,
  type TestMachine,
  testMachine,
  writeIndexed,
} from "./test_machine.ts";

const GREY = 0xaaaaaa;
/** A glyph whose first line is solid, whose second has only its last dot. */
const GLYPH = [0xff, 0x01, 0x80];

function textMachine(): TestMachine {
  const test = testMachine();
  setTextMode(test.machine);
  writeIndexed(test.machine, 0x3d4, 0x0a, 0x20);
  loadGlyph(test.machine, 0x41, GLYPH);
  loadGlyph(test.machine, 0xc4, GLYPH);
  test.display.refresh();
  return test;
}

/** One line of a cell as a string of dots. */
function dots({ display }: TestMachine, column: number, row: number, line: number, width = 9): string {
  const at = (x: number) => pixelAt(display, column * width + x, row * 16 + line) === 0 ? "." : "#";
  return Array.from({ length: width }, (_, x) => at(x)).join("");
}

Deno.test("mode 3 is 720x400: 80x25 cells of 9x16 dots", () => {
  const { display } = textMachine();
  assert.deepEqual([display.width, display.height], [720, 400]);
});

Deno.test("with 8 dots a character the clocking mode makes it 640x400", () => {
  const { display, machine } = textMachine();
  writeIndexed(machine, 0x3c4, 1, 0x01);
  display.refresh();
  assert.deepEqual([display.width, display.height], [640, 400]);
});

Deno.test("with half the dot clock cells are 16 dots wide and every dot is drawn twice", () => {
  const test = textMachine();
  writeIndexed(test.machine, 0x3c4, 1, 0x09);
  putCharacter(test.machine, 0, 0, 0x41);
  test.display.refresh();
  assert.equal(test.display.width, 1280);
  assert.equal(dots(test, 0, 0, 2, 16), "##..............");
});

Deno.test("a mode set without a watcher is on the display when the guest lets go", async () => {
  const { display, machine } = testMachine();
  setTextMode(machine);
  assert.equal(display.width, 640);
  await settle();
  assert.equal(display.width, 720);
});

Deno.test("a character is drawn with the font of plane 2 in the colours of its attribute", () => {
  const test = textMachine();
  putCharacter(test.machine, 3, 2, 0x41, 0x1e);
  test.display.refresh();
  assert.equal(pixelAt(test.display, 3 * 9, 2 * 16), 0xffff55);
  assert.equal(pixelAt(test.display, 3 * 9, 2 * 16 + 1), 0x0000aa);
  assert.equal(dots(test, 3, 2, 3).includes("."), false, "the background is painted too");
});

Deno.test("the ninth dot repeats the eighth for line characters only", () => {
  const test = textMachine();
  putCharacter(test.machine, 0, 0, 0xc4);
  putCharacter(test.machine, 1, 0, 0x41);
  test.display.refresh();
  assert.equal(dots(test, 0, 0, 0), "#########");
  assert.equal(dots(test, 0, 0, 1), ".......##");
  assert.equal(dots(test, 1, 0, 0), "########.");
  assert.equal(dots(test, 1, 0, 1), ".......#.");
});

Deno.test("without line graphics no character joins its neighbour", () => {
  const test = textMachine();
  putCharacter(test.machine, 0, 0, 0xc4);
  test.machine.io.inb(0x3da);
  for (const value of [0x10, 0x08, 0x20]) test.machine.io.outb(0x3c0, value);
  test.display.refresh();
  assert.equal(dots(test, 0, 0, 0), "########.");
});

Deno.test("changed cells of a row are one update from the first to the last of them", () => {
  const { display, machine } = textMachine();
  putCharacter(machine, 10, 4, 0x41);
  putCharacter(machine, 12, 4, 0x41);
  putCharacter(machine, 79, 24, 0x41);
  assert.deepEqual(display.takeUpdates(), [
    { x: 90, y: 64, width: 27, height: 16 },
    { x: 711, y: 384, width: 9, height: 16 },
  ]);
});

Deno.test("a cell that is written with what it holds is not drawn again", () => {
  const { display, machine } = textMachine();
  putCharacter(machine, 10, 4, 0x41);
  display.refresh();
  putCharacter(machine, 10, 4, 0x41);
  assert.deepEqual(display.takeUpdates(), []);
});

Deno.test("a new font, a new colour or a new palette register draws the whole screen again", () => {
  const { display, machine } = textMachine();
  loadGlyph(machine, 0x42, [0xff]);
  assert.equal(display.takeUpdates().length, 25);
  machine.io.outb(0x3c8, 7);
  for (const component of [63, 0, 0]) machine.io.outb(0x3c9, component);
  assert.equal(display.takeUpdates().length, 25);
  machine.io.inb(0x3da);
  for (const value of [0x07, 0x04, 0x20]) machine.io.outb(0x3c0, value);
  assert.equal(display.takeUpdates().length, 25);
  assert.deepEqual(display.takeUpdates(), []);
});

Deno.test("attribute bit 3 picks the other font when the character map says so", () => {
  const test = textMachine();
  const { machine } = test;
  writeIndexed(machine, 0x3c4, 3, 0x04);
  // The second font is 16 KiB up in plane 2: its 0x41 lies where the first would have 0x241.
  loadGlyph(machine, 0x200 + 0x41, [0x0f]);
  putCharacter(machine, 0, 0, 0x41, 0x07);
  putCharacter(machine, 1, 0, 0x41, 0x0f);
  test.display.refresh();
  assert.equal(dots(test, 0, 0, 0), "########.");
  assert.equal(dots(test, 1, 0, 0), "....####.");
  writeIndexed(machine, 0x3c4, 3, 0x01);
  test.display.refresh();
  assert.equal(dots(test, 0, 0, 0), "....####.");
  assert.equal(dots(test, 1, 0, 0), "########.");
});

Deno.test("the start address scrolls the screen", () => {
  const test = textMachine();
  putCharacter(test.machine, 0, 1, 0x41);
  writeIndexed(test.machine, 0x3d4, 0x0d, 80);
  test.display.refresh();
  assert.equal(dots(test, 0, 0, 0), "########.");
});

Deno.test("below the line compare the memory is shown from its beginning", () => {
  const test = textMachine();
  putCharacter(test.machine, 0, 0, 0x41);
  writeIndexed(test.machine, 0x3d4, 0x0d, 160);
  writeIndexed(test.machine, 0x3d4, 0x11, 0x0e);
  writeIndexed(test.machine, 0x3d4, 0x07, 0x0f);
  writeIndexed(test.machine, 0x3d4, 0x09, 0x0f);
  writeIndexed(test.machine, 0x3d4, 0x18, 160);
  test.display.refresh();
  assert.equal(dots(test, 0, 9, 0), ".........");
  assert.equal(dots(test, 0, 10, 0), "########.");
});

Deno.test("the screen is black while the attribute controller holds the picture back", async () => {
  const { display, machine } = textMachine();
  putCharacter(machine, 0, 0, 0x41);
  display.refresh();
  machine.io.inb(0x3da);
  machine.io.outb(0x3c0, 0x00);
  await settle();
  assert.ok(display.pixels.every((byte) => byte === 0));
  machine.io.inb(0x3da);
  machine.io.outb(0x3c0, 0x20);
  display.refresh();
  assert.equal(pixelAt(display, 0, 0), GREY);
});

function showCursor(test: TestMachine, column: number, row: number): void {
  const address = row * 80 + column;
  const crtc: [number, number][] = [[0x0a, 0x0d], [0x0b, 0x0e], [0x0e, address >> 8], [0x0f, address & 0xff]];
  for (const [index, value] of crtc) writeIndexed(test.machine, 0x3d4, index, value);
}

Deno.test("the cursor's lines are drawn in the cell's foreground colour", () => {
  const test = textMachine();
  putCharacter(test.machine, 5, 3, 0x20, 0x04);
  showCursor(test, 5, 3);
  test.display.refresh();
  assert.equal(dots(test, 5, 3, 12), ".........");
  assert.equal(dots(test, 5, 3, 13), "#########");
  assert.equal(dots(test, 5, 3, 14), "#########");
  assert.equal(dots(test, 5, 3, 15), ".........");
  assert.equal(pixelAt(test.display, 45, 3 * 16 + 13), 0xaa0000);
});

Deno.test("a cursor that moves draws two cells, the old and the new", () => {
  const test = textMachine();
  for (const [column, row] of [[5, 3], [6, 4]] as const) putCharacter(test.machine, column, row, 0x20);
  showCursor(test, 5, 3);
  test.display.refresh();
  showCursor(test, 6, 4);
  assert.deepEqual(test.display.takeUpdates(), [
    { x: 45, y: 48, width: 9, height: 16 },
    { x: 54, y: 64, width: 9, height: 16 },
  ]);
  assert.equal(dots(test, 5, 3, 13), ".........");
  assert.equal(dots(test, 6, 4, 13), "#########");
});

Deno.test("the cursor is shown for 533 ms and hidden for as long", () => {
  const test = textMachine();
  putCharacter(test.machine, 0, 0, 0x20);
  showCursor(test, 0, 0);
  const seen = [0, 533, 1, 532, 1].map((ms) => {
    test.clock.advance(ms);
    test.display.refresh();
    return dots(test, 0, 0, 13) === "#########";
  });
  assert.deepEqual(seen, [true, true, false, false, true]);
});

Deno.test("bit 5 of the cursor start register hides the cursor", () => {
  const test = textMachine();
  putCharacter(test.machine, 0, 0, 0x20);
  showCursor(test, 0, 0);
  writeIndexed(test.machine, 0x3d4, 0x0a, 0x2d);
  test.display.refresh();
  assert.equal(dots(test, 0, 0, 13), ".........");
});

Deno.test("a write to text memory wakes the display once until it has looked", () => {
  const { display, machine } = textMachine();
  const before = display.wakes;
  putCharacter(machine, 0, 0, 0x41);
  putCharacter(machine, 1, 0, 0x41);
  assert.equal(display.wakes, before + 1);
  display.refresh();
  putCharacter(machine, 2, 0, 0x41);
  assert.equal(display.wakes, before + 2);
});
