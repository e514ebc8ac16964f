import assert from "node:assert/strict";
import { DirtyMap } from "../../lib/display/dirty_map.ts";
import { pixelAt, setLinearMode, testMachine, writeVbe } from "./test_machine.ts";

Deno.test("one page written is one full-width update of the lines that touch it", () => {
  const { display, machine } = testMachine();
  setLinearMode(machine, 300, 100, 32);
  display.refresh();
  machine.vram.write8(4096, 1);
  // Lines are 1200 bytes: line 3 ends in page 1, line 6 begins there.
  assert.deepEqual(display.takeUpdates(), [{ x: 0, y: 3, width: 300, height: 4 }]);
  assert.deepEqual(display.takeUpdates(), []);
});

Deno.test("runs of dirty lines that do not touch are updates of their own", () => {
  const { display, machine } = testMachine();
  setLinearMode(machine, 256, 100, 32);
  display.refresh();
  for (const line of [10, 11, 50]) machine.vram.write32(line * 1024, 0xffffff);
  assert.deepEqual(display.takeUpdates(), [
    { x: 0, y: 8, width: 256, height: 4 },
    { x: 0, y: 48, width: 256, height: 4 },
  ]);
});

Deno.test("a page outside the picture is no update", () => {
  const { display, machine } = testMachine();
  setLinearMode(machine, 64, 64, 32);
  display.refresh();
  machine.vram.write32(64 * 64 * 4, 1);
  assert.deepEqual(display.takeUpdates(), []);
});

Deno.test("at 32 bpp the guest surface is video memory: what is written there is there", () => {
  const { display, machine } = testMachine();
  setLinearMode(machine, 64, 64, 32);
  display.refresh();
  machine.vram.write32((5 * 64 + 7) * 4, 0x123456);
  assert.equal(pixelAt(display, 7, 5), 0x123456);
  assert.equal(display.pixels[0], machine.vram.bytes[0]);
});

Deno.test("another Y offset is a page flip and shows other memory", () => {
  const { display, machine } = testMachine();
  setLinearMode(machine, 64, 64, 32);
  machine.vram.write32(64 * 64 * 4, 0xabcdef);
  display.refresh();
  const { resizes } = display;
  writeVbe(machine, 9, 64);
  display.refresh();
  assert.equal(display.switches.length, 2);
  assert.equal(display.resizes, resizes);
  assert.equal(pixelAt(display, 0, 0), 0xabcdef);
});

Deno.test("an X offset begins every line further right", () => {
  const { display, machine } = testMachine();
  setLinearMode(machine, 64, 64, 32);
  writeVbe(machine, 6, 128);
  writeVbe(machine, 8, 10);
  machine.vram.write32((2 * 128 + 10) * 4, 0x00ff00);
  display.refresh();
  assert.equal(pixelAt(display, 0, 2), 0x00ff00);
});

for (
  const [depth, bytes, colour] of [
    [15, [0x1f, 0x7c], 0xff00ff],
    [15, [0xe0, 0x03], 0x00ff00],
    [16, [0x1f, 0xf8], 0xff00ff],
    [16, [0x00, 0x04], 0x008200],
    [24, [0x01, 0x02, 0x03], 0x030201],
  ] as const
) {
  Deno.test(`at ${depth} bpp the bytes ${bytes} are the colour ${colour.toString(16)}`, () => {
    const { display, machine } = testMachine();
    setLinearMode(machine, 61, 40, depth);
    display.refresh();
    machine.vram.writeBytes((3 * 61 + 60) * bytes.length, Uint8Array.from(bytes));
    display.refresh();
    assert.equal(pixelAt(display, 60, 3), colour);
    assert.equal(pixelAt(display, 59, 3), 0);
  });
}

Deno.test("at other depths only dirty lines are converted, and all of them after a flip", () => {
  const { display, machine } = testMachine();
  setLinearMode(machine, 2048, 20, 16);
  display.refresh();
  machine.vram.write16(4096 * 4, 0xffff);
  assert.deepEqual(display.takeUpdates(), [{ x: 0, y: 4, width: 2048, height: 1 }]);
  writeVbe(machine, 9, 4);
  assert.deepEqual(display.takeUpdates(), [{ x: 0, y: 0, width: 2048, height: 20 }]);
  assert.equal(pixelAt(display, 0, 0), 0xffffff);
});

Deno.test("at 8 bpp pixels go through the palette, and a new palette draws everything again", () => {
  const { display, machine } = testMachine();
  setLinearMode(machine, 64, 64, 8);
  machine.vram.write8(65, 0x20);
  display.refresh();
  machine.io.outb(0x3c8, 0x20);
  for (const component of [63, 42, 0]) machine.io.outb(0x3c9, component);
  assert.deepEqual(display.takeUpdates(), [{ x: 0, y: 0, width: 64, height: 64 }]);
  assert.equal(pixelAt(display, 1, 1), 0xffaa00);
  assert.equal(pixelAt(display, 0, 1), 0);
});

Deno.test("bit 5 of the enable register makes the palette 8 bits a component", () => {
  const { display, machine } = testMachine();
  setLinearMode(machine, 64, 64, 8, 0x61);
  machine.io.outb(0x3c8, 0);
  for (const component of [0x81, 0x42, 0xff]) machine.io.outb(0x3c9, component);
  display.refresh();
  assert.equal(pixelAt(display, 0, 0), 0x8142ff);
});

Deno.test("what a watcher is told covers what was painted", () => {
  const { display, machine } = testMachine();
  setLinearMode(machine, 64, 64, 32);
  const changed: DirtyMap = new DirtyMap(64, 64);
  display.addListener({ gfxUpdate: (map) => changed.orFrom(map) });
  machine.vram.write32((20 * 64 + 40) * 4, 0xffffff);
  display.refresh();
  const { pointer, strideBytes } = display.serverSurface;
  const server = display.memory.bytes(pointer, strideBytes * 64);
  assert.deepEqual([...server.subarray(20 * strideBytes + 160, 20 * strideBytes + 163)], [0xff, 0xff, 0xff]);
  assert.equal(changed.isEmpty, false);
  display.close();
});

Deno.test("a mode the display has no memory for is logged, and the machine goes on", () => {
  const { display, machine, log } = testMachine();
  display.resize = () => {
    throw new RangeError("no more memory");
  };
  setLinearMode(machine, 64, 64, 16);
  display.refresh();
  assert.deepEqual(log, ["Cannot show the mode the guest has set: no more memory"]);
  setLinearMode(machine, 64, 64, 32);
  display.refresh();
  assert.equal(display.width, 64);
});
