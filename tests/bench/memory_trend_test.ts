/** Which memory counts as flat. */

import assert from "node:assert/strict";
import { FLAT_BYTES, isFlat, lastHalfTrend, type MemoryReading } from "../../bench/soak/memory_trend.ts";
import { randomNumbers } from "../helpers/random_picture.ts";

const MINUTE_MS = 60_000;
const MINUTES = 24;
/** About as many as a soak takes. */
const READINGS = 60;
const LEVEL_BYTES = 240e6;
/** To both sides: what readings at rest go up and down by. */
const NOISE_BYTES = 8e6;
/** Each is other noise; always the same ones, for a chance of one in some thousands is no failure. */
const SEEDS = Array.from({ length: 200 }, (_, at) => at + 1);

/** Readings of a whole soak with that leak, as uneven as real ones. */
function soak(leakPerMinute: number, noiseBytes: number, seed: number): MemoryReading[] {
  const random = randomNumbers(seed);
  const noise = () => ((random() >>> 0) / 2 ** 31 - 1) * noiseBytes;
  return Array.from({ length: READINGS }, (_, at) => {
    const minute = at * MINUTES / (READINGS - 1);
    return { atMs: minute * MINUTE_MS, bytes: LEVEL_BYTES + minute * leakPerMinute + noise() };
  });
}

function verdict(readings: readonly MemoryReading[]): boolean {
  return isFlat(lastHalfTrend(readings));
}

Deno.test("memory that goes up and down about one level is flat", () => {
  for (const seed of SEEDS) assert.ok(verdict(soak(0, NOISE_BYTES, seed)), `noise ${seed}`);
});

Deno.test("a leak of 2 MB a minute is seen behind the same noise", () => {
  for (const seed of SEEDS) assert.ok(!verdict(soak(2e6, NOISE_BYTES, seed)), `noise ${seed}`);
});

Deno.test("a leak just above the bound is seen, one just below is not", () => {
  const leastPerMinute = FLAT_BYTES / (MINUTES / 2);
  assert.ok(!verdict(soak(leastPerMinute * 1.05, 0, 1)));
  assert.ok(verdict(soak(leastPerMinute * 0.95, 0, 1)));
});

Deno.test("what happens in the first half does not count", () => {
  const readings = soak(0, NOISE_BYTES, 5);
  const grown = readings.map(({ atMs, bytes }) => ({ atMs, bytes: bytes - Math.max(0, 12 * MINUTE_MS - atMs) * 200 }));
  assert.ok(verdict(grown));
});

Deno.test("a few odd readings at the end are no trend", () => {
  const readings = soak(0, NOISE_BYTES / 4, 3);
  const odd = readings.map(({ atMs, bytes }, at) => ({ atMs, bytes: at < READINGS - 5 ? bytes : bytes + 60e6 }));
  assert.ok(verdict(odd));
});

Deno.test("a trend of no reading, of one and of two", () => {
  assert.equal(lastHalfTrend([]).riseBytes, 0);
  assert.deepEqual(lastHalfTrend([{ atMs: 5, bytes: 7 }]), {
    durationMs: 0,
    medianBytes: 7,
    riseBytes: 0,
    noiseBytes: 0,
  });
  const two = [{ atMs: 0, bytes: 0 }, { atMs: 50, bytes: 10 }, { atMs: 100, bytes: 30 }];
  assert.equal(lastHalfTrend(two).riseBytes, 20);
});
