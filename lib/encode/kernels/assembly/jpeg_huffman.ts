/** The entropy-coded scan of a baseline JPEG (ITU-T T.81 F.1.2). */

import { codeWords, JpegTables, ORDER } from "./jpeg_tables";

/** The scan so far. */
@unmanaged
export class Scan {
  /** Bits that are not written yet, the latest lowest; those above are of the past. */
  bits: u64;
  /** How many: fewer than 8. */
  pending: u32;
  /**
   * Seven bytes below where the next byte goes, before zeros are put behind bytes of ones. The scan is written downwards:
   * the first bit of a word is its highest, and the highest byte of a word is its last.
   */
  at: u32;
  /** The DC coefficients of the last blocks of the three components. */
  lastY: i32;
  lastCb: i32;
  lastCr: i32;
}

/** Where the words lie of a symbol that stands for 16 zeros, and of the one that ends a block. */
const SIXTEEN_ZEROS: usize = 0xf0 << 2;
const END_OF_BLOCK: usize = 0;
const AC_WORDS: usize = 64;
const VALUE_WORDS: usize = AC_WORDS + 1024;
const LENGTH_MASK: u32 = 31;
const LENGTH_BITS: u32 = 5;

/** The bits behind a symbol: the value, or for a negative one the value less 1, in `size` bits. */
@inline
function valueBits(value: i32, size: u32): u32 {
  return <u32>(value + (value >> 31)) & ((1 << size) - 1);
}

@inline
function sizeOf(value: i32): u32 {
  return 32 - clz<u32>(abs<i32>(value));
}

/** The word of the difference of two DC coefficients. */
@inline
function differenceWord(codes: usize, difference: i32): u32 {
  const size = sizeOf(difference);
  return load<u32>(codes + (<usize>size << 2)) | valueBits(difference, size) << LENGTH_BITS;
}

/** The word of any AC coefficient behind up to 15 zeros. */
@inline
function coefficientWord(codes: usize, run: usize, value: i32): u32 {
  const size = sizeOf(value);
  return load<u32>(codes + (run << 6) + (<usize>size << 2), AC_WORDS) | valueBits(value, size) << LENGTH_BITS;
}

/** The same for one that is a byte. */
@inline
function byteWord(codes: usize, run: usize, at: usize): u32 {
  return load<u32>(codes + (run << 10) + (<usize>load<u8>(at) << 2), VALUE_WORDS);
}

@inline
function endWord(codes: usize, nonZero: u64): u32 {
  return nonZero >> 63 != 0 ? 0 : load<u32>(codes + END_OF_BLOCK, AC_WORDS);
}

/**
 * Appends a block whose AC coefficients are bytes: `scanned` in the order of the scan, with a bit in `nonZero` for each
 * that is not zero. `difference` is that of the DC coefficients.
 */
export function putBlock(scan: Scan, codes: usize, scanned: usize, nonZero: u64, difference: i32): void {
  let word = differenceWord(codes, difference);
  let bits = scan.bits << <u64>(word & LENGTH_MASK) | <u64>(word >> LENGTH_BITS);
  let pending = scan.pending + (word & LENGTH_MASK);
  let at = <usize>scan.at;
  let next: usize = 1;
  for (let left = nonZero; left != 0;) {
    const position = <usize>ctz<u64>(left);
    const run = position - next;
    if (run > 15) {
      word = load<u32>(codes + SIXTEEN_ZEROS, AC_WORDS);
      next += 16;
    } else {
      word = byteWord(codes, run, scanned + position);
      next = position + 1;
      left &= left - 1;
    }
    // written whatever is pending, for a branch on that would go wrong as often as not
    bits = bits << <u64>(word & LENGTH_MASK) | <u64>(word >> LENGTH_BITS);
    pending += word & LENGTH_MASK;
    store<u64>(at, bits << <u64>(0 - pending));
    at -= pending >> 3;
    pending &= 7;
  }
  word = endWord(codes, nonZero);
  bits = bits << <u64>(word & LENGTH_MASK) | <u64>(word >> LENGTH_BITS);
  pending += word & LENGTH_MASK;
  store<u64>(at, bits << <u64>(0 - pending));
  scan.bits = bits;
  scan.pending = pending & 7;
  scan.at = <u32>(at - (pending >> 3));
}

/** Appends a block with larger ones: all coefficients are in `block`, in the order of the transform. */
export function putLargeBlock(
  scan: Scan,
  tables: JpegTables,
  codes: usize,
  block: usize,
  nonZero: u64,
  difference: i32,
): void {
  putWord(scan, differenceWord(codes, difference));
  let next: usize = 1;
  for (let left = nonZero; left != 0; left &= left - 1) {
    const position = <usize>ctz<u64>(left);
    for (; position - next > 15; next += 16) putWord(scan, load<u32>(codes + SIXTEEN_ZEROS, AC_WORDS));
    const from = block + (<usize>load<u8>(changetype<usize>(tables) + position, ORDER) << 1);
    putWord(scan, coefficientWord(codes, position - next, load<i16>(from)));
    next = position + 1;
  }
  putWord(scan, endWord(codes, nonZero));
}

/** Appends a code and the value behind it. */
function putWord(scan: Scan, word: u32): void {
  const bits = scan.bits << <u64>(word & LENGTH_MASK) | <u64>(word >> LENGTH_BITS);
  const pending = scan.pending + (word & LENGTH_MASK);
  store<u64>(scan.at, bits << <u64>(0 - pending));
  scan.bits = bits;
  scan.pending = pending & 7;
  scan.at -= pending >> 3;
}

/** Fills the last byte with ones. */
export function fillByte(scan: Scan): void {
  if (scan.pending == 0) return;
  const fill = <u64>(8 - scan.pending);
  store<u8>(scan.at, <u8>(scan.bits << fill | ((1 << fill) - 1)), 7);
  scan.at--;
  scan.pending = 0;
}

/**
 * Copies `count` bytes of the scan from `from` downwards and puts a zero behind each of ones. Up to 15 more are read and
 * written. Returns the end.
 */
export function stuffBytes(from: usize, count: usize, into: usize): usize {
  for (let left = count; left > 0;) {
    const order = i8x16(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    const bytes = i8x16.relaxed_swizzle(v128.load(from - 16), order);
    const ones = v128.bitmask<i8>(v128.eq<i8>(bytes, i64x2.splat(-1)));
    const whole = min<usize>(min<usize>(16, left), ctz<u32>(ones | 0x10000));
    v128.store(into, bytes);
    from -= whole;
    into += whole;
    left -= whole;
    if (whole == 16 || left == 0) continue;
    store<u16>(into, 0x00ff);
    into += 2;
    from--;
    left--;
  }
  return into;
}
