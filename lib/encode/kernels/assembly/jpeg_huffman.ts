/** The entropy-coded scan of a baseline JPEG (ITU-T T.81 F.1.2). */

import { codeWords, JpegTables, ORDER } from "./jpeg_tables";

/** The scan so far. */
@unmanaged
export class Scan {
  /** Bits that are not written yet, the latest lowest; fewer than 36. */
  bits: u64;
  pending: u32;
  /** Where the next byte goes. */
  at: u32;
  /** The DC coefficients of the last blocks of the three components. */
  lastY: i32;
  lastCb: i32;
  lastCr: i32;
}

/** Run and size of a symbol that stands for 16 zeros, and of the one that ends a block. */
const SIXTEEN_ZEROS: usize = 0xf0;
const END_OF_BLOCK: usize = 0;
const AC_WORDS: usize = 64;
const VALUE_WORDS: usize = AC_WORDS + 1024;
/** With more bits pending there is no room for a code and its value, 27 bits at most. */
const MOST_PENDING: u32 = 64 - 27;
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

/** Writes 32 bits, a zero behind each byte of ones. Returns the end, as does `putStuffed` of `count` bytes. */
@inline
function putWord(at: usize, word: u32): usize {
  if (((word & ~(word + 0x01010101)) & 0x80808080) != 0) return putStuffed(at, word, 4);
  store<u32>(at, bswap<u32>(word));
  return at + 4;
}

function putStuffed(at: usize, bits: u64, count: u32): usize {
  for (let left = count; left > 0; left--) {
    const byte = <u8>(bits >> ((left - 1) << 3));
    store<u8>(at++, byte);
    if (byte == 0xff) store<u8>(at++, 0);
  }
  return at;
}

/** The word of a coefficient that the table of values does not have. */
function largeWord(codes: usize, run: usize, value: i32): u32 {
  const size = sizeOf(value);
  return load<u32>(codes + AC_WORDS + (run << 6) + (<usize>size << 2)) | valueBits(value, size) << LENGTH_BITS;
}

/**
 * Appends a quantized block, as `block` and once more as bytes in the order of the scan; `nonZero` has a bit for each of
 * those. `difference` is that of the DC coefficients.
 */
export function putBlock(
  scan: Scan,
  tables: JpegTables,
  table: usize,
  block: usize,
  scanned: usize,
  nonZero: u64,
  difference: i32,
): void {
  const codes = codeWords(tables, table);
  const order = changetype<usize>(tables) + ORDER;
  const size = sizeOf(difference);
  let word = load<u32>(codes + (<usize>size << 2)) | valueBits(difference, size) << LENGTH_BITS;
  let bits = scan.bits << (word & LENGTH_MASK) | <u64>(word >> LENGTH_BITS);
  let pending = scan.pending + (word & LENGTH_MASK);
  let at = <usize>scan.at;
  let next: usize = 1;
  for (let left = nonZero & ~1; left != 0;) {
    const position = <usize>ctz<u64>(left);
    const run = position - next;
    if (run > 15) {
      word = load<u32>(codes + AC_WORDS + (SIXTEEN_ZEROS << 2));
      next += 16;
    } else {
      word = load<u32>(codes + VALUE_WORDS + (run << 10) + (<usize>load<u8>(scanned + position) << 2));
      if (word == 0) word = largeWord(codes, run, load<i16>(block + (<usize>load<u8>(order + position) << 1)));
      next = position + 1;
      left &= left - 1;
    }
    if (pending > MOST_PENDING) {
      pending -= 32;
      at = putWord(at, <u32>(bits >> pending));
    }
    bits = bits << (word & LENGTH_MASK) | <u64>(word >> LENGTH_BITS);
    pending += word & LENGTH_MASK;
  }
  if (pending >= 32) {
    pending -= 32;
    at = putWord(at, <u32>(bits >> pending));
  }
  word = nonZero >> 63 != 0 ? 0 : load<u32>(codes + AC_WORDS + END_OF_BLOCK);
  scan.bits = bits << (word & LENGTH_MASK) | <u64>(word >> LENGTH_BITS);
  scan.pending = pending + (word & LENGTH_MASK);
  scan.at = <u32>at;
}

/** Fills the last byte with ones and ends the picture. */
export function endScan(scan: Scan): void {
  const fill = (8 - (scan.pending & 7)) & 7;
  const bits = scan.bits << fill | <u64>((1 << fill) - 1);
  const at = putStuffed(scan.at, bits, (scan.pending + fill) >> 3);
  store<u16>(at, 0xd9ff);
  scan.at = <u32>at + 2;
}
