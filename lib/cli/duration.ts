/** Times as people write them: `90`, `1m30s`, `250ms`. */

import { UsageError } from "../base/errors.ts";
import { escapeText } from "../base/log.ts";

const NUMBER = "(\\d+(?:\\.\\d+)?)";
const UNITS = new RegExp(`^(?:${NUMBER}h)?(?:${NUMBER}m)?(?:${NUMBER}s)?(?:${NUMBER}ms)?$`);
const UNIT_MS = [3_600_000, 60_000, 1_000, 1];
const SECOND_MS = 1_000;

/** Milliseconds of a time. A number alone is seconds; units go from hours to milliseconds. Throws a {@link UsageError}. */
export function parseDuration(text: string): number {
  if (new RegExp(`^${NUMBER}$`).test(text)) return Number(text) * SECOND_MS;
  const parts = UNITS.exec(text)?.slice(1);
  if (text === "" || parts === undefined) {
    throw new UsageError(`Cannot read the time "${escapeText(text)}": it is written as 90, 1m30s or 250ms`);
  }
  return parts.reduce((sum, part, i) => sum + Number(part ?? 0) * (UNIT_MS[i] ?? 0), 0);
}

/** A time for people: `0.4 s`, `12.3 s`, `2 min 5 s`. */
export function formatDuration(durationMs: number): string {
  const seconds = durationMs / SECOND_MS;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
