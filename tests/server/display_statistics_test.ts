import assert from "node:assert/strict";
import { rect } from "../../lib/base/rect.ts";
import { Display } from "../../lib/display/display.ts";
import { QUIET_MS } from "../../lib/display/update_statistics.ts";
import { DisplayStatistics } from "../../lib/server/display_statistics.ts";
import { FakeClock } from "../helpers/fake_clock.ts";

function statisticsTest(
  name: string,
  body: (display: Display, statistics: DisplayStatistics, clock: FakeClock) => void,
) {
  Deno.test(name, () => {
    const clock = new FakeClock();
    const display = new Display({ width: 128, height: 64, clock });
    body(display, new DisplayStatistics(display, clock), clock);
    display.close();
    assert.equal(clock.timerCount, 0);
  });
}

function paint(display: Display, value: number): void {
  display.pixels[0] = value;
  display.update(rect(0, 0, 1, 1));
  display.refresh();
}

statisticsTest("statistics are kept from the first who needs them to the last", (_display, statistics, clock) => {
  assert.equal(statistics.current, undefined);
  const first = statistics.need();
  const second = statistics.need();
  first();
  first();
  assert.notEqual(statistics.current, undefined);
  second();
  assert.equal(statistics.current, undefined);
  assert.equal(clock.timerCount, 0);
});

statisticsTest("what the display finds changed and copied is not quiet", (display, statistics, clock) => {
  const forget = statistics.need();
  clock.advance(1_000);
  paint(display, 1);
  clock.advance(500);
  display.copy(rect(0, 0, 8, 8), 64, 0);
  assert.deepEqual(
    [0, 1].map((column) => statistics.current!.quietMs(column, 0)),
    [1_000, 1_500].map((ms) => ms + QUIET_MS),
  );
  forget();
});

statisticsTest("video has a frequency, a new size starts anew", (display, statistics, clock) => {
  const forget = statistics.need();
  for (let i = 0; i < 20; i++) {
    paint(display, i + 1);
    clock.advance(50);
  }
  const frequency = () => Math.round(statistics.current!.frequency(rect(0, 0, 64, 64), clock.nowMs()));
  assert.equal(frequency(), 22);
  display.resize(200, 100);
  assert.equal(frequency(), 0);
  assert.equal(statistics.current!.quietMs(3, 1), clock.nowMs() + QUIET_MS);
  forget();
});
