/** ZYWRLE's transform of a tile: channels of a pixel to luminance and differences, those to wavelet coefficients. */

/** Where red, green and blue are in a pixel's value; as lib/encode/zywrle.ts has it. */
export const LAYOUT_888: u32 = 0;
export const LAYOUT_565: u32 = 1;

const TILE_WORDS: usize = 64 * 64;
const SLACK: usize = 64;
const HALF: usize = 4 * TILE_WORDS + SLACK;
const COEFFICIENTS: usize = HALF + 4 * (TILE_WORDS / 4) + SLACK;
/** Bytes of memory `analyseTile` needs. */
export const WAVELET_SCRATCH_BYTES: usize = COEFFICIENTS + 4 * TILE_WORDS + SLACK;

/**
 * Replaces the words of a tile by its coefficients: for each of `depth` levels what differs diagonally, vertically and
 * horizontally, then what is left, then the words that are beyond whole blocks of the last level, on the right, below
 * and in the corner. A tile that has no whole block stays as it is: the result is whether it has.
 */
export function analyseTile(
  words: usize,
  width: u32,
  height: u32,
  depth: u32,
  layout: u32,
  wireBytes: u32,
  bigEndian: bool,
  scratch: usize,
): bool {
  const whole = ~((<u32>1 << depth) - 1);
  const wide = width & whole;
  const high = height & whole;
  if (wide == 0 || high == 0) return false;
  const order = byteOrder(wireBytes, bigEndian);
  const coefficients = scratch + COEFFICIENTS;
  for (let y: u32 = 0; y < high; y++) {
    toDifferences(words + (<usize>(y * width) << 2), wide, layout, order, scratch + (<usize>(y * wide) << 2));
  }
  let at = coefficients;
  let from = scratch;
  let into = scratch + HALF;
  for (let level: u32 = 0; level < depth; level++) {
    at = splitLevel(from, wide >> level, high >> level, into, at, keptBits(depth, level), smallest(depth, level));
    from = into;
    // Each level leaves a quarter; what is left of the second fits over the first.
    into = scratch + (level & 1 ? HALF : 0);
  }
  const left = (wide >> depth) * (high >> depth);
  memory.copy(at, from, <usize>left << 2);
  fromDifferences(coefficients, wide * high, layout, order);
  copyRest(words, width, height, wide, high, coefficients + (<usize>(wide * high) << 2));
  memory.copy(words, coefficients, <usize>(width * height) << 2);
  return true;
}

/** Which byte of a word each byte of the pixel's value is, and the other way round. */
function byteOrder(wireBytes: u32, bigEndian: bool): v128 {
  if (!bigEndian) return i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  if (wireBytes == 2) return i8x16(1, 0, -1, -1, 5, 4, -1, -1, 9, 8, -1, -1, 13, 12, -1, -1);
  return i8x16(2, 1, 0, -1, 6, 5, 4, -1, 10, 9, 8, -1, 14, 13, 12, -1);
}

@inline
function field(words: v128, mask: u32, left: u32): v128 {
  return v128.shl<i32>(v128.and(words, i32x4.splat(mask)), left);
}

@inline
function fieldBack(words: v128, mask: u32, right: u32): v128 {
  return v128.and(v128.shr<u32>(words, right), i32x4.splat(mask));
}

/** The channels of values of 5, 6 or 5 bits in the low three bytes, each in its byte's high bits. */
@inline
function spreadChannels(values: v128, layout: u32): v128 {
  if (layout == LAYOUT_888) return values;
  if (layout == LAYOUT_565) {
    return v128.or(v128.or(field(values, 0x1f, 3), field(values, 0x7e0, 5)), field(values, 0xf800, 8));
  }
  return v128.or(v128.or(field(values, 0x1f, 3), field(values, 0x3e0, 6)), field(values, 0x7c00, 9));
}

