/** The entropy-coded scan of a baseline JPEG (ITU-T T.81 F.1.2). */

import { codeWords, JpegTables, ORDER, SCAN_BITS } from "./jpeg_tables";

/** The scan so far. */
@unmanaged
export class Scan {
  /** Bits that are not written yet, the latest lowest; fewer than 32. */
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

/** Writes 32 bits, a zero behind each byte of ones. Returns the end. */
@inline
function putWord(at: usize, word: u32): usize {
  if (((word & ~(word + 0x01010101)) & 0x80808080) != 0) return putStuffed(at, word, 4);
  store<u32>(at, bswap<u32>(word));
  return at + 4;
}

function putStuffed(at: usize, word: u32, count: u32): usize {
  for (let left = count; left > 0; left--) {
    const byte = <u8>(word >> ((left - 1) << 3));
    store<u8>(at++, byte);
    if (byte == 0xff) store<u8>(at++, 0);
  }
  return at;
}

/** Appends what a code word says, with the bits of a value. */
@inline
function put(scan: Scan, code: u32, value: u32): void {
  const length = code & LENGTH_MASK;
  const bits = scan.bits << length | <u64>(code >> LENGTH_BITS | value);
  const pending = scan.pending + length;
  scan.bits = bits;
  scan.pending = pending & 31;
  if (pending >= 32) scan.at = <u32>putWord(scan.at, <u32>(bits >> (pending & 31)));
}

/** The bits of the coefficients that are not zero, from the order of the block to that of the scan. */
@inline
function scanOrder(tables: JpegTables, nonZero: u64): u64 {
  const base = changetype<usize>(tables) + SCAN_BITS;
  let ordered: u64 = 0;
  for (let row: usize = 0; row < 8; row++) {
    const byte = <usize>(nonZero >> (row << 3)) & 255;
    ordered |= load<u64>(base + (row << 11) + (byte << 3));
  }
  return ordered;
}

/** Appends a quantized block; `nonZero` has a bit for each coefficient, `difference` is that of the DC coefficients. */
export function putBlock(scan: Scan, tables: JpegTables, table: usize, block: usize, nonZero: u64, difference: i32): void {
  const codes = codeWords(tables, table);
  const size = sizeOf(difference);
  put(scan, load<u32>(codes + (<usize>size << 2)), valueBits(difference, size));
  const ordered = scanOrder(tables, nonZero) & ~1;
  if (ordered != 0) putCoefficients(scan, changetype<usize>(tables) + ORDER, codes + AC_WORDS, block, ordered);
  if (ordered >> 63 == 0) put(scan, load<u32>(codes + AC_WORDS + END_OF_BLOCK), 0);
}

/** Appends the AC coefficients that have a bit in `ordered`, of which there is one. */
function putCoefficients(scan: Scan, order: usize, codes: usize, block: usize, ordered: u64): void {
  let bits = scan.bits;
  let pending = scan.pending;
  let at = <usize>scan.at;
  let next: usize = 1;
  while (ordered != 0) {
    const position = <usize>ctz<u64>(ordered);
    let code: u32 = 0;
    let value: u32 = 0;
    if (position - next > 15) {
      code = load<u32>(codes + (SIXTEEN_ZEROS << 2));
      next += 16;
    } else {
      const coefficient = <i32>load<i16>(block + (<usize>load<u8>(order + position) << 1));
      const size = sizeOf(coefficient);
      code = load<u32>(codes + ((position - next) << 6) + (<usize>size << 2));
      value = valueBits(coefficient, size);
      next = position + 1;
      ordered &= ordered - 1;
    }
    const length = code & LENGTH_MASK;
    bits = bits << length | <u64>(code >> LENGTH_BITS | value);
    pending += length;
    if (pending >= 32) {
      pending -= 32;
      at = putWord(at, <u32>(bits >> pending));
    }
  }
  scan.bits = bits;
  scan.pending = pending;
  scan.at = <u32>at;
}

/** Fills the last byte with ones and ends the picture. */
export function endScan(scan: Scan): void {
  const fill = (8 - (scan.pending & 7)) & 7;
  const bits = <u32>(scan.bits << fill) | ((1 << fill) - 1);
  const at = putStuffed(scan.at, bits, (scan.pending + fill) >> 3);
  store<u16>(at, 0xd9ff);
  scan.at = <u32>at + 2;
}
