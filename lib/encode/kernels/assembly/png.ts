/** Rows of a PNG before zlib (PNG 7.2 and 9): a filter's number, then the row behind that filter. */

import { sumOf } from "./adler";
import { packIndices } from "./packed_indices";

/** Channels of a pixel; rows that are filtered have no others. */
const PIXEL_BYTES: usize = 3;
/** Pixels of the widest part, as lib/encode/rect_plan.ts has it. */
const MAX_ROW_BYTES: usize = 2048 * PIXEL_BYTES;

/** Lines have zeros on their left, for what is not there, and room on their right for whole vectors. */
const LEFT: usize = 16;
const LINE_BYTES: usize = LEFT + MAX_ROW_BYTES + 64;
const ABOVE: usize = LEFT;
const ROW: usize = LINE_BYTES + LEFT;
/** The row behind each of the filters Sub to Paeth. */
const FILTERED: usize = 2 * LINE_BYTES;
const FILTERS: u32 = 5;
const NONE: u32 = 0;
const SUB: u32 = 1;
const UP: u32 = 2;
const AVERAGE: u32 = 3;

const LINES_BYTES: usize = (1 + FILTERS) * LINE_BYTES;
/** Bytes of memory both kernels get: lines, and rows of at most a byte more than four for each pixel of a part. */
export const PNG_SCRATCH_BYTES: usize = LINES_BYTES + 4 * 2048 * 64 + 128;

/** Where the rows are in the memory that both kernels get. */
export function pngRowsOffset(): usize {
  return LINES_BYTES;
}

/**
 * Writes `height` rows of `rowBytes` without a filter, or, where they are pixels of three bytes and `isAdaptive`, each
 * behind the filter that leaves the smallest differences. Returns the bytes of the rows behind pngRowsOffset().
 */
export function pngRows(from: usize, rowBytes: u32, height: u32, isAdaptive: bool, scratch: usize): u32 {
  const rows = scratch + LINES_BYTES;
  let at = rows;
  if (isAdaptive) memory.fill(scratch, 0, LINES_BYTES);
  for (let y: u32 = 0; y < height; y++) {
    if (isAdaptive) {
      writeFiltered(from, rowBytes, scratch, at);
    } else {
      store<u8>(at, NONE);
      memory.copy(at + 1, from, rowBytes);
    }
    from += rowBytes;
    at += rowBytes + 1;
  }
  return <u32>(at - rows);
}

/** The same for rows of palette indices, one a byte, written in 2 or 4 bits. */
export function pngIndexRows(from: usize, width: u32, height: u32, bits: u32, scratch: usize): u32 {
  const rows = scratch + LINES_BYTES;
  let at = rows;
  for (let y: u32 = 0; y < height; y++) {
    store<u8>(at, NONE);
    at = packIndices(bits, from, width, 1, at + 1);
    from += width;
  }
  return <u32>(at - rows);
}

function writeFiltered(from: usize, rowBytes: u32, scratch: usize, at: usize): void {
  const row = scratch + ROW;
  memory.copy(scratch + ABOVE, row, rowBytes);
  memory.copy(row, from, rowBytes);
  let best = NONE;
  let least = sizeOfRow(row, rowBytes);
  for (let filter = SUB; filter < FILTERS; filter++) {
    const size = filterRow(filter, scratch, rowBytes);
    if (size >= least) continue;
    best = filter;
    least = size;
  }
  store<u8>(at, <u8>best);
  memory.copy(at + 1, best == NONE ? row : filteredLine(scratch, best), rowBytes);
}

@inline
function filteredLine(scratch: usize, filter: u32): usize {
  return scratch + FILTERED + <usize>(filter - SUB) * LINE_BYTES;
}

/** How far the bytes of a row are from zero, up or down, all together. */
function sizeOfRow(row: usize, rowBytes: u32): u32 {
  let sums = i32x4.splat(0);
  for (let at: usize = 0; at < rowBytes; at += 16) sums = addSizes(sums, v128.load(row + at));
  return sumOf(sums);
}

/** Writes the row behind a filter. Returns how far its bytes are from zero; those behind the row are all zero. */
function filterRow(filter: u32, scratch: usize, rowBytes: u32): u32 {
  const row = scratch + ROW;
  const above = scratch + ABOVE;
  const into = filteredLine(scratch, filter);
  let sums = i32x4.splat(0);
  for (let at: usize = 0; at < rowBytes; at += 16) {
    const left = v128.load(row + at - PIXEL_BYTES);
    const up = v128.load(above + at);
    const corner = v128.load(above + at - PIXEL_BYTES);
    const expected = filter == SUB
      ? left
      : filter == UP
      ? up
      : filter == AVERAGE
      ? average(left, up)
      : paeth(left, up, corner);
    const filtered = v128.sub<i8>(v128.load(row + at), expected);
    v128.store(into + at, filtered);
    sums = addSizes(sums, at + 16 <= rowBytes ? filtered : v128.and(filtered, firstBytes(<i32>(rowBytes - <u32>at))));
  }
  return sumOf(sums);
}

@inline
function addSizes(sums: v128, bytes: v128): v128 {
  const pairs = v128.extadd_pairwise<u8>(v128.abs<i8>(bytes));
  return v128.add<i32>(sums, v128.extadd_pairwise<u16>(pairs));
}

/** A mask of the first `count` bytes. */
@inline
function firstBytes(count: i32): v128 {
  const numbers = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  return v128.lt<u8>(numbers, i8x16.splat(<i8>count));
}

/** Half of the sum, rounded down. */
@inline
function average(left: v128, up: v128): v128 {
  const odd = v128.and(v128.xor(left, up), i8x16.splat(1));
  return v128.sub<i8>(v128.avgr<u8>(left, up), odd);
}

/** The one of the three that is closest to left + up - corner; the first of them where two are. */
@inline
function paeth(left: v128, up: v128, corner: v128): v128 {
  const low = paethWords(v128.extend_low<u8>(left), v128.extend_low<u8>(up), v128.extend_low<u8>(corner));
  const high = paethWords(v128.extend_high<u8>(left), v128.extend_high<u8>(up), v128.extend_high<u8>(corner));
  return v128.narrow<u16>(low, high);
}

@inline
function paethWords(left: v128, up: v128, corner: v128): v128 {
  const fromLeft = v128.sub<i16>(up, corner);
  const fromUp = v128.sub<i16>(left, corner);
  const toLeft = v128.abs<i16>(fromLeft);
  const toUp = v128.abs<i16>(fromUp);
  const toCorner = v128.abs<i16>(v128.add<i16>(fromLeft, fromUp));
  const upOrCorner = v128.bitselect(up, corner, v128.le<i16>(toUp, toCorner));
  const isLeft = v128.and(v128.le<i16>(toLeft, toUp), v128.le<i16>(toLeft, toCorner));
  return v128.bitselect(left, upOrCorner, isLeft);
}