@inline
function joinChannels(words: v128, layout: u32): v128 {
  if (layout == LAYOUT_888) return words;
  if (layout == LAYOUT_565) {
    return v128.or(v128.or(fieldBack(words, 0x1f, 3), fieldBack(words, 0x7e0, 5)), fieldBack(words, 0xf800, 8));
  }
  return v128.or(v128.or(fieldBack(words, 0x1f, 3), fieldBack(words, 0x3e0, 6)), fieldBack(words, 0x7c00, 9));
}

/** Keeps the bits that a channel has; -128 goes up, for the transform wants as many numbers below zero as above. */
@inline
function snap(values: v128, step: i32): v128 {
  const kept = v128.and(values, i32x4.splat(-step));
  return v128.add<i32>(kept, v128.and(v128.eq<i32>(kept, i32x4.splat(-128)), i32x4.splat(step)));
}

/** Writes a row as bytes U = (B - G) / 2, Y = (R + 2G + B) / 4 - 128, V = (R - G) / 2. Writes up to 12 bytes behind. */
function toDifferences(words: usize, width: u32, layout: u32, order: v128, into: usize): void {
  const low = i32x4.splat(0xff);
  const lumaStep = layout == LAYOUT_888 ? 1 : layout == LAYOUT_565 ? 4 : 8;
  const step = layout == LAYOUT_888 ? 1 : 8;
  for (let at: usize = 0; at < <usize>width << 2; at += 16) {
    const pixels = spreadChannels(v128.swizzle(v128.load(words + at), order), layout);
    const red = v128.and(v128.shr<u32>(pixels, 16), low);
    const green = v128.and(v128.shr<u32>(pixels, 8), low);
    const blue = v128.and(pixels, low);
    const sum = v128.add<i32>(v128.add<i32>(red, blue), v128.shl<i32>(green, 1));
    const y = snap(v128.sub<i32>(v128.shr<i32>(sum, 2), i32x4.splat(128)), lumaStep);
    const u = snap(v128.shr<i32>(v128.sub<i32>(blue, green), 1), step);
    const v = snap(v128.shr<i32>(v128.sub<i32>(red, green), 1), step);
    const upper = v128.or(v128.shl<i32>(v128.and(v, low), 16), v128.shl<i32>(v128.and(y, low), 8));
    v128.store(into + at, v128.or(upper, v128.and(u, low)));
  }
}

/** Makes pixels' words of coefficients, in place. */
function fromDifferences(coefficients: usize, count: u32, layout: u32, order: v128): void {
  for (let at: usize = 0; at < <usize>count << 2; at += 16) {
    const values = joinChannels(v128.load(coefficients + at), layout);
    v128.store(coefficients + at, v128.swizzle(values, order));
  }
}

/** The low part of the piecewise-linear Haar transform of two numbers of -127 to 127 [Senecal and others, 2004]. */
@inline
function lowPart(a: v128, b: v128): v128 {
  const isApart = v128.lt<i8>(v128.xor(a, b), i8x16.splat(0));
  const isFirst = v128.ge<i8>(v128.xor(v128.sub<i8>(a, b), a), i8x16.splat(0));
  return v128.bitselect(v128.add<i8>(a, b), v128.bitselect(a, b, isFirst), isApart);
}

@inline
function highPart(a: v128, b: v128): v128 {
  const isApart = v128.lt<i8>(v128.xor(a, b), i8x16.splat(0));
  const isSecond = v128.ge<i8>(v128.xor(v128.add<i8>(a, b), b), i8x16.splat(0));
  return v128.bitselect(v128.bitselect(v128.neg<i8>(b), a, isSecond), v128.sub<i8>(a, b), isApart);
}

/**
 * How far from zero a coefficient must be not to become zero, for U, Y and V. Of the finest level only strong edges of
 * the luminance stay, of the next ones more.
 */
function smallest(depth: u32, level: u32): u32 {
  if (level == 0) return depth == 1 ? 0xff20ff : 0xff40ff;
  return level + 1 == depth ? 0x181818 : 0x202020;
}

