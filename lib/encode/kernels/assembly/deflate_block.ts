/** Blocks of a deflate stream: stored, with fixed codes or their own, whichever is fewest bits (RFC 1951 §3.2). */

import { alignBits, putBits } from "./deflate_bits";
import { clearCounts, countedExtraBits, distanceExtra, distanceSymbol, joinCounts, sumCounts } from "./deflate_counts";
import { headerCost, listCodeLengths, writeHeader } from "./deflate_header";
import { buildCode, codeBits, codeLength, reverse16 } from "./deflate_huffman";
import { setPrices } from "./deflate_prices";
import {
  CODE_LENGTHS,
  DeflateWork,
  DISTANCE_CODES,
  DISTANCE_COUNTS,
  DISTANCE_SYMBOLS,
  END_OF_BLOCK,
  FIXED_CODES,
  FIXED_CODES_BYTES,
  FIXED_DISTANCE_SYMBOLS,
  FIXED_LITERAL_SYMBOLS,
  HEADER_ORDER,
  HUFFMAN,
  LENGTH_SYMBOLS,
  LITERAL_CODES,
  LITERAL_COUNTS,
  LITERAL_SYMBOLS,
  SEQUENCES,
} from "./deflate_work";

/** A block of fewer sequences says too little of what the next will cost. */
const PRICED_SEQUENCES: u32 = 128;

const STORED: u32 = 0;
const FIXED: u32 = 1;
const MAX_STORED_BYTES: u32 = 65_535;

/** Four literal codes of this length and what is left of a byte fit in 64 bits. */
const MAX_LITERAL_BITS: u32 = 14;
const MAX_DISTANCE_BITS: u32 = 15;

/** Fills the tables that never change. */
export function fillTables(work: DeflateWork): void {
  const base = changetype<usize>(work);
  for (let length: u32 = 0; length < 256; length++) {
    store<u32>(base + (<usize>length << 2), lengthEntry(length), LENGTH_SYMBOLS);
  }
  v128.store(base, i8x16(16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2), HEADER_ORDER);
  store<u32>(base, 0x000f_010e, HEADER_ORDER + 16);
  for (let symbol: u32 = 0; symbol < FIXED_LITERAL_SYMBOLS; symbol++) {
    store<u32>(base + (<usize>symbol << 2), fixedCode(symbol), FIXED_CODES);
  }
  for (let symbol: u32 = 0; symbol < FIXED_DISTANCE_SYMBOLS; symbol++) {
    store<u32>(base + (<usize>(FIXED_LITERAL_SYMBOLS + symbol) << 2), packCode(symbol, 5), FIXED_CODES);
  }
}

/** A code as `buildCode` writes it. */
@inline
function packCode(code: u32, length: u32): u32 {
  return reverse16(code << (16 - length)) << 8 | length;
}

/** The fixed code of a literal or a length. */
function fixedCode(symbol: u32): u32 {
  if (symbol < 144) return packCode(0x30 + symbol, 8);
  if (symbol < 256) return packCode(0x190 + symbol - 144, 9);
  if (symbol < 280) return packCode(symbol - 256, 7);
  return packCode(0xc0 + symbol - 280, 8);
}

/** Symbol, number of extra bits and extra bits of a match of `length` + 3 bytes. */
function lengthEntry(length: u32): u32 {
  if (length == 255) return 285;
  if (length < 8) return 257 + length;
  const extra = 29 - clz<u32>(length);
  return 257 + (extra << 2) + (length >> extra) | extra << 16 | (length & ((1 << extra) - 1)) << 24;
}

/** Writes the bytes from the block's start to the anchor, which its sequences cover, and starts the next block. */
export function endBlock(work: DeflateWork): void {
  const byteCount = <u32>(work.anchor - work.blockStart);
  if (byteCount == 0) return;
  const base = changetype<usize>(work);
  joinCounts(base + LITERAL_COUNTS);
  store<u32>(base, 1, LITERAL_COUNTS + 4 * END_OF_BLOCK);
  const extraBits = countedExtraBits(base);
  const fixedBits = extraBits + fixedCost(work);
  const literalBits = buildLiteralCode(base);
  const literals = usedSymbols(base + CODE_LENGTHS, LITERAL_SYMBOLS, 257);
  const distanceBits = buildDistanceCode(base, base + CODE_LENGTHS + literals);
  const distances = usedSymbols(base + CODE_LENGTHS + literals, DISTANCE_SYMBOLS, 1);
  if (work.setsPrices != 0 && work.sequences >= PRICED_SEQUENCES) setPrices(work, literals, distances);
  const items = listCodeLengths(base, literals + distances);
  const ownBits = headerCost(base) + literalBits + distanceBits + extraBits;
  const storedBits = (byteCount + 5 * (byteCount / MAX_STORED_BYTES + 1)) << 3;
  if (storedBits <= min(fixedBits, ownBits)) writeStored(work, byteCount);
  else if (fixedBits <= ownBits) writeFixed(work);
  else {
    writeHeader(work, literals, distances, items);
    writeSequences(work);
  }
  work.blockStart = work.anchor;
  work.sequences = 0;
  work.symbols = 0;
  clearCounts(work);
}

