/** The search for bytes that came before, at whole pixels only. */

import { endsAtBytes, Hasty, Search, Thorough, weighsMatches } from "./deflate_effort";
import { leastPixels, onePixel, twoPixels } from "./deflate_pixels";
import { hashMore, hashOne, hashTwo, rememberMatch } from "./deflate_places";
import {
  DeflateWork,
  MATCHES,
  MAX_MATCH_BYTES,
  MAX_MATCHES,
  MAX_RUN_BYTES,
  WHOLE_MATCH,
  WINDOW_BYTES,
} from "./deflate_work";

/** What is compared at once. */
export const VECTOR_BYTES: u32 = 16;
const FOUR_VECTORS: u32 = 4 * VECTOR_BYTES;
/** A match of so many bytes is a sign that there is no grain. */
export const LONG_MATCH: u32 = 8;
/** Farther away three bytes cost more than as literals. */
const FARTHEST_SHORT: u32 = 4096;
/** The most that `jumpLength` is for pixels of four bytes: to look at each in longer matches is more bytes, not fewer. */
const MAX_JUMP_FOUR: u32 = 16;

/** How many of the 16 bytes at `earlier` are those. */
@inline
function commonBytes(here: v128, earlier: usize): u32 {
  return ctz<u32>(~v128.bitmask<i8>(v128.eq<i8>(here, v128.load(earlier))));
}

/** A match as matches are compared: its bytes above, below them how much nearer it is than the window is wide. */
@inline
function rank(bytes: u32, distance: u32): u32 {
  return bytes << 16 | (<u32>WINDOW_BYTES - distance);
}

/** Its distance. */
@inline
export function rankDistance(rank: u32): u32 {
  return <u32>WINDOW_BYTES - (rank & 0xffff);
}

/** Whether that is among the bytes that a decoder has, the first of which is at `windowStart`. */
@inline
export function isInReach(rank: u32, at: usize, windowStart: usize): bool {
  return <i32>(rank & 0xffff) >= <i32>(windowStart + WINDOW_BYTES - at);
}

/** The rank of what the bytes at `at` have in common with those so much nearer, up to a vector. */
@inline
function rankNear(here: v128, at: usize, nearness: u32): u32 {
  return commonBytes(here, at - WINDOW_BYTES + nearness) << 16 | nearness;
}

/** The same for a place that a table has. */
@inline
function rankPlace(here: v128, at: usize, position: u32, place: u32): u32 {
  return rankNear(here, at, (place - position) & (<u32>WINDOW_BYTES - 1));
}

/** What a match that is taken outranks: the farthest of the shortest that are worth it. */
@inline
export function leastRank(step: u32): u32 {
  return rank(step * leastPixels(step), step == 1 ? FARTHEST_SHORT : <u32>WINDOW_BYTES);
}

/** The whole of a match of which a vector is equal. */
@inline
function lengthen(near: u32, at: usize, end: usize): u32 {
  return matchLength(at, at - WINDOW_BYTES + (near & 0xffff), end) << 16 | (near & 0xffff);
}

/** The whole of a match that was compared up to a vector. */
@inline
export function wholeMatch(near: u32, at: usize, end: usize): u32 {
  return near >> 16 == VECTOR_BYTES ? lengthen(near, at, end) : near;
}

/** The better of `best` and the whole of a match that was compared up to a vector. */
@inline
export function rankWhole(best: u32, near: u32, at: usize, end: usize): u32 {
  return near >> 16 == VECTOR_BYTES ? rankLonger(best, near, at, end) : max(best, near);
}

/** The same where a vector is equal. */
function rankLonger(best: u32, near: u32, at: usize, end: usize): u32 {
  const earlier = at - WINDOW_BYTES + (near & 0xffff);
  const last = (best >> 16) - 3;
  if (best >> 16 > VECTOR_BYTES && load<u32>(at + last) != load<u32>(earlier + last)) return best;
  return max(best, lengthen(near, at, end));
}

