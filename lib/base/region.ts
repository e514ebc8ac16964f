/** A set of pixels kept as disjoint rects. Small regions only: copied areas, uncovered parts. */

import { boundRects, EMPTY_RECT, intersectRects, isEmptyRect, type Rect, subtractRect, translateRect } from "./rect.ts";

/** An immutable set of pixels; every operation returns a new region. */
export class Region {
  /** The disjoint rects that make up the region. */
  readonly rects: readonly Rect[];

  private constructor(rects: readonly Rect[]) {
    this.rects = rects;
  }

  /** The region without a pixel. */
  static readonly empty: Region = new Region([]);

  /** The region of one rect. */
  static of(r: Rect): Region {
    return isEmptyRect(r) ? Region.empty : new Region([r]);
  }

  /** Whether there is no pixel in it. */
  get isEmpty(): boolean {
    return this.rects.length === 0;
  }

  /** The smallest rect around the region. */
  get bounds(): Rect {
    return this.rects.reduce(boundRects, EMPTY_RECT);
  }

  /** Pixels in the region. */
  get area(): number {
    return this.rects.reduce((sum, r) => sum + r.width * r.height, 0);
  }

  /** All pixels of either. */
  union(other: Region): Region {
    const added = other.subtract(this).rects;
    return added.length === 0 ? this : new Region([...this.rects, ...added]);
  }

  /** The pixels of this that are not in the other. */
  subtract(other: Region): Region {
    let left = this.rects;
    for (const cut of other.rects) left = left.flatMap((r) => subtractRect(r, cut));
    return left === this.rects ? this : new Region(left);
  }

  /** The pixels of both. */
  intersect(other: Region): Region {
    const shared = this.rects.flatMap((a) => other.rects.map((b) => intersectRects(a, b)));
    return new Region(shared.filter((r) => !isEmptyRect(r)));
  }

  /** The region moved by (dx, dy). */
  translate(dx: number, dy: number): Region {
    return new Region(this.rects.map((r) => translateRect(r, dx, dy)));
  }
}
