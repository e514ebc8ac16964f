/** The checksum behind a zlib stream (RFC 1950 8.2): Adler-32. */

const BASE: u32 = 65521;
/** As many bytes as can be added up before a sum does not fit. */
const MOST: usize = 5552;

/** The checksum of bytes. */
export function adler32(from: usize, byteLength: usize): u32 {
  let low: u32 = 1;
  let high: u32 = 0;
  const end = from + byteLength;
  while (from < end) {
    const stop = min(end, from + MOST);
    const start = from;
    let before = i32x4.splat(0);
    let sums = i32x4.splat(0);
    let weighted = i32x4.splat(0);
    for (; from + 16 <= stop; from += 16) {
      const bytes = v128.load(from);
      before = v128.add<i32>(before, sums);
      sums = v128.add<i32>(sums, v128.extadd_pairwise<u16>(v128.extadd_pairwise<u8>(bytes)));
      weighted = v128.add<i32>(weighted, weigh(bytes));
    }
    high += low * <u32>(from - start) + 16 * sumOf(before) + sumOf(weighted);
    low += sumOf(sums);
    for (; from < stop; from++) {
      low += load<u8>(from);
      high += low;
    }
    low %= BASE;
    high %= BASE;
  }
  return high << 16 | low;
}

/** The sum of 16 bytes, each as often as the first sum has it while they are added one by one. */
@inline
function weigh(bytes: v128): v128 {
  const first = v128.dot<i16>(v128.extend_low<u8>(bytes), i16x8(16, 15, 14, 13, 12, 11, 10, 9));
  const last = v128.dot<i16>(v128.extend_high<u8>(bytes), i16x8(8, 7, 6, 5, 4, 3, 2, 1));
  return v128.add<i32>(first, last);
}

/** The sum of four numbers. */
@inline
export function sumOf(lanes: v128): u32 {
  return v128.extract_lane<u32>(lanes, 0) + v128.extract_lane<u32>(lanes, 1) + v128.extract_lane<u32>(lanes, 2) +
    v128.extract_lane<u32>(lanes, 3);
}
