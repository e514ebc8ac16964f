/** RRE and CoRRE (RFC 6143 7.7.3, rfbproto.rst): a background with subrects of one colour each. */

import { Conversion, convertRect, packWords, writeWord } from "./conversion";
import { MAX_PALETTE, mostFrequent, Palette, PALETTE_BYTES, paletteColour, scanTile } from "./palette";

/** Most pixels of a rect; RRE_PARTS of lib/encode/rect_plan.ts keeps to it. */
const MAX_WORDS: usize = 4096;

/** First in the scratch memory; `isRaw` is read by lib/encode/rre.ts. */
@unmanaged
class Rre {
  /** 1 when the output are the pixels of a Raw rect: subrects would take more bytes. */
  isRaw: u32;
  wireBytes: u32;
  /** Bytes of a coordinate: 2 in RRE, 1 in CoRRE. */
  coordinateBytes: u32;
  width: u32;
  height: u32;
}

const PALETTE: usize = 64;
const WORDS: usize = PALETTE + PALETTE_BYTES;
/** For each word, a u16: how many words from it to the right have its colour; 0 when it is painted. */
const LENGTHS: usize = WORDS + 4 * MAX_WORDS + 128;
/** Bytes of scratch memory `encodeRre` and `encodeCorre` need. */
export const RRE_SCRATCH_BYTES: usize = LENGTHS + 2 * MAX_WORDS + 64;

/**
 * Writes a rect of at most 4096 pixels as RRE, or as Raw where that is smaller. `scratch` is RRE_SCRATCH_BYTES of
 * memory; its first word becomes 1 for Raw, 0 for RRE. Returns the number of bytes: at most the wire bytes of every
 * pixel. Writes up to 64 bytes behind them.
 */
export function encodeRre(
  conversion: Conversion,
  surface: usize,
  strideBytes: u32,
  width: u32,
  height: u32,
  scratch: usize,
  output: usize,
): u32 {
  return encode(2, conversion, surface, strideBytes, width, height, scratch, output);
}

/** The same as CoRRE, for a rect of at most 255x255. */
export function encodeCorre(
  conversion: Conversion,
  surface: usize,
  strideBytes: u32,
  width: u32,
  height: u32,
  scratch: usize,
  output: usize,
): u32 {
  return encode(1, conversion, surface, strideBytes, width, height, scratch, output);
}

function encode(
  coordinateBytes: u32,
  conversion: Conversion,
  surface: usize,
  strideBytes: u32,
  width: u32,
  height: u32,
  scratch: usize,
  output: usize,
): u32 {
  const rre = changetype<Rre>(scratch);
  rre.wireBytes = conversion.wireBytes;
  rre.coordinateBytes = coordinateBytes;
  rre.width = width;
  rre.height = height;
  convertRect(conversion, surface, strideBytes, width, height, scratch + WORDS, width << 2);
  const rawBytes = width * height * conversion.wireBytes;
  const palette = changetype<Palette>(scratch + PALETTE);
  // Of a rect with too many colours the scan gives those it saw, and how often.
  scanTile(palette, scratch + WORDS, width * height, MAX_PALETTE);
  const end = writeSubrects(rre, paletteColour(palette, mostFrequent(palette)), output, output + rawBytes);
  rre.isRaw = <u32>(end == 0);
  if (end != 0) return <u32>(end - output);
  packWords(conversion.wireBytes, scratch + WORDS, width * height, output);
  return rawBytes;
}

