/** The runs of a tile as ZRLE writes them, with a palette that goes on from tile to tile, found in one pass. */

import { MAX_PALETTE, runEnds } from "./palette";

/** A palette and the runs of the tile that was scanned last; both lie behind it in memory. */
@unmanaged
export class RunPalette {
  /** Colours of this tile and those before, in the order they were seen. */
  size: u32;
  /** Runs of equal words. */
  runs: u32;
  /** Runs of one word. */
  singles: u32;
  /** Bytes of all runs. */
  runBytes: u32;
}

/** Slots of the hash table: many, so that two colours hardly ever want the same. */
const SLOT_BITS: u32 = 10;
const SLOTS: usize = 1 << SLOT_BITS;
const NO_INDEX: u32 = 255;

/** A byte for each colour, 1 when the tile has it. */
const USED: usize = 64;
const COLOURS: usize = USED + 128;
/** For each slot its colour, and the colour's index. */
const KEYS: usize = COLOURS + 4 * 128 + 64;
const INDICES: usize = KEYS + 4 * SLOTS;
const RUNS: usize = INDICES + SLOTS;
/** Bytes of a palette with everything behind it. */
export const RUN_PALETTE_BYTES: usize = RUNS + 4096 + 64;

/** A tile with so many colours that were not there before is looked at all over: it may have too many. */
const PROBE_COLOURS: u32 = 32;
/** Words from one that is looked at to the next: few enough for 128 colours, and no column. */
const PROBE_WORDS: usize = 13;

/** Where the colours lie, one word each. */
@inline
export function runColours(palette: RunPalette): usize {
  return changetype<usize>(palette) + COLOURS;
}

/** Where the runs lie: indices, with a length behind those that have their high bit set (RFC 6143 7.7.6). */
@inline
export function runBytes(palette: RunPalette): usize {
  return changetype<usize>(palette) + RUNS;
}

/** Whether the tile has a colour of the palette. */
@inline
export function isUsed(palette: RunPalette, index: u32): bool {
  return load<u8>(changetype<usize>(palette) + index, USED) != 0;
}

/** How many colours the tile has. */
export function usedColours(palette: RunPalette): u32 {
  const used = changetype<usize>(palette) + USED;
  let count: u32 = 0;
  for (let at = used; at < used + 128; at += 16) count += popcnt<u32>(v128.bitmask<i8>(v128.neg<i8>(v128.load(at))));
  return count;
}

/** Makes a palette empty. */
export function clearRunPalette(palette: RunPalette): void {
  const base = changetype<usize>(palette);
  palette.size = 0;
  // An empty slot has a colour that is never looked for there.
  memory.fill(base + KEYS, 0, 4 * SLOTS);
  store<u32>(base, 1, KEYS);
  memory.fill(base + INDICES, <u8>NO_INDEX, SLOTS);
}

/**
 * Finds the runs of `count` words, at most 4096, and adds their colours to the palette; where there is no room for them,
 * to an empty one. Returns false, with the palette empty, when there are more than MAX_PALETTE. Writes the word behind
 * the last and reads up to 256 bytes behind.
 */
export function findRuns(palette: RunPalette, words: usize, count: u32): bool {
  const hadColours = palette.size != 0;
  if (scanRuns(palette, words, count)) return true;
  clearRunPalette(palette);
  if (!hadColours) return false;
  if (scanRuns(palette, words, count)) return true;
  clearRunPalette(palette);
  return false;
}

function scanRuns(palette: RunPalette, words: usize, count: u32): bool {
  const base = changetype<usize>(palette);
  memory.fill(base + USED, 0, 128);
  const last = words + (<usize>(count - 1) << 2);
  // A word that differs from the last one ends the last run.
  store<u32>(last, ~load<u32>(last), 4);
  let probeSize = palette.size + PROBE_COLOURS;
  let runs: u32 = 0;
  let singles: u32 = 0;
  let into = base + RUNS;
  let start = words;
  for (let group = words; group <= last; group += 256) {
    const left = <u32>(last - group) >> 2;
    let ends = groupEnds(group);
    if (left < 63) ends &= (<u64>2 << left) - 1;
    runs += <u32>popcnt<u64>(ends);
    for (; ends != 0; ends &= ends - 1) {
      const end = group + (<usize>ctz<u64>(ends) << 2);
      const index = findOrAdd(palette, load<u32>(end));
      if (index == NO_INDEX) return false;
      store<u8>(base + index, 1, USED);
      const more = <u32>(end - start) >> 2;
      const isSingle = <u32>(more == 0);
      singles += isSingle;
      store<u16>(into, <u16>((isSingle ^ 1) << 7 | index | more << 8));
      into += 2 - isSingle;
      if (more >= 255) into = writeLongRun(more, into - 1);
      start = end + 4;
    }
    if (palette.size > probeSize) {
      probeSize = MAX_PALETTE;
      if (!addProbes(palette, group, last)) return false;
    }
  }
  palette.runs = runs;
  palette.singles = singles;
  palette.runBytes = <u32>(into - base - RUNS);
  return true;
}

/** Which of 64 words differ from the word behind them. */
@inline
function groupEnds(at: usize): u64 {
  const low = runEnds(at) | runEnds(at + 64) << 16;
  const high = runEnds(at + 128) | runEnds(at + 192) << 16;
  return <u64>low | <u64>high << 32;
}

/** The length of a run less one, in bytes of 255 and a rest. Returns the end. */
function writeLongRun(more: u32, into: usize): usize {
  for (; more >= 255; more -= 255) store<u8>(into++, 255);
  store<u8>(into, <u8>more);
  return into + 1;
}

/** Adds the colours of words up to the last, some between each. Returns false when there is no room for them. */
function addProbes(palette: RunPalette, from: usize, last: usize): bool {
  for (let at = from; at <= last; at += 4 * PROBE_WORDS) {
    if (findOrAdd(palette, load<u32>(at)) == NO_INDEX) return false;
  }
  return true;
}

/** The index of a colour, NO_INDEX when it is new and there is no room. */
@inline
function findOrAdd(palette: RunPalette, word: u32): u32 {
  const slot = <usize>((word * 0x9e3779b1) >> (32 - SLOT_BITS));
  const base = changetype<usize>(palette);
  return load<u32>(base + (slot << 2), KEYS) == word ? load<u8>(base + slot, INDICES) : findElsewhere(palette, word, slot);
}

/** The same for a colour that is not in its own slot. */
function findElsewhere(palette: RunPalette, word: u32, slot: usize): u32 {
  const base = changetype<usize>(palette);
  for (let index: u32 = load<u8>(base + slot, INDICES); index != NO_INDEX; index = load<u8>(base + slot, INDICES)) {
    if (load<u32>(base + (slot << 2), KEYS) == word) return index;
    slot = (slot + 1) & (SLOTS - 1);
  }
  const index = palette.size;
  if (index == MAX_PALETTE) return NO_INDEX;
  store<u32>(base + (slot << 2), word, KEYS);
  store<u8>(base + slot, <u8>index, INDICES);
  store<u32>(base + (<usize>index << 2), word, COLOURS);
  palette.size = index + 1;
  return index;
}
