import assert from "node:assert/strict";
import { MAX_QUEUED_POINTER_EVENTS } from "../../lib/base/limits.ts";
import type { Machine } from "../../lib/machine/machine.ts";
import { settle, testMachine } from "./test_machine.ts";

function read(machine: Machine, index: number): number {
  machine.io.outw(0x1e0, index);
  return machine.io.inw(0x1e2);
}

function write(machine: Machine, index: number, value: number): void {
  machine.io.outw(0x1e0, index);
  machine.io.outw(0x1e2, value);
}

function enabledTablet(): Machine {
  const { machine } = testMachine();
  write(machine, 1, 1);
  return machine;
}

/** Reads every event that waits. */
function events(machine: Machine): number[][] {
  const found: number[][] = [];
  while (read(machine, 2) > 0) {
    found.push([read(machine, 3), read(machine, 4), read(machine, 5)]);
    write(machine, 6, 1);
  }
  return found;
}

Deno.test("the tablet answers with its id", () => {
  const { machine } = testMachine();
  assert.equal(read(machine, 0), 0x7ab1);
  assert.equal(read(machine, 7), 0xffff);
});

Deno.test("the machine wants positions while the tablet is enabled, and says so", () => {
  const { machine } = testMachine();
  const seen: boolean[] = [];
  machine.input.onChange(() => seen.push(machine.input.pointerIsAbsolute));
  write(machine, 1, 1);
  assert.equal(read(machine, 1), 1);
  write(machine, 1, 1);
  write(machine, 1, 0);
  assert.deepEqual(seen, [true, false]);
});

Deno.test("an event raises IRQ 10 until every event is read", async () => {
  const machine = enabledTablet();
  const found: number[] = [];
  machine.interrupts.onInterrupt(10, () => {
    found.push(read(machine, 3));
    write(machine, 6, 1);
  });
  machine.input.putAbsolute(1, 2, 0);
  machine.input.putAbsolute(3, 2, 1);
  await settle();
  assert.deepEqual(found, [1, 3]);
  assert.equal(machine.interrupts.isHigh(10), false);
});

Deno.test("motion that nobody has read is merged; where a button changed is an event of its own", () => {
  const machine = enabledTablet();
  const steps = [[1, 1, 0], [2, 2, 0], [2, 2, 1], [3, 3, 1], [5, 5, 1], [5, 5, 0], [6, 6, 0], [7, 7, 0]] as const;
  for (const [x, y, buttons] of steps) machine.input.putAbsolute(x, y, buttons);
  assert.deepEqual(events(machine), [[2, 2, 0], [2, 2, 1], [5, 5, 1], [5, 5, 0], [7, 7, 0]]);
});

Deno.test("after the last event its values stay", () => {
  const machine = enabledTablet();
  machine.input.putAbsolute(100, 200, 4);
  events(machine);
  assert.deepEqual([3, 4, 5].map((index) => read(machine, index)), [100, 200, 4]);
});

Deno.test("a guest that never reads keeps a bounded queue whose end is the truth", () => {
  const machine = enabledTablet();
  for (let i = 0; i < 10_000; i++) machine.input.putAbsolute(i, 0, i & 1);
  const found = events(machine);
  assert.equal(found.length, MAX_QUEUED_POINTER_EVENTS);
  assert.deepEqual(found.at(-1), [9_999, 0, 1]);
});

Deno.test("coordinates are kept in 0 to 7FFF", () => {
  const machine = enabledTablet();
  machine.input.putAbsolute(-5, 0x9000, 0);
  machine.input.putAbsolute(NaN, 1.6, 1);
  assert.deepEqual(events(machine), [[0, 0x7fff, 0], [0, 2, 1]]);
});

Deno.test("disabling forgets what waits", () => {
  const machine = enabledTablet();
  machine.input.putAbsolute(1, 1, 0);
  write(machine, 1, 0);
  assert.equal(read(machine, 2), 0);
  assert.equal(machine.interrupts.isHigh(10), false);
  machine.input.putAbsolute(1, 1, 0);
  assert.equal(read(machine, 2), 0);
});
