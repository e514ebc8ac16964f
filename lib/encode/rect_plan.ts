/** Which rects a job's changed areas become on the wire. */

import { MAX_FRAMEBUFFER_SIDE, MAX_UPDATE_RECTS } from "../base/limits.ts";
import { boundRects, EMPTY_RECT, intersectRects, isEmptyRect, type Rect, rect, translateRect } from "../base/rect.ts";
import type { CopiedRect, LossyRule, SurfaceView } from "./job.ts";

/** Pixels of a rect that is encoded in one piece; what bounds the arena. */
export const MAX_PART_PIXELS = 2048 * 64;

/** A rect of a job, or a part of one, as it is given to an encoder. */
export interface Part extends Rect {
  readonly lossy: LossyRule;
}

/** How an encoding wants its rects cut. */
export interface PartShape {
  /** Widest part, but for rects so low that a wider one has no more pixels. */
  readonly width: number;
  readonly maxPixels: number;
  /** Sides of parts are multiples of this, but for the last. */
  readonly step: number;
  /** The longest side a part may have. */
  readonly maxSide: number;
}

/** The pixels of a part where nothing is kept between its rows: 1080p in one, and a client's turn of a millisecond. */
const MAX_RAW_PART_PIXELS = 1 << 21;
/** Raw: as few headers as can be; pixels behind a single one lie as they do in the surface, which copies them fastest. */
export const RAW_PARTS: PartShape = {
  width: MAX_FRAMEBUFFER_SIDE,
  maxPixels: MAX_RAW_PART_PIXELS,
  step: 16,
  maxSide: MAX_FRAMEBUFFER_SIDE,
};
/** Few parts, cut between ZRLE's tiles, which lie between Hextile's. */
export const LARGE_PARTS: PartShape = { width: 2048, maxPixels: MAX_PART_PIXELS, step: 64, maxSide: 2048 };
/** Parts of pixels that the window of 32 KiB just holds, so that what is found again is above as well as at the left. */
export const LOCAL_PARTS: PartShape = { width: 128, maxPixels: 128 * 64, step: 16, maxSide: 2048 };
/** Parts with few colours of their own, of which one is the background; CoRRE's sides are at most 255. */
export const RRE_PARTS: PartShape = { width: 64, maxPixels: 64 * 64, step: 16, maxSide: 240 };

/** Parts whose tiles have neighbours on all sides, so that Tight finds large areas of one kind; text likes long rows. */
export const SQUARE_PARTS: PartShape = { width: 1024, maxPixels: MAX_PART_PIXELS, step: 32, maxSide: 2048 };

/** The rules, the strictest first. */
const RULES: readonly LossyRule[] = ["forbidden", "smooth", "allowed", "forced"];

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
 * The changed rects of a job, clipped to the surface and cut into parts of at most `shape.maxPixels`. When they would
 * be more than `maxRects`, large parts of their bounds instead. `lossy` has a rule for each rect; none means forbidden.
 */
export function planRects(
  rects: readonly Rect[],
  surface: SurfaceView,
  shape: PartShape = LARGE_PARTS,
  maxRects: number = MAX_UPDATE_RECTS,
  lossy: readonly LossyRule[] = [],
): Part[] {
  const inside = clipRects(rects, surface, lossy);
  const parts = inside.flatMap((each) => splitRect(each, shape));
  if (parts.length <= maxRects) return parts;
  const strictest = RULES.find((rule) => inside.some((each) => each.lossy === rule))!;
  return splitRect({ ...inside.reduce(boundRects, EMPTY_RECT), lossy: strictest }, LARGE_PARTS);
}

/** The rects inside the surface, with their rules. */
export function clipRects(rects: readonly Rect[], surface: SurfaceView, lossy: readonly LossyRule[] = []): Part[] {
  const bounds = rect(0, 0, surface.width, surface.height);
  return rects
    .map((each, at) => ({ ...intersectRects(each, bounds), lossy: lossy[at] ?? "forbidden" }))
    .filter((each) => !isEmptyRect(each));
}

/** Cuts a rect into parts of a shape. */
export function splitRect(whole: Part, { width, maxPixels, step, maxSide }: PartShape): Part[] {
  const widest = Math.min(maxSide, Math.max(width, Math.floor(maxPixels / whole.height / step) * step));
  const partWidth = evenSide(whole.width, widest, step);
  const highest = Math.min(maxSide, Math.max(step, Math.floor(maxPixels / partWidth / step) * step));
  const partHeight = evenSide(whole.height, highest, step);
  const parts: Part[] = [];
  for (let y = 0; y < whole.height; y += partHeight) {
    const height = Math.min(partHeight, whole.height - y);
    for (let x = 0; x < whole.width; x += partWidth) {
      const width = Math.min(partWidth, whole.width - x);
      parts.push({ x: whole.x + x, y: whole.y + y, width, height, lossy: whole.lossy });
    }
  }
  return parts;
}

/** The side of parts, none longer than `longest`, that divides `whole` without a sliver at its end. */
function evenSide(whole: number, longest: number, step: number): number {
  const count = Math.ceil(whole / longest);
  return Math.min(longest, Math.ceil(whole / count / step) * step);
}
