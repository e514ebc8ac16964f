/** Tight's gradient filter over pixels of three 8-bit channels, and whether it is of use. */

import { packWords } from "./conversion";

/** Bytes of memory `gradientPays` needs. */
export const HISTOGRAM_BYTES: usize = 2 * 4 * 256;

/** Rows looked at: one of so many. */
const SAMPLE_STEP: u32 = 8;
/** By how much likelier two equal bytes must be among the differences than among the pixels, in eighths. */
const GAIN_EIGHTHS: u64 = 9;
/** Differences beyond this, up or down, are edges. */
const EDGE: usize = 16;
/**
 * More than one edge in so many bytes, and nothing at all in one of so many others, is text or drawing, in which
 * deflate finds more by itself. Photos have sharp edges too, but hardly ever two pixels alike.
 */
const EDGE_DIVISOR: u64 = 32;
const ZERO_DIVISOR: u64 = 4;

/** What is left of four pixels when left + above - aboveLeft, kept within 0 to 255, is taken away from them. */
@inline
function differences(at: usize, above: usize): v128 {
  const left = v128.load(at - 4);
  const up = v128.load(above);
  const corner = v128.load(above - 4);
  const low = v128.sub<i16>(
    v128.add<i16>(v128.extend_low<u8>(left), v128.extend_low<u8>(up)),
    v128.extend_low<u8>(corner),
  );
  const high = v128.sub<i16>(
    v128.add<i16>(v128.extend_high<u8>(left), v128.extend_high<u8>(up)),
    v128.extend_high<u8>(corner),
  );
  return v128.sub<i8>(v128.load(at), v128.narrow<u16>(low, high));
}

/** Writes the differences of a row as words. `above` is the row above; `count` words, and up to 12 bytes more. */
function filterRow(row: usize, above: usize, count: u32, into: usize): void {
  for (let at: usize = 0; at < (<usize>count << 2); at += 16) {
    v128.store(into + at, differences(row + at, above + at));
  }
  // Nothing is left of the first pixel.
  store<u32>(into, firstDifference(row, above));
}

/** The first pixel of a row is predicted by the one above it alone. */
function firstDifference(row: usize, above: usize): u32 {
  return v128.extract_lane<u32>(v128.sub<i8>(v128.load32_zero(row), v128.load32_zero(above)), 0);
}

/** The first row is predicted by the pixels at the left alone. */
function filterFirstRow(row: usize, count: u32, into: usize): void {
  for (let at: usize = 0; at < (<usize>count << 2); at += 16) {
    v128.store(into + at, v128.sub<i8>(v128.load(row + at), v128.load(row + at - 4)));
  }
  store<u32>(into, load<u32>(row));
}

/**
 * Writes the filtered bytes of a rect of words. `line` is room for a row and 64 bytes more. Reads 4 bytes before the
 * rect. Returns the end of what was written; writes up to 64 bytes behind.
 */
export function writeGradient(
  words: usize,
  strideBytes: u32,
  width: u32,
  height: u32,
  line: usize,
  into: usize,
): usize {
  for (let y: u32 = 0; y < height; y++) {
    if (y == 0) filterFirstRow(words, width, line);
    else filterRow(words, words - strideBytes, width, line);
    into = packWords(3, line, width, into);
    words += strideBytes;
  }
  return into;
}

/** Whether the filter leaves bytes that repeat each other more than those of the pixels do. */
export function gradientPays(
  words: usize,
  strideBytes: u32,
  width: u32,
  height: u32,
  line: usize,
  histograms: usize,
): bool {
  memory.fill(histograms, 0, HISTOGRAM_BYTES);
  const filtered = histograms + HISTOGRAM_BYTES / 2;
  for (let y: u32 = 1; y < height; y += SAMPLE_STEP) {
    const row = words + <usize>y * strideBytes;
    countBytes(histograms, row, width);
    filterRow(row, row - strideBytes, width, line);
    countBytes(filtered, line, width);
  }
  if (isDrawing(filtered)) return false;
  return equalPairs(filtered) * 8 > equalPairs(histograms) * GAIN_EIGHTHS;
}

function countBytes(histogram: usize, words: usize, count: u32): void {
  for (let i: u32 = 0; i < count; i++) {
    const word = load<u32>(words + (<usize>i << 2));
    countByte(histogram, word & 255);
    countByte(histogram, (word >> 8) & 255);
    countByte(histogram, (word >> 16) & 255);
  }
}

@inline
function countByte(histogram: usize, byte: u32): void {
  const at = histogram + (<usize>byte << 2);
  store<u32>(at, load<u32>(at) + 1);
}

@inline
function isDrawing(differences: usize): bool {
  const count = countOf(differences, 0, 256);
  const edges = countOf(differences, EDGE, 256 - EDGE);
  return edges * EDGE_DIVISOR > count && countOf(differences, 0, 1) * ZERO_DIVISOR > count;
}

/** How many bytes from `start` on and below `end` were counted. */
function countOf(histogram: usize, start: usize, end: usize): u64 {
  let count: u64 = 0;
  for (let byte = start; byte < end; byte++) count += load<u32>(histogram + (byte << 2));
  return count;
}

/** How many pairs of bytes are equal; the more, the fewer bits Huffman codes need. */
function equalPairs(histogram: usize): u64 {
  let pairs: u64 = 0;
  for (let byte: usize = 0; byte < 256; byte++) {
    const count = <u64>load<u32>(histogram + (byte << 2));
    pairs += count * count;
  }
  return pairs;
}
