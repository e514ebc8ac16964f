import assert from "node:assert/strict";
import fc from "fast-check";
import { MAX_QUEUED_POINTER_EVENTS } from "../../lib/base/limits.ts";
import { PointerButton } from "../../lib/machine/input_device.ts";
import type { Machine } from "../../lib/machine/machine.ts";
import { drain, settle, testMachine, writeMouse } from "./test_machine.ts";

function send(machine: Machine, ...bytes: number[]): number[] {
  return bytes.flatMap((byte) => {
    writeMouse(machine, byte);
    return drain(machine);
  });
}

/** A mouse that streams, after the sample rates of a knock. */
function enabledMouse(...rates: number[]): Machine {
  const { machine } = testMachine();
  for (const rate of rates) send(machine, 0xf3, rate);
  send(machine, 0xf4);
  return machine;
}

/** Motion, buttons and wheel of packets of `length` bytes, summed up. */
function sum(bytes: readonly number[], length: number) {
  const total = { dx: 0, dy: 0, wheel: 0, packets: bytes.length / length, buttons: 0 };
  for (let at = 0; at < bytes.length; at += length) {
    const [flags = 0, x = 0, y = 0, wheel = 0] = bytes.slice(at, at + length);
    total.dx += (flags & 0x10) !== 0 ? x - 256 : x;
    total.dy -= (flags & 0x20) !== 0 ? y - 256 : y;
    total.wheel += (wheel << 24) >> 24;
    total.buttons = flags & 7;
    assert.equal(flags & 0xc8, 0x08, "bit 3 is always set, overflow never");
  }
  return total;
}

Deno.test("until it is enabled the mouse notices nothing", () => {
  const { machine } = testMachine();
  machine.input.putRelative(5, 5, 1);
  assert.deepEqual(drain(machine), []);
  send(machine, 0xf4);
  machine.input.putRelative(1, 0, 0);
  assert.deepEqual(drain(machine), [0x08, 1, 0]);
});

Deno.test("a packet has signs and buttons in its first byte, and y points up", () => {
  const machine = enabledMouse();
  machine.input.putRelative(-3, 4, PointerButton.Left | PointerButton.Middle);
  assert.deepEqual(drain(machine), [0x3d, 0xfd, 0xfc]);
  machine.input.putRelative(0, -4, PointerButton.Right);
  assert.deepEqual(drain(machine), [0x0a, 0x00, 0x04]);
});

Deno.test("motion raises IRQ 12", async () => {
  const machine = enabledMouse();
  const bytes: number[] = [];
  machine.interrupts.onInterrupt(12, () => void bytes.push(machine.io.inb(0x64) & 0x21, machine.io.inb(0x60)));
  machine.input.putRelative(1, 0, 0);
  await settle();
  assert.deepEqual(bytes, [0x21, 0x08, 0x21, 0x01, 0x21, 0x00]);
});

Deno.test("large motion is told in packets of at most 127, and none of it is lost", () => {
  const machine = enabledMouse();
  machine.input.putRelative(300, -130, 0);
  assert.deepEqual(drain(machine), [0x08, 127, 127, 0x08, 127, 3, 0x08, 46, 0]);
  machine.input.putRelative(-5_000, 5_000, 0);
  const total = sum(drain(machine), 3);
  assert.deepEqual([total.dx, total.dy, total.packets], [-5_000, 5_000, 40]);
});

Deno.test("a click that finds the queue full is still a press and a release", () => {
  const machine = enabledMouse();
  for (let i = 0; i < 20; i++) machine.input.putRelative(1, 0, 0);
  machine.input.putRelative(0, 0, PointerButton.Left);
  machine.input.putRelative(0, 0, 0);
  machine.input.putRelative(30, 0, 0);
  const bytes = drain(machine);
  assert.equal(sum(bytes, 3).dx, 50);
  assert.deepEqual(bytes.slice(-9), [0x09, 0, 0, 0x08, 0, 0, 0x08, 30, 0]);
});

Deno.test("for a guest that never reads a bounded number of clicks waits, and the last state is the truth", () => {
  const machine = enabledMouse();
  for (let i = 1; i <= 10_000; i++) machine.input.putRelative(0, 0, i & 1);
  machine.input.putRelative(1, 0, PointerButton.Right);
  const bytes = drain(machine);
  assert.equal(bytes.length, (MAX_QUEUED_POINTER_EVENTS + 5) * 3);
  assert.deepEqual(bytes.slice(-3), [0x0a, 1, 0]);
});

Deno.test("events with the same state say nothing", () => {
  const machine = enabledMouse();
  machine.input.putRelative(0, 0, 0);
  assert.deepEqual(drain(machine), []);
});

