/** The search for bytes that came before, at whole pixels only. */

import {
  DeflateWork,
  INPUT,
  MATCHES,
  MAX_MATCHES,
  MORE_BITS,
  MORES,
  ONE_BITS,
  ONES,
  TWO_BITS,
  TWOS,
  WINDOW_BYTES,
} from "./deflate_work";

const MAX_MATCH_BYTES: u32 = 258;
/** What is compared at once. */
const VECTOR_BYTES: u32 = 16;
/** Of a match that is longer than a vector so many pixels at its end are remembered. */
const REMEMBERED_PIXELS: u32 = 4;

/** How hard to look, and for what. */
@unmanaged
export class Search {
  /** Bytes of a pixel: where matches may start and end. */
  step: u32;
  /** Pixels of the shortest match. */
  minPixels: u32;
  /** How many places to look at where the same three pixels were: 0 to 4. */
  places: u32;
  /** Where a match this long was found no other place is looked at. */
  niceLength: u32;
  /** In a match this long no pixel is looked at for itself; at most 16. */
  jumpLength: u32;
  /** Where fewer pixels of a hundred have a match, what comes next is not searched. */
  noisePercent: u32;
  /** Whether long matches were so few that more places are not worth a look. */
  isGrainy: u32;
  /** Long matches found by the last search. */
  longMatches: u32;
  /** Whether to remember every pixel of long matches. */
  remembersAll: u32;
  wordMask: u32;
  /** 65536 by the bytes of a pixel, to divide with. */
  inverse: u32;
  pairMask: u64;
  nextMask: u64;
  pairBytes: u32;
}

/** Sets how pixels of `step` bytes are looked for; bytes that are no pixels need a few in common. */
export function setPixelBytes(search: Search, step: u32): void {
  search.step = step;
  search.isGrainy = 0;
  search.minPixels = step == 1 ? 3 : step == 2 ? 2 : 1;
  search.inverse = (65_536 + step - 1) / step;
  search.wordMask = step == 3 ? 0xff_ffff : 0xffff_ffff;
  search.pairMask = step == 4 ? 0xffff_ffff_ffff_ffff : 0xffff_ffff_ffff;
  search.nextMask = step == 4 ? 0xffff_ffff : 0xff_ffff;
  search.pairBytes = step == 4 ? 8 : 6;
}

@inline
function hashOne(word: u32): usize {
  return ONES + (<usize>((word * 0x9e37_79b1) >> (32 - ONE_BITS)) << 1);
}

@inline
function hashTwo(pair: u64): usize {
  return TWOS + (<usize>((pair * 0x9e37_79b7_f4a7_c15d) >> (64 - TWO_BITS)) << 1);
}

@inline
function hashMore(pair: u64, next: u64): usize {
  return MORES + (<usize>((pair * 0x9e37_79b7_f4a7_c15d ^ next * 0xc2b2_ae3d_27d4_eb4f) >> (64 - MORE_BITS)) << 3);
}

/** How many of the 16 bytes at `earlier` are those. */
@inline
function commonBytes(here: v128, earlier: usize): u32 {
  return ctz<u32>(~v128.bitmask<i8>(v128.eq<i8>(here, v128.load(earlier))));
}

/**
 * Finds for each pixel from `at` on the longest of the matches that hashes lead to: pixels it has in common << 16 | its
 * distance; 0 for none. Stops at `end` or when there is no room for more. Returns how many pixels were looked at.
 * Everything read from the tables is only a hint, and checked. Decisions are computed, not branched on: on pictures
 * they are hardly ever what was predicted.
 */
