/** Which rects a job's changed areas become on the wire. */

import { MAX_UPDATE_RECTS } from "../base/limits.ts";
import { boundRects, EMPTY_RECT, intersectRects, isEmptyRect, type Rect, rect, translateRect } from "../base/rect.ts";
import type { CopiedRect, SurfaceView } from "./job.ts";

/** Widest rect that is encoded; TigerVNC's decoders are used to no wider one. A multiple of every tile's side. */
export const MAX_PART_WIDTH = 2048;
/** Pixels of a rect that is encoded in one piece; what bounds the arena. */
export const MAX_PART_PIXELS = MAX_PART_WIDTH * 64;
/** Parts are cut at multiples of ZRLE's tile, which Hextile's divides. */
const PART_STEP = 64;

/** The copies of a job that stay inside a surface which may have shrunk since. */
export function planCopies(copies: readonly CopiedRect[], surface: SurfaceView): CopiedRect[] {
  const bounds = rect(0, 0, surface.width, surface.height);
  const planned: CopiedRect[] = [];
  for (const { destination, dx, dy } of copies) {
    const reachable = intersectRects(bounds, translateRect(bounds, dx, dy));
    const inside = intersectRects(destination, reachable);
    if (!isEmptyRect(inside)) planned.push({ destination: inside, dx, dy });
  }
  return planned;
}

/**
 * The changed rects of a job, clipped to the surface and cut into parts of at most MAX_PART_PIXELS. When they would
 * be more than `maxRects`, their bounds instead.
 */
export function planRects(rects: readonly Rect[], surface: SurfaceView, maxRects: number = MAX_UPDATE_RECTS): Rect[] {
  const bounds = rect(0, 0, surface.width, surface.height);
  const inside = rects.map((each) => intersectRects(each, bounds)).filter((each) => !isEmptyRect(each));
  const parts = inside.flatMap(splitRect);
  return parts.length <= maxRects ? parts : splitRect(inside.reduce(boundRects, EMPTY_RECT));
}

function splitRect(whole: Rect): Rect[] {
  const parts: Rect[] = [];
  const width = Math.min(whole.width, MAX_PART_WIDTH);
  const height = Math.max(PART_STEP, Math.floor(MAX_PART_PIXELS / width / PART_STEP) * PART_STEP);
  for (let y = 0; y < whole.height; y += height) {
    for (let x = 0; x < whole.width; x += width) {
      const partWidth = Math.min(width, whole.width - x);
      parts.push(rect(whole.x + x, whole.y + y, partWidth, Math.min(height, whole.height - y)));
    }
  }
  return parts;
}
