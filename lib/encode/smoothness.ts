/** Whether a rect is smooth enough for JPEG by QEMU's rule [QEMU tight_detect_smooth_image]. */

import type { Rect } from "../base/rect.ts";
import { WIRE_BYTES_OFFSET } from "./pixel_conversion.ts";
import type { RectContext } from "./rect_encoder.ts";

/** Fewer pixels are never smooth. */
const MIN_PIXELS = 4096;
const MIN_SIDE = 8;
/** Mean squares that are too much, by quality level: for pixels of three bytes, and for others [QEMU tight_conf]. */
const THRESHOLDS_24: readonly number[] = [23000, 18000, 15000, 12000, 10000, 8000, 5000, 2500, 1200, 500];
const THRESHOLDS: readonly number[] = [10000, 8000, 6500, 5000, 4000, 3000, 2000, 1000, 500, 200];

/**
 * Whether a rect is smooth. QEMU takes what it finds flat, or like a drawing, for the smoothest of all, because it
 * compares the 0 that says so with the threshold; here that is not smooth, as is meant there.
 */
export function isSmooth({ arena, conversion, surface, settings }: RectContext, bounds: Rect): boolean {
  const { width, height } = bounds;
  const { qualityLevel } = settings;
  if (qualityLevel === undefined || width * height < MIN_PIXELS || Math.min(width, height) < MIN_SIDE) return false;
  const thresholds = conversion[WIRE_BYTES_OFFSET] === 3 ? THRESHOLDS_24 : THRESHOLDS;
  const error = arena.run(arena.kernels.smoothnessError, conversion, surface, bounds) >>> 0;
  return error < thresholds[qualityLevel]!;
}
