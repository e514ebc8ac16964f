import assert from "node:assert/strict";
import fc from "fast-check";
import { RefreshTimer } from "../../lib/display/refresh.ts";
import { FakeClock } from "../helpers/fake_clock.ts";

interface Bench {
  readonly clock: FakeClock;
  readonly timer: RefreshTimer;
  readonly tickTimes: number[];
  /** What each tick found. */
  readonly changes: boolean[];
  changed: boolean;
}

function makeBench(baseIntervalMs = 20): Bench {
  const clock = new FakeClock();
  const tickTimes: number[] = [];
  const timer: RefreshTimer = new RefreshTimer(clock, baseIntervalMs, () => {
    tickTimes.push(clock.nowMs());
    bench.changes.push(bench.changed);
    return bench.changed;
  });
  const bench: Bench = { clock, timer, tickTimes, changes: [], changed: false };
  return bench;
}

Deno.test("the interval grows by 50 ms with every tick that finds nothing, up to 3 s", () => {
  const { clock, timer, tickTimes } = makeBench();
  timer.start();
  clock.advance(500);
  assert.deepEqual(tickTimes, [0, 70, 190, 360]);
  clock.advance(200_000);
  assert.equal(timer.intervalMs, 3_000);
  assert.equal(tickTimes.at(-1)! - tickTimes.at(-2)!, 3_000);
});

Deno.test("the interval halves with every tick that finds a change, down to the base", () => {
  const bench = makeBench();
  bench.timer.start();
  bench.clock.advance(200_000);
  bench.changed = true;
  bench.tickTimes.length = 0;
  bench.clock.advance(3_000 * 3);
  const gaps = bench.tickTimes.slice(1, 8).map((time, i) => time - bench.tickTimes[i]!);
  assert.deepEqual(gaps, [1_500, 750, 375, 187.5, 93.75, 46.875, 23.4375]);
  bench.clock.advance(1_000);
  assert.equal(bench.timer.intervalMs, 20);
});

Deno.test("wake ticks at once after a quiet time and not sooner than the base interval after a change", () => {
  const bench = makeBench();
  const { clock, timer, tickTimes } = bench;
  timer.start();
  clock.advance(10_000);
  tickTimes.length = 0;
  bench.changed = true;
  const nowMs = clock.nowMs();
  timer.wake();
  timer.wake();
  clock.advance(0);
  assert.deepEqual(tickTimes, [nowMs]);
  clock.advance(5);
  timer.wake();
  clock.advance(30);
  assert.deepEqual(tickTimes, [nowMs, nowMs + 20]);
});

Deno.test("a tick that found nothing does not delay the next one, two of them do", () => {
  const { clock, timer, tickTimes } = makeBench();
  timer.start();
  clock.advance(10_000);
  tickTimes.length = 0;
  const nowMs = clock.nowMs();
  for (let ms = 0; ms < 30; ms += 3) {
    timer.wake();
    clock.advance(3);
  }
  assert.deepEqual(tickTimes.map((time) => time - nowMs), [0, 3, 23, 24]);
});

Deno.test("what happens during a tick wakes the next one", () => {
  const clock = new FakeClock();
  const tickTimes: number[] = [];
  const timer = new RefreshTimer(clock, 20, () => {
    tickTimes.push(clock.nowMs());
    if (tickTimes.length < 4) timer.wake();
    return false;
  });
  timer.start();
  clock.advance(100);
  assert.deepEqual(tickTimes, [0, 20, 40, 60]);
});

Deno.test("a stopped timer neither ticks nor keeps a timer set", () => {
  const { clock, timer, tickTimes } = makeBench();
  timer.start();
  timer.stop();
  timer.wake();
  clock.advance(10_000);
  assert.deepEqual(tickTimes, []);
  assert.equal(clock.timerCount, 0);
  timer.tick();
  assert.equal(tickTimes.length, 1);
  assert.equal(clock.timerCount, 0);
});

Deno.test("a timer that fires late does not slow the rate down", () => {
  const clock = new FakeClock();
  const late = { nowMs: () => clock.nowMs(), setTimer: (call: () => void, ms: number) => clock.setTimer(call, ms + 1) };
  let ticks = 0;
  const timer = new RefreshTimer(late, 20, () => ++ticks > 0);
  timer.start();
  clock.advance(20_000);
  assert.ok(ticks >= 999, `${ticks} ticks`);
});

Deno.test("three ticks, or two after a change, are never closer than the base interval, whatever wakes the timer", () => {
  fc.assert(fc.property(fc.array(fc.record({ ms: fc.nat(60), changed: fc.boolean() })), (steps) => {
    const bench = makeBench();
    bench.timer.start();
    for (const { ms, changed } of steps) {
      bench.changed = changed;
      bench.clock.advance(ms);
      bench.timer.wake();
    }
    const gaps = bench.tickTimes.slice(1).map((time, i) => time - bench.tickTimes[i]!);
    assert.ok(gaps.every((gap, i) => gap >= 20 || !bench.changes[i] && (i === 0 || gaps[i - 1]! >= 20)));
  }));
});
