/** Which pixels have changed: one bit for 16 pixels of one line. */

import { intersectRects, isEmptyRect, type Rect, rect, translateRect } from "../base/rect.ts";
import { BitRows } from "./bit_rows.ts";
import { PIXELS_PER_BIT } from "./display_surface.ts";

const ROW_ALIGNMENT_BYTES = 8;

/** Bytes between two rows of the map of a surface `width` pixels wide: a multiple of 8, as the kernels want it. */
export function dirtyMapStrideBytes(width: number): number {
  return Math.ceil(width / (PIXELS_PER_BIT * 8 * ROW_ALIGNMENT_BYTES)) * ROW_ALIGNMENT_BYTES;
}

/**
 * The dirty bits of a surface. Marking rounds outwards to the bits; nothing outside the surface can be marked.
 *
 * @example What a listener of a display is told
 * ```ts
 * import { Display } from "@vncd/vncd";
 * import assert from "node:assert/strict";
 *
 * const display = new Display({ width: 64, height: 48 });
 * const marked: boolean[] = [];
 * const stop = display.addListener({
 *   gfxUpdate: (changed) => void marked.push(changed.isMarked(40, 20), changed.isMarked(0, 0)),
 * });
 * display.pixels[20 * display.strideBytes + 40 * 4] = 0xff;
 * display.update({ x: 40, y: 20, width: 1, height: 1 });
 * display.refresh();
 * assert.deepEqual(marked, [true, false]);
 * stop();
 * display.close();
 * ```
 */
export class DirtyMap {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** Bytes from one row to the next. */
  readonly strideBytes: number;
  /** Little-endian words, rows `strideBytes` apart. To be marked by the methods only: they keep the row range. */
  readonly words: Uint32Array;
  /**
   * The same bits as a grid.
   * @internal
   */
  readonly bits: BitRows;
  #firstRow: number;
  #endRow = 0;

  /** An empty map; over `words` (which must be zero) when it has to lie in shared memory. */
  constructor(width: number, height: number, words?: Uint32Array) {
    this.width = width;
    this.height = height;
    this.strideBytes = dirtyMapStrideBytes(width);
    this.bits = new BitRows(Math.ceil(width / PIXELS_PER_BIT), height, this.strideBytes / 4, words);
    this.words = this.bits.words;
    this.#firstRow = height;
  }

  /** No row before this one has a bit. The height when the map is known to be empty. */
  get firstRow(): number {
    return this.#firstRow;
  }

  /** No row from this one on has a bit. 0 when the map is known to be empty. */
  get endRow(): number {
    return this.#endRow;
  }

  /** Marks every bit the rect touches; clipped to the surface. */
  markRect(marked: Rect): void {
    const area = this.#clip(marked);
    if (isEmptyRect(area)) return;
    const from = Math.floor(area.x / PIXELS_PER_BIT);
    const end = Math.ceil((area.x + area.width) / PIXELS_PER_BIT);
    const endRow = area.y + area.height;
    this.bits.setRuns(area.y, endRow, from, end);
    this.includeRows(area.y, endRow);
  }

  /** Marks the whole surface. */
  markAll(): void {
    this.markRect(rect(0, 0, this.width, this.height));
  }

