/** The cells of 64x64 pixels in which a picture's history is kept [QEMU VNC_STAT_RECT]. */

import { intersectRects, isEmptyRect, type Rect, rect } from "../base/rect.ts";
import { BitRows } from "./bit_rows.ts";
import type { DirtyMap } from "./dirty_map.ts";
import { PIXELS_PER_BIT } from "./display_surface.ts";
import { mergeRuns, scaleRect } from "./merge_rects.ts";

/** Pixels of a cell's side; those at the right and at the bottom may be smaller. */
export const CELL_SIDE = 64;
const BITS_PER_CELL = CELL_SIDE / PIXELS_PER_BIT;
const CELL_BITS = (1 << BITS_PER_CELL) - 1;

/** The cells that a rect touches, in cells. */
export function cellsOf(area: Rect): Rect {
  if (isEmptyRect(area)) return rect(0, 0, 0, 0);
  const x = Math.floor(area.x / CELL_SIDE);
  const y = Math.floor(area.y / CELL_SIDE);
  const right = Math.ceil((area.x + area.width) / CELL_SIDE);
  const bottom = Math.ceil((area.y + area.height) / CELL_SIDE);
  return rect(x, y, right - x, bottom - y);
}

/** The pixels of cells that are given in cells. */
export function pixelsOfCells(cells: Rect): Rect {
  return scaleRect(cells, CELL_SIDE, CELL_SIDE);
}

/** Calls `visit` for every cell in which the map has a bit. */
export function forEachMarkedCell(map: DirtyMap, visit: (column: number, row: number) => void): void {
  const { wordsPerRow } = map.bits;
  for (let y = map.firstRow; y < map.endRow;) {
    const row = Math.floor(y / CELL_SIDE);
    const endRow = Math.min(map.endRow, (row + 1) * CELL_SIDE);
    for (let word = 0; word < wordsPerRow; word++) {
      let bits = 0;
      for (let at = y * wordsPerRow + word; at < endRow * wordsPerRow; at += wordsPerRow) bits |= map.words[at]!;
      for (let column = word * 32 / BITS_PER_CELL; bits !== 0; column++, bits >>>= BITS_PER_CELL) {
        if ((bits & CELL_BITS) !== 0) visit(column, row);
      }
    }
    y = endRow;
  }
}

/** The parts of a rect that lie in cells with an answer, and those that lie in the others; as few as possible of each. */
export function splitByCells(area: Rect, isIn: (column: number, row: number) => boolean): { in: Rect[]; out: Rect[] } {
  const { x, y, width, height } = cellsOf(area);
  const sides = {
    in: new BitRows(width, height, Math.ceil(width / 32)),
    out: new BitRows(width, height, Math.ceil(width / 32)),
  };
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      sides[isIn(x + column, y + row) ? "in" : "out"].setRun(row, column, column + 1);
    }
  }
  const pixels = (bits: BitRows) =>
    mergeRuns(bits, Infinity)!.map((cells) => {
      return intersectRects(area, pixelsOfCells(rect(x + cells.x, y + cells.y, cells.width, cells.height)));
    });
  return { in: pixels(sides.in), out: pixels(sides.out) };
}
