/** Areas of like cells in a grid. */

import { type Rect, rect } from "../base/rect.ts";

/** The value of a cell that is in an area already. */
const TAKEN = 0xffff_ffff;

/** An area, in cells that all have the same value. */
export interface CellArea extends Rect {
  readonly value: number;
}

/** A grid of cells, each with a value below 2^32 - 1, row by row. */
export class CellAreas {
  readonly #cells: Uint32Array;
  readonly #columns: number;
  readonly #rows: number;

  constructor(cells: Uint32Array, columns: number) {
    this.#cells = cells;
    this.#columns = columns;
    this.#rows = cells.length / columns;
  }

  /**
   * Takes the areas of cells whose value is wanted. What would make an area of fewer than `minCells` gets the value
   * `otherwise` instead, unless it is the whole grid.
   */
  take(isWanted: (value: number) => boolean, minCells = 1, otherwise = 0): CellArea[] {
    const areas: CellArea[] = [];
    for (let at = 0; at < this.#cells.length; at++) {
      const value = this.#cells[at]!;
      if (value === TAKEN || !isWanted(value)) continue;
      const { x, y, width, height } = this.#grow(at, value);
      const isWorthIt = width * height >= Math.min(minCells, this.#cells.length);
      if (isWorthIt) areas.push({ x, y, width, height, value });
      if (isWorthIt) this.#fill({ x, y, width, height });
      else this.#cells[at] = otherwise;
    }
    return areas;
  }

  /** To the right, then down. */
  #grow(at: number, value: number): Rect {
    const x = at % this.#columns;
    const y = Math.floor(at / this.#columns);
    let width = 1;
    while (x + width < this.#columns && this.#cells[at + width] === value) width++;
    let height = 1;
    while (y + height < this.#rows && this.#isRun(at + height * this.#columns, width, value)) height++;
    return rect(x, y, width, height);
  }

  #isRun(at: number, width: number, value: number): boolean {
    for (let i = at; i < at + width; i++) if (this.#cells[i] !== value) return false;
    return true;
  }

  #fill({ x, y, width, height }: Rect): void {
    for (let row = y; row < y + height; row++) {
      this.#cells.fill(TAKEN, row * this.#columns + x, row * this.#columns + x + width);
    }
  }
}
