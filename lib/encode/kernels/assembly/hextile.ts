/** Hextile (RFC 6143 7.7.4): tiles of 16x16, raw or a background with subrects. */

import { Conversion, convertRect, convertRow, packWords, writeWord } from "./conversion";
import { MAX_PALETTE, mostFrequent, Palette, PALETTE_BYTES, paletteColour, scanTile } from "./palette";
import { isSolid } from "./solid";

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
  background: u32;
  foregroundValid: u32;
  foreground: u32;
  wireBytes: u32;
  width: u32;
  height: u32;
  /** The background that what is pending was marked by, and the corners in that. */
  marked: u32;
  corners: u32;
}

/** Row masks, a u32 a row: words equal to the one at their right, to the one below, words not painted yet. */
const RIGHT: usize = 64;
const DOWN: usize = RIGHT + 64;
const PENDING: usize = DOWN + 64;
const WORDS: usize = PENDING + 64;
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
  tile.foregroundValid = 0;
  let at = output;
  for (let y: u32 = 0; y < height; y += TILE_SIDE) {
    tile.height = min(TILE_SIDE, height - y);
    for (let x: u32 = 0; x < width; x += TILE_SIDE) {
      tile.width = min(TILE_SIDE, width - x);
      const from = surface + <usize>y * strideBytes + (<usize>x << 2);
      if (isSolid(from, strideBytes, tile.width, tile.height)) {
        convertRow(conversion, from, 1, tileWords(tile));
        at = writeSolid(tile, at);
        continue;
      }
      snapshotTile(tile, conversion, from, strideBytes);
      at = encodeTile(tile, palette, at);
    }
  }
  return <u32>(at - output);
}

@inline
function tileWords(tile: Tile): usize {
  return changetype<usize>(tile) + WORDS;
}

function snapshotTile(tile: Tile, conversion: Conversion, surface: usize, strideBytes: u32): void {
  const width = tile.width;
  let row = tileWords(tile);
  convertRect(conversion, surface, strideBytes, width, tile.height, row, ROW_BYTES);
  if (width == TILE_SIDE) return;
  const end = row + tile.height * ROW_BYTES;
  for (; row < end; row += ROW_BYTES) {
    // Padding that continues the last word makes no colour, run or corner of its own.
    const last = load<u32>(row + (<usize>(width - 1) << 2));
    for (let x = width; x < TILE_SIDE; x++) store<u32>(row + (<usize>x << 2), last);
  }
}

function encodeTile(tile: Tile, palette: Palette, at: usize): usize {
  const wireBytes = tile.wireBytes;
  const corners = compareNeighbours(tile);
  if (corners == 1) return writeSolid(tile, at);
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
  const first = load<u32>(tileWords(tile));
  if (tile.backgroundValid && tile.background != first && markForeground(tile, tile.background) < half) return true;
  return markForeground(tile, first) < half;
}

/** Takes the most frequent colour as the background. False when there are too many. */
function countColours(tile: Tile, palette: Palette, looksLikeNoise: bool): bool {
  const maxColours = looksLikeNoise ? MAX_NOISE_COLOURS : MAX_PALETTE;
  if (!scanTile(palette, tileWords(tile), tile.height * TILE_SIDE, maxColours)) return false;
  markForeground(tile, paletteColour(palette, mostFrequent(palette)));
  return true;
}

/**
 * Fills the masks of equal neighbours. Returns the number of words that differ from both the word at their left and
 * the one above: each of them is the corner of a subrect of its own, unless the background has its colour.
 */
function compareNeighbours(tile: Tile): u32 {
  const base = changetype<usize>(tile);
  const columns: u32 = (1 << tile.width) - 1;
  let corners: u32 = 0;
  let above: u32 = 0;
  for (let y: u32 = 0; y < tile.height; y++) {
    const row = base + WORDS + y * ROW_BYTES;
    const masks = base + (<usize>y << 2);
    const right = equalWords(row, row + 4) & (columns >> 1);
    const down = y + 1 < tile.height ? equalWords(row, row + ROW_BYTES) & columns : 0;
    corners += popcnt<u32>(columns & ~(right << 1) & ~above);
    above = down;
    store<u32>(masks, right, RIGHT);
    store<u32>(masks, down, DOWN);
  }
  return corners;
}

/** Which of 16 words equal which of 16 others. */
@inline
function equalWords(one: usize, other: usize): u32 {
  const a = v128.eq<i32>(v128.load(one), v128.load(other));
  const b = v128.eq<i32>(v128.load(one, 16), v128.load(other, 16));
  const c = v128.eq<i32>(v128.load(one, 32), v128.load(other, 32));
  const d = v128.eq<i32>(v128.load(one, 48), v128.load(other, 48));
  return <u32>v128.bitmask<i8>(v128.narrow<i16>(v128.narrow<i32>(a, b), v128.narrow<i32>(c, d)));
}

