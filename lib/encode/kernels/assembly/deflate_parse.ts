/** The parse of what has long matches: from match to match, straight into sequences. */

import { countLiteral } from "./deflate_counts";
import { hasPlaces, isLazy, Search } from "./deflate_effort";
import { addMatch } from "./deflate_pieces";
import { leastPixels } from "./deflate_pixels";
import { rememberMatch } from "./deflate_places";
import {
  isInReach,
  leastRank,
  LONG_MATCH,
  rankBoth,
  rankDistance,
  rankPlaces,
  rankRecent,
  runLength,
  VECTOR_BYTES,
  wholeMatch,
} from "./deflate_search";
import { BLOCK_SYMBOLS, DeflateWork, MAX_MATCH_BYTES, MAX_SEQUENCES, SEQUENCES } from "./deflate_work";

@inline
function countPixel(base: usize, step: u32, at: usize): void {
  countLiteral(base, 0, load<u8>(at));
  if (step > 1) countLiteral(base, 1, load<u8>(at, 1));
  if (step > 2) countLiteral(base, 2, load<u8>(at, 2));
  if (step > 3) countLiteral(base, 3, load<u8>(at, 3));
}

/** Adds literals from the anchor to `at`, which are counted. */
function addRest(work: DeflateWork, at: usize): void {
  const literals = <u32>(at - work.anchor);
  if (literals == 0) return;
  const sequence = changetype<usize>(work) + SEQUENCES + (<usize>work.sequences << 3);
  store<u32>(sequence, literals);
  store<u32>(sequence, 0, 4);
  work.sequences++;
  work.symbols += literals;
  work.anchor = at;
}

/**
 * Turns the pixels from the anchor to `searchEnd` into sequences, or those before the block is full. The last match may
 * go on behind that, but not behind `end`. A short match waits, but in haste, until it is known whether the next pixel
 * has a longer one.
 */
export function parsePixels<P, E>(work: DeflateWork, search: Search, searchEnd: usize, end: usize): void {
  const base = changetype<usize>(work);
  const stream = changetype<usize>(work.stream);
  const step = <u32>offsetof<P>();
  const lazyLength = isLazy<E>() ? search.lazyLength : <u32>0;
  const positions = work.stream.position - <u32>work.input;
  const windowStart = work.input - work.stream.historyBytes;
  let longMatches: u32 = 0;
  // in reach from the second pixel on: what is not may be bytes of another stream
  let repeated = step;
  let waiting: u32 = 0;
  let at = work.anchor;
  let anchor = at;
  let symbols = work.symbols;
  let sequence = base + SEQUENCES + (<usize>work.sequences << 3);
  const lastSequence = base + SEQUENCES + 8 * MAX_SEQUENCES;
  const lastStart = end - step * leastPixels(step);
  while (at < searchEnd) {
    const position = positions + <u32>at;
    const here = v128.load(at);
    const near = rankRecent(step, hasPlaces<E>(), stream, here, at, position);
    let best = isLazy<E>() ? rankBoth(near, here, at, repeated, end) : wholeMatch(near, at, end);
    if (hasPlaces<E>()) best = rankPlaces(best, search, step, stream, here, at, position, end);
    let start = at;
    if (isLazy<E>() && waiting != 0 && best >> 16 <= waiting >> 16) {
      best = waiting;
      start -= step;
    } else {
      if (isLazy<E>() && waiting != 0) countPixel(base, step, at - step);
      waiting = 0;
      if (best < leastRank(step) || at > lastStart || !isInReach(best, at, windowStart)) {
        countPixel(base, step, at);
        at += step;
        continue;
      }
      if (isLazy<E>() && best >> 16 < lazyLength && at + step < searchEnd) {
        waiting = best;
        at += step;
        continue;
      }
    }
    waiting = 0;
    const distance = rankDistance(best);
    let pixels = min(best >> 16, <u32>(end - start)) / step;
    if (step == 4 && distance == 4 && best >> 16 >= MAX_MATCH_BYTES) {
      pixels = runLength(start, end) >> 2;
      longMatches += pixels >> 6;
    }
    const length = pixels * step;
    rememberMatch<P, E>(stream, positions, search, at, start + length, distance);
    longMatches += <u32>(length >= LONG_MATCH);
    if (length >= VECTOR_BYTES && distance != step) repeated = distance;
    const next = addMatch(base, sequence, anchor, start, start + length, distance, step == 4);
    symbols += <u32>(start - anchor) + (<u32>(next - sequence) >> 3);
    sequence = next;
    anchor = at = start + length;
    if (symbols >= BLOCK_SYMBOLS || sequence >= lastSequence) break;
  }
  work.anchor = anchor;
  work.symbols = symbols;
  work.sequences = <u32>(sequence - base - SEQUENCES) >> 3;
  addRest(work, min(at, end));
  search.longMatches = longMatches;
}
