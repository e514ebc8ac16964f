/** What one client has not got as it is, and when it gets it again without a loss. */

import type { Clock, Timer } from "../base/clock.ts";
import { type Rect, rect, translateRect } from "../base/rect.ts";
import { cellsOf, forEachMarkedCell, pixelsOfCells } from "../display/cell_grid.ts";
import { DirtyMap } from "../display/dirty_map.ts";
import { QUIET_MS } from "../display/update_statistics.ts";
import type { CopiedRect } from "../encode/job.ts";
import type { DisplayStatistics } from "./display_statistics.ts";

/** Cells that go with one update at most: on a slow line what changes must not wait behind what only gets sharper. */
const MAX_CELLS_AT_ONCE = 64;

/** What a refresh needs. */
export interface LosslessRefreshOptions {
  readonly clock: Clock;
  readonly statistics: DisplayStatistics;
  /** Something may be due now. */
  readonly onDue: () => void;
}

/**
 * Remembers every pixel that went out with a loss, for whatever reason, until it goes out without one. What is in a
 * cell is due that has not changed for two seconds, or in which nothing has become lossy for as long: something small
 * that blinks does not keep the rest of its cell from being exact. Nothing is kept and no timer runs while there is
 * nothing lossy.
 */
export class LosslessRefresh {
  readonly #options: LosslessRefreshOptions;
  #size: Rect;
  #lossy: DirtyMap | undefined;
  /** When a cell last became lossy, by column and row. */
  readonly #lossyMs = new Map<number, number>();
  #forgetStatistics: (() => void) | undefined;
  #timer: Timer | undefined;
  /** No lossy cell is due before. */
  #nextDueMs = Infinity;

  /** For a client that sees `size` of the picture, from (0, 0). */
  constructor(size: Rect, options: LosslessRefreshOptions) {
    this.#size = size;
    this.#options = options;
  }

  /** The client sees another part of the picture, and is sent all of it anew. */
  resize(size: Rect): void {
    this.#size = size;
    this.#forget();
  }

  /** Whether a cell is due; undefined when none is. What is due must be sent without a loss. */
  dueCells(): ((column: number, row: number) => boolean) | undefined {
    const due = this.#findDue();
    if (due.length === 0) return undefined;
    const keys = new Set(due.map(({ x, y }) => this.#keyOf(x, y)));
    return (column, row) => keys.has(this.#keyOf(column, row));
  }

  /** What of it is to go with the next update, whether it has changed or not. */
  takeDue(): Rect[] {
    return this.#findDue().slice(0, MAX_CELLS_AT_ONCE).map(pixelsOfCells);
  }

  /** The client has been sent copies: a copy of what is lossy is lossy. */
  addCopies(copies: readonly CopiedRect[]): void {
    if (this.#lossy === undefined) return;
    for (const { destination, dx, dy } of copies) {
      this.#lossy.markMoved(translateRect(destination, -dx, -dy), dx, dy);
      this.#stamp(destination);
    }
  }

  /** The client is sent these rects; which of them with a loss is told to {@link addLossy} later. */
  addSent(rects: readonly Rect[]): void {
    for (const sent of rects) this.#lossy?.clearRect(sent);
    if (this.#lossy?.isEmpty) this.#forget();
  }

  /** The client does not have these rects as they are. */
  addLossy(rects: readonly Rect[]): void {
    if (rects.length === 0) return;
    this.#forgetStatistics ??= this.#options.statistics.need();
    this.#lossy ??= new DirtyMap(this.#size.width, this.#size.height);
    for (const lossy of rects) {
      this.#lossy.markRect(lossy);
      this.#stamp(lossy);
    }
    this.#nextDueMs = -Infinity;
  }

  /** Forgets everything; no timer is left behind. */
  close(): void {
    this.#forget();
  }

  #forget(): void {
    this.#lossy = undefined;
    this.#lossyMs.clear();
    this.#nextDueMs = Infinity;
    this.#forgetStatistics?.();
    this.#forgetStatistics = undefined;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** The cells that are due. Whoever looks is told when the next one is, so that nobody has to look all the time. */
  #findDue(): Rect[] {
    const nowMs = this.#options.clock.nowMs();
    const statistics = this.#options.statistics.current;
    if (this.#lossy === undefined || statistics === undefined || nowMs < this.#nextDueMs) return [];
    const due: Rect[] = [];
    let laterMs = Infinity;
    forEachMarkedCell(this.#lossy, (column, row) => {
      const lossyMs = this.#lossyMs.get(this.#keyOf(column, row)) ?? nowMs;
      const dueMs = Math.min(statistics.quietMs(column, row), lossyMs + QUIET_MS);
      if (dueMs <= nowMs) due.push(rect(column, row, 1, 1));
      else laterMs = Math.min(laterMs, dueMs);
    });
    this.#nextDueMs = due.length > 0 ? nowMs : laterMs;
    this.#setTimer(laterMs - nowMs);
    return due;
  }

  #stamp(area: Rect): void {
    const nowMs = this.#options.clock.nowMs();
    const { x, y, width, height } = cellsOf(area);
    for (let row = y; row < y + height; row++) {
      for (let column = x; column < x + width; column++) this.#lossyMs.set(this.#keyOf(column, row), nowMs);
    }
  }

  #keyOf(column: number, row: number): number {
    return row * this.#size.width + column;
  }

  #setTimer(delayMs: number): void {
    this.#timer?.cancel();
    this.#timer = delayMs === Infinity ? undefined : this.#options.clock.setTimer(() => {
      this.#timer = undefined;
      this.#options.onDue();
    }, delayMs);
  }
}
