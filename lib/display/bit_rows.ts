/** Rows of bits in 32-bit words: what dirty maps and their coarser copies are made of. */

/** A grid of bits; bit k of a row is bit k & 31 of its word k >> 5. Bits behind `columns` are never set. */
export class BitRows {
  /** Bits in a row. */
  readonly columns: number;
  /** Rows of the grid. */
  readonly rows: number;
  /** Words from one row to the next. */
  readonly wordsPerRow: number;
  /** All rows, one after the other. */
  readonly words: Uint32Array;

  /** A grid without a bit; over `words` when they lie elsewhere. */
  constructor(columns: number, rows: number, wordsPerRow: number, words?: Uint32Array) {
    this.columns = columns;
    this.rows = rows;
    this.wordsPerRow = wordsPerRow;
    this.words = words ?? new Uint32Array(wordsPerRow * rows);
  }

  /** Sets the bits `from` ≤ k < `end` of a row. */
  setRun(row: number, from: number, end: number): void {
    const base = row * this.wordsPerRow;
    for (let word = from >> 5; word << 5 < end; word++) {
      this.words[base + word] = this.words[base + word]! | runMask(word, from, end);
    }
  }

  /** Sets the bits `from` ≤ k < `end` of some rows. */
  setRuns(firstRow: number, endRow: number, from: number, end: number): void {
    const last = endRow * this.wordsPerRow;
    for (let word = from >> 5; word << 5 < end; word++) {
      const mask = runMask(word, from, end);
      for (let at = firstRow * this.wordsPerRow + word; at < last; at += this.wordsPerRow) {
        this.words[at] = this.words[at]! | mask;
      }
    }
  }

  /** Clears the bits `from` ≤ k < `end` of a row. */
  clearRun(row: number, from: number, end: number): void {
    const base = row * this.wordsPerRow;
    for (let word = from >> 5; word << 5 < end; word++) {
      this.words[base + word] = this.words[base + word]! & ~runMask(word, from, end);
    }
  }

  /** Whether all bits `from` ≤ k < `end` of a row are set. */
  isRunSet(row: number, from: number, end: number): boolean {
    return this.nextClear(row, from, end) === end;
  }

  /** The first set bit of a row from `from` on, or `end`. */
  nextSet(row: number, from: number, end: number): number {
    return this.#next(row, from, end, 0);
  }

  /** The first clear bit of a row from `from` on, or `end`. */
  nextClear(row: number, from: number, end: number): number {
    return this.#next(row, from, end, ~0);
  }

  #next(row: number, from: number, end: number, flip: number): number {
    const base = row * this.wordsPerRow;
    for (let word = from >> 5; word << 5 < end; word++) {
      const bits = (this.words[base + word]! ^ flip) & runMask(word, from, end);
      if (bits !== 0) return (word << 5) + 31 - Math.clz32(bits & -bits);
    }
    return end;
  }
}

/** The bits of one word that lie in `from` ≤ k < `end`. */
function runMask(word: number, from: number, end: number): number {
  const first = from - (word << 5);
  const last = end - (word << 5);
  const low = first > 0 ? ~0 << first : ~0;
  return last < 32 ? low & ~(~0 << last) : low;
}
