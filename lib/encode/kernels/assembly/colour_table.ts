/** Colours by index, found in one pass over words: those of one piece of a picture after the other. */

import { runEnds } from "./palette";

/** Colours that indices of one byte tell apart. */
export const MAX_COLOURS: u32 = 256;
/** Colours that one scan may add beyond those, before it is given up. */
export const MAX_NEW_COLOURS: u32 = 128;
/** Bytes of a set of indices, a bit each. */
export const COLOUR_SET_BYTES: usize = MAX_COLOURS / 8;

const SLOT_BITS: u32 = 12;
const SLOT_MASK: usize = (1 << SLOT_BITS) - 1;

/** A table; what the last scan saw, and hash slots over the colours, lie behind it in memory. */
@unmanaged
export class ColourTable {
  /** Colours, in the order they were seen. */
  size: u32;
  /** Where they lie, one word each. */
  colours: u32;
}

/** A byte for each index, not zero when the last scan saw its colour. */
const SEEN: usize = 16;
// One more byte for the index of a colour that found no room.
const SLOTS: usize = SEEN + MAX_COLOURS + MAX_NEW_COLOURS + 16;
/** Bytes of a table with everything behind it but the colours. */
export const COLOUR_TABLE_BYTES: usize = SLOTS + (2 << SLOT_BITS);

/** Makes a table empty; its colours will lie at `colours`. */
export function clearTable(table: ColourTable, colours: usize): void {
  memory.fill(changetype<usize>(table) + SLOTS, 0, 2 << SLOT_BITS);
  table.size = 0;
  table.colours = <u32>colours;
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
  const firstIndices = i8x16.splat(<i8>see(table, first, limit));
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
        secondIndices = i8x16.splat(<i8>see(table, second, limit));
        hasSecond = true;
      }
      if (!v128.all_true<i8>(v128.or(isFirst, equalWords(at, seconds)))) return group;
    }
    v128.store(indices + group, v128.bitselect(firstIndices, secondIndices, isFirst));
  }
  return count;
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

function scanRuns(table: ColourTable, words: usize, from: u32, count: u32, limit: u32, indices: usize): bool {
  let start = from;
  for (let group = from; group < count; group += 16) {
    for (let ends = runEnds(words + (<usize>group << 2)); ends != 0; ends &= ends - 1) {
      const next = group + ctz<u32>(ends) + 1;
      if (next >= count) break;
      const index = see(table, load<u32>(words + (<usize>start << 2)), limit);
      if (index == limit) return false;
      fillIndices(indices, start, next, index);
      start = next;
    }
  }
  const index = see(table, load<u32>(words + (<usize>start << 2)), limit);
  fillIndices(indices, start, count, index);
  return index != limit;
}

@inline
function fillIndices(indices: usize, start: u32, end: u32, index: u32): void {
  const bytes = i8x16.splat(<i8>index);
  for (let at = start; at < end; at += 16) v128.store(indices + at, bytes);
}

/** The index of a colour, `limit` when it is new and there is no room. */
@inline
function see(table: ColourTable, word: u32, limit: u32): u32 {
  const index = findOrInsert(table, word, limit);
  store<u8>(changetype<usize>(table) + index, 1, SEEN);
  return index;
}

@inline
function findOrInsert(table: ColourTable, word: u32, limit: u32): u32 {
  const base = changetype<usize>(table);
  const colours = <usize>table.colours;
  let slot = firstSlot(word);
  for (let taken: u32 = load<u16>(base + (slot << 1), SLOTS); taken != 0;) {
    if (load<u32>(colours + (<usize>(taken - 1) << 2)) == word) return taken - 1;
    slot = (slot + 1) & SLOT_MASK;
    taken = load<u16>(base + (slot << 1), SLOTS);
  }
  const index = table.size;
  if (index == limit) return index;
  store<u16>(base + (slot << 1), <u16>(index + 1), SLOTS);
  store<u32>(colours + (<usize>index << 2), word);
  table.size = index + 1;
  return index;
}

@inline
function firstSlot(word: u32): usize {
  return <usize>((word * 0x9e3779b1) >> (32 - SLOT_BITS));
}

/** Takes away the colours from an index on. */
export function forgetColours(table: ColourTable, size: u32): void {
  const base = changetype<usize>(table);
  const colours = <usize>table.colours;
  // The last first: nobody's slot was chosen because of one that came later.
  for (let index = table.size; index > size; index--) {
    let slot = firstSlot(load<u32>(colours + (<usize>(index - 1) << 2)));
    while (load<u16>(base + (slot << 1), SLOTS) != <u16>index) slot = (slot + 1) & SLOT_MASK;
    store<u16>(base + (slot << 1), 0, SLOTS);
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
