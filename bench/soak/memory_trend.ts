/** Whether memory is flat. */

/** A reading. */
export interface MemoryReading {
  readonly atMs: number;
  readonly bytes: number;
}

/** How memory went over some time. */
export interface MemoryTrend {
  readonly meanBytes: number;
  /** What the fitted line rises by from the first reading to the last one; below 0 when it falls. */
  readonly riseBytes: number;
}

/** Memory is flat when it rises by no more than the larger of the two. */
export const FLAT_BYTES = 16 * 1024 * 1024;
export const FLAT_SHARE = 0.05;

/** The line of least squares through the readings of the last half of the time. */
export function lastHalfTrend(readings: readonly MemoryReading[]): MemoryTrend {
  const first = readings[0]?.atMs ?? 0;
  const last = readings.at(-1)?.atMs ?? 0;
  const half = readings.filter(({ atMs }) => atMs >= (first + last) / 2);
  const meanMs = mean(half.map(({ atMs }) => atMs));
  const meanBytes = mean(half.map(({ bytes }) => bytes));
  const spread = sum(half.map(({ atMs }) => (atMs - meanMs) ** 2));
  const slope = sum(half.map(({ atMs, bytes }) => (atMs - meanMs) * (bytes - meanBytes))) / (spread || 1);
  return { meanBytes, riseBytes: slope * (last - (half[0]?.atMs ?? last)) };
}

/** Whether a trend is none. */
export function isFlat({ meanBytes, riseBytes }: MemoryTrend): boolean {
  return riseBytes <= Math.max(FLAT_BYTES, meanBytes * FLAT_SHARE);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values: readonly number[]): number {
  return sum(values) / Math.max(1, values.length);
}
