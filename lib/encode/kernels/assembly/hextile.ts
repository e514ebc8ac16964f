/** Hextile (RFC 6143 7.7.4): tiles of 16x16, raw or a background with subrects. */

import { Conversion, conversionSwizzle, convertRect, convertRow, packWords, SWIZZLES, writeWord } from "./conversion";
import { MAX_PALETTE, mostFrequent, Palette, PALETTE_BYTES, paletteColour, scanTile } from "./palette";
import { isOneColour } from "./solid";

const TILE_SIDE: u32 = 16;
const TILE_BYTES: usize = 16 * 64;
/** Bytes of a row of tile words; rows of narrower tiles are padded. */
const ROW_BYTES: u32 = 64;

const RAW: u8 = 1;
const BACKGROUND_SPECIFIED: u8 = 2;
const FOREGROUND_SPECIFIED: u8 = 4;
const ANY_SUBRECTS: u8 = 8;
const SUBRECTS_COLOURED: u8 = 16;

/** More colours than this in a tile that looks like noise and it is sent raw. */
const MAX_NOISE_COLOURS: u32 = 16;

/** The tile encoder's memory: a palette lies before it, row masks and the tile's words behind. */
@unmanaged
class Tile {
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
const RIGHT: usize = 64;
const UP: usize = RIGHT + 64;
/** Words equal to the one below; none in the last row. */
const DOWN: usize = UP + 2;
const PENDING: usize = UP + 64;
const WORDS: usize = PENDING + 64;
/** Rows whose masks are taken together: a u64. Behind the last row of a tile as many are marked as painted. */
const GROUP_ROWS: u32 = 4;
/** Bytes of scratch memory `encodeHextile` needs. */
export const HEXTILE_SCRATCH_BYTES: usize = PALETTE_BYTES + WORDS + TILE_BYTES + 128;

/**
 * Writes the tiles of a rect. `scratch` is HEXTILE_SCRATCH_BYTES of memory. Returns the number of bytes: at most one a
 * tile and the wire bytes of every pixel. Writes up to 64 bytes behind them.
 */
export function encodeHextile(
  conversion: Conversion,
  surface: usize,
  strideBytes: u32,
  width: u32,
  height: u32,
  scratch: usize,
  output: usize,
): u32 {
  const palette = changetype<Palette>(scratch);
  const tile = changetype<Tile>(scratch + PALETTE_BYTES);
  tile.wireBytes = conversion.wireBytes;
  tile.backgroundValid = 0;
  tile.background = 0;
  tile.foregroundValid = 0;
  rememberSolid(tile, conversion, load<u32>(surface));
  let at = output;
  for (let y: u32 = 0; y < height; y += TILE_SIDE) {
    tile.height = min(TILE_SIDE, height - y);
    for (let x: u32 = 0; x < width; x += TILE_SIDE) {
      tile.width = min(TILE_SIDE, width - x);
      const from = surface + <usize>y * strideBytes + (<usize>x << 2);
      const pixel = load<u32>(from);
      if (isOneColour(from, strideBytes, tile.width, tile.height, pixel)) {
        if (pixel != tile.solidPixel) rememberSolid(tile, conversion, pixel);
        at = writeSolid(tile, tile.solidWord, at);
      } else {
        at = encodeTile(tile, palette, snapshotTile(tile, conversion, from, strideBytes), at);
      }
    }
  }
  return <u32>(at - output);
}

@inline
function tileWords(tile: Tile): usize {
  return changetype<usize>(tile) + WORDS;
}

function rememberSolid(tile: Tile, conversion: Conversion, pixel: u32): void {
  const word = tileWords(tile);
  store<u32>(word, pixel);
  convertRow(conversion, word, 1, word);
  tile.solidPixel = pixel;
  tile.solidWord = load<u32>(word);
}

/** Reads a tile, once: the surface may change meanwhile. Returns what `compareNeighbours` does. */
function snapshotTile(tile: Tile, conversion: Conversion, surface: usize, strideBytes: u32): u32 {
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

function encodeTile(tile: Tile, palette: Palette, corners: u32, at: usize): usize {
  const wireBytes = tile.wireBytes;
  if (corners == 1) return writeSolid(tile, load<u32>(tileWords(tile)), at);
  const rawBytes = tile.width * tile.height * wireBytes;
  const looksLikeNoise = corners * (wireBytes + 2) >= rawBytes;
  if ((!looksLikeNoise && findMajority(tile)) || countColours(tile, palette, looksLikeNoise)) {
    const end = writeSubrects(tile, at, at + 1 + rawBytes);
    if (end != 0) return end;
  }
  return writeRaw(tile, at);
}

/** Takes the last background, or the first pixel, as the background if more than half of a tile has its colour. */
function findMajority(tile: Tile): bool {
  const half = (tile.width * tile.height) >> 1;
  if (tile.pending < half) return true;
  const first = load<u32>(tileWords(tile));
  if (tile.background == first) return false;
  markForeground(tile, first);
  return tile.pending < half;
}

/** Takes the most frequent colour as the background. False when there are too many. */
function countColours(tile: Tile, palette: Palette, looksLikeNoise: bool): bool {
  const maxColours = looksLikeNoise ? MAX_NOISE_COLOURS : MAX_PALETTE;
  if (!scanTile(palette, tileWords(tile), tile.height * TILE_SIDE, maxColours)) return false;
  markForeground(tile, paletteColour(palette, mostFrequent(palette)));
  return true;
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

function writeSolid(tile: Tile, colour: u32, at: usize): usize {
  const flags = at;
  store<u8>(flags, 0);
  return writeBackground(tile, colour, flags, at + 1);
}

@inline
function writeBackground(tile: Tile, colour: u32, flags: usize, at: usize): usize {
  if (tile.backgroundValid && tile.background == colour) return at;
  store<u8>(flags, load<u8>(flags) | BACKGROUND_SPECIFIED);
  tile.backgroundValid = 1;
  tile.background = colour;
  return writeWord(tile.wireBytes, colour, at);
}

@inline
function writeForeground(tile: Tile, colour: u32, flags: usize, at: usize): usize {
  if (tile.foregroundValid && tile.foreground == colour) return at;
  store<u8>(flags, load<u8>(flags) | FOREGROUND_SPECIFIED);
  tile.foregroundValid = 1;
  tile.foreground = colour;
  return writeWord(tile.wireBytes, colour, at);
}

function writeRaw(tile: Tile, at: usize): usize {
  // What comes after a raw tile has nothing to carry over.
  tile.backgroundValid = 0;
  tile.foregroundValid = 0;
  store<u8>(at++, RAW);
  let row = tileWords(tile);
  if (tile.width == TILE_SIDE) return packWords(tile.wireBytes, row, tile.height * TILE_SIDE, at);
  const end = row + tile.height * ROW_BYTES;
  for (; row < end; row += ROW_BYTES) at = packWords(tile.wireBytes, row, tile.width, at);
  return at;
}

/**
 * Writes a background and subrects. Returns their end, or 0 when that would be behind `limit`: raw is smaller then.
 * All subrects have the foreground's colour when there is no third one.
 */
function writeSubrects(tile: Tile, at: usize, limit: usize): usize {
  const foreground = pendingColour(tile);
  const coloured = !isForeground(tile, foreground);
  const subrectBytes = coloured ? tile.wireBytes + 2 : 2;
  if (at + 2 + tile.corners * subrectBytes > limit) return 0;
  const flags = at;
  store<u8>(flags, coloured ? ANY_SUBRECTS | SUBRECTS_COLOURED : ANY_SUBRECTS);
  at = writeBackground(tile, tile.marked, flags, at + 1);
  if (coloured) tile.foregroundValid = 0;
  else at = writeForeground(tile, foreground, flags, at);
  return paintSubrects(tile, coloured ? tile.wireBytes : 0, at, limit);
}

/** Marks what is not background as not painted yet and counts the corners in it: there are as many subrects or more. */
function markForeground(tile: Tile, background: u32): void {
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
function pendingColour(tile: Tile): u32 {
  const base = changetype<usize>(tile);
  let y: u32 = 0;
  while (load<u16>(base + (<usize>y << 1), PENDING) == 0) y++;
  const x = ctz<u32>(load<u16>(base + (<usize>y << 1), PENDING));
  return load<u32>(base + WORDS + y * ROW_BYTES + (<usize>x << 2));
}

/** Whether all marked words have a colour. */
function isForeground(tile: Tile, colour: u32): bool {
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

/** Covers what is marked with subrects, `colourBytes` of colour in each. Returns their end, 0 when behind `limit`. */
function paintSubrects(tile: Tile, colourBytes: u32, at: usize, limit: usize): usize {
  const base = changetype<usize>(tile);
  const count = at++;
  const subrectBytes = colourBytes + 2;
  const colourBits = <u64>colourBytes << 3;
  const colourMask: u32 = colourBytes == 0 ? 0 : 0xffffffff;
  // Of the next subrect no byte may be behind the limit: at most 171 of several colours. Of one colour there are 128.
  const lastStart = limit - subrectBytes;
  let painted: u32 = 0;
  for (let y: u32 = 0; y < tile.height; y += GROUP_ROWS) {
    const masks = base + (<usize>y << 1);
    const words = base + WORDS + y * ROW_BYTES;
    const right = load<u64>(masks, RIGHT);
    const down = load<u64>(masks, DOWN);
    for (let left = load<u64>(masks, PENDING); left != 0;) {
      if (at > lastStart) return 0;
      const corner = ctz<u64>(left);
      let width = <u32>ctz<u64>(~(right >> corner)) + 1;
      let height: u32 = 1;
      if ((down >> corner) & 1) {
        const size = growSubrect(masks + (<usize>(corner >> 4) << 1), <u32>corner & 15, width);
        width = size >> 8;
        height = size & 255;
        left = load<u64>(masks, PENDING);
      }
      // What is before the end of this run is painted.
      left &= <u64>-2 << (corner + width - 1);
      const place = (<u32>corner & 15) << 4 | (y + (<u32>corner >> 4));
      const colour = load<u32>(words + (<usize>corner << 2)) & colourMask;
      store<u64>(at, <u64>colour | <u64>(place | (width - 1) << 12 | (height - 1) << 8) << colourBits);
      at += subrectBytes;
      painted++;
    }
  }
  store<u8>(count, <u8>painted);
  return at;
}

/**
 * Finds the largest subrect of one colour with a given corner, in the row of `masks` where `width` words are of that
 * colour, and marks it as painted in the rows below. Returns its width << 8 | height.
 */
@inline
function growSubrect(masks: usize, x: u32, width: u32): u32 {
  let bestWidth = width;
  let bestHeight: u32 = 1;
  let row = masks;
  for (let height: u32 = 2;; height++, row += 2) {
    width = min(width, ctz<u32>(~(<u32>load<u16>(row, DOWN) >> x)));
    if (width == 0) break;
    if (width * height <= bestWidth * bestHeight) continue;
    bestWidth = width;
    bestHeight = height;
  }
  const painted: u32 = ~(((1 << bestWidth) - 1) << x);
  const end = masks + (<usize>bestHeight << 1);
  for (row = masks + 2; row < end; row += 2) store<u16>(row, <u16>(load<u16>(row, PENDING) & painted), PENDING);
  return bestWidth << 8 | bestHeight;
}