/** The better of two matches that were compared up to a vector, the whole of it. */
@inline
export function rankBoth(near: u32, here: v128, at: usize, distance: u32, end: usize): u32 {
  const again = rankNear(here, at, <u32>WINDOW_BYTES - distance);
  const best = max(near, again);
  if (best >> 16 != VECTOR_BYTES) return best;
  return rankWhole(lengthen(best, at, end), min(near, again), at, end);
}

/** The better of `best` and the whole match at a distance. */
@inline
export function rankRepeated(best: u32, here: v128, at: usize, distance: u32, end: usize): u32 {
  return rankWhole(best, rankNear(here, at, <u32>WINDOW_BYTES - distance), at, end);
}

/** The better of where a hash of one pixel and of two leads to, up to a vector; they lead here from now on. */
@inline
export function rankRecent(
  step: u32,
  hasPlaces: bool,
  stream: usize,
  here: v128,
  at: usize,
  position: u32,
): u32 {
  const bytes = load<u64>(at);
  const one = stream + hashOne(onePixel(bytes, step, hasPlaces));
  const two = stream + hashTwo(twoPixels(at, bytes, step, hasPlaces));
  const nearOne = rankPlace(here, at, position, load<u16>(one));
  store<u16>(one, <u16>position);
  const nearTwo = rankPlace(here, at, position, load<u16>(two));
  store<u16>(two, <u16>position);
  return max(nearOne, nearTwo);
}

/** The better of `best` and the places of a bucket, in which this is one from now on. */
@inline
export function rankPlaces(
  best: u32,
  search: Search,
  step: u32,
  stream: usize,
  here: v128,
  at: usize,
  position: u32,
  end: usize,
): u32 {
  const more = stream + hashMore(at, step);
  const before = load<u64>(more);
  const niceRank = search.niceLength << 16;
  store<u64>(more, before << 16 | (position & 0xffff));
  if (best >= niceRank) return best;
  best = rankWhole(best, rankPlace(here, at, position, <u32>before), at, end);
  best = rankWhole(best, rankPlace(here, at, position, <u32>(before >> 16)), at, end);
  if (search.places == 2 || best >= niceRank) return best;
  best = rankWhole(best, rankPlace(here, at, position, <u32>(before >> 32)), at, end);
  return rankWhole(best, rankPlace(here, at, position, <u32>(before >> 48)), at, end);
}

/**
 * Finds for each pixel from `start` on the longest of the matches that hashes lead to: pixels it has in common << 16 |
 * its distance; 0 for none. Stops at `searchEnd` or when there is no room for more; the last match may go on behind
 * that, but not behind `end`. Returns how many pixels were looked at. Everything read from the tables is only a hint,
 * and checked. Decisions are computed, not branched on: on pictures they are hardly ever what was predicted.
 */
