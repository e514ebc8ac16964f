/**
 * The forward DCT of a block, its quantization and its order in the scan, all in registers: every load and store costs
 * a check of its bounds. The transform is that of Loeffler, Ligtenberg and Moschytz; each rotation is divided by one of
 * its weights, and the reciprocals of the quantization make up for it.
 */

import { COS_3, JpegTables, SCAN_BYTES, SIN_3, TAN_1, TAN_2 } from "./jpeg_tables";

/** Set in what `transformBlock` returns, in the place of the DC coefficient's bit, when the whole block was written. */
export const IS_LARGE: u64 = 1;

/** Taken off between the passes, so that the second has room. */
const PASS_SHIFT: i32 = 3;
/** What that takes from the sums of eight on the average. */
const LOST: i16 = 3;

@inline
function product(values: v128, weights: v128): v128 {
  return i16x8.relaxed_q15mulr_s(values, weights);
}

@inline
function interleaveLow(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}

@inline
function interleaveHigh(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}

/** Rounded to the nearest whole number of steps. */
@inline
function quantize(coefficients: v128, reciprocals: usize): v128 {
  return i16x8.relaxed_q15mulr_s(coefficients, v128.load(reciprocals));
}

/** Whether any may be one that does not fit into a byte: those are 127 or -128 in it. */
@inline
function mayBeLarge(a: v128, b: v128, c: v128, d: v128): bool {
  const upper = v128.max<u8>(v128.abs<i8>(a), v128.abs<i8>(b));
  const largest = v128.max<u8>(upper, v128.max<u8>(v128.abs<i8>(c), v128.abs<i8>(d)));
  return v128.bitmask<i8>(v128.add<i8>(largest, i8x16.splat(1))) != 0;
}

@inline
function pick(bytes: v128, scanBytes: usize): v128 {
  return i8x16.relaxed_swizzle(bytes, v128.load(scanBytes));
}

/** Writes 16 bytes of the scan. Returns a bit for each, set where it is not zero. */
@inline
function putOrdered(bytes: v128, into: usize): u64 {
  v128.store(into, bytes);
  return <u64>(<u32>v128.bitmask<i8>(v128.eq<i8>(bytes, i64x2.splat(0))) ^ 0xffff);
}

/** Writes the coefficients, two rows of bytes each, in the order of the scan. Returns a bit for each but zeros. */
@inline
function putInOrder(a: v128, b: v128, c: v128, d: v128, scanBytes: usize, scanned: usize): u64 {
  // none of the first 16 is in the last two rows, and none of the last 16 in the first two
  const first = v128.or(v128.or(pick(a, scanBytes), pick(b, scanBytes + 16)), pick(c, scanBytes + 32));
  const last = v128.or(v128.or(pick(b, scanBytes + 208), pick(c, scanBytes + 224)), pick(d, scanBytes + 240));
  const second = v128.or(
    v128.or(pick(a, scanBytes + 64), pick(b, scanBytes + 80)),
    v128.or(pick(c, scanBytes + 96), pick(d, scanBytes + 112)),
  );
  const third = v128.or(
    v128.or(pick(a, scanBytes + 128), pick(b, scanBytes + 144)),
    v128.or(pick(c, scanBytes + 160), pick(d, scanBytes + 176)),
  );
  return putOrdered(first, scanned) | putOrdered(second, scanned + 16) << 16 |
    putOrdered(third, scanned + 32) << 32 | putOrdered(last, scanned + 48) << 48;
}

/**
 * Transforms and quantizes a block of samples of 12 bits. Writes the AC coefficients as bytes to `scanned`, in the
 * order of the scan, and returns a bit for each of those, set where it is not zero. Leaves the DC coefficient in the
 * block; or all, where bytes may not hold the others, transposed: those of one horizontal frequency are side by side.
 */
