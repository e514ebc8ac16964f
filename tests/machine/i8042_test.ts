import assert from "node:assert/strict";
import { drain, settle, testMachine, writeMouse } from "./test_machine.ts";
import type { Machine } from "../../lib/machine/machine.ts";

function command(machine: Machine, ...bytes: number[]): void {
  const [first = 0, ...data] = bytes;
  machine.io.outb(0x64, first);
  for (const byte of data) machine.io.outb(0x60, byte);
}

function ask(machine: Machine, ...bytes: number[]): number {
  command(machine, ...bytes);
  return machine.io.inb(0x60);
}

Deno.test("after power-on the status is 18, the mode byte 03, the output port CF", () => {
  const { machine } = testMachine();
  assert.equal(machine.io.inb(0x64), 0x18);
  assert.equal(ask(machine, 0x20), 0x03);
  assert.equal(ask(machine, 0xd0), 0xcf);
});

Deno.test("the self test answers 55 and sets the system flag", () => {
  const { machine } = testMachine();
  assert.equal(ask(machine, 0xaa), 0x55);
  assert.equal(machine.io.inb(0x64) & 0x04, 0x04);
});

Deno.test("both interfaces pass their test, the input port reads 80", () => {
  const { machine } = testMachine();
  assert.deepEqual([0xa9, 0xab, 0xc0].map((code) => ask(machine, code)), [0x00, 0x00, 0x80]);
});

Deno.test("60 writes the mode byte, 20 reads it back", () => {
  const { machine } = testMachine();
  command(machine, 0x60, 0x47);
  assert.equal(ask(machine, 0x20), 0x47);
});

Deno.test("A7 and A8 switch the mouse, AD and AE the keyboard, in the mode byte", () => {
  const { machine } = testMachine();
  command(machine, 0xa7);
  command(machine, 0xad);
  assert.equal(ask(machine, 0x20), 0x33);
  command(machine, 0xa8);
  command(machine, 0xae);
  assert.equal(ask(machine, 0x20), 0x03);
});

Deno.test("bit 3 of the status tells which port was written last", () => {
  const { machine } = testMachine();
  command(machine, 0x60, 0x03);
  assert.equal(machine.io.inb(0x64) & 8, 0);
  command(machine, 0xa8);
  assert.equal(machine.io.inb(0x64) & 8, 8);
});

Deno.test("D2 puts a byte where the keyboard's would be, D3 where the mouse's would be", async () => {
  const { machine } = testMachine();
  const irqs: number[] = [];
  for (const irq of [1, 12]) {
    machine.interrupts.onInterrupt(irq, () => {
      irqs.push(irq, machine.io.inb(0x64) & 0x21, machine.io.inb(0x60));
    });
  }
  command(machine, 0xd2, 0x5a);
  await settle();
  command(machine, 0xd3, 0xa5);
  await settle();
  assert.deepEqual(irqs, [1, 0x01, 0x5a, 12, 0x21, 0xa5]);
});

Deno.test("the output port shows whose byte is in the buffer, D1, DD and DF write it", () => {
  const { machine } = testMachine();
  command(machine, 0xd1, 0xcd);
  assert.equal(ask(machine, 0xd0), 0xcd);
  command(machine, 0xdf);
  assert.equal(ask(machine, 0xd0), 0xcf);
  command(machine, 0xdd);
  assert.equal(ask(machine, 0xd0), 0xcd);
});

Deno.test("D4 sends the next byte to the mouse, the one after to the keyboard", () => {
  const { machine } = testMachine();
  writeMouse(machine, 0xf2);
  assert.equal(machine.io.inb(0x64) & 0x21, 0x21);
  assert.deepEqual(drain(machine), [0xfa, 0x00]);
  machine.io.outb(0x60, 0xee);
  assert.equal(machine.io.inb(0x64) & 0x21, 0x01);
  assert.deepEqual(drain(machine), [0xee]);
});

Deno.test("the controller's reply comes first, then the keyboard's bytes, then the mouse's", () => {
  const { machine } = testMachine();
  writeMouse(machine, 0xf4);
  drain(machine);
  machine.io.outb(0x64, 0xad);
  machine.input.putRelative(1, 0, 0);
  machine.input.putKeycode(0x1e, true);
  // The mouse's byte is in the buffer already; what follows is by priority.
  assert.equal(machine.io.inb(0x64) & 0x21, 0x21);
  machine.io.outb(0x64, 0xae);
  machine.io.outb(0x64, 0xaa);
  assert.equal(machine.io.inb(0x60), 0x08);
  assert.deepEqual(drain(machine), [0x55, 0x1c, 0x01, 0x00]);
});

Deno.test("a disabled keyboard keeps its bytes until a byte is written to it", () => {
  const { machine } = testMachine();
  command(machine, 0xad);
  machine.input.putKeycode(0x1e, true);
  assert.equal(machine.io.inb(0x64) & 1, 0);
  machine.io.outb(0x60, 0xee);
  assert.equal(ask(machine, 0x20) & 0x10, 0, "the first byte was the echo's");
  assert.deepEqual(drain(machine).length, 2);
});

Deno.test("IRQ 1 and IRQ 12 follow the interrupt bits of the mode byte", () => {
  const { machine } = testMachine();
  command(machine, 0x60, 0x00);
  machine.input.putKeycode(0x1e, true);
  assert.equal(machine.interrupts.isHigh(1), false);
  command(machine, 0x60, 0x01);
  assert.equal(machine.interrupts.isHigh(1), true);
  drain(machine);
  assert.equal(machine.interrupts.isHigh(1), false);
  writeMouse(machine, 0xf2);
  assert.equal(machine.interrupts.isHigh(12), false);
  command(machine, 0x60, 0x02);
  assert.equal(machine.interrupts.isHigh(12), true);
});

Deno.test("FE, an even pulse or bit 0 of the output port resets the machine", () => {
  for (const reset of [[0xfe], [0xf0], [0xd1, 0x02]]) {
    const { machine } = testMachine();
    let resets = 0;
    machine.onReset(() => resets++);
    command(machine, 0x60, 0x47);
    command(machine, ...reset);
    assert.equal(resets, 1);
    assert.equal(ask(machine, 0x20), 0x03);
  }
});

Deno.test("an odd pulse resets nothing", () => {
  const { machine } = testMachine();
  machine.onReset(() => assert.fail("reset"));
  command(machine, 0xff);
  command(machine, 0xf1);
});
