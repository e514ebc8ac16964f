/**
 * Whether memory is flat. What a process holds goes up and down by itself: V8 collects when it pleases, and the C library
 * keeps what was freed for later. A line of least squares follows one odd reading at the end; the slope of Theil and Sen,
 * the median of the slopes between any two readings, does not, even when a quarter of all are odd.
 */

import { median } from "../measure/statistics.ts";

/** A reading. */
export interface MemoryReading {
  readonly atMs: number;
  readonly bytes: number;
}

/** How memory went over some time. */
export interface MemoryTrend {
  readonly durationMs: number;
  readonly medianBytes: number;
  /** What it rises by in all that time; below 0 when it falls. */
  readonly riseBytes: number;
  /** Median distance of the readings from that rise: what the bound has to be well above. */
  readonly noiseBytes: number;
}

/**
 * Memory is flat when it rises by no more. In the last half of a soak of 24 minutes that is 1 MB a minute, the least leak
 * that is seen: a zlib stream of every sixth viewer that leaves, or one picture of 640x480 a minute.
 */
export const FLAT_BYTES = 12e6;

/** The trend of the last half of the time. */
export function lastHalfTrend(readings: readonly MemoryReading[]): MemoryTrend {
  const first = readings[0]?.atMs ?? 0;
  const last = readings.at(-1)?.atMs ?? 0;
  const half = readings.filter(({ atMs }) => atMs >= (first + last) / 2);
  const durationMs = last - (half[0]?.atMs ?? last);
  const slope = half.length < 2 ? 0 : median(slopesBetween(half));
  const levelled = half.map(({ atMs, bytes }) => bytes - slope * (atMs - first));
  const level = median(levelled);
  return {
    durationMs,
    medianBytes: median(half.map(({ bytes }) => bytes)),
    riseBytes: slope * durationMs,
    noiseBytes: median(levelled.map((bytes) => Math.abs(bytes - level))),
  };
}

/** Bytes a millisecond between any two readings. */
function slopesBetween(readings: readonly MemoryReading[]): number[] {
  return readings.flatMap((from, at) =>
    readings.slice(at + 1).map((to) => (to.bytes - from.bytes) / (to.atMs - from.atMs))
  );
}

/** Whether a trend is none. */
export function isFlat({ riseBytes }: MemoryTrend): boolean {
  return riseBytes <= FLAT_BYTES;
}
