/** Huffman codes of limited length for deflate (RFC 1951 §3.2.2). */

/** Symbols of the largest alphabet. */
const MAX_SYMBOLS: usize = 288;
/** What is sorted by at once. */
const DIGIT_BITS: u32 = 7;
const DIGIT_VALUES: usize = 1 << DIGIT_BITS;
const DIGIT_MASK: u32 = (1 << DIGIT_BITS) - 1;
/** A sort key: the frequency, and the symbol in its low bits. */
const SYMBOL_BITS: u32 = 9;
const SYMBOL_MASK: u32 = (1 << SYMBOL_BITS) - 1;
const MAX_CODE_BITS: u32 = 15;

const KEYS: usize = 0;
const SORTED: usize = KEYS + 4 * MAX_SYMBOLS;
const NODES: usize = SORTED + 4 * MAX_SYMBOLS;
const DIGITS: usize = NODES + 4 * MAX_SYMBOLS;
/** How many codes have each length; then the next code of each length. */
const COUNTS: usize = DIGITS + 4 * DIGIT_VALUES;
/** Bytes of memory the functions here need for themselves. */
export const HUFFMAN_BYTES: usize = COUNTS + 4 * 64;

/** The code of a symbol as `buildCodes` leaves it: its bits, first one lowest, above their number. */
@inline
export function codeBits(code: u32): u64 {
  return <u64>(code >> 8);
}

/** How many bits the code has. */
@inline
export function codeLength(code: u32): u32 {
  return code & 0xff;
}

/**
 * Writes the best code lengths of at most `maxBits` for `count` symbols, a byte each, 0 for those that do not occur.
 * At least two symbols get a code: some decoders take none or one for an error. Frequencies are below 2^23. Returns the
 * bits of all the symbols.
 */
export function buildLengths(frequencies: usize, count: u32, maxBits: u32, lengths: usize, scratch: usize): u32 {
  memory.fill(lengths, 0, count);
  let used = gatherSymbols(frequencies, count, scratch + KEYS);
  if (used < 2) return fillTwo(lengths, used == 0 ? 0 : load<u32>(scratch + KEYS));
  const sorted = sortKeys(scratch, used);
  for (let i: usize = 0; i < used; i++) {
    store<u32>(scratch + NODES + (i << 2), load<u32>(sorted + (i << 2)) >> SYMBOL_BITS);
  }
  joinNodes(scratch + NODES, used);
  countLengths(scratch, used, maxBits);
  limitLengths(scratch + COUNTS, maxBits);
  let at = sorted;
  let total: u32 = 0;
  for (let bits = maxBits; bits > 0; bits--) {
    for (let left = load<u32>(scratch + COUNTS + (<usize>bits << 2)); left > 0; left--, at += 4) {
      const key = load<u32>(at);
      store<u8>(lengths + (key & SYMBOL_MASK), <u8>bits);
      total += (key >> SYMBOL_BITS) * bits;
    }
  }
  return total;
}

/** Codes of one bit for a key's symbol and one more. */
function fillTwo(lengths: usize, key: u32): u32 {
  const symbol = key & SYMBOL_MASK;
  store<u8>(lengths + symbol, 1);
  store<u8>(lengths + (symbol == 0 ? 1 : 0), 1);
  return key >> SYMBOL_BITS;
}

function gatherSymbols(frequencies: usize, count: u32, keys: usize): u32 {
  let used: u32 = 0;
  for (let symbol: u32 = 0; symbol < count; symbol++) {
    const frequency = load<u32>(frequencies + (<usize>symbol << 2));
    store<u32>(keys + (<usize>used << 2), frequency << SYMBOL_BITS | symbol);
    used += <u32>(frequency != 0);
  }
  return used;
}

/** Sorts the keys by frequency, rarest first, a digit of it at a time. Returns where they are. */
function sortKeys(scratch: usize, count: u32): usize {
  let from = scratch + KEYS;
  let into = scratch + SORTED;
  let highest: u32 = 0;
  for (let i: u32 = 0; i < count; i++) highest |= load<u32>(from + (<usize>i << 2));
  for (let shift = SYMBOL_BITS; shift < 32 && highest >> shift != 0; shift += DIGIT_BITS) {
    sortByDigit(from, into, count, shift, scratch + DIGITS);
    const swapped = from;
    from = into;
    into = swapped;
  }
  return from;
}

function sortByDigit(from: usize, into: usize, count: u32, shift: u32, digits: usize): void {
  memory.fill(digits, 0, 4 * DIGIT_VALUES);
  const end = from + (<usize>count << 2);
  for (let at = from; at < end; at += 4) {
    const slot = digits + (<usize>(load<u32>(at) >> shift & DIGIT_MASK) << 2);
    store<u32>(slot, load<u32>(slot) + 4);
  }
  let offset: u32 = 0;
  for (let slot = digits; slot < digits + 4 * DIGIT_VALUES; slot += 4) {
    const bytes = load<u32>(slot);
    store<u32>(slot, offset);
    offset += bytes;
  }
  for (let at = from; at < end; at += 4) {
    const key = load<u32>(at);
    const slot = digits + (<usize>(key >> shift & DIGIT_MASK) << 2);
    const offset = load<u32>(slot);
    store<u32>(into + offset, key);
    store<u32>(slot, offset + 4);
  }
}

