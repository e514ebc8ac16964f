/** What of a client's settings makes a difference to a job: jobs that agree in it, and in all else, become the same bytes. */

import { Encoding } from "../rfb/encodings.ts";
import type { EncodeJob, EncodeSettings } from "./job.ts";
import { contentEncodings, mayLose } from "./part_plan.ts";

/** Where a compress level says something. */
const DEFLATING: ReadonlySet<number> = new Set<number>([
  Encoding.Zlib,
  Encoding.Tight,
  Encoding.TightPNG,
  Encoding.ZRLE,
  Encoding.ZYWRLE,
]);
const WITH_JPEG: ReadonlySet<number> = new Set<number>([Encoding.Tight, Encoding.TightPNG, Encoding.JPEG]);

/** The keys of some settings. */
interface Keys {
  readonly exact: string;
  readonly lossy: string;
}

/** Kept for settings that come with job after job. */
const keysOf = new WeakMap<EncodeSettings, Keys>();

/** A key that jobs have in common whose settings differ, if at all, in what is of no use to them. */
export function settingsKey(job: EncodeJob): string {
  const { settings } = job;
  let keys = keysOf.get(settings);
  if (keys === undefined) {
    keys = { exact: keyOf(settings, false), lossy: keyOf(settings, true) };
    keysOf.set(settings, keys);
  }
  return mayLose(job) ? keys.lossy : keys.exact;
}

/** Whatever is not left out here makes a difference. */
function keyOf(settings: EncodeSettings, isLossy: boolean): string {
  const { beside: _, compressLevel, qualityLevel, jpeg, zywrleDepth, ...others } = settings;
  const { encoding } = settings;
  const contents = contentEncodings(settings, isLossy);
  const takesJpeg = isLossy && (WITH_JPEG.has(encoding) || contents?.lossy !== undefined);
  return JSON.stringify({
    ...others,
    contents,
    ...(DEFLATING.has(encoding) && { compressLevel }),
    ...(takesJpeg && { qualityLevel, jpeg }),
    ...(encoding === Encoding.ZYWRLE && { zywrleDepth: isLossy ? zywrleDepth : zywrleDepth !== undefined }),
  });
}
