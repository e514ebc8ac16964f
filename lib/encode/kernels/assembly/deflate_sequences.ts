/** Which of the matches are taken, and the blocks they go into. */

import { countLiteral, countMatch, endBlock } from "./deflate_block";
import { chooseMatches } from "./deflate_choice";
import { findMatches, Search, weighsMatches } from "./deflate_search";
import { DeflateWork, MATCHES, MAX_MATCHES, MAX_SEQUENCES, SEQUENCES } from "./deflate_work";

/** Symbols of a block: codes that fit a part of the picture save more than the block's header costs. */
const BLOCK_SYMBOLS: u32 = 12_000;

/** With fewer than one long match in so many pixels there is grain: short matches are all there are. */
const GRAIN_PIXELS: u32 = 64;
/** The same for bytes that are no pixels, whose matches are shorter. */
const GRAIN_BYTES: u32 = 1024;
/** Pixels of a look whether there is noise, and the bytes of noise between two. */
const PROBE_PIXELS: u32 = 512;
const NOISE_BYTES: u32 = 12_288;

/** Turns the bytes from the anchor to `end` into sequences, and those into blocks as they fill. */
export function addSequences(work: DeflateWork, search: Search, end: usize): void {
  const step = search.step;
  let isNoise = false;
  let pixels = PROBE_PIXELS;
  while (work.anchor < end) {
    if (isNoise) addLiterals(work, min(end, work.anchor + NOISE_BYTES - NOISE_BYTES % step));
    const searchEnd = min(end, work.anchor + pixels * step);
    const count = findMatches(work, search, work.anchor, searchEnd, end);
    if (weighsMatches(search)) chooseMatches(work, step, search.minPixels, count, work.anchor);
    const matched = count - takeMatches(work, step, count, end);
    isNoise = matched * 100 < count * (step > 2 ? search.noisePercent : search.noisePercent >> 2);
    search.isGrainy = search.longMatches * (step > 2 ? GRAIN_PIXELS : GRAIN_BYTES) < count ? 1 : 0;
    pixels = isNoise ? PROBE_PIXELS : MAX_MATCHES;
  }
}

/** Adds bytes that are not searched. */
function addLiterals(work: DeflateWork, end: usize): void {
  const base = changetype<usize>(work);
  let at = work.anchor;
  for (; at + 4 <= end; at += 4) {
    const four = load<u32>(at);
    countLiteral(base, 0, four & 255);
    countLiteral(base, 1, four >> 8 & 255);
    countLiteral(base, 2, four >> 16 & 255);
    countLiteral(base, 3, four >> 24);
  }
  for (; at < end; at++) countLiteral(base, 0, load<u8>(at));
  const sequence = base + SEQUENCES + (<usize>work.sequences << 3);
  store<u32>(sequence, <u32>(end - work.anchor));
  store<u32>(sequence, 0, 4);
  work.sequences++;
  work.symbols += <u32>(end - work.anchor);
  work.anchor = end;
  if (work.symbols >= BLOCK_SYMBOLS || work.sequences >= MAX_SEQUENCES) endBlock(work);
}

/** Takes the match of a pixel, if it has one, and goes on behind it. Returns how many pixels had none. */
function takeMatches(work: DeflateWork, step: u32, count: u32, end: usize): u32 {
  const base = changetype<usize>(work);
  let match = base + MATCHES;
  const lastMatch = match + (<usize>count << 2);
  let at = work.anchor;
  let anchor = at;
  let sequence = base + SEQUENCES + (<usize>work.sequences << 3);
  const lastSequence = base + SEQUENCES + 8 * MAX_SEQUENCES;
  let symbols = work.symbols;
  let unmatched: u32 = 0;
  while (match < lastMatch) {
    const found = load<u32>(match);
    if (found == 0) {
      for (let i: u32 = 0; i < step; i++) countLiteral(base, i, load<u8>(at + i));
      at += step;
      match += 4;
      symbols += step;
      unmatched++;
      continue;
    }
    const pixels = found >> 16;
    const length = pixels * step;
    const distance = (found & 0xffff) - 1;
    store<u32>(sequence, <u32>(at - anchor));
    store<u32>(sequence, length << 16 | distance, 4);
    sequence += 8;
    symbols++;
    work.extraBits += countMatch(base, length, distance);
    at += length;
    match += <usize>pixels << 2;
    anchor = at;
    if (symbols >= BLOCK_SYMBOLS || sequence >= lastSequence) {
      work.sequences = <u32>(sequence - base - SEQUENCES) >> 3;
      work.anchor = at;
      endBlock(work);
      sequence = base + SEQUENCES;
      symbols = 0;
    }
  }
  at = min(at, end);
  if (at > anchor) {
    store<u32>(sequence, <u32>(at - anchor));
    store<u32>(sequence, 0, 4);
    sequence += 8;
  }
  work.sequences = <u32>(sequence - base - SEQUENCES) >> 3;
  work.anchor = at;
  work.symbols = symbols;
  if (symbols >= BLOCK_SYMBOLS || sequence >= lastSequence) endBlock(work);
  return unmatched;
}
