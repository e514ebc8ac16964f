import assert from "node:assert/strict";
import { type Rect, rect } from "../../lib/base/rect.ts";
import { DirtyMap } from "../../lib/display/dirty_map.ts";
import { QUIET_MS, UpdateStatistics } from "../../lib/display/update_statistics.ts";

const WIDTH = 200;
const HEIGHT = 130;

/** Changes `area` so many times, `everyMs` apart. Returns when the last one was. */
function change(statistics: UpdateStatistics, area: Rect, times: number, everyMs: number, startMs = 0): number {
  for (let i = 0; i < times; i++) {
    const map = new DirtyMap(WIDTH, HEIGHT);
    map.markRect(area);
    statistics.addChanged(map, startMs + i * everyMs);
    statistics.endTick();
  }
  return startMs + (times - 1) * everyMs;
}

Deno.test("a cell has a frequency once it has changed ten times: ten by the time between the first and the last", () => {
  const statistics = new UpdateStatistics(WIDTH, HEIGHT, 0);
  const nineMs = change(statistics, rect(0, 0, 1, 1), 9, 100);
  assert.equal(statistics.frequency(rect(0, 0, 64, 64), nineMs), 0);
  const tenMs = change(statistics, rect(0, 0, 1, 1), 1, 0, 900);
  assert.equal(statistics.frequency(rect(0, 0, 64, 64), tenMs + 500).toFixed(2), "11.11");
});

Deno.test("frequencies are worked out twice a second", () => {
  const statistics = new UpdateStatistics(WIDTH, HEIGHT, 0);
  change(statistics, rect(0, 0, 1, 1), 10, 10);
  assert.equal(statistics.frequency(rect(0, 0, 1, 1), 499), 0);
  assert(statistics.frequency(rect(0, 0, 1, 1), 500) > 100);
  change(statistics, rect(64, 0, 1, 1), 10, 10, 500);
  assert.equal(statistics.frequency(rect(64, 0, 1, 1), 999), 0);
  assert(statistics.frequency(rect(64, 0, 1, 1), 1_000) > 100);
});

Deno.test("only the last ten changes count", () => {
  const statistics = new UpdateStatistics(WIDTH, HEIGHT, 0);
  const slowMs = change(statistics, rect(0, 0, 1, 1), 20, 1_000);
  change(statistics, rect(0, 0, 1, 1), 10, 40, slowMs + 40);
  assert.equal(Math.round(statistics.frequency(rect(0, 0, 1, 1), slowMs + 500)), 28);
});

Deno.test("several changes in one tick are one", () => {
  const statistics = new UpdateStatistics(WIDTH, HEIGHT, 0);
  const map = new DirtyMap(WIDTH, HEIGHT);
  map.markAll();
  for (let i = 0; i < 20; i++) statistics.addChanged(map, i * 10);
  assert.equal(statistics.frequency(rect(0, 0, WIDTH, HEIGHT), 1_000), 0);
});

Deno.test("a rect has the mean of the cells it touches", () => {
  const statistics = new UpdateStatistics(WIDTH, HEIGHT, 0);
  const nowMs = change(statistics, rect(64, 64, 64, 64), 10, 50) + 500;
  const moving = statistics.frequency(rect(70, 70, 5, 5), nowMs);
  assert.equal(moving.toFixed(2), "22.22");
  assert.equal(statistics.frequency(rect(64, 64, 64, 64), nowMs), moving);
  assert.equal(statistics.frequency(rect(63, 64, 2, 5), nowMs), moving / 2);
  assert.equal(statistics.frequency(rect(0, 0, WIDTH, HEIGHT), nowMs), moving / 12);
  assert.equal(statistics.frequency(rect(0, 0, 64, 64), nowMs), 0);
});

Deno.test("what has been quiet for two seconds has no frequency, and starts anew", () => {
  const statistics = new UpdateStatistics(WIDTH, HEIGHT, 0);
  const lastMs = change(statistics, rect(0, 0, 1, 1), 10, 50);
  assert(statistics.frequency(rect(0, 0, 1, 1), lastMs + QUIET_MS) > 20);
  assert.equal(statistics.frequency(rect(0, 0, 1, 1), lastMs + QUIET_MS + 500), 0);
  const againMs = change(statistics, rect(0, 0, 1, 1), 9, 50, lastMs + 5_000);
  assert.equal(statistics.frequency(rect(0, 0, 1, 1), againMs + 600), 0);
});

Deno.test("a cell is quiet two seconds after it was last changed or copied to", () => {
  const statistics = new UpdateStatistics(WIDTH, HEIGHT, 70);
  assert.equal(statistics.quietMs(0, 0), 70 + QUIET_MS);
  change(statistics, rect(0, 0, 1, 1), 1, 0, 300);
  statistics.addCopied(rect(64, 0, 64, 64), 400);
  assert.deepEqual([0, 1, 2].map((column) => statistics.quietMs(column, 0) - QUIET_MS), [300, 400, 70]);
  assert.equal(statistics.frequency(rect(64, 0, 64, 64), 1_000), 0);
});
