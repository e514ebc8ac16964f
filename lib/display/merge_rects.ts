/** From dirty bits to rects: right, then down, as QEMU does; coarser where that would make too many small ones. */

import { intersectRects, type Rect, rect } from "../base/rect.ts";
import { BitRows } from "./bit_rows.ts";
import type { DirtyMap } from "./dirty_map.ts";
import { PIXELS_PER_BIT } from "./display_surface.ts";

/** Rects that one update is cut into at most. */
export const MAX_MERGED_RECTS = 1_000;
/** What a rect costs that is little more than a header and a call, in pixels that could be sent instead. */
export const PLAIN_RECT_COST_PIXELS = 128;
/** Lines of the first coarser grid: with the 16 pixels of a bit they make Hextile's tiles. */
const CELL_ROWS = 16;
/** The widest cells that are tried when narrower ones are few enough. */
const LARGEST_CELL = 256;
/** How much wider and higher the cells of every further grid are. */
const COARSER = 4;

/** The rows of a grid of dirty cells that have any; those above and below are left out. */
interface Grid {
  readonly bits: BitRows;
  /** Where in the whole grid the first row of `bits` is. */
  readonly firstRow: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
}

/**
 * Disjoint rects inside the surface that cover every dirty bit, {@link MAX_MERGED_RECTS} at most. They cover nothing
 * else unless fewer rects of 16x16, 64x64 or 256x256 cells are cheaper than many small ones: `rectCostPixels` is what a
 * rect costs beside its pixels (header, stream flush, set-up), in pixels that could be sent instead.
 */
export function mergeDirtyRects(map: DirtyMap, rectCostPixels: number = PLAIN_RECT_COST_PIXELS): Rect[] {
  if (map.firstRow >= map.endRow) return [];
  const finest = gridOf(map);
  let best = mergeGrid(map, finest);
  for (
    let grid = joinRows(finest, CELL_ROWS);
    best === undefined || grid.cellWidth <= LARGEST_CELL;
    grid = coarsen(grid)
  ) {
    if (best !== undefined && best.length <= 1) break;
    const coarser = mergeGrid(map, grid);
    const isCheaper = coarser !== undefined &&
      (best === undefined || costPixels(coarser, rectCostPixels) < costPixels(best, rectCostPixels));
    if (isCheaper) best = coarser;
  }
  return best;
}

function gridOf({ bits, firstRow, endRow }: DirtyMap): Grid {
  const { columns, wordsPerRow, words } = bits;
  const used = words.subarray(firstRow * wordsPerRow, endRow * wordsPerRow);
  const rows = new BitRows(columns, endRow - firstRow, wordsPerRow, used);
  return { bits: rows, firstRow, cellWidth: PIXELS_PER_BIT, cellHeight: 1 };
}

function costPixels(rects: readonly Rect[], rectCostPixels: number): number {
  return rects.reduce((sum, r) => sum + r.width * r.height, rects.length * rectCostPixels);
}

/** The rects of a grid in pixels, or undefined when there are too many. */
function mergeGrid(map: DirtyMap, { bits, firstRow, cellWidth, cellHeight }: Grid): Rect[] | undefined {
  const bounds = rect(0, 0, map.width, map.height);
  const copy = new BitRows(bits.columns, bits.rows, bits.wordsPerRow, bits.words.slice());
  return mergeRuns(copy, MAX_MERGED_RECTS)?.map(({ x, y, width, height }) => {
    const cells = rect(x, firstRow + y, width, height);
    return intersectRects(bounds, scaleRect(cells, cellWidth, cellHeight));
  });
}

/** A rect of cells, in pixels. */
export function scaleRect(cell: Rect, width: number, height: number): Rect {
  return rect(cell.x * width, cell.y * height, cell.width * width, cell.height * height);
}

/** Disjoint rects of cells that cover exactly the set bits, which are cleared; undefined when they are over `limit`. */
export function mergeRuns(bits: BitRows, limit: number): Rect[] | undefined {
  const rects: Rect[] = [];
  for (let row = 0; row < bits.rows; row++) {
    let from = bits.nextSet(row, 0, bits.columns);
    while (from < bits.columns) {
      if (rects.length === limit) return undefined;
      const end = bits.nextClear(row, from, bits.columns);
      rects.push(rect(from, row, end - from, clearDown(bits, row, from, end)));
      from = bits.nextSet(row, end, bits.columns);
    }
  }
  return rects;
}

/** Clears the run in every further row that has all of it. Returns how many rows had, the first included. */
function clearDown(bits: BitRows, row: number, from: number, end: number): number {
  let next = row + 1;
  while (next < bits.rows && bits.isRunSet(next, from, end)) {
    bits.clearRun(next, from, end);
    next++;
  }
  return next - row;
}

/** A grid with `rowsPerCell` rows in one. */
function joinRows({ bits, firstRow, cellWidth, cellHeight }: Grid, rowsPerCell: number): Grid {
  const { columns, rows, wordsPerRow, words } = bits;
  const first = Math.floor(firstRow / rowsPerCell);
  const joined = new BitRows(columns, Math.ceil((firstRow + rows) / rowsPerCell) - first, wordsPerRow);
  for (let row = 0; row < rows; row++) {
    const into = (Math.floor((firstRow + row) / rowsPerCell) - first) * wordsPerRow;
    for (let word = 0; word < wordsPerRow; word++) {
      joined.words[into + word] = joined.words[into + word]! | words[row * wordsPerRow + word]!;
    }
  }
  return { bits: joined, firstRow: first, cellWidth, cellHeight: cellHeight * rowsPerCell };
}

function coarsen(grid: Grid): Grid {
  const { bits, firstRow, cellWidth, cellHeight } = joinRows(grid, COARSER);
  const columns = Math.ceil(bits.columns / COARSER);
  const joined = new BitRows(columns, bits.rows, Math.ceil(columns / 32));
  for (let row = 0; row < bits.rows; row++) {
    let from = bits.nextSet(row, 0, bits.columns);
    while (from < bits.columns) {
      const end = bits.nextClear(row, from, bits.columns);
      joined.setRun(row, Math.floor(from / COARSER), Math.ceil(end / COARSER));
      from = bits.nextSet(row, end, bits.columns);
    }
  }
  return { bits: joined, firstRow, cellWidth: cellWidth * COARSER, cellHeight };
}
