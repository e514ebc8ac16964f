import assert from "node:assert/strict";
import { INTERRUPT_PAUSE_MS, MAX_INTERRUPT_BURST } from "../../lib/base/limits.ts";
import { InterruptLines } from "../../lib/machine/interrupt_lines.ts";
import { loggerTo, ManualClock, settle } from "./test_machine.ts";

function lines(log: string[] = []) {
  const clock = new ManualClock();
  return { clock, interrupts: new InterruptLines(clock, loggerTo(log)) };
}

Deno.test("a handler runs after the code that raised the line, not inside it", async () => {
  const { interrupts } = lines();
  let calls = 0;
  interrupts.onInterrupt(1, () => {
    calls++;
    interrupts.setLevel(1, false);
  });
  interrupts.setLevel(1, true);
  assert.equal(calls, 0);
  await settle();
  assert.equal(calls, 1);
});

Deno.test("a handler is called again while its line stays high", async () => {
  const { interrupts } = lines();
  let left = 5;
  interrupts.onInterrupt(10, () => interrupts.setLevel(10, --left > 0));
  interrupts.setLevel(10, true);
  await settle();
  assert.equal(left, 0);
});

Deno.test("a handler that raises a line does not run inside itself", async () => {
  const { interrupts } = lines();
  let depth = 0;
  let deepest = 0;
  let calls = 0;
  interrupts.onInterrupt(1, () => {
    depth++;
    deepest = Math.max(deepest, depth);
    interrupts.setLevel(1, false);
    interrupts.setLevel(1, ++calls < 3);
    depth--;
  });
  interrupts.setLevel(1, true);
  await settle();
  assert.deepEqual([calls, deepest], [3, 1]);
});

Deno.test("a level that is high before there is a handler is delivered when there is one", async () => {
  const { interrupts } = lines();
  interrupts.setLevel(12, true);
  await settle();
  let calls = 0;
  interrupts.onInterrupt(12, () => {
    calls++;
    interrupts.setLevel(12, false);
  });
  await settle();
  assert.equal(calls, 1);
});

Deno.test("a masked line waits for unmask", async () => {
  const { interrupts } = lines();
  let calls = 0;
  interrupts.onInterrupt(1, () => {
    calls++;
    interrupts.setLevel(1, false);
  });
  interrupts.mask(1);
  interrupts.setLevel(1, true);
  await settle();
  assert.equal(calls, 0);
  interrupts.unmask(1);
  await settle();
  assert.equal(calls, 1);
});

Deno.test("a handler that was taken off is not called", async () => {
  const { interrupts } = lines();
  let calls = 0;
  const stop = interrupts.onInterrupt(1, () => calls++);
  interrupts.setLevel(1, true);
  stop();
  await settle();
  assert.equal(calls, 0);
});

Deno.test("a handler that throws is logged once and its neighbours still run", async () => {
  const log: string[] = [];
  const { interrupts } = lines(log);
  let served = 0;
  interrupts.onInterrupt(1, () => {
    throw new Error("no driver");
  });
  interrupts.onInterrupt(1, () => {
    served++;
    interrupts.setLevel(1, served < 3);
  });
  interrupts.setLevel(1, true);
  await settle();
  assert.equal(served, 3);
  assert.deepEqual(log, ["Cannot handle interrupt 1: no driver"]);
});

Deno.test("an async handler that rejects is logged", async () => {
  const log: string[] = [];
  const { interrupts } = lines(log);
  interrupts.onInterrupt(1, () => {
    interrupts.setLevel(1, false);
    return Promise.reject(new Error("too late")) as unknown as void;
  });
  interrupts.setLevel(1, true);
  await settle();
  assert.deepEqual(log, ["Cannot handle interrupt 1: too late"]);
});

Deno.test("a line nobody lowers is served in bursts with pauses, and starves no other line", async () => {
  const { interrupts, clock } = lines();
  let stuck = 0;
  let other = 0;
  interrupts.onInterrupt(1, () => stuck++);
  interrupts.onInterrupt(12, () => {
    other++;
    interrupts.setLevel(12, false);
  });
  interrupts.setLevel(1, true);
  interrupts.setLevel(12, true);
  await settle();
  assert.equal(other, 1);
  assert.equal(stuck, MAX_INTERRUPT_BURST - 1);
  clock.advance(INTERRUPT_PAUSE_MS);
  assert.equal(stuck, 2 * MAX_INTERRUPT_BURST - 1);
  interrupts.close();
  assert.equal(clock.timerCount, 0);
});

Deno.test("a line that does not exist is refused", () => {
  const { interrupts } = lines();
  for (const irq of [-1, 16, 1.5]) {
    assert.throws(() => interrupts.onInterrupt(irq, () => {}), RangeError);
    assert.throws(() => interrupts.setLevel(irq, true), RangeError);
  }
});
