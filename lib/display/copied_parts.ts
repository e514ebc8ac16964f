/** The copies of one update, in an order in which none destroys what a later one reads. */

import { intersectRects, isEmptyRect, type Rect, subtractRect, translateRect } from "../base/rect.ts";

/** The pixels at `destination` come from (destination.x − dx, destination.y − dy) of the same picture. */
export interface CopiedPart {
  /** Where the pixels are now. */
  readonly destination: Rect;
  /** Pixels to the right that they moved. */
  readonly dx: number;
  /** Pixels down that they moved. */
  readonly dy: number;
}

/** A copy costs next to nothing on the wire; past this many the whole area is copied, painted-over parts included. */
const MAX_COPIED_PARTS = 16;

/** The parts of a copied area that are not painted over by `rects` in the same update, in a safe order. */
export function copiedParts(copied: CopiedPart, rects: readonly Rect[]): CopiedPart[] {
  const { destination, dx, dy } = copied;
  let parts = isEmptyRect(destination) ? [] : [destination];
  for (const painted of rects) {
    parts = parts.flatMap((part) => subtractRect(part, painted));
    if (parts.length > MAX_COPIED_PARTS) return [copied];
  }
  return orderParts(parts, dx, dy).map((part) => ({ destination: part, dx, dy }));
}

/** Disjoint rects that all move the same way never wait for each other in a circle. */
function orderParts(parts: readonly Rect[], dx: number, dy: number): Rect[] {
  const ordered: Rect[] = [];
  let waiting = [...parts];
  while (waiting.length > 0) {
    const next = waiting.find((part) => !destroysSource(part, waiting, dx, dy)) ?? waiting[0]!;
    ordered.push(next);
    waiting = waiting.filter((part) => part !== next);
  }
  return ordered;
}

/** Whether writing `part` changes what another one of `waiting` has yet to read. */
function destroysSource(part: Rect, waiting: readonly Rect[], dx: number, dy: number): boolean {
  return waiting.some((other) => other !== part && !isEmptyRect(intersectRects(part, translateRect(other, -dx, -dy))));
}
