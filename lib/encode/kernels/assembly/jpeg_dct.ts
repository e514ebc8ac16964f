/** The forward DCT of a block and its quantization: the integers of libjpeg's jfdctint, eight columns at a time. */

/** Bits that the first pass keeps beyond the point, and those of the constants. */
const PASS_BITS: i16 = 2;
const CONSTANT_BITS: i32 = 13;

/** The constants of jfdctint, times 2^13. */
const F_0_298: i32 = 2446;
const F_0_390: i32 = 3196;
const F_0_541: i32 = 4433;
const F_0_765: i32 = 6270;
const F_0_899: i32 = 7373;
const F_1_175: i32 = 9633;
const F_1_501: i32 = 12299;
const F_1_847: i32 = 15137;
const F_1_961: i32 = 16069;
const F_2_053: i32 = 16819;
const F_2_562: i32 = 20995;
const F_3_072: i32 = 25172;

@inline
function pair(first: i32, second: i32): v128 {
  return i32x4.splat(second << 16 | first & 0xffff);
}

@inline
function interleaveLow(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}

@inline
function interleaveHigh(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}

/** Rounds sums to 16 bits. */
@inline
function descale(low: v128, high: v128, shift: i32): v128 {
  const half = i32x4.splat(1 << (shift - 1));
  return v128.narrow<i32>(v128.shr<i32>(v128.add<i32>(low, half), shift), v128.shr<i32>(v128.add<i32>(high, half), shift));
}

/** The coefficients 0 and 4 of every column, from its sums. */
@inline
function storeSums(sum: v128, difference: v128, isFirst: bool, into: usize): void {
  if (isFirst) {
    v128.store(into, v128.shl<i16>(sum, PASS_BITS));
    v128.store(into, v128.shl<i16>(difference, PASS_BITS), 64);
  } else {
    const half = i16x8.splat(1 << (PASS_BITS - 1));
    v128.store(into, v128.shr<i16>(v128.add<i16>(sum, half), PASS_BITS));
    v128.store(into, v128.shr<i16>(v128.add<i16>(difference, half), PASS_BITS), 64);
  }
}

/** One dimension, down the columns of a block, in place. */
@inline
function transformColumns(block: usize, isFirst: bool): void {
  const shift = isFirst ? CONSTANT_BITS - PASS_BITS : CONSTANT_BITS + PASS_BITS;
  const r0 = v128.load(block);
  const r1 = v128.load(block, 16);
  const r2 = v128.load(block, 32);
  const r3 = v128.load(block, 48);
  const r4 = v128.load(block, 64);
  const r5 = v128.load(block, 80);
  const r6 = v128.load(block, 96);
  const r7 = v128.load(block, 112);
  transformEven(v128.add<i16>(r0, r7), v128.add<i16>(r1, r6), v128.add<i16>(r2, r5), v128.add<i16>(r3, r4), isFirst, shift, block);
  transformOdd(v128.sub<i16>(r3, r4), v128.sub<i16>(r2, r5), v128.sub<i16>(r1, r6), v128.sub<i16>(r0, r7), shift, block);
}

@inline
function transformEven(s0: v128, s1: v128, s2: v128, s3: v128, isFirst: bool, shift: i32, into: usize): void {
  const t10 = v128.add<i16>(s0, s3);
  const t11 = v128.add<i16>(s1, s2);
  const t12 = v128.sub<i16>(s1, s2);
  const t13 = v128.sub<i16>(s0, s3);
  storeSums(v128.add<i16>(t10, t11), v128.sub<i16>(t10, t11), isFirst, into);
  const low = interleaveLow(t13, t12);
  const high = interleaveHigh(t13, t12);
  const second = pair(F_0_541 + F_0_765, F_0_541);
  const sixth = pair(F_0_541, F_0_541 - F_1_847);
  v128.store(into, descale(i32x4.dot_i16x8_s(low, second), i32x4.dot_i16x8_s(high, second), shift), 32);
  v128.store(into, descale(i32x4.dot_i16x8_s(low, sixth), i32x4.dot_i16x8_s(high, sixth), shift), 96);
}

/** Half of a rotation: `low` and `high` are pairs, `sumLow` and `sumHigh` what is added. */
@inline
function rotate(low: v128, high: v128, weights: v128, sumLow: v128, sumHigh: v128, shift: i32): v128 {
  return descale(
    v128.add<i32>(i32x4.dot_i16x8_s(low, weights), sumLow),
    v128.add<i32>(i32x4.dot_i16x8_s(high, weights), sumHigh),
    shift,
  );
}

