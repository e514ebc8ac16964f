/** How often the literals, lengths and distances of a block occur. */

import { clear } from "./deflate_huffman";
import { DeflateWork, DISTANCE_COUNTS, DISTANCE_SYMBOLS, LENGTH_SYMBOLS, LITERAL_COUNTS } from "./deflate_work";

/** Symbols of lengths: the first with bits behind it, and that of the longest, which has none. */
const FIRST_EXTRA_LENGTH: u32 = 265;
const LONGEST_LENGTH: u32 = 285;

/** The symbol of a distance less one: its exponent and the bit behind its first, as they lie in a float. */
@inline
export function distanceSymbol(distance: u32): u32 {
  const float = reinterpret<i32>(<f32>(<i32>distance));
  return max<i32>((float >> 22) - 2 * 127, min<i32>(distance, 1));
}

/** Extra bits of a distance symbol. */
@inline
export function distanceExtra(symbol: u32): u32 {
  return symbol < 2 ? 0 : (symbol >> 1) - 1;
}

@inline
export function addCount(counts: usize, symbol: u32): void {
  const at = counts + (<usize>symbol << 2);
  store<u32>(at, load<u32>(at) + 1);
}

/** Counts a literal; `copy` is which of four counts, so that one need not wait for the other. */
@inline
export function countLiteral(base: usize, copy: u32, byte: u32): void {
  addCount(base + LITERAL_COUNTS + 4 * 288 * <usize>copy, byte);
}

/** Takes back a literal that was counted. */
@inline
export function uncountLiteral(base: usize, byte: u32): void {
  const at = base + LITERAL_COUNTS + (<usize>byte << 2);
  store<u32>(at, load<u32>(at) - 1);
}

/** Counts a match with a distance less one. */
@inline
export function countMatch(base: usize, length: u32, distance: u32): void {
  addCount(base + LITERAL_COUNTS, load<u16>(base + LENGTH_SYMBOLS + (<usize>(length - 3) << 2)));
  addCount(base + DISTANCE_COUNTS, distanceSymbol(distance));
}

/** Bits behind the codes of all lengths and distances that were counted. */
export function countedExtraBits(base: usize): u32 {
  let bits: u32 = 0;
  for (let symbol: u32 = FIRST_EXTRA_LENGTH; symbol < LONGEST_LENGTH; symbol++) {
    bits += load<u32>(base + LITERAL_COUNTS + (<usize>symbol << 2)) * ((symbol - 261) >> 2);
  }
  for (let symbol: u32 = 0; symbol < DISTANCE_SYMBOLS; symbol++) {
    bits += load<u32>(base + DISTANCE_COUNTS + (<usize>symbol << 2)) * distanceExtra(symbol);
  }
  return bits;
}

/** Forgets what was counted and joined. */
export function clearCounts(work: DeflateWork): void {
  clear(changetype<usize>(work) + LITERAL_COUNTS, 4 * 288);
  clear(changetype<usize>(work) + DISTANCE_COUNTS, 4 * 32);
}

/** Adds the four counts of each literal into the first, and forgets the others. */
export function joinCounts(counts: usize): void {
  for (let at = counts; at < counts + 4 * 256; at += 16) {
    const low = v128.add<i32>(v128.load(at), v128.load(at, 4 * 288));
    const high = v128.add<i32>(v128.load(at, 8 * 288), v128.load(at, 12 * 288));
    v128.store(at, v128.add<i32>(low, high));
    v128.store(at, i32x4.splat(0), 4 * 288);
    v128.store(at, i32x4.splat(0), 8 * 288);
    v128.store(at, i32x4.splat(0), 12 * 288);
  }
}

export function sumCounts(counts: usize, count: u32): u32 {
  let sums = i32x4.splat(0);
  for (let at = counts; at < counts + (<usize>count << 2); at += 16) sums = i32x4.add(sums, v128.load(at));
  return i32x4.extract_lane(sums, 0) + i32x4.extract_lane(sums, 1) + i32x4.extract_lane(sums, 2) +
    i32x4.extract_lane(sums, 3);
}
