/** The rects of one update: no more than a FramebufferUpdate can count. */

import { MAX_UPDATE_RECTS } from "../base/limits.ts";
import { boundRects, type Rect } from "../base/rect.ts";

/** Rows whose rects become one when there are too many: even the largest framebuffer has few such bands. */
const BAND_ROWS = 64;

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