/** The bits of a coefficient that stay, the highest ones. */
function keptBits(depth: u32, level: u32): u32 {
  return level == 0 && depth > 1 ? 0xc0c0c0 : 0xf0f0f0;
}

/** Cuts coefficients: in the middle of the numbers that become the same one. */
@inline
function quantise(words: v128, kept: v128, least: v128): v128 {
  const size = v128.abs<i8>(words);
  const middle = v128.shr<u8>(v128.neg<i8>(kept), 1);
  const cut = v128.or(v128.and(size, kept), middle);
  const stays = v128.and(cut, v128.ge<u8>(size, least));
  return v128.bitselect(v128.neg<i8>(stays), stays, v128.lt<i8>(words, i8x16.splat(0)));
}

/**
 * Takes a picture apart into one of half its width and height, and three of what differs in each square of four.
 * Returns the end of those three, written one after the other from `at` on.
 */
function splitLevel(
  from: usize,
  width: u32,
  height: u32,
  into: usize,
  at: usize,
  keptBits: u32,
  smallest: u32,
): usize {
  const kept = i32x4.splat(keptBits);
  const least = i32x4.splat(smallest | 0xff000000);
  const columns = width >> 1;
  const partBytes = <usize>(columns * (height >> 1)) << 2;
  let below = at;
  for (let y: u32 = 0; y < height; y += 2) {
    const row = from + (<usize>(y * width) << 2);
    const next = row + (<usize>width << 2);
    for (let x: u32 = 0; x < columns; x += 4) {
      const count = columns - x;
      const offset = <usize>x << 3;
      const upper = v128.load(row + offset);
      const upperEnd = v128.load(row + offset, 16);
      const lower = v128.load(next + offset);
      const lowerEnd = v128.load(next + offset, 16);
      const a = v128.shuffle<i32>(upper, upperEnd, 0, 2, 4, 6);
      const b = v128.shuffle<i32>(upper, upperEnd, 1, 3, 5, 7);
      const c = v128.shuffle<i32>(lower, lowerEnd, 0, 2, 4, 6);
      const d = v128.shuffle<i32>(lower, lowerEnd, 1, 3, 5, 7);
      const lowAbove = lowPart(a, b);
      const lowBelow = lowPart(c, d);
      const highAbove = highPart(a, b);
      const highBelow = highPart(c, d);
      storeWords(into, lowPart(lowAbove, lowBelow), count);
      storeWords(below, quantise(highPart(highAbove, highBelow), kept, least), count);
      storeWords(below + partBytes, quantise(highPart(lowAbove, lowBelow), kept, least), count);
      storeWords(below + 2 * partBytes, quantise(lowPart(highAbove, highBelow), kept, least), count);
      into += <usize>min<u32>(count, 4) << 2;
      below += <usize>min<u32>(count, 4) << 2;
    }
  }
  return at + 3 * partBytes;
}

/** Writes the first `count` of four words. */
@inline
function storeWords(at: usize, words: v128, count: u32): void {
  if (count >= 4) return v128.store(at, words);
  v128.store32_lane(at, words, 0);
  if (count > 1) v128.store32_lane(at, words, 1, 4);
  if (count > 2) v128.store32_lane(at, words, 2, 8);
}

/** Writes the words of a tile beyond its whole blocks: on the right, below, in the corner. */
function copyRest(words: usize, width: u32, height: u32, wide: u32, high: u32, into: usize): void {
  into = copyArea(words, width, wide, 0, width - wide, high, into);
  into = copyArea(words, width, 0, high, wide, height - high, into);
  copyArea(words, width, wide, high, width - wide, height - high, into);
}

function copyArea(words: usize, stride: u32, x: u32, y: u32, width: u32, height: u32, into: usize): usize {
  const bytes = <usize>width << 2;
  for (let row = y; row < y + height; row++) {
    memory.copy(into, words + (<usize>(row * stride + x) << 2), bytes);
    into += bytes;
  }
  return into;
}