/** Writes the count, the background and all subrects. Returns their end, or 0 when that would be behind `limit`. */
function writeSubrects(rre: Rre, background: u32, output: usize, limit: usize): usize {
  const words = changetype<usize>(rre) + WORDS;
  const lengths = changetype<usize>(rre) + LENGTHS;
  const width = rre.width;
  const subrectBytes = rre.wireBytes + 4 * rre.coordinateBytes;
  const headBytes = 4 + rre.wireBytes;
  if (output + headBytes + measureRuns(rre, background) * subrectBytes > limit) return 0;
  let at = writeWord(rre.wireBytes, background, output + 4);
  let painted: u32 = 0;
  for (let y: u32 = 0; y < rre.height; y++) {
    for (let x: u32 = 0; x < width; x++) {
      const index = <usize>(y * width + x);
      const length: u32 = load<u16>(lengths + (index << 1));
      if (length == 0) continue;
      if (at + subrectBytes > limit) return 0;
      const size = growSubrect(rre, x, y, length);
      at = writeWord(rre.wireBytes, load<u32>(words + (index << 2)), at);
      at = writeGeometry(rre.coordinateBytes, x, y, size >> 16, size & 0xffff, at);
      painted++;
    }
  }
  store<u32>(output, bswap<u32>(painted));
  return at;
}

/**
 * Fills the run lengths, 0 for words of the background. Returns the corners: words outside the background that differ
 * from the one at their left and the one above. There are as many subrects or more.
 */
function measureRuns(rre: Rre, background: u32): u32 {
  const words = changetype<usize>(rre) + WORDS;
  const lengths = changetype<usize>(rre) + LENGTHS;
  const width = rre.width;
  let corners: u32 = 0;
  for (let y: u32 = 0; y < rre.height; y++) {
    let length: u32 = 0;
    let right: u32 = 0;
    for (let x = width; x-- > 0;) {
      const index = <usize>(y * width + x);
      const word = load<u32>(words + (index << 2));
      length = length != 0 && word == right ? length + 1 : 1;
      right = word;
      store<u16>(lengths + (index << 1), word == background ? 0 : <u16>length);
      if (word == background || (x != 0 && load<u32>(words + ((index - 1) << 2)) == word)) continue;
      if (y == 0 || load<u32>(words + ((index - width) << 2)) != word) corners++;
    }
  }
  return corners;
}

/** Finds the largest subrect of what is not painted with a given corner, and paints it. Returns width << 16 | height. */
function growSubrect(rre: Rre, x: u32, y: u32, length: u32): u32 {
  const words = changetype<usize>(rre) + WORDS;
  const lengths = changetype<usize>(rre) + LENGTHS;
  const first = <usize>(y * rre.width + x);
  const colour = load<u32>(words + (first << 2));
  let width = length;
  let bestWidth = length;
  let bestHeight: u32 = 1;
  let index = first;
  for (let height: u32 = 2; y + height <= rre.height; height++) {
    index += rre.width;
    if (load<u32>(words + (index << 2)) != colour) break;
    width = min(width, <u32>load<u16>(lengths + (index << 1)));
    if (width == 0) break;
    if (width * height <= bestWidth * bestHeight) continue;
    bestWidth = width;
    bestHeight = height;
  }
  for (let row: u32 = 0; row < bestHeight; row++) paintRow(lengths, first + <usize>(row * rre.width), x, bestWidth);
  return bestWidth << 16 | bestHeight;
}

/** Marks words as painted, from `index` on at column `x`, and ends runs from their left before them. */
@inline
function paintRow(lengths: usize, index: usize, x: u32, width: u32): void {
  memory.fill(lengths + (index << 1), 0, <usize>width << 1);
  for (let left: u32 = 1; left <= x; left++) {
    const at = lengths + ((index - left) << 1);
    if (<u32>load<u16>(at) <= left) break;
    store<u16>(at, <u16>left);
  }
}

@inline
function writeGeometry(coordinateBytes: u32, x: u32, y: u32, width: u32, height: u32, at: usize): usize {
  if (coordinateBytes == 1) {
    store<u32>(at, x | y << 8 | width << 16 | height << 24);
    return at + 4;
  }
  store<u16>(at, bswap<u16>(<u16>x));
  store<u16>(at, bswap<u16>(<u16>y), 2);
  store<u16>(at, bswap<u16>(<u16>width), 4);
  store<u16>(at, bswap<u16>(<u16>height), 6);
  return at + 8;
}