@inline
function node(nodes: usize, at: u32): u32 {
  return load<u32>(nodes + (<usize>at << 2));
}

@inline
function setNode(nodes: usize, at: u32, value: u32): void {
  store<u32>(nodes + (<usize>at << 2), value);
}

/**
 * The Huffman tree in place (Moffat and Katajainen): sorted weights become, for the first count - 1 nodes, the depth of
 * the inner node made there.
 */
function joinNodes(nodes: usize, count: u32): void {
  let leaf: u32 = 0;
  let root: u32 = 0;
  for (let next: u32 = 0; next < count - 1; next++) {
    let weight: u32 = 0;
    for (let child = 0; child < 2; child++) {
      if (leaf >= count || (root < next && node(nodes, root) < node(nodes, leaf))) {
        weight += node(nodes, root);
        setNode(nodes, root++, next);
      } else {
        weight += node(nodes, leaf++);
      }
    }
    setNode(nodes, next, weight);
  }
  setNode(nodes, count - 2, 0);
  for (let at = <i32>count - 3; at >= 0; at--) setNode(nodes, at, node(nodes, node(nodes, at)) + 1);
}

/** How many leaves hang at each depth, those too deep at the deepest. */
function countLengths(scratch: usize, used: u32, maxBits: u32): void {
  const counts = scratch + COUNTS;
  memory.fill(counts, 0, 4 * (MAX_CODE_BITS + 1));
  let open: u32 = 1;
  let at = <i32>used - 2;
  let left = used;
  for (let depth: u32 = 0; left > 0; depth++) {
    let inner: u32 = 0;
    while (at >= 0 && node(scratch + NODES, at) == depth) {
      inner++;
      at--;
    }
    const leaves = open - inner;
    const slot = counts + (<usize>min(depth, maxBits) << 2);
    store<u32>(slot, load<u32>(slot) + leaves);
    left -= leaves;
    open = inner << 1;
  }
}

/** Lengthens other codes until those that were cut fit in (as zlib's gen_bitlen). */
function limitLengths(counts: usize, maxBits: u32): void {
  let space: u32 = 0;
  for (let bits: u32 = 1; bits <= maxBits; bits++) space += load<u32>(counts + (<usize>bits << 2)) << (maxBits - bits);
  for (; space > <u32>1 << maxBits; space--) {
    let bits = maxBits - 1;
    while (load<u32>(counts + (<usize>bits << 2)) == 0) bits--;
    const slot = counts + (<usize>bits << 2);
    const longest = counts + (<usize>maxBits << 2);
    store<u32>(slot, load<u32>(slot) - 1);
    store<u32>(slot, load<u32>(slot, 4) + 2, 4);
    store<u32>(longest, load<u32>(longest) - 1);
  }
}

/** Writes the codes that belong to code lengths, a u32 a symbol. */
export function buildCodes(lengths: usize, count: u32, codes: usize, scratch: usize): void {
  const counts = scratch + COUNTS;
  memory.fill(counts, 0, 4 * (MAX_CODE_BITS + 1));
  for (let symbol: usize = 0; symbol < count; symbol++) {
    const slot = counts + (<usize>load<u8>(lengths + symbol) << 2);
    store<u32>(slot, load<u32>(slot) + 1);
  }
  store<u32>(counts, 0);
  let next: u32 = 0;
  for (let bits: usize = 1; bits <= MAX_CODE_BITS; bits++) {
    const codesOfLength = load<u32>(counts + (bits << 2));
    store<u32>(counts + (bits << 2), next);
    next = (next + codesOfLength) << 1;
  }
  for (let symbol: usize = 0; symbol < count; symbol++) {
    const bits = <u32>load<u8>(lengths + symbol);
    const slot = counts + (<usize>bits << 2);
    const code = load<u32>(slot);
    store<u32>(slot, code + 1);
    store<u32>(codes + (symbol << 2), bits == 0 ? 0 : reverse16(code) >> (16 - bits) << 8 | bits);
  }
}

/** The lowest 16 bits the other way round. */
@inline
function reverse16(bits: u32): u32 {
  bits = (bits & 0x5555) << 1 | (bits >> 1 & 0x5555);
  bits = (bits & 0x3333) << 2 | (bits >> 2 & 0x3333);
  bits = (bits & 0x0f0f) << 4 | (bits >> 4 & 0x0f0f);
  return (bits & 0xff) << 8 | (bits >> 8 & 0xff);
}
