/** ZRLE before zlib (RFC 6143 7.7.6): tiles of 64x64, each in the smallest of its five forms. */

import { Conversion, convertRect, convertRow, packWords, writeWord } from "./conversion";
import { indexBits, packedRowBytes, packIndices } from "./packed_indices";
import {
  clearPalette,
  findOrInsert,
  MAX_PALETTE,
  Palette,
  PALETTE_BYTES,
  paletteColour,
  paletteColours,
  runIndex,
  scanTile,
  setRunIndex,
} from "./palette";
import { isSolid } from "./solid";
import { encodeManyColours, PLAIN_RLE, RAW, SOLID, spreadRuns, writePaletteRuns, writePlainRle, writeRaw } from "./tiles";

export const TILE_SIDE: u32 = 64;
export const TILE_WORDS: usize = 64 * 64;

/**
 * What the output is made of: first in the scratch memory, read by lib/encode/zrle.ts. Behind `count` lie the segments,
 * each a u32 with its end in the output and a u32 with the bytes of a pixel, 1 where it is not plain pixels.
 */
@unmanaged
export class Segments {
  count: u32;
  /** Tiles that do not show their pixels as they are. */
  lossyTiles: u32;
}

const MAX_SEGMENTS: u32 = 127;
const SEGMENTS_BYTES: usize = 8 * (MAX_SEGMENTS + 1);

const PALETTE: usize = SEGMENTS_BYTES;
/** The palette that runs of one tile after the other are written with. */
const SHARED: usize = PALETTE + PALETTE_BYTES;
/** For each index of the tile's own palette the one in the shared palette, one a byte. */
const SHARED_INDICES: usize = SHARED + PALETTE_BYTES;
/** Where the words of a tile are in the scratch memory. */
export const WORDS: usize = SHARED_INDICES + 128;
const INDICES: usize = WORDS + 4 * TILE_WORDS + 128;
/** Bytes of scratch memory `encodeZrle` needs. */
export const ZRLE_SCRATCH_BYTES: usize = INDICES + TILE_WORDS + 128;

/**
 * Writes the tiles of a rect. `scratch` is ZRLE_SCRATCH_BYTES of memory. Returns the number of bytes: at most one a
 * tile and the wire bytes of every pixel. Writes up to 64 bytes behind them.
 */
export function encodeZrle(
  conversion: Conversion,
  surface: usize,
  strideBytes: u32,
  width: u32,
  height: u32,
  scratch: usize,
  output: usize,
): u32 {
  const segments = beginTiles(scratch);
  let at = output;
  for (let y: u32 = 0; y < height; y += TILE_SIDE) {
    const tileHeight = min(TILE_SIDE, height - y);
    for (let x: u32 = 0; x < width; x += TILE_SIDE) {
      const tileWidth = min(TILE_SIDE, width - x);
      const from = surface + <usize>y * strideBytes + (<usize>x << 2);
      const end = isSolid(from, strideBytes, tileWidth, tileHeight)
        ? writeSolid(conversion, from, scratch, at)
        : writeTile(conversion, from, strideBytes, tileWidth, tileHeight, scratch, at);
      addTile(segments, conversion.wireBytes, output, at, end);
      at = end;
    }
  }
  return <u32>(at - output);
}

function writeSolid(conversion: Conversion, from: usize, scratch: usize, at: usize): usize {
  convertRow(conversion, from, 1, scratch + WORDS);
  store<u8>(at, SOLID);
  return writeWord(conversion.wireBytes, load<u32>(scratch + WORDS), at + 1);
}

function writeTile(
  conversion: Conversion,
  from: usize,
  strideBytes: u32,
  width: u32,
  height: u32,
  scratch: usize,
  at: usize,
): usize {
  convertRect(conversion, from, strideBytes, width, height, scratch + WORDS, width << 2);
  return encodeTile(conversion.wireBytes, scratch, width, height, at);
}

/** Makes the scratch memory ready for the first tile of a rect. */
export function beginTiles(scratch: usize): Segments {
  const segments = changetype<Segments>(scratch);
  segments.count = 0;
  segments.lossyTiles = 0;
  clearPalette(changetype<Palette>(scratch + SHARED));
  return segments;
}