@inline
function buildLiteralCode(base: usize): u32 {
  const counts = base + LITERAL_COUNTS;
  const codes = base + LITERAL_CODES;
  return buildCode(counts, LITERAL_SYMBOLS, MAX_LITERAL_BITS, base + CODE_LENGTHS, codes, base + HUFFMAN);
}

@inline
function buildDistanceCode(base: usize, lengths: usize): u32 {
  const counts = base + DISTANCE_COUNTS;
  const codes = base + DISTANCE_CODES;
  return buildCode(counts, DISTANCE_SYMBOLS, MAX_DISTANCE_BITS, lengths, codes, base + HUFFMAN);
}

/** Bits of the codes of the block, if they are fixed. */
function fixedCost(work: DeflateWork): u32 {
  const counts = changetype<usize>(work) + LITERAL_COUNTS;
  return 3 + 8 * sumCounts(counts, 144) + 9 * sumCounts(counts + 4 * 144, 112) +
    7 * sumCounts(counts + 4 * 256, 24) + 8 * sumCounts(counts + 4 * 280, 8) +
    5 * sumCounts(changetype<usize>(work) + DISTANCE_COUNTS, 32);
}

function usedSymbols(lengths: usize, count: u32, least: u32): u32 {
  while (count > least && load<u8>(lengths + count - 1) == 0) count--;
  return count;
}

/** Writes bytes from the block's start on as they are. */
export function writeStored(work: DeflateWork, byteCount: u32): void {
  let from = work.blockStart;
  while (byteCount > 0) {
    const count = min(byteCount, MAX_STORED_BYTES);
    putBits(work, STORED << 1, 3);
    alignBits(work);
    putBits(work, count | (count ^ 0xffff) << 16, 32);
    memory.copy(work.output, from, count);
    work.output += count;
    from += count;
    byteCount -= count;
  }
}

function writeFixed(work: DeflateWork): void {
  const base = changetype<usize>(work);
  memory.copy(base + LITERAL_CODES, base + FIXED_CODES, FIXED_CODES_BYTES);
  putBits(work, FIXED << 1, 3);
  writeSequences(work);
}

@inline
function literalCode(base: usize, symbol: usize): u32 {
  return load<u32>(base + (symbol << 2), LITERAL_CODES);
}

/** Writes the symbols of the block and its end. The bits are held in locals: this is where the time goes. */
function writeSequences(work: DeflateWork): void {
  const base = changetype<usize>(work);
  let output = work.output;
  let bits = work.bits;
  let count = work.bitCount;
  let from = work.blockStart;
  const end = base + SEQUENCES + (<usize>work.sequences << 3);
  for (let at = base + SEQUENCES; at < end; at += 8) {
    const sequence = load<u64>(at);
    const literalsEnd = from + <u32>sequence;
    for (; from + 4 <= literalsEnd; from += 4) {
      // Four literals are at most 56 bits, and 7 may have been left.
      const four = load<u32>(from);
      const a = literalCode(base, four & 255);
      const b = literalCode(base, four >> 8 & 255);
      const c = literalCode(base, four >> 16 & 255);
      const d = literalCode(base, four >> 24);
      const low = codeBits(a) | codeBits(b) << codeLength(a);
      const high = codeBits(c) | codeBits(d) << codeLength(c);
      const lowLength = codeLength(a) + codeLength(b);
      bits |= low << count;
      count += lowLength;
      bits |= high << count;
      count += codeLength(c) + codeLength(d);
      store<u64>(output, bits);
      output += count >> 3;
      bits >>= count & ~7;
      count &= 7;
    }
    if (from < literalsEnd) {
      // How many are left cannot be foretold: none of them is branched on.
      const three = load<u32>(from);
      const left = <u32>(literalsEnd - from);
      const a = literalCode(base, three & 255);
      const b = literalCode(base, three >> 8 & 255) & -<u32>(left > 1);
      const c = literalCode(base, three >> 16 & 255) & -<u32>(left > 2);
      bits |= (codeBits(a) | codeBits(b) << codeLength(a)) << count;
      count += codeLength(a) + codeLength(b);
      bits |= codeBits(c) << count;
      count += codeLength(c);
      from = literalsEnd;
      store<u64>(output, bits);
      output += count >> 3;
      bits >>= count & ~7;
      count &= 7;
    }
    const length = <u32>(sequence >> 48);
    if (length == 0) continue;
    from += length;
    const entry = load<u32>(base + LENGTH_SYMBOLS + (<usize>(length - 3) << 2));
    const lengthCode = literalCode(base, entry & 0xffff);
    bits |= codeBits(lengthCode) << count;
    count += codeLength(lengthCode);
    bits |= <u64>(entry >> 24) << count;
    count += entry >> 16 & 0xff;
    const distance = <u32>(sequence >> 32) & 0xffff;
    const symbol = distanceSymbol(distance);
    const distanceCode = load<u32>(base + (<usize>symbol << 2), DISTANCE_CODES);
    const extra = distanceExtra(symbol);
    bits |= codeBits(distanceCode) << count;
    count += codeLength(distanceCode);
    bits |= <u64>(distance & ((1 << extra) - 1)) << count;
    count += extra;
    store<u64>(output, bits);
    output += count >> 3;
    bits >>= count & ~7;
    count &= 7;
  }
  work.output = output;
  work.bits = bits;
  work.bitCount = count;
  const code = literalCode(base, END_OF_BLOCK);
  putBits(work, <u32>codeBits(code), codeLength(code));
}
