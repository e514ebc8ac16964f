import assert from "node:assert/strict";
import fc from "fast-check";
import { Vbe } from "../../lib/machine/vbe.ts";
import { pixelAt, readVbe, setLinearMode, setTextMode, settle, testMachine, writeVbe } from "./test_machine.ts";

const MIB = 1 << 20;

Deno.test("the id reads B0C5, and a driver may ask for an older one", () => {
  const { machine } = testMachine();
  assert.equal(readVbe(machine, 0), 0xb0c5);
  writeVbe(machine, 0, 0xb0c0);
  assert.equal(readVbe(machine, 0), 0xb0c0);
  writeVbe(machine, 0, 0x1234);
  assert.equal(readVbe(machine, 0), 0xb0c0);
});

Deno.test("register 10 tells the video memory in units of 64 KiB", () => {
  const { machine } = testMachine();
  assert.equal(readVbe(machine, 10), 16);
});

Deno.test("with the capabilities bit the size registers tell the largest mode", () => {
  const { machine } = testMachine();
  writeVbe(machine, 4, 0x02);
  assert.deepEqual([1, 2, 3].map((index) => readVbe(machine, index)), [16_000, 12_000, 32]);
  writeVbe(machine, 4, 0);
  assert.deepEqual([1, 2, 3].map((index) => readVbe(machine, index)), [0, 0, 0]);
});

Deno.test("enabling a mode puts it on the display", async () => {
  const { display, machine } = testMachine();
  setLinearMode(machine, 321, 200, 32);
  await settle();
  assert.deepEqual([display.width, display.height], [321, 200]);
  assert.equal(display.surface.pointer, machine.vram.pointer);
  assert.equal(display.surface.strideBytes, 321 * 4);
});

Deno.test("enabling a mode clears its memory unless bit 7 is set", () => {
  const { machine } = testMachine();
  machine.vram.write32(0, 0xffffff);
  setLinearMode(machine, 64, 64, 32, 0xc1);
  assert.equal(machine.vram.read32(0), 0xffffff);
  setLinearMode(machine, 64, 64, 32, 0x41);
  assert.equal(machine.vram.read32(0), 0);
});

Deno.test("registers that describe no possible mode are mended, and reading them tells", () => {
  const { machine } = testMachine();
  setLinearMode(machine, 1024, 768, 32);
  assert.equal(readVbe(machine, 2), MIB / 4096, "only so many lines fit");
  setLinearMode(machine, 0, 0, 7);
  assert.deepEqual([1, 2, 3].map((index) => readVbe(machine, index)), [1, 1, 8]);
});

Deno.test("the virtual width sets the stride, the virtual height is what fits", () => {
  const { display, machine } = testMachine();
  setLinearMode(machine, 100, 50, 32);
  assert.equal(readVbe(machine, 6), 100);
  writeVbe(machine, 6, 128);
  display.refresh();
  assert.equal(display.surface.strideBytes, 512);
  assert.equal(readVbe(machine, 7), MIB / 512);
});

Deno.test("an offset that leaves video memory becomes 0", () => {
  const { machine } = testMachine();
  setLinearMode(machine, 256, 256, 32);
  writeVbe(machine, 9, 768);
  assert.equal(readVbe(machine, 9), 768);
  writeVbe(machine, 9, 769);
  assert.equal(readVbe(machine, 9), 0);
});

Deno.test("disabling the mode shows what the VGA registers say", async () => {
  const { display, machine } = testMachine();
  setLinearMode(machine, 100, 50, 32);
  await settle();
  setTextMode(machine);
  await settle();
  assert.equal(display.width, 720);
  setLinearMode(machine, 100, 50, 32);
  machine.vram.write32(0, 0xff00ff);
  display.refresh();
  assert.equal(display.width, 100);
  assert.equal(pixelAt(display, 0, 0), 0xff00ff);
});

Deno.test("the bank register moves the window at A0000 over video memory", () => {
  const { machine } = testMachine();
  setLinearMode(machine, 256, 256, 32);
  writeVbe(machine, 5, 3);
  machine.legacyMemory.write8(0xa0010, 0x5a);
  assert.equal(machine.vram.read8(3 * 65_536 + 16), 0x5a);
  assert.equal(machine.legacyMemory.read8(0xa0010), 0x5a);
  writeVbe(machine, 5, 16);
  assert.equal(readVbe(machine, 5), 3, "there is no bank 16 in 1 MiB");
});

Deno.test("whatever is written, a mode that is set lies in video memory", () => {
  const writes = fc.array(fc.tuple(fc.nat(11), fc.nat(0xffff)), { maxLength: 40 });
  fc.assert(fc.property(writes, (list) => {
    const vbe = new Vbe(MIB, { onModeChange() {}, setDac8Bit() {}, clear() {} });
    for (const [index, value] of list) {
      vbe.write(0x1ce, index);
      vbe.write(0x1cf, value);
      const mode = vbe.geometry;
      if (mode === undefined) continue;
      assert.ok(mode.width >= 1 && mode.height >= 1);
      assert.ok(mode.strideBytes >= mode.width * mode.pixelBytes);
      const end = mode.start + (mode.height - 1) * mode.strideBytes + mode.width * mode.pixelBytes;
      assert.ok(end <= MIB, JSON.stringify(mode));
    }
  }));
});