Deno.test("the rates 200, 100, 80 make it an IntelliMouse with a wheel in a fourth byte", () => {
  const machine = enabledMouse(200, 100, 80);
  assert.deepEqual(send(machine, 0xf2), [0xfa, 0x03]);
  machine.input.putRelative(0, 0, PointerButton.WheelUp);
  machine.input.putRelative(0, 0, 0);
  machine.input.putRelative(2, 0, PointerButton.WheelDown);
  assert.deepEqual(drain(machine), [0x08, 0, 0, 0xff, 0x08, 2, 0, 0x01]);
});

Deno.test("the rates 200, 200, 80 make it an Explorer with two wheels", () => {
  const machine = enabledMouse(200, 200, 80);
  assert.deepEqual(send(machine, 0xf2), [0xfa, 0x04]);
  machine.input.putRelative(0, 0, PointerButton.WheelUp);
  assert.deepEqual(drain(machine), [0x08, 0, 0, 0x0f]);
  machine.input.putRelative(0, 0, PointerButton.WheelRight);
  assert.deepEqual(drain(machine), [0x08, 0, 0, 0x41]);
  machine.input.putRelative(0, 0, PointerButton.WheelLeft);
  assert.deepEqual(drain(machine), [0x08, 0, 0, 0x7f]);
});

Deno.test("a standard mouse has three bytes and no wheel", () => {
  const machine = enabledMouse(200, 80, 100);
  assert.deepEqual(send(machine, 0xf2), [0xfa, 0x00]);
  machine.input.putRelative(1, 0, PointerButton.WheelUp);
  assert.deepEqual(drain(machine), [0x08, 1, 0]);
});

Deno.test("FF answers FA AA 00 and makes it a standard mouse again, disabled", () => {
  const machine = enabledMouse(200, 100, 80);
  assert.deepEqual(send(machine, 0xff), [0xfa, 0xaa, 0x00]);
  assert.deepEqual(send(machine, 0xf2), [0xfa, 0x00]);
  machine.input.putRelative(1, 1, 0);
  assert.deepEqual(drain(machine), []);
});

Deno.test("E9 tells status, resolution and rate", () => {
  const { machine } = testMachine();
  assert.deepEqual(send(machine, 0xe9), [0xfa, 0x00, 2, 100]);
  send(machine, 0xe7, 0xe8, 3, 0xf3, 40, 0xf0, 0xf4);
  assert.deepEqual(send(machine, 0xe9), [0xfa, 0x70, 3, 40]);
  send(machine, 0xf6);
  assert.deepEqual(send(machine, 0xe9), [0xfa, 0x00, 2, 100]);
});

Deno.test("in remote mode a packet comes only when it is polled", () => {
  const machine = enabledMouse();
  send(machine, 0xf0);
  machine.input.putRelative(7, 0, PointerButton.Left);
  assert.deepEqual(drain(machine), []);
  assert.deepEqual(send(machine, 0xeb), [0xfa, 0x09, 7, 0]);
  assert.deepEqual(send(machine, 0xeb), [0xfa, 0x09, 0, 0]);
  send(machine, 0xea);
  machine.input.putRelative(1, 0, PointerButton.Left);
  assert.deepEqual(drain(machine), [0x09, 1, 0]);
});

Deno.test("in wrap mode everything is echoed but EC and FF", () => {
  const { machine } = testMachine();
  assert.deepEqual(send(machine, 0xee), [0xfa]);
  assert.deepEqual(send(machine, 0xf2, 0x00, 0xee), [0xf2, 0x00, 0xee]);
  assert.deepEqual(send(machine, 0xec), [0xfa]);
  assert.deepEqual(send(machine, 0xf2), [0xfa, 0x00]);
});

Deno.test("an unknown command is refused", () => {
  const { machine } = testMachine();
  assert.deepEqual(send(machine, 0x17), [0xfe]);
});

Deno.test("whatever the motion and however slowly the guest reads, the packets add up to it", () => {
  const motion = fc.record({
    dx: fc.integer({ min: -2_000, max: 2_000 }),
    dy: fc.integer({ min: -2_000, max: 2_000 }),
    buttons: fc.nat(0x1f),
    reads: fc.nat(12),
  });
  fc.assert(fc.property(fc.array(motion, { maxLength: 30 }), (motions) => {
    const machine = enabledMouse(200, 100, 80);
    const bytes: number[] = [];
    const expected = { dx: 0, dy: 0, wheel: 0 };
    let mask = 0;
    for (const { dx, dy, buttons, reads } of motions) {
      machine.input.putRelative(dx, dy, buttons);
      expected.dx += dx;
      expected.dy += dy;
      expected.wheel += ((buttons & ~mask & 0x10) >> 4) - ((buttons & ~mask & 0x08) >> 3);
      mask = buttons;
      bytes.push(...drain(machine, reads));
    }
    bytes.push(...drain(machine));
    const { dx, dy, wheel, packets } = sum(bytes, 4);
    assert.deepEqual({ dx, dy, wheel }, expected);
    assert.equal(Number.isInteger(packets), true);
  }));
});
