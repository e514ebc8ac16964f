/** Which of the matches are taken, and the blocks they go into. */

import { countLiteral, countMatch, endBlock } from "./deflate_block";
import { findMatches, Search } from "./deflate_search";
import { DeflateWork, MATCHES, MAX_SEQUENCES, SEQUENCES } from "./deflate_work";

/** Symbols of a block: codes that fit a part of the picture save more than the block's header costs. */
const BLOCK_SYMBOLS: u32 = 12_000;

/** Turns the bytes from the anchor to `end` into sequences, and those into blocks as they fill. */
export function addSequences(work: DeflateWork, search: Search, end: usize): void {
  while (work.anchor < end) {
    const count = findMatches(work, search, work.anchor, end);
    takeMatches(work, search.step, count, end);
  }
}

/** Takes the match of a pixel, if it has one, and goes on behind it. */
function takeMatches(work: DeflateWork, step: u32, count: u32, end: usize): void {
  const base = changetype<usize>(work);
  let match = base + MATCHES;
  const lastMatch = match + (<usize>count << 2);
  let at = work.anchor;
  let anchor = at;
  let sequence = base + SEQUENCES + (<usize>work.sequences << 3);
  const lastSequence = base + SEQUENCES + 8 * MAX_SEQUENCES;
  let symbols = work.symbols;
  while (match < lastMatch) {
    const found = load<u32>(match);
    if (found == 0) {
      for (let i: u32 = 0; i < step; i++) countLiteral(base, i, load<u8>(at + i));
      at += step;
      match += 4;
      symbols += step;
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
}
