/** Huffman codes of limited length for deflate (RFC 1951 §3.2.2). */

/** Symbols of the largest alphabet. */
const MAX_SYMBOLS: usize = 288;
/** A sort key: the frequency, and the symbol in its low bits. */
const SYMBOL_BITS: u32 = 9;
const SYMBOL_MASK: u32 = (1 << SYMBOL_BITS) - 1;
/** A bucket is what a frequency is as a float down to its highest bits: of 16 and more there are 16 an octave. */
const BUCKET_SHIFT: u32 = 19;
const FIRST_BUCKET: u32 = 127 << 4;
const BUCKETS_BYTES: usize = 2 * 16 * 23;
const MAX_CODE_BITS: u32 = 15;
/** Heavier than any node. */
const NO_NODE: u32 = 0xffff_ffff;

/** The keys of the symbols that occur, in order of the symbols; then in order of frequency. */
const KEYS: usize = 0;
const SORTED: usize = KEYS + 4 * MAX_SYMBOLS;
const NODES: usize = SORTED + 4 * (MAX_SYMBOLS + 1);
const BUCKETS: usize = NODES + 4 * MAX_SYMBOLS;
/** How many codes have each length; then the next code of each length, in the highest of 16 bits. */
const COUNTS: usize = BUCKETS + BUCKETS_BYTES;
/** Bytes of memory the functions here need for themselves. */
export const HUFFMAN_BYTES: usize = COUNTS + 4 * (MAX_CODE_BITS + 1) + 12;

/** The code of a symbol as `buildCode` leaves it: its bits, first one lowest, above their number. */
@inline
export function codeBits(code: u32): u64 {
  return <u64>(code >> 8);
}

/** How many bits the code has. */
@inline
export function codeLength(code: u32): u32 {
  return code & 0xff;
}

/** Fills memory with zeros, 16 bytes at a time: `memory.fill` is a call out of the kernels. */
@inline
export function clear(from: usize, bytes: usize): void {
  for (let at = from; at < from + bytes; at += 16) v128.store(at, i32x4.splat(0));
}

/**
 * Writes the best code lengths of at most `maxBits` for `count` symbols, a byte each, 0 for those that do not occur,
 * and the codes of those that do, a u32 each. At least two symbols get a code: some decoders take none or one for an
 * error. Frequencies are below 2^23; behind the last there are zeros up to a multiple of 16, and as many lengths are
 * written. Returns the bits of all the symbols.
 */
export function buildCode(
  frequencies: usize,
  count: u32,
  maxBits: u32,
  lengths: usize,
  codes: usize,
  scratch: usize,
): u32 {
  clear(lengths, count);
  clear(scratch + COUNTS, 4 * (MAX_CODE_BITS + 1));
  const used = gatherSymbols(frequencies, count, scratch);
  if (used < 2) {
    const total = takeTwo(scratch, used, lengths);
    assignCodes(scratch, 2, lengths, codes);
    return total;
  }
  sortKeys(scratch, used);
  joinNodes(scratch, used);
  countLengths(scratch, used, maxBits);
  limitLengths(scratch + COUNTS, maxBits);
  const total = assignLengths(scratch, maxBits, lengths);
  assignCodes(scratch, used, lengths, codes);
  return total;
}

/** Gives the one symbol that occurs, if any, and another one codes of one bit. Returns the bits. */
function takeTwo(scratch: usize, used: u32, lengths: usize): u32 {
  const key = used == 0 ? 0 : load<u32>(scratch, KEYS);
  const symbol = key & SYMBOL_MASK;
  const other: u32 = symbol == 0 ? 1 : 0;
  store<u32>(scratch, min(symbol, other), KEYS);
  store<u32>(scratch, max(symbol, other), KEYS + 4);
  store<u8>(lengths + symbol, 1);
  store<u8>(lengths + other, 1);
  store<u32>(scratch, 2, COUNTS + 4);
  return key >> SYMBOL_BITS;
}

/** Which of 16 frequencies are not zero, a bit each. */
@inline
function whichOccur(frequencies: usize): u32 {
  const low = i16x8.narrow_i32x4_s(v128.load(frequencies), v128.load(frequencies, 16));
  const high = i16x8.narrow_i32x4_s(v128.load(frequencies, 32), v128.load(frequencies, 48));
  return v128.bitmask<i8>(v128.ne<i8>(i8x16.narrow_i16x8_s(low, high), i8x16.splat(0)));
}

/** Lists the keys of the symbols that occur. Returns how many. */
function gatherSymbols(frequencies: usize, count: u32, scratch: usize): u32 {
  const keys = scratch + KEYS;
  let at = keys;
  for (let first: u32 = 0; first < count; first += 16) {
    for (let left = whichOccur(frequencies + (<usize>first << 2)); left != 0; left &= left - 1) {
      const symbol = first + ctz<u32>(left);
      store<u32>(at, load<u32>(frequencies + (<usize>symbol << 2)) << SYMBOL_BITS | symbol);
      at += 4;
    }
  }
  return <u32>(at - keys) >> 2;
}

/** Where the offset of a key's bucket is. */
@inline
function bucketOf(scratch: usize, key: u32): usize {
  const octaves = reinterpret<u32>(<f32><i32>(key >> SYMBOL_BITS)) >> BUCKET_SHIFT;
  return scratch + (<usize>(octaves - FIRST_BUCKET) << 1);
}

