/** The rects of one update: how many are worth it, and no more than a FramebufferUpdate can count. */

import { MAX_UPDATE_RECTS } from "../base/limits.ts";
import { boundRects, type Rect } from "../base/rect.ts";
import { PLAIN_RECT_COST_PIXELS } from "../display/merge_rects.ts";
import { Encoding } from "../rfb/encodings.ts";

/** Rows whose rects become one when there are too many: even the largest framebuffer has few such bands. */
const BAND_ROWS = 64;

/**
 * What a rect of a zlib stream costs: codes and a flush besides, and pixels that have not changed are mostly repeats,
 * which take next to nothing. A scrolling terminal takes less than half of the bytes that way [measured].
 */
const DEFLATED_RECT_COST_PIXELS = 4_096;
const DEFLATED: ReadonlySet<number> = new Set<number>([
  Encoding.Zlib,
  Encoding.Tight,
  Encoding.TightPNG,
  Encoding.ZRLE,
  Encoding.ZYWRLE,
]);

/** What a rect of an encoding costs beside its pixels, in pixels that could be sent instead. */
export function rectCostPixels(encoding: number): number {
  return DEFLATED.has(encoding) ? DEFLATED_RECT_COST_PIXELS : PLAIN_RECT_COST_PIXELS;
}

/** The rects as they are, or, when they and `copyCount` copies are too many for an update, one for each band of rows. */
export function joinRects(rects: readonly Rect[], copyCount: number): readonly Rect[] {
  if (rects.length + copyCount <= MAX_UPDATE_RECTS) return rects;
  const bands = new Map<number, Rect>();
  for (const r of rects) {
    const lastBand = Math.floor((r.y + r.height - 1) / BAND_ROWS);
    for (let band = Math.floor(r.y / BAND_ROWS); band <= lastBand; band++) {
      const y = Math.max(r.y, band * BAND_ROWS);
      const height = Math.min(r.y + r.height, (band + 1) * BAND_ROWS) - y;
      const part = { x: r.x, y, width: r.width, height };
      const joined = bands.get(band);
      bands.set(band, joined === undefined ? part : boundRects(joined, part));
    }
  }
  return [...bands.values()];
}
