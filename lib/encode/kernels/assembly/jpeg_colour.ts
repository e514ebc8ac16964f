/** From pixels (bytes B,G,R,X) to blocks of 8x8 samples of Y, Cb and Cr, 16 bits each, 0 in the middle of their range. */

/** Weights of blue and red, of green and of 255, for each component: 15 bits of fraction (JFIF 1.02). */
const Y_RED: i32 = 9798;
const Y_GREEN: i32 = 19235;
const Y_BLUE: i32 = 3735;
const CB_RED: i32 = -5529;
const CB_GREEN: i32 = -10855;
const CB_BLUE: i32 = 16384;
const CR_RED: i32 = 16384;
const CR_GREEN: i32 = -13720;
const CR_BLUE: i32 = -2664;
/** Rounds and takes 128 away: times 255 it is 0.5 - 128. */
const Y_BIAS: i32 = -16384;
/** Rounds: times 255 it is a little less than 0.5, so that 127.5 stays in range. */
const CHROMA_BIAS: i32 = 64;
const FRACTION_BITS: i32 = 15;

/** Bytes of a row of samples. */
const ROW: usize = 16;
/** Bytes of a block. */
export const BLOCK_BYTES: usize = 128;

/** Blue and red of four pixels, in 16 bits each. */
@inline
function blueRed(pixels: v128): v128 {
  return v128.and(pixels, i32x4.splat(0x00ff00ff));
}

/** Green of four pixels and, whatever the fourth byte is, 255. */
@inline
function greenBias(pixels: v128): v128 {
  return v128.or(v128.shr<u16>(pixels, 8), i32x4.splat(0x00ff0000));
}

@inline
function weights(low: i32, high: i32): v128 {
  return i32x4.splat(high << 16 | low & 0xffff);
}

/** A component of four pixels, or of four sums of 2^n pixels when `shift` is n more. */
@inline
function weigh(blueRed: v128, greenBias: v128, blueRedWeights: v128, greenBiasWeights: v128, shift: i32): v128 {
  const sum = v128.add<i32>(
    i32x4.dot_i16x8_s(blueRed, blueRedWeights),
    i32x4.dot_i16x8_s(greenBias, greenBiasWeights),
  );
  return v128.shr<i32>(sum, shift);
}

/** Writes a row of Y. */
@inline
function lumaRow(leftBlueRed: v128, leftGreen: v128, rightBlueRed: v128, rightGreen: v128, into: usize): void {
  const blueRedWeights = weights(Y_BLUE, Y_RED);
  const greenWeights = weights(Y_GREEN, Y_BIAS);
  const left = weigh(leftBlueRed, leftGreen, blueRedWeights, greenWeights, FRACTION_BITS);
  const right = weigh(rightBlueRed, rightGreen, blueRedWeights, greenWeights, FRACTION_BITS);
  v128.store(into, v128.narrow<i32>(left, right));
}

/** Y of 8x8 pixels. */
export function lumaBlock(pixels: usize, strideBytes: usize, into: usize): void {
  for (let end = into + BLOCK_BYTES; into < end; into += ROW) {
    const left = v128.load(pixels);
    const right = v128.load(pixels, 16);
    lumaRow(blueRed(left), greenBias(left), blueRed(right), greenBias(right), into);
    pixels += strideBytes;
  }
}

/** Writes a row of Cb and, a block further, one of Cr. */
@inline
function chromaRow(leftBlueRed: v128, leftGreen: v128, rightBlueRed: v128, rightGreen: v128, shift: i32, into: usize): void {
  const cbWeights = weights(CB_BLUE, CB_RED);
  const cbGreenWeights = weights(CB_GREEN, CHROMA_BIAS);
  const crWeights = weights(CR_BLUE, CR_RED);
  const crGreenWeights = weights(CR_GREEN, CHROMA_BIAS);
  const cbLeft = weigh(leftBlueRed, leftGreen, cbWeights, cbGreenWeights, shift);
  const cbRight = weigh(rightBlueRed, rightGreen, cbWeights, cbGreenWeights, shift);
  v128.store(into, v128.narrow<i32>(cbLeft, cbRight));
  const crLeft = weigh(leftBlueRed, leftGreen, crWeights, crGreenWeights, shift);
  const crRight = weigh(rightBlueRed, rightGreen, crWeights, crGreenWeights, shift);
  v128.store(into, v128.narrow<i32>(crLeft, crRight), BLOCK_BYTES);
}

/** Y, Cb and Cr of 8x8 pixels, a block each. */
export function colourBlocks(pixels: usize, strideBytes: usize, into: usize): void {
  for (let end = into + BLOCK_BYTES; into < end; into += ROW) {
    const left = v128.load(pixels);
    const right = v128.load(pixels, 16);
    const leftBlueRed = blueRed(left);
    const leftGreen = greenBias(left);
    const rightBlueRed = blueRed(right);
    const rightGreen = greenBias(right);
    lumaRow(leftBlueRed, leftGreen, rightBlueRed, rightGreen, into);
    chromaRow(leftBlueRed, leftGreen, rightBlueRed, rightGreen, FRACTION_BITS, into + BLOCK_BYTES);
    pixels += strideBytes;
  }
}

/** Adds the words of each pair of neighbours in eight, 16 bits at a time. */
@inline
function addPairs(low: v128, high: v128): v128 {
  return v128.add<i16>(v128.shuffle<i32>(low, high, 0, 2, 4, 6), v128.shuffle<i32>(low, high, 1, 3, 5, 7));
}

/** Cb and Cr of 16x8 pixels, the mean of two in a row. */
export function chromaBlocksOfPairs(pixels: usize, strideBytes: usize, into: usize): void {
  for (let end = into + BLOCK_BYTES; into < end; into += ROW) {
    const a = v128.load(pixels);
    const b = v128.load(pixels, 16);
    const c = v128.load(pixels, 32);
    const d = v128.load(pixels, 48);
    chromaRow(
      addPairs(blueRed(a), blueRed(b)),
      addPairs(greenBias(a), greenBias(b)),
      addPairs(blueRed(c), blueRed(d)),
      addPairs(greenBias(c), greenBias(d)),
      FRACTION_BITS + 1,
      into,
    );
    pixels += strideBytes;
  }
}

/** Blue and red of four pixels and those below them. */
@inline
function blueRedBelow(pixels: usize, strideBytes: usize): v128 {
  return v128.add<i16>(blueRed(v128.load(pixels)), blueRed(v128.load(pixels + strideBytes)));
}

@inline
function greenBiasBelow(pixels: usize, strideBytes: usize): v128 {
  return v128.add<i16>(greenBias(v128.load(pixels)), greenBias(v128.load(pixels + strideBytes)));
}

/** Cb and Cr of 16x16 pixels, the mean of a square of four. */
export function chromaBlocksOfSquares(pixels: usize, strideBytes: usize, into: usize): void {
  for (let end = into + BLOCK_BYTES; into < end; into += ROW) {
    chromaRow(
      addPairs(blueRedBelow(pixels, strideBytes), blueRedBelow(pixels + 16, strideBytes)),
      addPairs(greenBiasBelow(pixels, strideBytes), greenBiasBelow(pixels + 16, strideBytes)),
      addPairs(blueRedBelow(pixels + 32, strideBytes), blueRedBelow(pixels + 48, strideBytes)),
      addPairs(greenBiasBelow(pixels + 32, strideBytes), greenBiasBelow(pixels + 48, strideBytes)),
      FRACTION_BITS + 2,
      into,
    );
    pixels += strideBytes << 1;
  }
}