/** The differences d4 to d7 are jfdctint's tmp4 to tmp7. */
@inline
function transformOdd(d4: v128, d5: v128, d6: v128, d7: v128, shift: i32, into: usize): void {
  const z3 = v128.add<i16>(d4, d6);
  const z4 = v128.add<i16>(d5, d7);
  const zLow = interleaveLow(z3, z4);
  const zHigh = interleaveHigh(z3, z4);
  const z3Weights = pair(F_1_175 - F_1_961, F_1_175);
  const z4Weights = pair(F_1_175, F_1_175 - F_0_390);
  const z3Low = i32x4.dot_i16x8_s(zLow, z3Weights);
  const z3High = i32x4.dot_i16x8_s(zHigh, z3Weights);
  const z4Low = i32x4.dot_i16x8_s(zLow, z4Weights);
  const z4High = i32x4.dot_i16x8_s(zHigh, z4Weights);
  const outerLow = interleaveLow(d4, d7);
  const outerHigh = interleaveHigh(d4, d7);
  const innerLow = interleaveLow(d5, d6);
  const innerHigh = interleaveHigh(d5, d6);
  v128.store(into, rotate(outerLow, outerHigh, pair(-F_0_899, F_1_501 - F_0_899), z4Low, z4High, shift), 16);
  v128.store(into, rotate(innerLow, innerHigh, pair(-F_2_562, F_3_072 - F_2_562), z3Low, z3High, shift), 48);
  v128.store(into, rotate(innerLow, innerHigh, pair(F_2_053 - F_2_562, -F_2_562), z4Low, z4High, shift), 80);
  v128.store(into, rotate(outerLow, outerHigh, pair(F_0_298 - F_0_899, -F_0_899), z3Low, z3High, shift), 112);
}

@inline
function transpose(block: usize): void {
  const a0 = interleaveLow(v128.load(block), v128.load(block, 64));
  const a1 = interleaveHigh(v128.load(block), v128.load(block, 64));
  const a2 = interleaveLow(v128.load(block, 16), v128.load(block, 80));
  const a3 = interleaveHigh(v128.load(block, 16), v128.load(block, 80));
  const a4 = interleaveLow(v128.load(block, 32), v128.load(block, 96));
  const a5 = interleaveHigh(v128.load(block, 32), v128.load(block, 96));
  const a6 = interleaveLow(v128.load(block, 48), v128.load(block, 112));
  const a7 = interleaveHigh(v128.load(block, 48), v128.load(block, 112));
  const b0 = interleaveLow(a0, a4);
  const b1 = interleaveHigh(a0, a4);
  const b2 = interleaveLow(a1, a5);
  const b3 = interleaveHigh(a1, a5);
  const b4 = interleaveLow(a2, a6);
  const b5 = interleaveHigh(a2, a6);
  const b6 = interleaveLow(a3, a7);
  const b7 = interleaveHigh(a3, a7);
  v128.store(block, interleaveLow(b0, b4));
  v128.store(block, interleaveHigh(b0, b4), 16);
  v128.store(block, interleaveLow(b1, b5), 32);
  v128.store(block, interleaveHigh(b1, b5), 48);
  v128.store(block, interleaveLow(b2, b6), 64);
  v128.store(block, interleaveHigh(b2, b6), 80);
  v128.store(block, interleaveLow(b3, b7), 96);
  v128.store(block, interleaveHigh(b3, b7), 112);
}

/**
 * Transforms a block of samples in place, times 8. Coefficients come transposed: those of one horizontal frequency are
 * next to each other.
 */
export function forwardDct(block: usize): void {
  transformColumns(block, true);
  transpose(block);
  transformColumns(block, false);
}

/** Rounded to the nearest whole number of steps, a half away from zero; in place. */
@inline
function quantizeRow(at: usize, reciprocals: usize): v128 {
  const value = v128.load(at);
  const sign = v128.shr<i16>(value, 15);
  const steps = i16x8.q15mulr_sat_s(v128.abs<i16>(value), v128.load(reciprocals));
  const quantized = v128.sub<i16>(v128.xor(steps, sign), sign);
  v128.store(at, quantized);
  return quantized;
}

/** Two rows, in place and as bytes; what does not fit into one becomes 127 or -128. */
@inline
function quantizeRows(at: usize, reciprocals: usize): v128 {
  return v128.narrow<i16>(quantizeRow(at, reciprocals), quantizeRow(at + 16, reciprocals + 16));
}

/** Writes 16 bytes of the scan. Returns a bit for each, set where it is not zero. */
@inline
function orderBytes(a: v128, b: v128, c: v128, d: v128, scanBytes: usize, into: usize): u64 {
  const front = v128.or(v128.swizzle(a, v128.load(scanBytes)), v128.swizzle(b, v128.load(scanBytes, 16)));
  const back = v128.or(v128.swizzle(c, v128.load(scanBytes, 32)), v128.swizzle(d, v128.load(scanBytes, 48)));
  const bytes = v128.or(front, back);
  v128.store(into, bytes);
  return <u64>(<u32>v128.bitmask<i8>(v128.eq<i8>(bytes, i8x16.splat(0))) ^ 0xffff);
}

/**
 * Quantizes what `forwardDct` left, in place, and writes the coefficients as bytes to `scanned`, in the order of the scan.
 * Returns a bit for each of those, set where it is not zero.
 */
export function quantize(block: usize, reciprocals: usize, scanBytes: usize, scanned: usize): u64 {
  const a = quantizeRows(block, reciprocals);
  const b = quantizeRows(block + 32, reciprocals + 32);
  const c = quantizeRows(block + 64, reciprocals + 64);
  const d = quantizeRows(block + 96, reciprocals + 96);
  return orderBytes(a, b, c, d, scanBytes, scanned) |
    orderBytes(a, b, c, d, scanBytes + 64, scanned + 16) << 16 |
    orderBytes(a, b, c, d, scanBytes + 128, scanned + 32) << 32 |
    orderBytes(a, b, c, d, scanBytes + 192, scanned + 48) << 48;
}
