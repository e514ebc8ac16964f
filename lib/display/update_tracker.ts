/** What one client has not been sent yet: changed pixels, and one area that was moved. */

import { EMPTY_RECT, intersectRects, isEmptyRect, type Rect, rect, subtractRect, translateRect } from "../base/rect.ts";
import { type CopiedPart, copiedParts } from "./copied_parts.ts";
import { DirtyMap } from "./dirty_map.ts";
import { MergedRects } from "./merged_rects.ts";

/** The content of one update: the copies first, in this order, then the rects. */
export interface TrackedUpdate {
  /** The pixels at `destination` are the client's own from (destination.x − dx, destination.y − dy). */
  readonly copies: readonly CopiedPart[];
  /** Disjoint, inside the surface. */
  readonly rects: readonly Rect[];
}

const NOTHING_COPIED: CopiedPart = { destination: EMPTY_RECT, dx: 0, dy: 0 };

/**
 * One client's tracker, by the rules of TigerVNC's SimpleUpdateTracker: what is copied from a changed place is a change;
 * a copy of what was just copied continues it. One area with one delta is kept; of several ways to see a copy the one
 * that lets most pixels be copied is taken, the other pixels count as changed. A changed pixel is always sent after the
 * copies, so no picture is wrong when an update is complete.
 */
export class UpdateTracker {
  #changed: DirtyMap;
  #copied: CopiedPart = NOTHING_COPIED;
  readonly #merged: MergedRects;

  /** A tracker for a client that has seen nothing yet: everything is changed. `merged` is for all of a display. */
  constructor(width: number, height: number, merged: MergedRects = new MergedRects()) {
    this.#merged = merged;
    this.#changed = new DirtyMap(width, height);
    this.#changed.markAll();
  }

  /** The surface has a new size, all of it changed. */
  resize(width: number, height: number): void {
    this.#changed = new DirtyMap(width, height);
    this.#changed.markAll();
    this.#copied = NOTHING_COPIED;
  }

  /** The server surface has changed at these bits. Throws RangeError for a map of another size. */
  addChanged(map: DirtyMap): void {
    this.#changed.orFrom(map);
  }

  /** The server surface has changed there, or the client wants it again. */
  addChangedRect(changed: Rect): void {
    this.#changed.markRect(changed);
  }

  /**
   * The server surface's pixels moved to `destination` from (destination.x − dx, destination.y − dy). `inFlight` are
   * the rects of a job that is not encoded yet: which state of them the client will have is not known, so what is
   * copied from there becomes a change.
   */
  addCopied(destination: Rect, dx: number, dy: number, inFlight: readonly Rect[]): void {
    const area = this.#clipCopy(destination, dx, dy);
    if (isEmptyRect(area)) return;
    const old = this.#copied.destination;
    const continued = translateRect(intersectRects(translateRect(area, -dx, -dy), old), dx, dy);
    const gain = {
      old: pixelsOf(old) - pixelsOf(intersectRects(old, area)),
      continued: pixelsOf(continued),
      new: pixelsOf(area) - pixelsOf(continued),
    };
    if (gain.old > Math.max(gain.continued, gain.new)) this.#changed.markRect(area);
    else if (gain.continued >= gain.new) this.#continueCopy(area, continued, dx, dy);
    else this.#replaceCopy(area, dx, dy, inFlight);
  }

  /** Whether there is nothing to send. */
  get isEmpty(): boolean {
    return isEmptyRect(this.#copied.destination) && this.#changed.isEmpty;
  }

  /**
   * All there is to send; the tracker is empty afterwards. Without `allowCopies` what was copied counts as changed.
   * `rectCostPixels` as in {@link mergeDirtyRects}.
   */
  take(allowCopies: boolean, rectCostPixels?: number): TrackedUpdate {
    if (!allowCopies) this.#changed.markRect(this.#copied.destination);
    const rects = this.#merged.of(this.#changed, rectCostPixels);
    const copies = allowCopies ? copiedParts(this.#copied, rects) : [];
    this.#changed.clear();
    this.#copied = NOTHING_COPIED;
    return { copies, rects };
  }

  /** What was copied before counts as changed, also as a source of the new copy. */
  #replaceCopy(area: Rect, dx: number, dy: number, inFlight: readonly Rect[]): void {
    const source = translateRect(area, -dx, -dy);
    this.#changed.markRect(this.#copied.destination);
    this.#changed.markMoved(source, dx, dy);
    for (const encoding of inFlight) this.#changed.markRect(translateRect(intersectRects(encoding, source), dx, dy));
    this.#copied = { destination: area, dx, dy };
  }

  /** `kept` is the part of `area` whose pixels had been copied before: the client takes them from where they came. */
  #continueCopy(area: Rect, kept: Rect, dx: number, dy: number): void {
    const old = this.#copied;
    // Not the jobs in flight: what was copied before was checked against them when its copy was made.
    this.#changed.markMoved(translateRect(kept, -dx, -dy), dx, dy);
    this.#markOutside(area, kept);
    this.#markOutside(old.destination, kept);
    this.#copied = { destination: kept, dx: old.dx + dx, dy: old.dy + dy };
  }

  #markOutside(area: Rect, kept: Rect): void {
    for (const part of subtractRect(area, kept)) this.#changed.markRect(part);
  }

  #clipCopy(destination: Rect, dx: number, dy: number): Rect {
    const bounds = rect(0, 0, this.#changed.width, this.#changed.height);
    return intersectRects(intersectRects(destination, bounds), translateRect(bounds, dx, dy));
  }
}

function pixelsOf(area: Rect): number {
  return area.width * area.height;
}
