/** Rectangles in pixels, half-open: a rect covers x ≤ px < x + width. Knows no RFB. */

/** A point in pixels. */
export interface Point {
  /** Pixels from the left edge. */
  readonly x: number;
  /** Pixels from the top edge. */
  readonly y: number;
}

/** A rectangle in pixels. `width` or `height` of 0 covers nothing. */
export interface Rect {
  /** Pixels from the left edge. */
  readonly x: number;
  /** Pixels from the top edge. */
  readonly y: number;
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
}

/** The rect that covers nothing. */
export const EMPTY_RECT: Rect = { x: 0, y: 0, width: 0, height: 0 };

/** A rect from its corner and size. */
export function rect(x: number, y: number, width: number, height: number): Rect {
  return { x, y, width, height };
}

/** Whether the rect covers no pixel. */
export function isEmptyRect(r: Rect): boolean {
  return r.width <= 0 || r.height <= 0;
}

/** The pixels two rects share, or {@link EMPTY_RECT}. */
export function intersectRects(a: Rect, b: Rect): Rect {
  const x = Math.max(a.x, b.x);
  const y = Math.max(a.y, b.y);
  const width = Math.min(a.x + a.width, b.x + b.width) - x;
  const height = Math.min(a.y + a.height, b.y + b.height) - y;
  return width > 0 && height > 0 ? { x, y, width, height } : EMPTY_RECT;
}

/** The smallest rect that covers both. */
export function boundRects(a: Rect, b: Rect): Rect {
  if (isEmptyRect(a)) return b;
  if (isEmptyRect(b)) return a;
  const x = Math.min(a.x, b.x);
  const y = Math.min(a.y, b.y);
  const width = Math.max(a.x + a.width, b.x + b.width) - x;
  const height = Math.max(a.y + a.height, b.y + b.height) - y;
  return { x, y, width, height };
}

/** Whether `inner` lies completely inside `outer`. An empty rect lies inside everything. */
export function containsRect(outer: Rect, inner: Rect): boolean {
  if (isEmptyRect(inner)) return true;
  return inner.x >= outer.x && inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height;
}

/** The rect moved by (dx, dy). */
export function translateRect(r: Rect, dx: number, dy: number): Rect {
  return { x: r.x + dx, y: r.y + dy, width: r.width, height: r.height };
}

/** The parts of `a` that `b` does not cover: at most four disjoint rects. */
export function subtractRect(a: Rect, b: Rect): Rect[] {
  const cut = intersectRects(a, b);
  if (isEmptyRect(cut)) return isEmptyRect(a) ? [] : [a];
  const right = cut.x + cut.width;
  const bottom = cut.y + cut.height;
  const parts = [
    rect(a.x, a.y, a.width, cut.y - a.y),
    rect(a.x, cut.y, cut.x - a.x, cut.height),
    rect(right, cut.y, a.x + a.width - right, cut.height),
    rect(a.x, bottom, a.width, a.y + a.height - bottom),
  ];
  return parts.filter((part) => !isEmptyRect(part));
}