function writeSolid(tile: Tile, at: usize): usize {
  const flags = at;
  const colour = load<u32>(tileWords(tile));
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

/**
 * Marks what is not background as not painted yet and counts the corners in it: there are as many subrects or more.
 * Returns how many words are marked.
 */
function markForeground(tile: Tile, background: u32): u32 {
  const base = changetype<usize>(tile);
  const columns: u32 = (1 << tile.width) - 1;
  const wanted = v128.splat<u32>(background);
  let corners: u32 = 0;
  let above: u32 = 0;
  let marked: u32 = 0;
  for (let y: u32 = 0; y < tile.height; y++) {
    const masks = base + (<usize>y << 2);
    const todo = columns & ~wordsOfColour(base + WORDS + y * ROW_BYTES, wanted);
    corners += popcnt<u32>(todo & ~(load<u32>(masks, RIGHT) << 1) & ~above);
    marked += popcnt<u32>(todo);
    above = load<u32>(masks, DOWN);
    store<u32>(masks, todo, PENDING);
  }
  tile.marked = background;
  tile.corners = corners;
  return marked;
}

/** The colour of the first word that is marked. */
function pendingColour(tile: Tile): u32 {
  const base = changetype<usize>(tile);
  let y: u32 = 0;
  while (load<u32>(base + (<usize>y << 2), PENDING) == 0) y++;
  const x = ctz<u32>(load<u32>(base + (<usize>y << 2), PENDING));
  return load<u32>(base + WORDS + y * ROW_BYTES + (<usize>x << 2));
}

/** Whether all marked words have a colour. */
function isForeground(tile: Tile, colour: u32): bool {
  const base = changetype<usize>(tile);
  const wanted = v128.splat<u32>(colour);
  for (let y: u32 = 0; y < tile.height; y++) {
    const todo = load<u32>(base + (<usize>y << 2), PENDING);
    if (todo & ~wordsOfColour(base + WORDS + y * ROW_BYTES, wanted)) return false;
  }
  return true;
}

/** Which of 16 words have a colour. */
@inline
function wordsOfColour(row: usize, colour: v128): u32 {
  const a = v128.eq<i32>(v128.load(row), colour);
  const b = v128.eq<i32>(v128.load(row, 16), colour);
  const c = v128.eq<i32>(v128.load(row, 32), colour);
  const d = v128.eq<i32>(v128.load(row, 48), colour);
  return <u32>v128.bitmask<i8>(v128.narrow<i16>(v128.narrow<i32>(a, b), v128.narrow<i32>(c, d)));
}

/** Covers what is marked with subrects, `colourBytes` of colour in each. Returns their end, 0 when behind `limit`. */
function paintSubrects(tile: Tile, colourBytes: u32, at: usize, limit: usize): usize {
  const base = changetype<usize>(tile);
  const count = at++;
  const height = tile.height;
  // Of the next subrect no byte may be behind the limit.
  const lastStart = limit - colourBytes - 2;
  let painted: u32 = 0;
  for (let y: u32 = 0; y < height; y++) {
    const masks = base + (<usize>y << 2);
    const words = base + WORDS + y * ROW_BYTES;
    for (let left = load<u32>(masks, PENDING); left != 0;) {
      const x = ctz<u32>(left);
      const size = growSubrect(masks, x);
      left &= ~(((2 << (size >> 4)) - 1) << x);
      if (at > lastStart || painted == 255) return 0;
      if (colourBytes) at = writeWord(colourBytes, load<u32>(words + (<usize>x << 2)), at);
      store<u16>(at, <u16>(x << 4 | y | size << 8));
      at += 2;
      painted++;
    }
  }
  store<u8>(count, <u8>painted);
  return at;
}

/**
 * Finds the largest subrect of one colour with a given corner, in the row of `masks`, and marks it as painted in the
 * rows below. Returns width - 1 and height - 1 as they are sent.
 */
@inline
function growSubrect(masks: usize, x: u32): u32 {
  let width = ctz<u32>(~(load<u32>(masks, RIGHT) >> x)) + 1;
  let bestWidth = width;
  let bestHeight: u32 = 1;
  let row = masks;
  for (let height: u32 = 2;; height++, row += 4) {
    width = min(width, ctz<u32>(~(load<u32>(row, DOWN) >> x)));
    if (width == 0) break;
    if (width * height <= bestWidth * bestHeight) continue;
    bestWidth = width;
    bestHeight = height;
  }
  const painted: u32 = ~(((1 << bestWidth) - 1) << x);
  const end = masks + (<usize>bestHeight << 2);
  for (row = masks + 4; row < end; row += 4) store<u32>(row, load<u32>(row, PENDING) & painted, PENDING);
  return (bestWidth - 1) << 4 | (bestHeight - 1);
}
