/** Colours by index, found in one pass over words: those of one piece of a picture after the other. */

import { runEnds } from "./palette";

/** Colours that indices of one byte tell apart. */
export const MAX_COLOURS: u32 = 256;
/** Colours that one scan may add beyond those, before it is given up. */
export const MAX_NEW_COLOURS: u32 = 128;
/** Colours that are counted after the last that a scan may add: it stops at the next 16 words. */
export const SURPLUS_COLOURS: u32 = 16;
/** Bytes of a set of indices, a bit each. */
export const COLOUR_SET_BYTES: usize = MAX_COLOURS / 8;

/**
 * New colours that may be found at once, and in each 256 words more: most are found soon, and a scan that finds more is
 * given up long before it has seen too many.
 */
const FIRST_COLOURS: u32 = 24;
const MORE_COLOURS: u32 = 136;
/** With more runs than this in 16 words they are taken word by word. */
const MANY_RUNS: u32 = 12;
/** So many that hardly any two colours want the same one: what cannot be foretold takes longer than all the rest. */
const SLOT_BITS: u32 = 13;
const SLOT_BYTES: usize = 2;
const SLOT_MASK: usize = (SLOT_BYTES << SLOT_BITS) - 1;
/** Bits of a slot that are an index; those above say by which count of clearings it was taken. */
const INDEX_BITS: u32 = 9;
const INDEX_END: u32 = 1 << INDEX_BITS;
const MAX_CLEARINGS: u32 = (1 << (16 - INDEX_BITS)) - 1;

/** A table; what the last scan saw, and hash slots over the colours, lie behind it in memory. */
@unmanaged
export class ColourTable {
  /** Colours, in the order they were seen. */
  size: u32;
  /** Where they lie, one word each. */
  colours: u32;
  /** How often the table was cleared since its slots were, moved above an index. */
  clearings: u32;
}

/** A byte for each index, not zero when the last scan saw its colour. */
const SEEN: usize = 16;
const SLOTS: usize = SEEN + MAX_COLOURS + MAX_NEW_COLOURS + SURPLUS_COLOURS;
/** Bytes of a table with everything behind it but the colours. */
export const COLOUR_TABLE_BYTES: usize = SLOTS + (SLOT_BYTES << SLOT_BITS);

/** Makes memory a table, an empty one; its colours will lie at `colours`. */
export function openTable(table: ColourTable, colours: usize): void {
  table.clearings = MAX_CLEARINGS << INDEX_BITS;
  clearTable(table, colours);
}

/** Makes a table empty. */
export function clearTable(table: ColourTable, colours: usize): void {
  table.size = 0;
  table.colours = <u32>colours;
  if (table.clearings == MAX_CLEARINGS << INDEX_BITS) {
    memory.fill(changetype<usize>(table) + SLOTS, 0, SLOT_BYTES << SLOT_BITS);
    table.clearings = 0;
  }
  table.clearings += 1 << INDEX_BITS;
}

/**
 * Finds the colours of `count` words and writes their indices, a byte each. Returns false, with the scan given up, when
 * more than `mostNew` are not in the table yet. Reads and writes 16 words behind the last; writes up to 15 bytes behind
 * the indices.
 */
export function scanColours(table: ColourTable, words: usize, count: u32, mostNew: u32, indices: usize): bool {
  memory.fill(changetype<usize>(table) + SEEN, 0, MAX_COLOURS + MAX_NEW_COLOURS);
  const limit = table.size + mostNew;
  padWords(words + (<usize>count << 2));
  const scanned = scanTwoColours(table, words, count, limit, indices);
  return scanned >= count || scanRuns(table, words, scanned, count, limit, indices);
}

/** Repeats the last word, so that words can be taken by 16 and the last run goes on behind them. */
function padWords(end: usize): void {
  const last = v128.load32_splat(end - 4);
  for (let at: usize = 0; at < 64; at += 16) v128.store(end + at, last);
}

/** Goes on as long as there are two colours at most. Returns where it stopped, a multiple of 16. */
function scanTwoColours(table: ColourTable, words: usize, count: u32, limit: u32, indices: usize): u32 {
  if (table.size == limit) return 0;
  const first = load<u32>(words);
  const firsts = v128.splat<u32>(first);
  const firstIndices = i8x16.splat(<i8>seeOne(table, first));
  let seconds = firsts;
  let secondIndices = firstIndices;
  let hasSecond = false;
  for (let group: u32 = 0; group < count; group += 16) {
    const at = words + (<usize>group << 2);
    const isFirst = equalWords(at, firsts);
    if (!v128.all_true<i8>(isFirst)) {
      if (!hasSecond) {
        const second = load<u32>(at + (<usize>ctz<u32>(~v128.bitmask<i8>(isFirst)) << 2));
        if (table.size == limit) return group;
        seconds = v128.splat<u32>(second);
        secondIndices = i8x16.splat(<i8>seeOne(table, second));
        hasSecond = true;
      }
      if (!v128.all_true<i8>(v128.or(isFirst, equalWords(at, seconds)))) return group;
    }
    v128.store(indices + group, v128.bitselect(firstIndices, secondIndices, isFirst));
  }
  return count;
}

function seeOne(table: ColourTable, word: u32): u32 {
  const size = table.size;
  const index = see(table, table.colours, table.clearings, word, size);
  table.size = size + <u32>(index == size);
  return index;
}

/** Which of 16 words have a colour: a byte for each, all its bits set. */
@inline
function equalWords(at: usize, colour: v128): v128 {
  const a = v128.eq<i32>(v128.load(at), colour);
  const b = v128.eq<i32>(v128.load(at, 16), colour);
  const c = v128.eq<i32>(v128.load(at, 32), colour);
  const d = v128.eq<i32>(v128.load(at, 48), colour);
  return v128.narrow<i16>(v128.narrow<i32>(a, b), v128.narrow<i32>(c, d));
}