/** Adds a tile of the output to the segments: what is before its pixels, when they are plain, and those. */
export function addTile(segments: Segments, wireBytes: u32, output: usize, at: usize, end: usize): void {
  const isRaw = load<u8>(at) == RAW;
  if (isRaw) addSegment(segments, <u32>(at + 1 - output), 1);
  addSegment(segments, <u32>(end - output), isRaw ? wireBytes : 1);
}

function addSegment(segments: Segments, end: u32, pixelBytes: u32): void {
  const count = segments.count;
  const last = changetype<usize>(segments) + (<usize>count << 3);
  if (count != 0 && (count == MAX_SEGMENTS || load<u32>(last, 4) == pixelBytes)) {
    store<u32>(last, end);
    return;
  }
  segments.count = count + 1;
  store<u32>(last, end, 8);
  store<u32>(last, pixelBytes, 12);
}

/** Writes the words of a tile in the smallest form. Returns the end. */
export function encodeTile(wireBytes: u32, scratch: usize, width: u32, height: u32, at: usize): usize {
  const palette = changetype<Palette>(scratch + PALETTE);
  const words = scratch + WORDS;
  const count = width * height;
  if (!scanTile(palette, words, count, MAX_PALETTE)) return encodeManyColours(wireBytes, words, count, at);
  const size = palette.size;
  if (size == 1) {
    store<u8>(at, SOLID);
    return writeWord(wireBytes, load<u32>(words), at + 1);
  }
  const rawBytes = count * wireBytes;
  const plainBytes = palette.runs * wireBytes + palette.singles + palette.lengthBytes;
  const paletteRleBytes = size * wireBytes + palette.runs + palette.lengthBytes;
  const bits = indexBits(size);
  const packedBytes = bits == 0 ? u32.MAX_VALUE : size * wireBytes + packedRowBytes(bits, width) * height;
  const smallest = min(min(rawBytes, plainBytes), min(paletteRleBytes, packedBytes));
  if (smallest == packedBytes) return writePacked(wireBytes, palette, scratch + INDICES, width, height, at);
  if (smallest == paletteRleBytes) return writePaletteRle(wireBytes, scratch, rawBytes, at);
  if (smallest == plainBytes) return writePlainRle(wireBytes, words, count, at);
  return writeRaw(wireBytes, words, count, at);
}

/**
 * Runs of palette indices. The palette is that of the tiles before with what is new behind it, so that an index means
 * the same in all of them: zlib finds most of the palette, and runs that it saw before, in what came before.
 */
function writePaletteRle(wireBytes: u32, scratch: usize, rawBytes: u32, at: usize): usize {
  const palette = changetype<Palette>(scratch + PALETTE);
  const shared = changetype<Palette>(scratch + SHARED);
  if (!sharePalette(scratch)) {
    clearPalette(shared);
    sharePalette(scratch);
  }
  // For a small tile the palette may be too much to say again.
  const isShared = shared.size * wireBytes + palette.runs + palette.lengthBytes <= rawBytes;
  if (isShared) useShared(scratch);
  const written = isShared ? shared : palette;
  store<u8>(at, <u8>(PLAIN_RLE + written.size));
  at = packWords(wireBytes, paletteColours(written), written.size, at + 1);
  return writePaletteRuns(palette, at);
}

/** Gives the runs of the tile indices into the shared palette. */
function useShared(scratch: usize): void {
  const palette = changetype<Palette>(scratch + PALETTE);
  for (let run: u32 = 0; run < palette.runs; run++) {
    setRunIndex(palette, run, load<u8>(scratch + runIndex(palette, run), SHARED_INDICES));
  }
}

/** Finds the tile's colours in the shared palette and adds those that are new. False when there is no room for them. */
function sharePalette(scratch: usize): bool {
  const palette = changetype<Palette>(scratch + PALETTE);
  const shared = changetype<Palette>(scratch + SHARED);
  for (let index: u32 = 0; index < palette.size; index++) {
    const found = findOrInsert(shared, paletteColour(palette, index), MAX_PALETTE);
    if (found == MAX_PALETTE) return false;
    store<u8>(scratch + index, <u8>found, SHARED_INDICES);
  }
  return true;
}

function writePacked(wireBytes: u32, palette: Palette, indices: usize, width: u32, height: u32, at: usize): usize {
  const size = palette.size;
  store<u8>(at, <u8>size);
  at = packWords(wireBytes, paletteColours(palette), size, at + 1);
  spreadRuns(palette, indices);
  return packIndices(indexBits(size), indices, width, height, at);
}