@inline
export function transformBlock(tables: JpegTables, reciprocals: usize, block: usize, scanned: usize): u64 {
  const tan2 = v128.load(changetype<usize>(tables), TAN_2);
  const tan1 = v128.load(changetype<usize>(tables), TAN_1);
  const cos3 = v128.load(changetype<usize>(tables), COS_3);
  const sin3 = v128.load(changetype<usize>(tables), SIN_3);
  let r0 = v128.load(block);
  let r1 = v128.load(block, 16);
  let r2 = v128.load(block, 32);
  let r3 = v128.load(block, 48);
  let r4 = v128.load(block, 64);
  let r5 = v128.load(block, 80);
  let r6 = v128.load(block, 96);
  let r7 = v128.load(block, 112);
  for (let isSecond = false;; isSecond = true) {
    const d0 = v128.sub<i16>(r0, r7);
    const d1 = v128.sub<i16>(r1, r6);
    const d2 = v128.sub<i16>(r2, r5);
    const d3 = v128.sub<i16>(r3, r4);
    r0 = v128.add<i16>(r0, r7);
    r1 = v128.add<i16>(r1, r6);
    r2 = v128.add<i16>(r2, r5);
    r3 = v128.add<i16>(r3, r4);

    const outer = v128.add<i16>(r0, r3);
    const inner = v128.add<i16>(r1, r2);
    const e0 = v128.sub<i16>(r0, r3);
    const e1 = v128.sub<i16>(r1, r2);
    r0 = v128.add<i16>(outer, inner);
    r4 = v128.sub<i16>(outer, inner);
    r2 = v128.add<i16>(e0, product(e1, tan2));
    r6 = v128.sub<i16>(product(e0, tan2), e1);

    const o0 = v128.sub<i16>(product(d0, cos3), product(d3, sin3));
    const o3 = v128.add<i16>(product(d3, cos3), product(d0, sin3));
    const o1 = v128.sub<i16>(d1, product(d2, tan1));
    const o2 = v128.add<i16>(d2, product(d1, tan1));
    const low = v128.add<i16>(o0, o2);
    const high = v128.add<i16>(o3, o1);
    r1 = v128.add<i16>(low, high);
    r7 = v128.sub<i16>(low, high);
    r3 = v128.sub<i16>(o0, o2);
    r5 = v128.sub<i16>(o3, o1);
    if (isSecond) break;

    const a0 = interleaveLow(r0, r4);
    const a1 = interleaveHigh(r0, r4);
    const a2 = interleaveLow(r1, r5);
    const a3 = interleaveHigh(r1, r5);
    const a4 = interleaveLow(r2, r6);
    const a5 = interleaveHigh(r2, r6);
    const a6 = interleaveLow(r3, r7);
    const a7 = interleaveHigh(r3, r7);
    const b0 = v128.shr<i16>(interleaveLow(a0, a4), PASS_SHIFT);
    const b1 = v128.shr<i16>(interleaveHigh(a0, a4), PASS_SHIFT);
    const b2 = v128.shr<i16>(interleaveLow(a1, a5), PASS_SHIFT);
    const b3 = v128.shr<i16>(interleaveHigh(a1, a5), PASS_SHIFT);
    const b4 = v128.shr<i16>(interleaveLow(a2, a6), PASS_SHIFT);
    const b5 = v128.shr<i16>(interleaveHigh(a2, a6), PASS_SHIFT);
    const b6 = v128.shr<i16>(interleaveLow(a3, a7), PASS_SHIFT);
    const b7 = v128.shr<i16>(interleaveHigh(a3, a7), PASS_SHIFT);
    r0 = interleaveLow(b0, b4);
    r1 = interleaveHigh(b0, b4);
    r2 = interleaveLow(b1, b5);
    r3 = interleaveHigh(b1, b5);
    r4 = interleaveLow(b2, b6);
    r5 = interleaveHigh(b2, b6);
    r6 = interleaveLow(b3, b7);
    r7 = interleaveHigh(b3, b7);
  }
  r0 = quantize(v128.add<i16>(r0, i16x8.splat(LOST)), reciprocals);
  r1 = quantize(r1, reciprocals + 16);
  r2 = quantize(r2, reciprocals + 32);
  r3 = quantize(r3, reciprocals + 48);
  r4 = quantize(r4, reciprocals + 64);
  r5 = quantize(r5, reciprocals + 80);
  r6 = quantize(r6, reciprocals + 96);
  r7 = quantize(r7, reciprocals + 112);
  store<u32>(block, i16x8.extract_lane_s(r0, 0));
  const a = i8x16.replace_lane(v128.narrow<i16>(r0, r1), 0, 0);
  const b = v128.narrow<i16>(r2, r3);
  const c = v128.narrow<i16>(r4, r5);
  const d = v128.narrow<i16>(r6, r7);
  const nonZero = putInOrder(a, b, c, d, changetype<usize>(tables) + SCAN_BYTES, scanned);
  if (!mayBeLarge(a, b, c, d)) return nonZero;
  v128.store(block, r0);
  v128.store(block, r1, 16);
  v128.store(block, r2, 32);
  v128.store(block, r3, 48);
  v128.store(block, r4, 64);
  v128.store(block, r5, 80);
  v128.store(block, r6, 96);
  v128.store(block, r7, 112);
  return nonZero | IS_LARGE;
}
