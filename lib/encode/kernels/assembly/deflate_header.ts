/** The header of a block with codes of its own: their lengths (RFC 1951 §3.2.7). */

import { putBits } from "./deflate_bits";
import { addCount } from "./deflate_counts";
import { buildCode, clear, codeBits, codeLength } from "./deflate_huffman";
import {
  CODE_LENGTHS,
  DeflateWork,
  HEADER_CODES,
  HEADER_COUNTS,
  HEADER_ITEMS,
  HEADER_LENGTHS,
  HEADER_ORDER,
  HEADER_SYMBOLS,
  HUFFMAN,
} from "./deflate_work";

const DYNAMIC: u32 = 2;
const MAX_HEADER_BITS: u32 = 7;

/** Header symbols: the length before again, zeros, many zeros. */
const REPEAT: u32 = 16;
const ZEROS: u32 = 17;
const MANY_ZEROS: u32 = 18;

/** Lists the code lengths as a header has them, repeats joined. Returns how many items there are. */
export function listCodeLengths(base: usize, count: u32): u32 {
  clear(base + HEADER_COUNTS, 4 * HEADER_SYMBOLS);
  const lengths = base + CODE_LENGTHS;
  // Differs from every length, so that the last run ends.
  store<u8>(lengths + count, 0xff);
  let items: u32 = 0;
  let start: u32 = 0;
  for (let first: u32 = 0; first < count; first += 16) {
    const same = v128.bitmask<i8>(v128.eq<i8>(v128.load(lengths + first), v128.load(lengths + first, 1)));
    for (let ends: u32 = ~same & 0xffff; ends != 0; ends &= ends - 1) {
      const end = first + ctz<u32>(ends) + 1;
      if (end > count) return items;
      items = listRun(base, items, load<u8>(lengths + start), end - start);
      start = end;
    }
  }
  return items;
}

/** Lists lengths that are the same: those too few for a repeat all at once. */
@inline
function listRun(base: usize, items: u32, length: u32, run: u32): u32 {
  if (run + <u32>(length == 0) > 3) return listRepeats(base, items, length, run);
  store<u64>(base + (<usize>items << 1), length * 0x0001_0001_0001, HEADER_ITEMS);
  const count = base + HEADER_COUNTS + (<usize>length << 2);
  store<u32>(count, load<u32>(count) + run);
  return items + run;
}

function listRepeats(base: usize, items: u32, length: u32, run: u32): u32 {
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

/** Bits behind the code of a header symbol. */
@inline
function headerExtra(symbol: u32): u32 {
  return symbol < REPEAT ? 0 : 0x732 >> (symbol - REPEAT << 2) & 15;
}

/** How many lengths of header codes are written. */
function headerLengths(base: usize): u32 {
  let count = HEADER_SYMBOLS;
  while (count > 4 && load<u8>(base + HEADER_LENGTHS + load<u8>(base + HEADER_ORDER + count - 1)) == 0) count--;
  return count;
}

/** Bits of the header with its codes. */
export function headerCost(base: usize): u32 {
  const counts = base + HEADER_COUNTS;
  const codes = base + HEADER_CODES;
  const bits = buildCode(counts, HEADER_SYMBOLS, MAX_HEADER_BITS, base + HEADER_LENGTHS, codes, base + HUFFMAN);
  const extraBits = load<u32>(counts, 4 * REPEAT) * 2 + load<u32>(counts, 4 * ZEROS) * 3 +
    load<u32>(counts, 4 * MANY_ZEROS) * 7;
  return 3 + 14 + 3 * headerLengths(base) + bits + extraBits;
}

/** Writes the header with so many lengths of literals and distances. */
export function writeHeader(work: DeflateWork, literals: u32, distances: u32, items: u32): void {
  const base = changetype<usize>(work);
  const lengths = headerLengths(base);
  putBits(work, DYNAMIC << 1 | (literals - 257) << 3 | (distances - 1) << 8 | (lengths - 4) << 13, 17);
  for (let at: u32 = 0; at < lengths; at++) {
    putBits(work, load<u8>(base + HEADER_LENGTHS + load<u8>(base + HEADER_ORDER + at)), 3);
  }
  writeItems(work, base + HEADER_ITEMS + (<usize>items << 1));
}

/** Writes the items of the header up to `end`. */
function writeItems(work: DeflateWork, end: usize): void {
  const base = changetype<usize>(work);
  let output = work.output;
  let bits = work.bits;
  let count = work.bitCount;
  for (let item = base + HEADER_ITEMS; item < end; item += 2) {
    const symbol = <u32>load<u8>(item);
    const code = load<u32>(base + (<usize>symbol << 2), HEADER_CODES);
    bits |= codeBits(code) << count;
    count += codeLength(code);
    bits |= <u64>load<u8>(item, 1) << count;
    count += headerExtra(symbol);
    store<u64>(output, bits);
    output += count >> 3;
    bits >>= count & ~7;
    count &= 7;
  }
  work.output = output;
  work.bits = bits;
  work.bitCount = count;
}
