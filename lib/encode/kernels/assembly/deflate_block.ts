/** Blocks of a deflate stream: stored, with fixed codes or codes of their own, whichever is fewest bits (RFC 1951 §3.2). */

import { alignBits, putBits } from "./deflate_bits";
import { buildCodes, buildLengths, codeBits, codeLength } from "./deflate_huffman";
import { setPrices } from "./deflate_prices";
import {
  CODE_LENGTHS,
  DeflateWork,
  DISTANCE_CODES,
  DISTANCE_COUNTS,
  DISTANCE_SYMBOLS,
  END_OF_BLOCK,
  HEADER_CODES,
  HEADER_COUNTS,
  HEADER_ITEMS,
  HEADER_LENGTHS,
  HEADER_ORDER,
  HEADER_SYMBOLS,
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
const DYNAMIC: u32 = 2;
const MAX_STORED_BYTES: u32 = 65_535;

/** Four literal codes of this length and what is left of a byte fit in 64 bits. */
const MAX_LITERAL_BITS: u32 = 14;
const MAX_DISTANCE_BITS: u32 = 15;
const MAX_HEADER_BITS: u32 = 7;

/** Header symbols: the length before again, zeros, many zeros. */
const REPEAT: u32 = 16;
const ZEROS: u32 = 17;
const MANY_ZEROS: u32 = 18;

/** Symbols of the fixed codes: two more than are ever used. */
const FIXED_LITERAL_SYMBOLS: u32 = 288;
const FIXED_DISTANCE_SYMBOLS: u32 = 32;

/** Fills the tables that never change. */
export function fillTables(work: DeflateWork): void {
  const base = changetype<usize>(work);
  for (let length: u32 = 0; length < 256; length++) {
    store<u32>(base + (<usize>length << 2), lengthEntry(length), LENGTH_SYMBOLS);
  }
  v128.store(base, i8x16(16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2), HEADER_ORDER);
  store<u32>(base, 0x000f_010e, HEADER_ORDER + 16);
}

/** Symbol, number of extra bits and extra bits of a match of `length` + 3 bytes. */
function lengthEntry(length: u32): u32 {
  if (length == 255) return 285;
  if (length < 8) return 257 + length;
  const extra = 29 - clz<u32>(length);
  return 257 + (extra << 2) + (length >> extra) | extra << 16 | (length & ((1 << extra) - 1)) << 24;
}

/** The symbol of a distance less one. */
@inline
export function distanceSymbol(distance: u32): u32 {
  if (distance < 2) return distance;
  const high = 31 - clz<u32>(distance);
  return (high << 1) + (distance >> (high - 1) & 1);
}

/** Extra bits of a distance symbol. */
@inline
export function distanceExtra(symbol: u32): u32 {
  return symbol < 2 ? 0 : (symbol >> 1) - 1;
}

/** Writes the bytes from the block's start to the anchor, which its sequences cover, and starts the next block. */
export function endBlock(work: DeflateWork): void {
  const byteCount = <u32>(work.anchor - work.blockStart);
  if (byteCount == 0) return;
  const base = changetype<usize>(work);
  joinCounts(base + LITERAL_COUNTS);
  store<u32>(base, 1, LITERAL_COUNTS + 4 * END_OF_BLOCK);
  const fixedBits = fixedCost(work);
  const lengths = base + CODE_LENGTHS;
  const literalBits = buildLengths(base + LITERAL_COUNTS, LITERAL_SYMBOLS, MAX_LITERAL_BITS, lengths, base + HUFFMAN);
  const literals = usedSymbols(lengths, LITERAL_SYMBOLS, 257);
  const counts = base + DISTANCE_COUNTS;
  const distanceBits = buildLengths(counts, DISTANCE_SYMBOLS, MAX_DISTANCE_BITS, lengths + literals, base + HUFFMAN);
  const distances = usedSymbols(lengths + literals, DISTANCE_SYMBOLS, 1);
  if (work.setsPrices != 0 && work.sequences >= PRICED_SEQUENCES) setPrices(work, literals, distances);
  const items = listCodeLengths(base, literals + distances);
  const ownBits = headerCost(base, items) + literalBits + distanceBits + work.extraBits;
  const storedBits = (byteCount + 5 * (byteCount / MAX_STORED_BYTES + 1)) << 3;
  if (storedBits <= min(fixedBits, ownBits)) writeStored(work, byteCount);
  else if (fixedBits <= ownBits) writeFixed(work);
  else writeDynamic(work, literals, distances, items);
  work.blockStart = work.anchor;
  work.sequences = 0;
  work.symbols = 0;
  clearCounts(work);
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

/** Counts a match with a distance less one. Returns the bits behind its codes. */
@inline
export function countMatch(base: usize, length: u32, distance: u32): u32 {
  const entry = load<u32>(base + LENGTH_SYMBOLS + (<usize>(length - 3) << 2));
  const symbol = distanceSymbol(distance);
  addCount(base + LITERAL_COUNTS, entry & 0xffff);
  addCount(base + DISTANCE_COUNTS, symbol);
  return (entry >> 16 & 0xff) + distanceExtra(symbol);
}

/** Forgets what was counted. */
export function clearCounts(work: DeflateWork): void {
  memory.fill(changetype<usize>(work) + LITERAL_COUNTS, 0, 4 * 4 * 288 + 4 * 32);
  work.extraBits = 0;
}

function joinCounts(counts: usize): void {
  for (let at = counts; at < counts + 4 * 256; at += 16) {
    const low = v128.add<i32>(v128.load(at), v128.load(at, 4 * 288));
    const high = v128.add<i32>(v128.load(at, 8 * 288), v128.load(at, 12 * 288));
    v128.store(at, v128.add<i32>(low, high));
  }
}

/** Bits of the block with fixed codes. */
function fixedCost(work: DeflateWork): u32 {
  const counts = changetype<usize>(work) + LITERAL_COUNTS;
  return 3 + work.extraBits + 8 * sumCounts(counts, 144) + 9 * sumCounts(counts + 4 * 144, 112) +
    7 * sumCounts(counts + 4 * 256, 24) + 8 * sumCounts(counts + 4 * 280, 8) +
    5 * sumCounts(changetype<usize>(work) + DISTANCE_COUNTS, 32);
}

export function sumCounts(counts: usize, count: u32): u32 {
  let sums = i32x4.splat(0);
  for (let at = counts; at < counts + (<usize>count << 2); at += 16) sums = i32x4.add(sums, v128.load(at));
  return i32x4.extract_lane(sums, 0) + i32x4.extract_lane(sums, 1) + i32x4.extract_lane(sums, 2) +
    i32x4.extract_lane(sums, 3);
}

@inline
function fixedLength(symbol: u32): u32 {
  if (symbol < 144) return 8;
  if (symbol < 256) return 9;
  return symbol < 280 ? 7 : 8;
}

function usedSymbols(lengths: usize, count: u32, least: u32): u32 {
  while (count > least && load<u8>(lengths + count - 1) == 0) count--;
  return count;
}

/** Lists the code lengths as a header has them, repeats joined. Returns how many items there are. */
function listCodeLengths(base: usize, count: u32): u32 {
  memory.fill(base + HEADER_COUNTS, 0, 4 * HEADER_SYMBOLS);
  let items: u32 = 0;
  for (let at: u32 = 0; at < count;) {
    const length = load<u8>(base + CODE_LENGTHS + at);
    let end = at + 1;
    while (end < count && load<u8>(base + CODE_LENGTHS + end) == length) end++;
    items = listRun(base, items, length, end - at);
    at = end;
  }
  return items;
}

function listRun(base: usize, items: u32, length: u32, run: u32): u32 {
  if (length != 0) {
    items = addItem(base, items, length, 0);
    run--;
  }
  while (run >= 3) {
    const most: u32 = length == 0 ? 138 : 6;
    const taken = min(run, most);
    if (length != 0) items = addItem(base, items, REPEAT, taken - 3);
    else if (taken <= 10) items = addItem(base, items, ZEROS, taken - 3);
    else items = addItem(base, items, MANY_ZEROS, taken - 11);
    run -= taken;
  }
  for (; run > 0; run--) items = addItem(base, items, length, 0);
  return items;
}

function addItem(base: usize, items: u32, symbol: u32, extra: u32): u32 {
  store<u16>(base + HEADER_ITEMS + (<usize>items << 1), <u16>(symbol | extra << 8));
  addCount(base + HEADER_COUNTS, symbol);
  return items + 1;
}

@inline
function headerExtra(symbol: u32): u32 {
  if (symbol < REPEAT) return 0;
  return symbol == REPEAT ? 2 : symbol == ZEROS ? 3 : 7;
}

/** How many lengths of header codes are written. */
function headerLengths(base: usize): u32 {
  let count = HEADER_SYMBOLS;
  while (count > 4 && load<u8>(base + HEADER_LENGTHS + load<u8>(base + HEADER_ORDER + count - 1)) == 0) count--;
  return count;
}

/** Bits of the header with its codes. */
function headerCost(base: usize, items: u32): u32 {
  const lengths = base + HEADER_LENGTHS;
  let bits = buildLengths(base + HEADER_COUNTS, HEADER_SYMBOLS, MAX_HEADER_BITS, lengths, base + HUFFMAN);
  bits += 3 + 14 + 3 * headerLengths(base);
  for (let item: u32 = 0; item < items; item++) {
    bits += headerExtra(<u32>load<u8>(base + HEADER_ITEMS + (<usize>item << 1)));
  }
  return bits;
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
  const lengths = base + CODE_LENGTHS;
  for (let symbol: u32 = 0; symbol < FIXED_LITERAL_SYMBOLS; symbol++) {
    store<u8>(lengths + symbol, <u8>fixedLength(symbol));
  }
  buildCodes(lengths, FIXED_LITERAL_SYMBOLS, base + LITERAL_CODES, base + HUFFMAN);
  memory.fill(lengths, 5, FIXED_DISTANCE_SYMBOLS);
  buildCodes(lengths, FIXED_DISTANCE_SYMBOLS, base + DISTANCE_CODES, base + HUFFMAN);
  putBits(work, FIXED << 1, 3);
  writeSequences(work);
}

function writeDynamic(work: DeflateWork, literals: u32, distances: u32, items: u32): void {
  const base = changetype<usize>(work);
  buildCodes(base + CODE_LENGTHS, literals, base + LITERAL_CODES, base + HUFFMAN);
  buildCodes(base + CODE_LENGTHS + literals, distances, base + DISTANCE_CODES, base + HUFFMAN);
  buildCodes(base + HEADER_LENGTHS, HEADER_SYMBOLS, base + HEADER_CODES, base + HUFFMAN);
  const lengths = headerLengths(base);
  putBits(work, DYNAMIC << 1 | (literals - 257) << 3 | (distances - 1) << 8 | (lengths - 4) << 13, 17);
  for (let at: u32 = 0; at < lengths; at++) {
    putBits(work, load<u8>(base + HEADER_LENGTHS + load<u8>(base + HEADER_ORDER + at)), 3);
  }
  for (let item: u32 = 0; item < items; item++) {
    const symbol = <u32>load<u8>(base + HEADER_ITEMS + (<usize>item << 1));
    const code = load<u32>(base + HEADER_CODES + (<usize>symbol << 2));
    const extra = <u32>load<u8>(base + HEADER_ITEMS + (<usize>item << 1), 1);
    putBits(work, <u32>codeBits(code) | extra << codeLength(code), codeLength(code) + headerExtra(symbol));
  }
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
    const literalsEnd = from + load<u32>(at);
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
      for (; from < literalsEnd; from++) {
        const code = literalCode(base, load<u8>(from));
        bits |= codeBits(code) << count;
        count += codeLength(code);
      }
      store<u64>(output, bits);
      output += count >> 3;
      bits >>= count & ~7;
      count &= 7;
    }
    const length = <u32>load<u16>(at, 6);
    if (length == 0) continue;
    from += length;
    const entry = load<u32>(base + LENGTH_SYMBOLS + (<usize>(length - 3) << 2));
    const lengthCode = literalCode(base, entry & 0xffff);
    bits |= codeBits(lengthCode) << count;
    count += codeLength(lengthCode);
    bits |= <u64>(entry >> 24) << count;
    count += entry >> 16 & 0xff;
    const distance = <u32>load<u16>(at, 4);
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
