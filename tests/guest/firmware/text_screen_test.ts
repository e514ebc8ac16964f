import assert from "node:assert/strict";
import { textAttribute, TextColour } from "../../../lib/guest/firmware/text_screen.ts";
import { glyphRows } from "../../../lib/guest/font_table.ts";
import { attributeAt, bootIdle, cellPicture, hardwareCursor, screenRows } from "../text_rig.ts";

Deno.test("what is written stands in the text memory and in the picture", async () => {
  const { rig, guest } = await bootIdle();
  const { text } = guest.firmware;
  text.write("Hé ─█");
  assert.equal(screenRows(rig.machine)[0], "Hé ─█");
  for (const [column, character] of [..."Hé ─█"].entries()) {
    const expected = Array.from(
      glyphRows(character),
      (row) => row.toString(2).padStart(8, "0").replaceAll("0", ".").replaceAll("1", "#"),
    );
    assert.deepEqual(cellPicture(rig, column, 0), expected, character);
  }
  assert.deepEqual([rig.display.width, rig.display.height], [720, 400]);
  await rig.close();
});

Deno.test("every colour of text has the colour of the PC's palette", async () => {
  const { rig, guest } = await bootIdle();
  const { text } = guest.firmware;
  for (let colour = 0; colour < 16; colour++) text.put(colour, 0, "█", textAttribute(colour));
  for (let colour = 0; colour < 16; colour++) text.put(colour, 1, " ", textAttribute(0, colour));
  rig.display.refresh();
  const { colours } = rig;
  const expected = [0x000000, 0x0000aa, 0x00aa00, 0x00aaaa, 0xaa0000, 0xaa00aa, 0xaa5500, 0xaaaaaa];
  const bright = [0x555555, 0x5555ff, 0x55ff55, 0x55ffff, 0xff5555, 0xff55ff, 0xffff55, 0xffffff];
  for (const [colour, value] of [...expected, ...bright].entries()) {
    assert.equal(colours[8 * 720 + colour * 9 + 4], value, `foreground ${colour}`);
    assert.equal(colours[24 * 720 + colour * 9 + 4], value, `background ${colour}`);
  }
  await rig.close();
});

Deno.test("control characters move the cursor as on a terminal", async () => {
  const { rig, guest } = await bootIdle();
  const { text } = guest.firmware;
  text.write("one\ntwo\rT\n\tx\nab\b\bc");
  assert.deepEqual(screenRows(rig.machine).slice(0, 4), ["one", "Two", "        x", "cb"]);
  assert.deepEqual([text.cursorColumn, text.cursorRow], [1, 3]);
  assert.deepEqual(hardwareCursor(rig.machine), [1, 3]);
  await rig.close();
});

Deno.test("long lines wrap and the screen scrolls", async () => {
  const { rig, guest } = await bootIdle();
  const { text } = guest.firmware;
  text.write("x".repeat(83));
  assert.deepEqual(screenRows(rig.machine).slice(0, 2), ["x".repeat(80), "xxx"]);
  text.clear();
  for (let line = 0; line < 30; line++) text.writeLine(`line ${line}`);
  const rows = screenRows(rig.machine);
  assert.equal(rows[0], "line 6");
  assert.equal(rows[23], "line 29");
  assert.equal(rows[24], "");
  assert.deepEqual(hardwareCursor(rig.machine), [0, 24]);
  await rig.close();
});

Deno.test("a window scrolls both ways and leaves the rest alone", async () => {
  const { rig, guest } = await bootIdle();
  const { text } = guest.firmware;
  for (let row = 0; row < 5; row++) text.put(0, row, `${row}`.repeat(6));
  const window = { column: 2, row: 1, columns: 2, rows: 3 };
  text.scroll(1, window);
  assert.deepEqual(screenRows(rig.machine).slice(0, 5), ["000000", "112211", "223322", "33  33", "444444"]);
  text.scroll(-2, window);
  assert.deepEqual(screenRows(rig.machine).slice(0, 5), ["000000", "11  11", "22  22", "332233", "444444"]);
  text.scroll(9, window);
  assert.deepEqual(screenRows(rig.machine).slice(1, 4), ["11  11", "22  22", "33  33"]);
  await rig.close();
});

Deno.test("attributes are kept cell by cell, and fill and frame stay in their window", async () => {
  const { rig, guest } = await bootIdle();
  const { text } = guest.firmware;
  const attribute = textAttribute(TextColour.White, TextColour.Blue);
  const window = { column: 1, row: 1, columns: 4, rows: 3 };
  text.fill(window, "░", attribute);
  text.frame(window, "double", attribute);
  assert.deepEqual(screenRows(rig.machine).slice(0, 5), ["", " ╔══╗", " ║░░║", " ╚══╝", ""]);
  assert.equal(attributeAt(rig.machine, 2, 2), 0x1f);
  assert.equal(attributeAt(rig.machine, 0, 2), 0x07);
  assert.deepEqual(text.readCell(1, 1), { character: "╔", code: 0xc9, attribute: 0x1f });
  assert.equal(text.readCell(80, 0), undefined);
  await rig.close();
});

Deno.test("what is put beyond the edge is cut off", async () => {
  const { rig, guest } = await bootIdle();
  const { text } = guest.firmware;
  text.put(78, 3, "abcd");
  text.put(-1, 4, "xy");
  text.put(0, 25, "z");
  assert.deepEqual(screenRows(rig.machine).slice(3, 6), [`${" ".repeat(78)}ab`, "y", ""]);
  text.moveCursor(100, -3);
  assert.deepEqual([text.cursorColumn, text.cursorRow], [79, 0]);
  await rig.close();
});

Deno.test("the cursor shows in its shape, blinks, and hides", async () => {
  const { rig, guest } = await bootIdle();
  const { text } = guest.firmware;
  text.moveCursor(2, 1);
  text.setCursorShape("block");
  assert.ok(cellPicture(rig, 2, 1).every((row) => row === "########"));
  rig.clock.advance(600);
  assert.ok(cellPicture(rig, 2, 1).every((row) => row === "........"));
  rig.clock.advance(600);
  text.setCursorShape("underline");
  assert.deepEqual(cellPicture(rig, 2, 1).map((row) => row === "########").indexOf(true), 13);
  text.setCursorShape("hidden");
  assert.ok(cellPicture(rig, 2, 1).every((row) => row === "........"));
  await rig.close();
});

Deno.test("a saved screen comes back with cursor and colours after another mode", async () => {
  const { rig, guest } = await bootIdle();
  const { firmware } = guest;
  firmware.text.attribute = 0x1e;
  firmware.text.write("keep me");
  const saved = firmware.text.save();
  firmware.setLinearMode(320, 200, 32);
  firmware.setTextMode();
  assert.equal(screenRows(rig.machine)[0], "");
  firmware.text.restore(saved);
  assert.equal(screenRows(rig.machine)[0], "keep me");
  assert.equal(attributeAt(rig.machine, 0, 0), 0x1e);
  assert.deepEqual(hardwareCursor(rig.machine), [7, 0]);
  assert.equal(firmware.text.attribute, 0x1e);
  await rig.close();
});

Deno.test("writing text in a linear mode is refused, since it would be pixels", async () => {
  const { rig, guest } = await bootIdle();
  guest.firmware.setLinearMode(320, 200, 32);
  assert.throws(() => guest.firmware.text.write("x"), /^Error: Cannot write text: the machine is in a linear mode/);
  await rig.close();
});
