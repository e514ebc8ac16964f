import assert from "node:assert/strict";
import fc from "fast-check";
import { Display } from "../../lib/display/display.ts";
import { Machine } from "../../lib/machine/machine.ts";
import {
  drain,
  ManualClock,
  pixelAt,
  putCharacter,
  readVbe,
  setLinearMode,
  setTextMode,
  settle,
  testMachine,
  writeMouse,
} from "./test_machine.ts";

Deno.test("video memory is 16 MiB unless told otherwise", () => {
  const display = new Display({ width: 64, height: 64, clock: new ManualClock() });
  assert.equal(new Machine(display).vram.size, 16 << 20);
});

Deno.test("a machine without enough video memory for the planes is refused", () => {
  const display = new Display({ width: 64, height: 64, clock: new ManualClock() });
  for (const vramBytes of [0, -1, 65_536, (1 << 20) + 1, NaN]) {
    assert.throws(() => new Machine(display, { vramBytes }), RangeError);
  }
});

Deno.test("until a guest sets a mode the display is left as it is", async () => {
  const { display } = testMachine();
  await settle();
  display.refresh();
  assert.deepEqual([display.width, display.height, display.resizes], [640, 480, 0]);
});

Deno.test("reset is power-on for every device: screen, mode, tablet, keyboard, mouse, controller", async () => {
  const { display, machine } = testMachine();
  let resets = 0;
  machine.onReset(() => resets++);
  setLinearMode(machine, 100, 100, 32);
  machine.vram.write32(0, 0xffffff);
  machine.io.outw(0x1e0, 1);
  machine.io.outw(0x1e2, 1);
  machine.io.outb(0x60, 0xed);
  machine.io.outb(0x60, 0x07);
  writeMouse(machine, 0xf4);
  await settle();
  machine.reset();
  await settle();
  assert.equal(resets, 1);
  assert.equal(pixelAt(display, 0, 0), 0);
  assert.equal(readVbe(machine, 4), 0);
  assert.equal(machine.input.pointerIsAbsolute, false);
  assert.equal(machine.input.ledState, 0);
  machine.input.putRelative(1, 1, 1);
  assert.deepEqual(drain(machine), []);
  assert.deepEqual([1, 10, 12].map((irq) => machine.interrupts.isHigh(irq)), [false, false, false]);
});

Deno.test("a reset listener that throws is logged, the others hear of it", () => {
  const { machine, log } = testMachine();
  let resets = 0;
  machine.onReset(() => {
    throw new Error("no disk");
  });
  machine.onReset(() => resets++);
  machine.reset();
  assert.equal(resets, 1);
  assert.deepEqual(log, ["Cannot tell that the machine was reset: no disk"]);
});

Deno.test("keys and pointer wake the display", () => {
  const { display, machine } = testMachine();
  const before = display.wakes;
  machine.input.putKeycode(0x1e, true);
  machine.input.putRelative(1, 0, 0);
  machine.input.putAbsolute(1, 0, 0);
  assert.equal(display.wakes, before + 3);
});

Deno.test("a closed machine calls no handler and paints nothing, whatever its guest still does", async () => {
  const { display, machine } = testMachine();
  setTextMode(machine);
  await settle();
  machine.interrupts.onInterrupt(1, () => assert.fail("handler"));
  machine.input.putKeycode(0x1e, true);
  machine.close();
  putCharacter(machine, 0, 0, 0xdb);
  setLinearMode(machine, 100, 100, 32);
  await settle();
  display.refresh();
  assert.deepEqual([display.width, display.height], [720, 400]);
});

const PORTS = [
  ...[0x60, 0x64, 0x1ce, 0x1cf, 0x1d8, 0x1da, 0x1e0, 0x1e2, 0x3ba, 0x3da],
  ...Array.from({ length: 0x20 }, (_, i) => 0x3c0 + i),
  ...[0x3b4, 0x3b5],
];

type Access = [kind: number, port: number, value: number];

function access(machine: Machine, [kind, port, value]: Access): void {
  const { io, legacyMemory, vram, input } = machine;
  const writes = [
    () => io.outb(port, value),
    () => io.outw(port, value),
    () => io.outl(port, value),
    () => io.inb(port),
    () => io.inl(port),
    () => legacyMemory.write8(0xa0000 + (value % 0x20000), value >>> 8),
    () => legacyMemory.read8(0xa0000 + (value % 0x20000)),
    () => vram.write32(value, value),
    () => input.putKeycode(value, (value & 0x100) !== 0),
    () => input.putRelative(value >> 16, value & 0xffff, value & 0xff),
    () => input.putAbsolute(value & 0xffff, value >>> 16, value & 0xff),
  ];
  writes[kind % writes.length]!();
}

Deno.test("garbage in every port never throws and never writes beside video memory", () => {
  const garbage = fc.array(
    fc.tuple(fc.nat(40), fc.constantFrom(...PORTS), fc.oneof(fc.nat(0xff), fc.nat(0xffff), fc.nat(0x7fffffff))),
    { minLength: 1, maxLength: 300 },
  ) as fc.Arbitrary<Access[]>;
  fc.assert(
    fc.property(garbage, (accesses) => {
      const { display, machine, log } = testMachine({ vramBytes: 256 << 10 });
      const guard = display.memory.allocate(1 << 18);
      for (const [i, one] of accesses.entries()) {
        access(machine, one);
        if (i % 50 === 49) display.refresh();
      }
      display.refresh();
      assert.ok(display.memory.bytes(guard.pointer, guard.byteLength).every((byte) => byte === 0));
      assert.deepEqual(log, []);
    }),
    { numRuns: 150 },
  );
});

Deno.test("garbage in the mode and blitter registers keeps every surface in frame memory", () => {
  const modes = fc.array(fc.tuple(fc.nat(10), fc.oneof(fc.nat(0xff), fc.nat(0xffff))), { maxLength: 20 });
  const blits = fc.array(fc.tuple(fc.integer({ min: 0x10, max: 0x3f }), fc.nat(255)), { maxLength: 60 });
  fc.assert(
    fc.property(modes, blits, (mode, blit) => {
      const { display, machine, log } = testMachine({ vramBytes: 256 << 10 });
      const guard = display.memory.allocate(1 << 16);
      setLinearMode(machine, 64, 64, 32);
      for (const [index, value] of mode) {
        machine.io.outw(0x1ce, index);
        machine.io.outw(0x1cf, index === 4 ? value | 1 : value);
      }
      for (const [index, value] of blit) machine.io.outw(0x3ce, index | (value << 8));
      machine.io.outw(0x3ce, 0x0d32);
      for (const kind of [0x00, 0x01, 0xf0]) {
        machine.io.outw(0x3ce, 0x0433);
        machine.io.outw(0x3ce, 0x30 | (kind << 8));
        machine.io.outw(0x3ce, 0x0231);
      }
      display.refresh();
      assert.ok(display.memory.bytes(guard.pointer, guard.byteLength).every((byte) => byte === 0));
      assert.deepEqual(log, []);
    }),
    { numRuns: 100 },
  );
});
