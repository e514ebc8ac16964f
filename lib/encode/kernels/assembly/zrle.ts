/** ZRLE before zlib (RFC 6143 7.7.6): tiles of 64x64, each in the one of its five forms that zlib makes the least of. */

import { Conversion, convertRect, convertRow, packWords, writeWord } from "./conversion";
import { indexBits, packedRowBytes, packIndices } from "./packed_indices";
import { countRuns } from "./palette";
import {
  clearRunPalette,
  findRuns,
  isUsed,
  RUN_PALETTE_BYTES,
  runBytes,
  runColours,
  RunPalette,
  usedColours,
} from "./run_palette";
import { isSolid } from "./solid";
import { PLAIN_RLE, RAW, SOLID, writePlainRle, writeRaw } from "./tiles";

export const TILE_SIDE: u32 = 64;
export const TILE_WORDS: usize = 64 * 64;

/**
 * What a byte of each form weighs, as it is compressed afterwards: packed indices shrink the most, runs of colours the
 * least. Pixels as they are weigh what palette runs do.
 */
const PACKED_WEIGHT: u32 = 5;
const RUNS_WEIGHT: u32 = 8;
const PLAIN_WEIGHT: u32 = 16;

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
/** The colours of a tile of packed indices, and for each index of the palette the one among them. */
const PACKED_COLOURS: usize = PALETTE + RUN_PALETTE_BYTES;
const PACKED_INDICES: usize = PACKED_COLOURS + 4 * 16 + 64;
/** Where the words of a tile are in the scratch memory. */
export const WORDS: usize = PACKED_INDICES + 128;
const INDICES: usize = WORDS + 4 * TILE_WORDS + 256;
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
  clearRunPalette(changetype<RunPalette>(scratch + PALETTE));
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

/** Writes the words of a tile in the form that is likely to be the smallest when it is compressed. Returns the end. */
export function encodeTile(wireBytes: u32, scratch: usize, width: u32, height: u32, at: usize): usize {
  const palette = changetype<RunPalette>(scratch + PALETTE);
  const words = scratch + WORDS;
  const count = width * height;
  if (!findRuns(palette, words, count)) return encodeManyColours(wireBytes, words, count, at);
  const size = usedColours(palette);
  if (size == 1) {
    store<u8>(at, SOLID);
    return writeWord(wireBytes, load<u32>(words), at + 1);
  }
  const rawBytes = count * wireBytes;
  const plainBytes = palette.runBytes + palette.singles + palette.runs * (wireBytes - 1);
  const paletteRleBytes = size * wireBytes + palette.runBytes;
  const bits = indexBits(size);
  const packedBytes = size * wireBytes + packedRowBytes(bits, width) * height;
  const leastRuns = min(PLAIN_WEIGHT * plainBytes, RUNS_WEIGHT * min(paletteRleBytes, rawBytes));
  const isPacked = bits != 0 && packedBytes <= rawBytes && PACKED_WEIGHT * packedBytes <= leastRuns;
  if (isPacked) return writePacked(wireBytes, scratch, width, height, at);
  if (RUNS_WEIGHT * paletteRleBytes == leastRuns) return writePaletteRle(wireBytes, scratch, count, at);
  if (PLAIN_WEIGHT * plainBytes == leastRuns) return writePlainRle(wireBytes, words, count, at);
  return writeRaw(wireBytes, words, count, at);
}

/** A tile without a palette: as it is, unless runs are much less. */
function encodeManyColours(wireBytes: u32, words: usize, count: u32, at: usize): usize {
  const isRuns = PLAIN_WEIGHT * (wireBytes + 1) * countRuns(words, count) < RUNS_WEIGHT * wireBytes * count;
  return isRuns ? writePlainRle(wireBytes, words, count, at) : writeRaw(wireBytes, words, count, at);
}

/**
 * Runs of palette indices. The palette is that of the tiles before with what is new behind it, so that an index means
 * the same in all of them: zlib finds most of the palette, and runs that it saw before, in what came before.
 */
function writePaletteRle(wireBytes: u32, scratch: usize, count: u32, at: usize): usize {
  const palette = changetype<RunPalette>(scratch + PALETTE);
  // For a small tile the palette may be too much to say again.
  if (palette.size * wireBytes + palette.runBytes > count * wireBytes) {
    clearRunPalette(palette);
    findRuns(palette, scratch + WORDS, count);
  }
  store<u8>(at, PLAIN_RLE + <u8>palette.size);
  at = packWords(wireBytes, runColours(palette), palette.size, at + 1);
  memory.copy(at, runBytes(palette), palette.runBytes);
  return at + palette.runBytes;
}

/** Indices of a few bits, into the colours in the order in which the palette has them: that of the tiles around. */
function writePacked(wireBytes: u32, scratch: usize, width: u32, height: u32, at: usize): usize {
  const palette = changetype<RunPalette>(scratch + PALETTE);
  let size: u32 = 0;
  for (let index: u32 = 0; index < palette.size; index++) {
    if (!isUsed(palette, index)) continue;
    store<u32>(scratch + (<usize>size << 2), load<u32>(runColours(palette) + (<usize>index << 2)), PACKED_COLOURS);
    store<u8>(scratch + index, <u8>size, PACKED_INDICES);
    size++;
  }
  store<u8>(at, <u8>size);
  at = packWords(wireBytes, scratch + PACKED_COLOURS, size, at + 1);
  spreadRuns(palette, scratch + PACKED_INDICES, scratch + INDICES);
  return packIndices(indexBits(size), scratch + INDICES, width, height, at);
}

/** Writes for every word of the tile what `map` has for its index, a byte each. Writes up to 15 bytes behind the last. */
function spreadRuns(palette: RunPalette, map: usize, into: usize): void {
  const end = runBytes(palette) + palette.runBytes;
  for (let at = runBytes(palette); at < end;) {
    const index = <u32>load<u8>(at++);
    const bytes = i8x16.splat(load<i8>(map + (index & 127)));
    let length: usize = 1;
    if (index & 128) {
      let more: u32 = 255;
      for (; more == 255; length += more) more = load<u8>(at++);
    }
    for (let filled: usize = 0; filled < length; filled += 16) v128.store(into + filled, bytes);
    into += length;
  }
}