/** Sorts the keys by frequency, rarest first: into buckets, and then those that share one. */
function sortKeys(scratch: usize, count: u32): void {
  const end = scratch + (<usize>count << 2);
  let last: usize = scratch;
  clear(scratch + BUCKETS, BUCKETS_BYTES);
  for (let at = scratch; at < end; at += 4) {
    const bucket = bucketOf(scratch, load<u32>(at, KEYS));
    store<u16>(bucket, load<u16>(bucket, BUCKETS) + 1, BUCKETS);
    last = max(last, bucket);
  }
  let offset: u32 = 0;
  for (let bucket = scratch; bucket <= last; bucket += 2) {
    const keys: u32 = load<u16>(bucket, BUCKETS);
    store<u16>(bucket, <u16>offset, BUCKETS);
    offset += keys;
  }
  for (let at = scratch; at < end; at += 4) {
    const key = load<u32>(at, KEYS);
    const bucket = bucketOf(scratch, key);
    const place: u32 = load<u16>(bucket, BUCKETS);
    store<u32>(scratch + (<usize>place << 2), key, SORTED);
    store<u16>(bucket, <u16>(place + 1), BUCKETS);
  }
  insertKeys(scratch + SORTED, end + SORTED);
}

/** Sorts what is nearly sorted. */
function insertKeys(start: usize, end: usize): void {
  let before = load<u32>(start);
  for (let next = start + 4; next < end; next += 4) {
    const key = load<u32>(next);
    if (key >= before) {
      before = key;
      continue;
    }
    let at = next;
    do {
      store<u32>(at, before);
      at -= 4;
      before = at > start ? load<u32>(at - 4) : 0;
    } while (before > key);
    store<u32>(at, key);
    before = load<u32>(next);
  }
}

/**
 * Makes the Huffman tree of the sorted keys, from two queues (van Leeuwen). An inner node is its weight, once it has a
 * parent where that is, and in the end its depth.
 */
function joinNodes(scratch: usize, count: u32): void {
  const nodes = scratch + NODES;
  const last = nodes + (<usize>(count - 2) << 2);
  let leaf = scratch + SORTED;
  store<u32>(leaf + (<usize>count << 2), NO_NODE);
  let lightestLeaf = load<u32>(leaf) >> SYMBOL_BITS;
  let root = nodes;
  let lightestRoot = NO_NODE;
  for (let next = nodes; next <= last; next += 4) {
    let weight: u32 = 0;
    for (let child = 0; child < 2; child++) {
      if (lightestRoot < lightestLeaf) {
        weight += lightestRoot;
        store<u32>(root, <u32>next);
        root += 4;
        lightestRoot = root < next ? load<u32>(root) : NO_NODE;
      } else {
        weight += lightestLeaf;
        leaf += 4;
        lightestLeaf = load<u32>(leaf) >> SYMBOL_BITS;
      }
    }
    store<u32>(next, weight);
    if (root == next) lightestRoot = weight;
  }
  store<u32>(last, 0);
  for (let at = last - 4; at >= nodes; at -= 4) store<u32>(at, load<u32>(load<u32>(at)) + 1);
}

/** How many leaves hang at each depth, those too deep at the deepest. */
function countLengths(scratch: usize, used: u32, maxBits: u32): void {
  const counts = scratch + COUNTS;
  let open: u32 = 1;
  let at = scratch + NODES + (<usize>(used - 2) << 2);
  let left = used;
  for (let depth: u32 = 0; left > 0; depth++) {
    let inner: u32 = 0;
    while (at >= scratch + NODES && load<u32>(at) == depth) {
      inner++;
      at -= 4;
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

/** Gives the rarest symbols the longest codes. Returns the bits of all. */
function assignLengths(scratch: usize, maxBits: u32, lengths: usize): u32 {
  let at = scratch + SORTED;
  let total: u32 = 0;
  for (let bits = maxBits; bits > 0; bits--) {
    const end = at + (<usize>load<u32>(scratch + (<usize>bits << 2), COUNTS) << 2);
    for (; at < end; at += 4) {
      const key = load<u32>(at);
      store<u8>(lengths + (key & SYMBOL_MASK), <u8>bits);
      total += (key >> SYMBOL_BITS) * bits;
    }
  }
  return total;
}

/** Writes the codes that belong to the lengths of the symbols that occur. */
function assignCodes(scratch: usize, used: u32, lengths: usize, codes: usize): void {
  let next: u32 = 0;
  for (let bits: u32 = 1; bits <= MAX_CODE_BITS; bits++) {
    const slot = scratch + (<usize>bits << 2);
    const codesOfLength = load<u32>(slot, COUNTS);
    store<u32>(slot, next, COUNTS);
    next += codesOfLength << (16 - bits);
  }
  const end = scratch + (<usize>used << 2);
  for (let at = scratch; at < end; at += 4) {
    const symbol = load<u32>(at, KEYS) & SYMBOL_MASK;
    const bits = <u32>load<u8>(lengths + symbol);
    const slot = scratch + (<usize>bits << 2);
    const code = load<u32>(slot, COUNTS);
    store<u32>(slot, code + (0x1_0000 >> bits), COUNTS);
    store<u32>(codes + (<usize>symbol << 2), reverse16(code) << 8 | bits);
  }
}

/** The lowest 16 bits the other way round. */
@inline
export function reverse16(bits: u32): u32 {
  bits = (bits & 0x5555) << 1 | (bits >> 1 & 0x5555);
  bits = (bits & 0x3333) << 2 | (bits >> 2 & 0x3333);
  bits = (bits & 0x0f0f) << 4 | (bits >> 4 & 0x0f0f);
  return (bits & 0xff) << 8 | (bits >> 8 & 0xff);
}
