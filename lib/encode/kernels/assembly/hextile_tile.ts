/** A tile of Hextile: its words, and for each row which of them equal their neighbours. */

import { Conversion, conversionSwizzle, convertRect, SWIZZLES } from "./conversion";

export const TILE_SIDE: u32 = 16;
/** Bytes of a row of tile words; rows of narrower tiles are padded. */
export const ROW_BYTES: u32 = 64;

/** The tile encoder's memory: row masks and the tile's words lie behind it. */
@unmanaged
export class Tile {
  /** Colours that the next tile may go on using, and whether it may. */
  backgroundValid: u32;
  /** The last one, or 0; a good guess even where it has to be sent again. */
  background: u32;
  foregroundValid: u32;
  foreground: u32;
  wireBytes: u32;
  width: u32;
  height: u32;
  /** The background that what is pending was marked by, how many words that are and the corners in them. */
  marked: u32;
  pending: u32;
  corners: u32;
  /** The last pixel that a whole tile was, and its word. */
  solidPixel: u32;
  solidWord: u32;
}

/** Row masks, a u16 a row: words equal to the one at their right, to the one above, words not painted yet. */
export const RIGHT: usize = 64;
const UP: usize = RIGHT + 64;
/** Words equal to the one below; none in the last row. */
export const DOWN: usize = UP + 2;
export const PENDING: usize = UP + 64;
export const WORDS: usize = PENDING + 64;
/** Bytes of a tile with everything behind it. */
export const HEXTILE_TILE_BYTES: usize = WORDS + 16 * 64 + 128;

/** Where the words lie. */
@inline
export function tileWords(tile: Tile): usize {
  return changetype<usize>(tile) + WORDS;
}