export function findMatches<P>(work: DeflateWork, search: Search, start: usize, searchEnd: usize, end: usize): u32 {
  const step = <u32>offsetof<P>();
  const minPixels = leastPixels(step);
  const looksAtPlaces = search.isGrainy == 0 && search.places != 0;
  const isWeighed = weighsMatches(search);
  const goesOn = step == 4 && endsAtBytes(search);
  const jumpLength = step == 4 ? min(search.jumpLength, MAX_JUMP_FOUR) : search.jumpLength;
  const stream = changetype<usize>(work.stream);
  const input = work.input;
  const positions = work.stream.position - <u32>input;
  const windowStart = input - work.stream.historyBytes;
  const matches = changetype<usize>(work) + MATCHES;
  const lastMatch = matches + 4 * MAX_MATCHES;
  let match = matches;
  let longMatches: u32 = 0;
  // in reach from the second pixel on: what is not may be bytes of another stream
  let repeated = step;
  let carried: u32 = 0;
  let at = start;
  while (at < searchEnd && match < lastMatch) {
    const position = positions + <u32>at;
    const here = v128.load(at);
    const near = rankRecent(step, search.places != 0, stream, here, at, position);
    let best = rankWhole(carried, near, at, end);
    if (looksAtPlaces) {
      if (carried == 0) best = rankRepeated(best, here, at, repeated, end);
      best = rankPlaces(best, search, step, stream, here, at, position, end);
    }
    if (!isInReach(best, at, windowStart)) best = 0;
    const common = best >> 16;
    const distance = rankDistance(best);
    const isRun = distance == step;
    let pixels = min(common, <u32>(end - at)) / step;
    if (common >= VECTOR_BYTES && !isRun) repeated = distance;
    if ((common >= jumpLength || (isRun && common >= VECTOR_BYTES)) && pixels >= minPixels) {
      if (goesOn && isRun && common >= MAX_MATCH_BYTES) {
        pixels = runLength(at, end) >> 2;
        longMatches += pixels >> 6;
      }
      match = isWeighed ? markMatch(match, pixels, distance) : spreadMatch(match, pixels, distance, minPixels);
      longMatches++;
      const after = at + pixels * step;
      if (search.places == 0) rememberMatch<P, Hasty>(stream, positions, search, at, after, distance);
      else rememberMatch<P, Thorough>(stream, positions, search, at, after, distance);
      at = after;
      carried = 0;
      continue;
    }
    carried = common >= VECTOR_BYTES + step ? best - (step << 16) : 0;
    store<u32>(match, (pixels << 16 | distance) & -(<u32>(pixels >= minPixels) & <u32>(best >= leastRank(step))));
    match += 4;
    at += step;
  }
  search.longMatches = longMatches;
  return <u32>(match - matches) >> 2;
}

/** Bytes of a run of pixels of four bytes, as long as the longest match at least: to search it there finds the same. */
export function runLength(at: usize, end: usize): u32 {
  return commonLength(at, at - 4, MAX_MATCH_BYTES, min<u32>(MAX_RUN_BYTES, <u32>(end - at)));
}

/** A bit for each of 16 bytes that is equal. */
@inline
function equalBytes(at: usize, earlier: usize): u64 {
  return <u64>v128.bitmask<i8>(v128.eq<i8>(v128.load(at), v128.load(earlier)));
}

/** How many of the next 64 bytes are equal: told without a branch, for hardly any is foretold. */
@inline
function commonOfFour(at: usize, earlier: usize): u32 {
  const low = equalBytes(at, earlier) | equalBytes(at + 16, earlier + 16) << 16;
  const high = equalBytes(at + 32, earlier + 32) | equalBytes(at + 48, earlier + 48) << 16;
  return <u32>ctz<u64>(~(low | high << 32));
}

/** How many bytes are equal, those of a vector being it. */
function matchLength(at: usize, earlier: usize, end: usize): u32 {
  return commonLength(at, earlier, VECTOR_BYTES, min<u32>(MAX_MATCH_BYTES, <u32>(end - at)));
}

/** How many bytes are equal, `limit` at most; the first `length` are known to be. */
@inline
function commonLength(at: usize, earlier: usize, length: u32, limit: u32): u32 {
  while (length < limit) {
    const common = commonOfFour(at + length, earlier + length);
    length += common;
    if (common != FOUR_VECTORS) break;
  }
  return min(length, limit);
}

/** A long match is one for every pixel in it as well, for what is left of it. Returns the end. */
@inline
function spreadMatch(match: usize, pixels: u32, distance: u32, minPixels: u32): usize {
  let left = pixels;
  for (; left >= minPixels; left--, match += 4) store<u32>(match, left << 16 | distance);
  for (; left > 0; left--, match += 4) store<u32>(match, 0);
  return match;
}

/** Says at the first pixel of a long match what it is, and at the last how long it is. Returns the end. */
@inline
function markMatch(match: usize, pixels: u32, distance: u32): usize {
  const end = match + (<usize>pixels << 2);
  store<u32>(end - 4, WHOLE_MATCH | pixels);
  store<u32>(match, pixels << 16 | distance);
  return end;
}
