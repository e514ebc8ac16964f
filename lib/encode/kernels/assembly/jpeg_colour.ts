/** From pixels (bytes B,G,R,X) to blocks of 8x8 samples of Y, Cb and Cr (JFIF 1.02), 0 in the middle of their range. */

import { CB_SCALE, CR_SCALE, JpegTables, PLANES, Y_BLUE, Y_GREEN, Y_RED } from "./jpeg_tables";

/** From words with bytes above to samples. */
const SAMPLE_SHIFT: i32 = 4;

/** Bytes of a row of samples. */
const ROW: usize = 16;
/** Bytes of a block. */
export const BLOCK_BYTES: usize = 128;

/** The lower eight bytes as the upper halves of words. */
@inline
function wordsOfLow(bytes: v128): v128 {
  return v128.shuffle<i8>(i64x2.splat(0), bytes, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

@inline
function wordsOfHigh(bytes: v128): v128 {
  return v128.shuffle<i8>(i64x2.splat(0), bytes, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

@inline
function product(words: v128, weights: v128): v128 {
  return i16x8.relaxed_q15mulr_s(words, weights);
}

/** Y of 8x8 pixels, times 16, to `luma`; Cb to `chroma` and Cr to the block behind that. */
export function colourBlocks(tables: JpegTables, pixels: usize, strideBytes: usize, luma: usize, chroma: usize): void {
  const vectors = changetype<usize>(tables);
  const planes = v128.load(vectors, PLANES);
  const yBlue = v128.load(vectors, Y_BLUE);
  const yGreen = v128.load(vectors, Y_GREEN);
  const yRed = v128.load(vectors, Y_RED);
  const cbScale = v128.load(vectors, CB_SCALE);
  const crScale = v128.load(vectors, CR_SCALE);
  const middle = i8x16.splat(-128);
  for (let end = luma + BLOCK_BYTES; luma < end; luma += ROW) {
    const left = i8x16.relaxed_swizzle(v128.load(pixels), planes);
    const right = i8x16.relaxed_swizzle(v128.load(pixels, 16), planes);
    const blueGreen = v128.xor(v128.shuffle<i32>(left, right, 0, 4, 1, 5), middle);
    const blue = wordsOfLow(blueGreen);
    const green = wordsOfHigh(blueGreen);
    const red = wordsOfLow(v128.xor(v128.shuffle<i32>(left, right, 2, 6, 3, 7), middle));
    const y = v128.add<i16>(v128.add<i16>(product(blue, yBlue), product(red, yRed)), product(green, yGreen));
    v128.store(luma, y);
    v128.store(chroma, product(v128.sub<i16>(v128.shr<i16>(blue, SAMPLE_SHIFT), y), cbScale));
    v128.store(chroma, product(v128.sub<i16>(v128.shr<i16>(red, SAMPLE_SHIFT), y), crScale), BLOCK_BYTES);
    pixels += strideBytes;
    chroma += ROW;
  }
}

/** The sums of each two neighbours in a row of two blocks. */
@inline
function pairs(left: usize, right: usize): v128 {
  const one = i16x8.splat(1);
  const low = i32x4.dot_i16x8_s(v128.load(left), one);
  return v128.narrow<i32>(low, i32x4.dot_i16x8_s(v128.load(right), one));
}

/** The means of each two neighbours in a row of two blocks, in place of the left one. */
export function halveAcross(left: usize, right: usize): void {
  for (let end = left + BLOCK_BYTES; left < end; left += ROW) {
    v128.store(left, product(pairs(left, right), i16x8.splat(1 << 14)));
    right += ROW;
  }
}

/** The means of squares of four in four blocks that are `step` bytes apart, in place of the first. */
export function halveBoth(block: usize, step: usize): void {
  for (let row: usize = 0; row < 8; row++) {
    const from = block + (row >= 4 ? 2 * step : 0) + ((row & 3) << 5);
    const sums = v128.add<i16>(pairs(from, from + step), pairs(from + ROW, from + step + ROW));
    v128.store(block + (row << 4), product(sums, i16x8.splat(1 << 13)));
  }
}