/** Reads a tile, once: the surface may change meanwhile. Returns what `compareNeighbours` does. */
export function snapshotTile(tile: Tile, conversion: Conversion, surface: usize, strideBytes: u32): u32 {
  const width = tile.width;
  const words = tileWords(tile);
  if (width == TILE_SIDE && conversion.kind == SWIZZLES) {
    return compareNeighbours(tile, surface, strideBytes, conversionSwizzle(conversion));
  }
  convertRect(conversion, surface, strideBytes, width, tile.height, words, ROW_BYTES);
  const end = words + tile.height * ROW_BYTES;
  for (let row = words; row < end; row += ROW_BYTES) {
    // Padding that continues the last word makes no colour, run or corner of its own.
    const last = load<u32>(row + (<usize>(width - 1) << 2));
    for (let x = width; x < TILE_SIDE; x++) store<u32>(row + (<usize>x << 2), last);
  }
  return compareNeighbours(tile, words, ROW_BYTES, i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
}

/**
 * Copies rows of 16 words with their bytes in other places, all in one pass: fills the masks of equal neighbours and
 * marks what has not the last background's colour. Returns the number of words that differ from both the word at their
 * left and the one above: each of them is the corner of a subrect of its own, unless the background has its colour.
 */
function compareNeighbours(tile: Tile, from: usize, strideBytes: u32, swizzle: v128): u32 {
  const columns: u32 = (1 << tile.width) - 1;
  const background = v128.splat<u32>(tile.background);
  const base = changetype<usize>(tile);
  let masks = base;
  let aboveA = background;
  let aboveB = background;
  let aboveC = background;
  let aboveD = background;
  let hasAbove: u32 = 0;
  let corners: u32 = 0;
  let pendingCorners: u32 = 0;
  let pending: u32 = 0;
  const end = base + WORDS + tile.height * ROW_BYTES;
  for (let row = base + WORDS; row < end; row += ROW_BYTES, masks += 2, from += strideBytes) {
    const a = v128.swizzle(v128.load(from), swizzle);
    const b = v128.swizzle(v128.load(from, 16), swizzle);
    const c = v128.swizzle(v128.load(from, 32), swizzle);
    const d = v128.swizzle(v128.load(from, 48), swizzle);
    v128.store(row, a);
    v128.store(row, b, 16);
    v128.store(row, c, 32);
    v128.store(row, d, 48);
    const right = maskOf(
      v128.eq<i32>(a, v128.shuffle<i32>(a, b, 1, 2, 3, 4)),
      v128.eq<i32>(b, v128.shuffle<i32>(b, c, 1, 2, 3, 4)),
      v128.eq<i32>(c, v128.shuffle<i32>(c, d, 1, 2, 3, 4)),
      v128.eq<i32>(d, v128.shuffle<i32>(d, d, 1, 2, 3, 0)),
    ) & (columns >> 1);
    const up = equalMask(a, b, c, d, aboveA, aboveB, aboveC, aboveD) & hasAbove;
    const todo = columns & ~equalMask(a, b, c, d, background, background, background, background);
    store<u16>(masks, <u16>right, RIGHT);
    store<u16>(masks, <u16>up, UP);
    store<u16>(masks, <u16>todo, PENDING);
    const starts = columns & ~(right << 1) & ~up;
    corners += popcnt<u32>(starts);
    pendingCorners += popcnt<u32>(starts & todo);
    pending += popcnt<u32>(todo);
    aboveA = a;
    aboveB = b;
    aboveC = c;
    aboveD = d;
    hasAbove = columns;
  }
  store<u16>(masks, 0, UP);
  store<u64>(masks, 0, PENDING);
  tile.marked = tile.background;
  tile.pending = pending;
  tile.corners = pendingCorners;
  return corners;
}

/** Which of 16 words are marked by four comparisons. */
@inline
function maskOf(a: v128, b: v128, c: v128, d: v128): u32 {
  return <u32>v128.bitmask<i8>(v128.narrow<i16>(v128.narrow<i32>(a, b), v128.narrow<i32>(c, d)));
}

/** Which of 16 words equal which of 16 others. */
@inline
function equalMask(a: v128, b: v128, c: v128, d: v128, a2: v128, b2: v128, c2: v128, d2: v128): u32 {
  return maskOf(v128.eq<i32>(a, a2), v128.eq<i32>(b, b2), v128.eq<i32>(c, c2), v128.eq<i32>(d, d2));
}

/** Marks what is not background as not painted yet and counts the corners in it: there are as many subrects or more. */
export function markForeground(tile: Tile, background: u32): void {
  const base = changetype<usize>(tile);
  const columns: u32 = (1 << tile.width) - 1;
  const wanted = v128.splat<u32>(background);
  let corners: u32 = 0;
  let pending: u32 = 0;
  for (let y: u32 = 0; y < tile.height; y++) {
    const masks = base + (<usize>y << 1);
    const todo = columns & ~wordsOfColour(base + WORDS + y * ROW_BYTES, wanted);
    corners += popcnt<u32>(todo & ~(<u32>load<u16>(masks, RIGHT) << 1) & ~<u32>load<u16>(masks, UP));
    pending += popcnt<u32>(todo);
    store<u16>(masks, <u16>todo, PENDING);
  }
  tile.marked = background;
  tile.pending = pending;
  tile.corners = corners;
}

/** The colour of the first word that is marked. */
export function pendingColour(tile: Tile): u32 {
  const base = changetype<usize>(tile);
  let y: u32 = 0;
  while (load<u16>(base + (<usize>y << 1), PENDING) == 0) y++;
  const x = ctz<u32>(load<u16>(base + (<usize>y << 1), PENDING));
  return load<u32>(base + WORDS + y * ROW_BYTES + (<usize>x << 2));
}

/** Whether all marked words have a colour. */
export function isForeground(tile: Tile, colour: u32): bool {
  const base = changetype<usize>(tile);
  const wanted = v128.splat<u32>(colour);
  for (let y: u32 = 0; y < tile.height; y++) {
    const todo: u32 = load<u16>(base + (<usize>y << 1), PENDING);
    if (todo & ~wordsOfColour(base + WORDS + y * ROW_BYTES, wanted)) return false;
  }
  return true;
}

/** Which of 16 words have a colour. */
@inline
function wordsOfColour(row: usize, colour: v128): u32 {
  return maskOf(
    v128.eq<i32>(v128.load(row), colour),
    v128.eq<i32>(v128.load(row, 16), colour),
    v128.eq<i32>(v128.load(row, 32), colour),
    v128.eq<i32>(v128.load(row, 48), colour),
  );
}