  /** Clears every bit of which no pixel lies outside the rect. */
  clearRect(cleared: Rect): void {
    const area = this.#clip(cleared);
    const from = Math.ceil(area.x / PIXELS_PER_BIT);
    const right = area.x + area.width;
    const end = right === this.width ? this.bits.columns : Math.floor(right / PIXELS_PER_BIT);
    const endRow = Math.min(area.y + area.height, this.#endRow);
    for (let row = Math.max(area.y, this.#firstRow); row < endRow; row++) this.bits.clearRun(row, from, end);
  }

  /** Marks, moved by (dx, dy), what is marked in `source`. */
  markMoved(source: Rect, dx: number, dy: number): void {
    const area = this.#clip(source);
    const rows = area.height;
    for (let i = 0; i < rows; i++) {
      // From the side it moves to, so that no row is read after it was marked.
      const row = dy > 0 ? area.y + rows - 1 - i : area.y + i;
      for (const run of this.#runsOf(row, area)) this.markRect(translateRect(run, dx, dy));
    }
  }

  /** Sets every bit that the other map of the same size has. */
  orFrom(other: DirtyMap): void {
    if (other.width !== this.width || other.height !== this.height) {
      throw new RangeError(`Cannot join dirty maps: ${sizeText(other)} is not ${sizeText(this)}`);
    }
    const wordsPerRow = this.bits.wordsPerRow;
    const end = other.endRow * wordsPerRow;
    for (let i = other.firstRow * wordsPerRow; i < end; i++) this.words[i] = this.words[i]! | other.words[i]!;
    this.includeRows(other.firstRow, other.endRow);
  }

  /** Whether the same bits are set in a map of the same size. */
  equals(other: DirtyMap): boolean {
    if (other.width !== this.width || other.height !== this.height) return false;
    const wordsPerRow = this.bits.wordsPerRow;
    const end = Math.max(this.#endRow, other.endRow) * wordsPerRow;
    for (let i = Math.min(this.#firstRow, other.firstRow) * wordsPerRow; i < end; i++) {
      if (this.words[i] !== other.words[i]) return false;
    }
    return true;
  }

  /** A map of its own with the same bits. */
  copy(): DirtyMap {
    const copy = new DirtyMap(this.width, this.height);
    copy.orFrom(this);
    return copy;
  }

  /** Forgets everything. */
  clear(): void {
    const wordsPerRow = this.bits.wordsPerRow;
    if (this.#firstRow < this.#endRow) this.words.fill(0, this.#firstRow * wordsPerRow, this.#endRow * wordsPerRow);
    this.#firstRow = this.height;
    this.#endRow = 0;
  }

  /** Whether no bit is set. */
  get isEmpty(): boolean {
    const wordsPerRow = this.bits.wordsPerRow;
    const end = this.#endRow * wordsPerRow;
    for (let i = this.#firstRow * wordsPerRow; i < end; i++) {
      if (this.words[i] !== 0) return false;
    }
    return true;
  }

  /** Whether the bit of the pixel is set. */
  isMarked(x: number, y: number): boolean {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return false;
    const column = Math.floor(x / PIXELS_PER_BIT);
    return this.bits.isRunSet(y, column, column + 1);
  }

  /** Tells that someone else, a kernel, may have set bits of these rows. */
  includeRows(firstRow: number, endRow: number): void {
    if (firstRow >= endRow) return;
    this.#firstRow = Math.min(this.#firstRow, firstRow);
    this.#endRow = Math.max(this.#endRow, endRow);
  }

  /** Whole pixels inside the surface: a bit must be set for a pixel that is only touched. */
  #clip(area: Rect): Rect {
    const x = Math.floor(area.x);
    const y = Math.floor(area.y);
    const whole = rect(x, y, Math.ceil(area.x + area.width) - x, Math.ceil(area.y + area.height) - y);
    return intersectRects(whole, rect(0, 0, this.width, this.height));
  }

  /** The marked pixels of one row inside `area`, one rect a run. */
  #runsOf(row: number, area: Rect): Rect[] {
    const runs: Rect[] = [];
    if (row < this.#firstRow || row >= this.#endRow) return runs;
    const end = Math.ceil((area.x + area.width) / PIXELS_PER_BIT);
    let from = this.bits.nextSet(row, Math.floor(area.x / PIXELS_PER_BIT), end);
    while (from < end) {
      const until = this.bits.nextClear(row, from, end);
      const run = rect(from * PIXELS_PER_BIT, row, (until - from) * PIXELS_PER_BIT, 1);
      runs.push(intersectRects(run, area));
      from = this.bits.nextSet(row, until, end);
    }
    return runs;
  }
}

function sizeText(map: DirtyMap): string {
  return `${map.width}x${map.height}`;
}
