/** Up to 256 colours of a rect and their indices, found in one pass over its rows. */

import { runEnds } from "./palette";

/** More colours than this and a rect has no table. */
export const MAX_COLOURS: u32 = 256;

const SLOT_BITS: u32 = 10;
const SLOT_MASK: usize = (1 << SLOT_BITS) - 1;

/** A table; the colours, and hash slots over them, lie behind it in memory. */
@unmanaged
export class ColourTable {
  /** Colours, in the order they were seen. */
  size: u32;
}

const COLOURS: usize = 16;
const SLOTS: usize = COLOURS + 4 * MAX_COLOURS;
/** Bytes of a table with everything behind it. */
export const COLOUR_TABLE_BYTES: usize = SLOTS + (2 << SLOT_BITS);

/** Where the colours lie, one word each. */
@inline
export function tableColours(table: ColourTable): usize {
  return changetype<usize>(table) + COLOURS;
}

/** The colour with an index. */
@inline
export function tableColour(table: ColourTable, index: u32): u32 {
  return load<u32>(changetype<usize>(table) + (<usize>index << 2), COLOURS);
}

/**
 * Finds the colours of a rect of words, rows `strideBytes` apart. Writes the index of every word as a byte to
 * `indices`, rows next to each other, unless that is 0; up to 15 bytes behind the last. Returns false, with the scan
 * given up, when there are more than `maxColours`. Reads up to 64 bytes behind the rect.
 */
export function scanColours(
  table: ColourTable,
  words: usize,
  strideBytes: u32,
  width: u32,
  height: u32,
  maxColours: u32,
  indices: usize,
): bool {
  memory.fill(changetype<usize>(table) + SLOTS, 0, 2 << SLOT_BITS);
  table.size = 0;
  for (let y: u32 = 0; y < height; y++) {
    if (!scanRow(table, words, width, maxColours, indices)) return false;
    words += strideBytes;
    if (indices != 0) indices += width;
  }
  return true;
}

function scanRow(table: ColourTable, words: usize, width: u32, maxColours: u32, indices: usize): bool {
  let start: u32 = 0;
  for (let group: u32 = 0; group < width; group += 16) {
    const left = width - group;
    let ends = runEnds(words + (<usize>group << 2));
    if (left <= 16) ends = (ends | (1 << (left - 1))) & ((1 << left) - 1);
    for (; ends != 0; ends &= ends - 1) {
      const next = group + ctz<u32>(ends) + 1;
      const index = findOrInsert(table, load<u32>(words + (<usize>start << 2)), maxColours);
      if (index == maxColours) return false;
      if (indices != 0) fillIndices(indices, start, next, index);
      start = next;
    }
  }
  return true;
}

@inline
function fillIndices(indices: usize, start: u32, end: u32, index: u32): void {
  const bytes = i8x16.splat(<i8>index);
  for (let at = start; at < end; at += 16) v128.store(indices + at, bytes);
}

/** The index of a colour, `maxColours` when it is new and there is no room. */
@inline
function findOrInsert(table: ColourTable, word: u32, maxColours: u32): u32 {
  const base = changetype<usize>(table);
  let slot = <usize>((word * 0x9e3779b1) >> (32 - SLOT_BITS));
  for (let taken: u32 = load<u16>(base + (slot << 1), SLOTS); taken != 0;) {
    if (load<u32>(base + (<usize>(taken - 1) << 2), COLOURS) == word) return taken - 1;
    slot = (slot + 1) & SLOT_MASK;
    taken = load<u16>(base + (slot << 1), SLOTS);
  }
  const index = table.size;
  if (index == maxColours) return index;
  store<u16>(base + (slot << 1), <u16>(index + 1), SLOTS);
  store<u32>(base + (<usize>index << 2), word, COLOURS);
  table.size = index + 1;
  return index;
}