export function findMatches(work: DeflateWork, search: Search, start: usize, end: usize): u32 {
  const step = search.step;
  const wordMask = search.wordMask;
  const pairMask = search.pairMask;
  const inverse = search.inverse;
  const minPixels = search.minPixels;
  const places: u32 = search.isGrainy != 0 ? 0 : search.places;
  const niceLength = search.niceLength;
  const jumpLength = search.jumpLength;
  const stream = changetype<usize>(work.stream);
  const input = changetype<usize>(work) + INPUT;
  const positions = work.stream.position - <u32>input;
  const windowStart = input - work.stream.historyBytes;
  const matches = changetype<usize>(work) + MATCHES;
  const lastMatch = matches + 4 * MAX_MATCHES;
  let match = matches;
  let longMatches: u32 = 0;
  let at = start;
  while (at < end && match < lastMatch) {
    const reach = min<u32>(<u32>(at - windowStart), <u32>WINDOW_BYTES - 1);
    const position = positions + <u32>at;
    const here = v128.load(at);
    const pair = v128.extract_lane<u64>(here, 0) & pairMask;
    const one = stream + hashOne(<u32>pair & wordMask);
    const two = stream + hashTwo(pair);
    let distance = (position - load<u16>(one)) & 0x7fff;
    let common = commonBytes(here, at - distance) & -<u32>(distance - 1 < reach);
    store<u16>(one, <u16>position);
    const farther = (position - load<u16>(two)) & 0x7fff;
    const found = commonBytes(here, at - farther) & -<u32>(farther - 1 < reach);
    const isBetter = -<u32>(found > common);
    distance ^= (distance ^ farther) & isBetter;
    common ^= (common ^ found) & isBetter;
    store<u16>(two, <u16>position);
    if (common == VECTOR_BYTES) common = matchLength(at, at - distance, end);
    if (places != 0) {
      const more = stream + hashMore(pair, load<u64>(at + search.pairBytes) & search.nextMask);
      const before = load<u64>(more);
      let older = before;
      for (let place: u32 = 0; place < places && common < niceLength; place++, older >>= 16) {
        const farther = (position - <u32>older) & 0x7fff;
        let found = commonBytes(here, at - farther) & -<u32>(farther - 1 < reach);
        if (found == VECTOR_BYTES) found = matchLength(at, at - farther, end);
        const isBetter = -<u32>(found > common);
        distance ^= (distance ^ farther) & isBetter;
        common ^= (common ^ found) & isBetter;
      }
      store<u64>(more, before << 16 | (position & 0xffff));
    }
    const pixels = min(common, <u32>(end - at)) * inverse >> 16;
    if (common >= jumpLength && pixels >= minPixels) {
      match = spreadMatch(match, pixels, distance, minPixels);
      longMatches++;
      rememberMatch(stream, positions, search, at, pixels, distance);
      at += pixels * step;
      continue;
    }
    store<u32>(match, (pixels << 16 | distance) & -<u32>(pixels >= minPixels));
    match += 4;
    at += step;
  }
  search.longMatches = longMatches;
  return <u32>(match - matches) >> 2;
}

/** How many bytes are equal, those of a vector being it. */
function matchLength(at: usize, earlier: usize, end: usize): u32 {
  const limit = min<u32>(MAX_MATCH_BYTES, <u32>(end - at));
  let length: u32 = VECTOR_BYTES;
  while (length < limit) {
    const common = commonBytes(v128.load(at + length), earlier + length);
    length += common;
    if (common != VECTOR_BYTES) break;
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

/** Remembers pixels of a long match, but not inside a run, where all are the same. */
function rememberMatch(stream: usize, positions: u32, search: Search, at: usize, pixels: u32, distance: u32): void {
  const step = search.step;
  const end = at + pixels * step;
  const few = pixels <= REMEMBERED_PIXELS || (search.remembersAll != 0 && distance != step);
  at = few ? at + step : end - REMEMBERED_PIXELS * step;
  for (; at < end; at += step) {
    const pair = load<u64>(at) & search.pairMask;
    const position = <u16>(positions + <u32>at);
    store<u16>(stream + hashOne(<u32>pair & search.wordMask), position);
    store<u16>(stream + hashTwo(pair), position);
    if (search.places == 0) continue;
    const more = stream + hashMore(pair, load<u64>(at + search.pairBytes) & search.nextMask);
    store<u64>(more, load<u64>(more) << 16 | position);
  }
}