/** The most new colours among so many words of those that come to no more than MAX_NEW_COLOURS in a tile. */
@inline
function soonColours(words: u32): u32 {
  return FIRST_COLOURS + (words * MORE_COLOURS >> 8);
}

function scanRuns(table: ColourTable, words: usize, from: u32, count: u32, limit: u32, indices: usize): bool {
  const colours = <usize>table.colours;
  const clearings = table.clearings;
  let size = table.size;
  let run = i8x16.splat(0);
  // The first word begins a run whatever is before it.
  let first: u32 = 1;
  const before = table.size;
  let group = from;
  for (; group < count && size <= min(limit, before + soonColours(group)); group += 16) {
    const at = words + (<usize>group << 2);
    let starts = runEnds(at - 4) | first;
    first = 0;
    if (popcnt<u32>(starts) >= MANY_RUNS) {
      // Nobody can tell how far the next run goes.
      for (let i: usize = 0; i < 16; i++) {
        const index = see(table, colours, clearings, load<u32>(at + (i << 2)), size);
        size += <u32>(index == size);
        store<u8>(indices + group + i, <u8>index);
      }
      run = v128.load8_splat(indices + group, 15);
      continue;
    }
    v128.store(indices + group, run);
    // A run is written as if it went on for 16 words: the next one is written over it.
    for (; starts != 0; starts &= starts - 1) {
      const start = ctz<u32>(starts);
      const index = seeOften(table, colours, clearings, load<u32>(at + (<usize>start << 2)), size);
      size += <u32>(index == size);
      run = i8x16.splat(<i8>index);
      v128.store(indices + group + start, run);
    }
  }
  table.size = size;
  return group >= count && size <= limit;
}

/**
 * The index of a colour, `size` when it is new: it is in the table from now on, if the caller counts it. Nothing here
 * asks which it is, for that cannot be foretold. What is in a table is passed beside it: after any store it would be
 * read anew.
 */
@inline
function see(table: ColourTable, colours: usize, clearings: u32, word: u32, size: u32): u32 {
  const slot = changetype<usize>(table) + firstSlot(word);
  const taken = <u32>load<u16>(slot, SLOTS) ^ clearings;
  const index = select<u32>(taken, size, taken < INDEX_END);
  store<u32>(colours + (<usize>size << 2), word);
  if (load<u32>(colours + (<usize>index << 2)) != word) return seeFurther(table, colours, word, size);
  store<u16>(slot, <u16>(clearings | index), SLOTS);
  store<u8>(changetype<usize>(table) + index, 1, SEEN);
  return index;
}

/**
 * The same for a colour whose own slot has another, which lies behind the last already. Hardly ever called: in `see`
 * this loop would cost all the others.
 */
function seeFurther(table: ColourTable, colours: usize, word: u32, size: u32): u32 {
  const slots = changetype<usize>(table) + SLOTS;
  const clearings = table.clearings;
  let slot = firstSlot(word);
  let index: u32 = 0;
  do {
    slot = (slot + SLOT_BYTES) & SLOT_MASK;
    const taken = <u32>load<u16>(slots + slot) ^ clearings;
    index = taken < INDEX_END ? taken : size;
  } while (load<u32>(colours + (<usize>index << 2)) != word);
  store<u16>(slots + slot, <u16>(clearings | index));
  store<u8>(changetype<usize>(table) + index, 1, SEEN);
  return index;
}

/** The same, quicker for a colour that is in its own slot already: where runs are long, nearly all are. */
@inline
function seeOften(table: ColourTable, colours: usize, clearings: u32, word: u32, size: u32): u32 {
  const index = <u32>load<u16>(changetype<usize>(table) + SLOTS + firstSlot(word)) ^ clearings;
  if (index < size && load<u32>(colours + (<usize>index << 2)) == word) {
    store<u8>(changetype<usize>(table) + index, 1, SEEN);
    return index;
  }
  return seeSeldom(table, colours, word, size);
}

/** `see` where it is called, so that where colours are known nothing is kept ready for it. */
function seeSeldom(table: ColourTable, colours: usize, word: u32, size: u32): u32 {
  return see(table, colours, table.clearings, word, size);
}

@inline
function firstSlot(word: u32): usize {
  return <usize>((word * 0x9e3779b1) >> (32 - SLOT_BITS)) * SLOT_BYTES;
}

/** Takes away the colours from an index on. */
export function forgetColours(table: ColourTable, size: u32): void {
  const slots = changetype<usize>(table) + SLOTS;
  const colours = <usize>table.colours;
  // The last first: nobody's slot was chosen because of one that came later.
  for (let index = table.size; index > size; index--) {
    let slot = firstSlot(load<u32>(colours + (<usize>(index - 1) << 2)));
    while (((<u32>load<u16>(slots + slot)) ^ table.clearings) != index - 1) slot = (slot + SLOT_BYTES) & SLOT_MASK;
    store<u16>(slots + slot, 0);
  }
  table.size = size;
}

/** Writes the set of indices that the last scan saw, all below MAX_COLOURS. Returns how many they are. */
export function seenColours(table: ColourTable, set: usize): u32 {
  let count: u32 = 0;
  for (let at: usize = 0; at < MAX_COLOURS; at += 16) {
    const bits = <u32>v128.bitmask<i8>(v128.neg<i8>(v128.load(changetype<usize>(table) + at, SEEN)));
    store<u16>(set + (at >> 3), <u16>bits);
    count += popcnt<u32>(bits);
  }
  return count;
}
