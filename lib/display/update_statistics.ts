/** How often the parts of a picture change: what tells video from the rest [QEMU vnc_update_stats]. */

import type { Rect } from "../base/rect.ts";
import { CELL_SIDE, cellsOf, forEachMarkedCell } from "./cell_grid.ts";
import type { DirtyMap } from "./dirty_map.ts";

/** Changes of a cell that are remembered. */
const STAMPS = 10;
/** How often frequencies are worked out [QEMU VNC_REFRESH_STATS]. */
export const STATISTICS_INTERVAL_MS = 500;
/** A cell that has not changed for longer is quiet [QEMU VNC_REFRESH_LOSSY]. */
export const QUIET_MS = 2_000;

/** One picture's history in cells of 64x64: the times of the last ten changes of each, and what they say. */
export class UpdateStatistics {
  readonly #columns: number;
  readonly #rows: number;
  /** Rings of times, one behind the other. */
  readonly #stamps: Float64Array;
  /** Changes a cell has seen since it was quiet; their place in the ring is this number modulo its length. */
  readonly #counts: Uint32Array;
  readonly #changedMs: Float64Array;
  /** In which tick a cell was last stamped, so that it is once a tick. */
  readonly #tickOf: Uint32Array;
  readonly #frequencies: Float32Array;
  #tick = 1;
  #evaluatedMs: number;

  /** A picture that is all new. */
  constructor(width: number, height: number, nowMs: number) {
    this.#columns = Math.ceil(width / CELL_SIDE);
    this.#rows = Math.ceil(height / CELL_SIDE);
    const cells = this.#columns * this.#rows;
    this.#stamps = new Float64Array(cells * STAMPS);
    this.#counts = new Uint32Array(cells);
    this.#changedMs = new Float64Array(cells).fill(nowMs);
    this.#tickOf = new Uint32Array(cells);
    this.#frequencies = new Float32Array(cells);
    this.#evaluatedMs = nowMs;
  }

  /** The picture has changed at these bits. */
  addChanged(map: DirtyMap, nowMs: number): void {
    forEachMarkedCell(map, (column, row) => this.#stamp(row * this.#columns + column, nowMs));
  }

  /** The picture was moved there: no picture to be sent, so nothing that is counted, but no quiet either. */
  addCopied(destination: Rect, nowMs: number): void {
    this.#forEachCell(destination, (cell) => this.#changedMs[cell] = nowMs);
  }

  /** A tick of the display has ended. */
  endTick(): void {
    this.#tick++;
  }

  /** Changes a second in the cells that a rect touches, on average; as of the last half second. */
  frequency(area: Rect, nowMs: number): number {
    this.#evaluate(nowMs);
    let sum = 0;
    let cells = 0;
    this.#forEachCell(area, (cell) => {
      sum += this.#frequencies[cell]!;
      cells++;
    });
    return cells === 0 ? 0 : sum / cells;
  }

  /** When the cell is quiet, unless it changes before. */
  quietMs(column: number, row: number): number {
    return (this.#changedMs[row * this.#columns + column] ?? 0) + QUIET_MS;
  }

  #stamp(cell: number, nowMs: number): void {
    this.#changedMs[cell] = nowMs;
    if (this.#tickOf[cell] === this.#tick) return;
    this.#tickOf[cell] = this.#tick;
    this.#stamps[cell * STAMPS + this.#counts[cell]! % STAMPS] = nowMs;
    this.#counts[cell] = this.#counts[cell]! + 1;
  }

  #evaluate(nowMs: number): void {
    if (nowMs - this.#evaluatedMs < STATISTICS_INTERVAL_MS) return;
    this.#evaluatedMs = nowMs;
    for (let cell = 0; cell < this.#counts.length; cell++) {
      const count = this.#counts[cell]!;
      if (count < STAMPS) continue;
      const newest = this.#stamps[cell * STAMPS + (count - 1) % STAMPS]!;
      const oldest = this.#stamps[cell * STAMPS + count % STAMPS]!;
      const isQuiet = nowMs - newest > QUIET_MS;
      this.#frequencies[cell] = isQuiet ? 0 : STAMPS * 1_000 / Math.max(1, newest - oldest);
      if (isQuiet) this.#counts[cell] = 0;
    }
  }

  #forEachCell(area: Rect, visit: (cell: number) => void): void {
    const { x, y, width, height } = cellsOf(area);
    for (let row = y; row < Math.min(y + height, this.#rows); row++) {
      for (let column = x; column < Math.min(x + width, this.#columns); column++) visit(row * this.#columns + column);
    }
  }
}
