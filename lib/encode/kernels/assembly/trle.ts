/** TRLE (RFC 6143 7.7.5): tiles of 16x16, each in the smallest of its forms, the palette of the one before included. */

import { Conversion, convertRect, packWords, writeWord } from "./conversion";
import { indexBits, packedRowBytes, packIndices } from "./packed_indices";
import { MAX_PALETTE, Palette, PALETTE_BYTES, paletteColours, runIndex, scanTile, setRunIndex } from "./palette";
import { encodeManyColours, PLAIN_RLE, SOLID, spreadRuns, writePaletteRuns, writePlainRle, writeRaw } from "./tiles";

const TILE_SIDE: u32 = 16;
const TILE_WORDS: usize = 16 * 16;

const PACKED_REUSED: u8 = 127;
const PALETTE_RLE_REUSED: u8 = 129;
/** Larger palettes are not looked for in the next tile. */
const MAX_REUSED: u32 = 16;

/** First in the scratch memory: the palette of the tile before, none when `size` is 0. The colours lie behind it. */
@unmanaged
class LastPalette {
  size: u32;
}

const LAST_COLOURS: usize = 16;
/** For each index of the tile's own palette the one in the last palette, one a byte. */
const LAST_INDICES: usize = LAST_COLOURS + 4 * 16;
const PALETTE: usize = 128;
const WORDS: usize = PALETTE + PALETTE_BYTES;
const INDICES: usize = WORDS + 4 * TILE_WORDS + 128;
/** Bytes of scratch memory `encodeTrle` needs. */
export const TRLE_SCRATCH_BYTES: usize = INDICES + TILE_WORDS + 128;

/**
 * Writes the tiles of a rect. `scratch` is TRLE_SCRATCH_BYTES of memory. Returns the number of bytes: at most one a
 * tile and the wire bytes of every pixel. Writes up to 64 bytes behind them.
 */
export function encodeTrle(
  conversion: Conversion,
  surface: usize,
  strideBytes: u32,
  width: u32,
  height: u32,
  scratch: usize,
  output: usize,
): u32 {
  changetype<LastPalette>(scratch).size = 0;
  let at = output;
  for (let y: u32 = 0; y < height; y += TILE_SIDE) {
    const tileHeight = min(TILE_SIDE, height - y);
    for (let x: u32 = 0; x < width; x += TILE_SIDE) {
      const tileWidth = min(TILE_SIDE, width - x);
      const from = surface + <usize>y * strideBytes + (<usize>x << 2);
      convertRect(conversion, from, strideBytes, tileWidth, tileHeight, scratch + WORDS, tileWidth << 2);
      at = encodeTile(conversion.wireBytes, scratch, tileWidth, tileHeight, at);
    }
  }
  return <u32>(at - output);
}

function encodeTile(wireBytes: u32, scratch: usize, width: u32, height: u32, at: usize): usize {
  const palette = changetype<Palette>(scratch + PALETTE);
  const last = changetype<LastPalette>(scratch);
  const words = scratch + WORDS;
  const count = width * height;
  const hasPalette = scanTile(palette, words, count, MAX_PALETTE);
  const size = palette.size;
  const lastSize = hasPalette && size > 1 && findInLast(last, palette) ? last.size : 0;
  // The next tile may use only the palette of the tile right before it.
  last.size = 0;
  if (!hasPalette) return encodeManyColours(wireBytes, words, count, at);
  if (size == 1) {
    store<u8>(at, SOLID);
    return writeWord(wireBytes, load<u32>(words), at + 1);
  }
  const rawBytes = count * wireBytes;
  const plainBytes = palette.runs * wireBytes + palette.singles + palette.lengthBytes;
  const ownBytes = size * wireBytes + paletteBytes(palette, size, width, height);
  const lastBytes = lastSize == 0 ? u32.MAX_VALUE : paletteBytes(palette, lastSize, width, height);
  const smallest = min(min(rawBytes, plainBytes), min(ownBytes, lastBytes));
  if (smallest == lastBytes) return writeReused(last, lastSize, palette, scratch + INDICES, width, height, at);
  if (smallest == ownBytes) return writeOwn(wireBytes, last, palette, scratch + INDICES, width, height, at);
  if (smallest == plainBytes) return writePlainRle(wireBytes, words, count, at);
  return writeRaw(wireBytes, words, count, at);
}

/** Bytes the tile takes behind a palette of `size`, in the smaller of the two forms. */
@inline
function paletteBytes(palette: Palette, size: u32, width: u32, height: u32): u32 {
  return min(packedBytes(size, width, height), palette.runs + palette.lengthBytes);
}

@inline
function packedBytes(size: u32, width: u32, height: u32): u32 {
  const bits = indexBits(size);
  return bits == 0 ? u32.MAX_VALUE : packedRowBytes(bits, width) * height;
}

/** Whether the last palette has every colour of the tile; notes where. */
function findInLast(last: LastPalette, palette: Palette): bool {
  const size = palette.size;
  if (size > last.size) return false;
  const colours = changetype<usize>(last) + LAST_COLOURS;
  for (let index: u32 = 0; index < size; index++) {
    const wanted = load<u32>(paletteColours(palette) + (<usize>index << 2));
    let found: u32 = 0;
    while (found < last.size && load<u32>(colours + (<usize>found << 2)) != wanted) found++;
    if (found == last.size) return false;
    store<u8>(changetype<usize>(last) + index, <u8>found, LAST_INDICES);
  }
  return true;
}

function writeReused(
  last: LastPalette,
  lastSize: u32,
  palette: Palette,
  indices: usize,
  width: u32,
  height: u32,
  at: usize,
): usize {
  last.size = lastSize;
  for (let run: u32 = 0; run < palette.runs; run++) {
    setRunIndex(palette, run, load<u8>(changetype<usize>(last) + runIndex(palette, run), LAST_INDICES));
  }
  const isPacked = packedBytes(lastSize, width, height) <= palette.runs + palette.lengthBytes;
  store<u8>(at, isPacked ? PACKED_REUSED : PALETTE_RLE_REUSED);
  return writeIndices(palette, isPacked, lastSize, indices, width, height, at + 1);
}

function writeOwn(
  wireBytes: u32,
  last: LastPalette,
  palette: Palette,
  indices: usize,
  width: u32,
  height: u32,
  at: usize,
): usize {
  const size = palette.size;
  if (size <= MAX_REUSED) {
    last.size = size;
    memory.copy(changetype<usize>(last) + LAST_COLOURS, paletteColours(palette), <usize>size << 2);
  }
  const isPacked = packedBytes(size, width, height) <= palette.runs + palette.lengthBytes;
  store<u8>(at, isPacked ? <u8>size : <u8>(PLAIN_RLE + size));
  at = packWords(wireBytes, paletteColours(palette), size, at + 1);
  return writeIndices(palette, isPacked, size, indices, width, height, at);
}

function writeIndices(
  palette: Palette,
  isPacked: bool,
  size: u32,
  indices: usize,
  width: u32,
  height: u32,
  at: usize,
): usize {
  if (!isPacked) return writePaletteRuns(palette, at);
  spreadRuns(palette, indices);
  return packIndices(indexBits(size), indices, width, height, at);
}
