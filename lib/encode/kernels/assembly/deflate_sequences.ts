/** Which of the matches are taken, and the blocks they go into. */

import { endBlock } from "./deflate_block";
import { chooseMatches } from "./deflate_choice";
import { countLiteral, uncountLiteral } from "./deflate_counts";
import { endsAtBytes, Hasty, Lazy, Search, Thorough, weighsMatches } from "./deflate_effort";
import { COMPARED_BYTES, comparedBits, paysOff } from "./deflate_gain";
import { parsePixels } from "./deflate_parse";
import { addMatch, endOfMatch, startOfMatch } from "./deflate_pieces";
import { FourBytes, leastPixels, OneByte, ThreeBytes, TwoBytes } from "./deflate_pixels";
import { rememberPixels } from "./deflate_places";
import { findMatches } from "./deflate_search";
import {
  BLOCK_SYMBOLS,
  DeflateStream,
  DeflateWork,
  loadHistory,
  MATCHES,
  MAX_MATCHES,
  MAX_SEQUENCES,
  Payoff,
  payoffOf,
  SEQUENCES,
} from "./deflate_work";

/** With fewer than one long match in so many pixels there is grain: short matches are all there are. */
const GRAIN_PIXELS: u32 = 64;
/** The same for bytes that are no pixels, whose matches are shorter. */
const GRAIN_BYTES: u32 = 1024;
/** Pixels of a look whether matches pay, bytes that are no pixels, and the fewest of either that tell. */
const PROBE_PIXELS: u32 = 1024;
const PROBE_BYTES: u32 = 384;
const LEAST_PROBED: u32 = 256;
/** Pixels before a probe that are remembered though they were not searched: a row. */
const WARMED_PIXELS: u32 = 2048;
/** Bytes that are literals where matches do not pay: first so many, then twice as many each time. */
const FIRST_STRETCH: u32 = 12_288;
/** The same where they seldom do: in bytes that are no pixels, and at the level that takes only what saves much. */
const FIRST_LONG_STRETCH: u32 = 24_576;
const LAST_STRETCH: u32 = 196_608;
/** Pixels that are searched where they do, likewise. */
const FIRST_TRUST: u32 = 4096;
const LAST_TRUST: u32 = 32_768;

/** Bits of the bytes that are compared which may be noise. */
const LEAST_NOISE: u32 = 2 * COMPARED_BYTES;

/** Where matches end, told apart where they are taken is compiled: at pixels, or at bytes. */
@unmanaged
class Pixelwise {}

@unmanaged
class Bytewise {
  a: u8;
}

/** Forgets what searching has brought. */
export function resetPayoffs(stream: DeflateStream): void {
  for (let step: u32 = 1; step <= 4; step++) {
    const payoff = payoffOf(stream, step);
    payoff.literals = 0;
    payoff.pixels = 0;
    payoff.isGrainy = 0;
    payoff.stretch = 0;
    payoff.trust = FIRST_TRUST;
  }
}

/** Turns the bytes from the anchor to `end` into sequences, and those into blocks as they fill. */
export function addSequences(work: DeflateWork, search: Search, end: usize): void {
  const payoff = payoffOf(work.stream, search.step);
  if (payoff.literals > 0 && !isAlike(work, search, payoff, end)) payoff.literals = 0;
  payoff.literals -= payoff.literals % search.step;
  search.isGrainy = payoff.isGrainy;
  while (work.anchor < end) {
    if (payoff.literals > 0) {
      leaveLiterals(work, search, payoff, end);
      continue;
    }
    if (work.hasHistory == 0) loadHistory(work);
    if (payoff.pixels > 0) takePixels(work, search, payoff, end);
    else probe(work, search, payoff, end);
  }
  payoff.isGrainy = search.isGrainy;
}

/**
 * Whether the bytes from the anchor on are likely to be as noisy as those where a probe failed: for pixels of four bytes
 * three quarters of their bits, for all else half, as text has fewer and in between matches seldom pay [measured].
 */
function isAlike(work: DeflateWork, search: Search, payoff: Payoff, end: usize): bool {
  if (<u32>(end - work.anchor) < COMPARED_BYTES) return false;
  const bits = comparedBits(work);
  const least = search.step == 4 ? payoff.bits * 3 >> 2 : payoff.bits >> 1;
  return bits >= max(LEAST_NOISE, least);
}

/** Adds literals; the last of a stretch are remembered, so that the probe behind them finds what they repeat. */
function leaveLiterals(work: DeflateWork, search: Search, payoff: Payoff, end: usize): void {
  const start = work.anchor;
  const bytes = min(payoff.literals, <u32>(end - start));
  addLiterals(work, start + bytes);
  payoff.literals -= bytes;
  if (payoff.literals > 0) return;
  const step = search.step;
  const stream = changetype<usize>(work.stream);
  const positions = work.stream.position - <u32>work.input;
  const at = work.anchor - min(bytes / step, WARMED_PIXELS) * step;
  if (search.places == 0) remember<Hasty>(stream, positions, step, at, work.anchor);
  else remember<Thorough>(stream, positions, step, at, work.anchor);
}

function takePixels(work: DeflateWork, search: Search, payoff: Payoff, end: usize): void {
  const start = work.anchor;
  // Matches of pixels that wait for the next one are more bytes.
  const isWideLazy = search.step > 1 && search.lazyLength != 0;
  if (isWideLazy || search.isGrainy != 0 || weighsMatches(search)) {
    const isBytewise = endsAtBytes(search);
    const count = searchPixels(work, search, MAX_MATCHES, end);
    takeMatches(work, search.step, isBytewise, count, end);
  } else {
    const searchEnd = min(end, start + MAX_MATCHES * search.step);
    if (search.places != 0) parse<Thorough>(work, search, searchEnd, end);
    else if (search.lazyLength == 0) parse<Hasty>(work, search, searchEnd, end);
    else parsePixels<OneByte, Lazy>(work, search, searchEnd, end);
    if (work.symbols >= BLOCK_SYMBOLS || work.sequences >= MAX_SEQUENCES) endBlock(work);
    noteGrain(search, <u32>(work.anchor - start) / search.step);
  }
  payoff.pixels -= min(payoff.pixels, <u32>(work.anchor - start) / search.step);
}

/** Searches a few pixels, and takes the matches if they pay. Sets what is to be done then. */
function probe(work: DeflateWork, search: Search, payoff: Payoff, end: usize): void {
  const step = search.step;
  const isBytewise = endsAtBytes(search);
  const count = searchPixels(work, search, step == 1 ? PROBE_BYTES : PROBE_PIXELS, end);
  if (count >= LEAST_PROBED && !paysOff(work, search, count)) {
    const stretch = max(payoff.stretch, firstStretch(search));
    payoff.literals = stretch - stretch % step;
    payoff.stretch = min(stretch << 1, LAST_STRETCH);
    payoff.trust = FIRST_TRUST;
    payoff.bits = comparedBits(work);
    return;
  }
  takeMatches(work, step, isBytewise, count, end);
  if (count < LEAST_PROBED) return;
  payoff.pixels = payoff.trust;
  payoff.trust = min(payoff.trust << 1, LAST_TRUST);
  payoff.stretch = 0;
}

@inline
function firstStretch(search: Search): u32 {
  return search.step == 1 || search.leastSavedWide > 0 ? FIRST_LONG_STRETCH : FIRST_STRETCH;
}

/** As {@link findMatches} from the anchor on, for pixels of the segment's size. */
function find(work: DeflateWork, search: Search, searchEnd: usize, end: usize): u32 {
  const start = work.anchor;
  if (search.step == 1) return findMatches<OneByte>(work, search, start, searchEnd, end);
  if (search.step == 2) return findMatches<TwoBytes>(work, search, start, searchEnd, end);
  if (search.step == 3) return findMatches<ThreeBytes>(work, search, start, searchEnd, end);
  return findMatches<FourBytes>(work, search, start, searchEnd, end);
}

/** As {@link parsePixels}, likewise. */
function parse<E>(work: DeflateWork, search: Search, searchEnd: usize, end: usize): void {
  if (search.step == 1) parsePixels<OneByte, E>(work, search, searchEnd, end);
  else if (search.step == 2) parsePixels<TwoBytes, E>(work, search, searchEnd, end);
  else if (search.step == 3) parsePixels<ThreeBytes, E>(work, search, searchEnd, end);
  else parsePixels<FourBytes, E>(work, search, searchEnd, end);
}

/** As {@link rememberPixels}, likewise. */
function remember<E>(stream: usize, positions: u32, step: u32, at: usize, end: usize): void {
  if (step == 1) rememberPixels<OneByte, E>(stream, positions, at, end);
  else if (step == 2) rememberPixels<TwoBytes, E>(stream, positions, at, end);
  else if (step == 3) rememberPixels<ThreeBytes, E>(stream, positions, at, end);
  else rememberPixels<FourBytes, E>(stream, positions, at, end);
}

function searchPixels(work: DeflateWork, search: Search, pixels: u32, end: usize): u32 {
  const searchEnd = min(end, work.anchor + pixels * search.step);
  const count = find(work, search, searchEnd, end);
  if (weighsMatches(search)) chooseMatches(work, search.step, leastPixels(search.step), count, work.anchor);
  noteGrain(search, count);
  return count;
}

/** Says whether the search of so many pixels found grain. */
function noteGrain(search: Search, pixels: u32): void {
  search.isGrainy = search.longMatches * (search.step > 2 ? GRAIN_PIXELS : GRAIN_BYTES) < pixels ? 1 : 0;
}

@inline
function countFour(base: usize, four: u32): void {
  countLiteral(base, 0, four & 255);
  countLiteral(base, 1, four >> 8 & 255);
  countLiteral(base, 2, four >> 16 & 255);
  countLiteral(base, 3, four >> 24);
}

/** Adds bytes that are not searched. */
function addLiterals(work: DeflateWork, end: usize): void {
  const base = changetype<usize>(work);
  let at = work.anchor;
  for (; at + 8 <= end; at += 8) {
    const eight = load<u64>(at);
    countFour(base, <u32>eight);
    countFour(base, <u32>(eight >> 32));
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

function takeMatches(work: DeflateWork, step: u32, isBytewise: bool, count: u32, end: usize): void {
  if (isBytewise) take<Bytewise>(work, step, count, end);
  else take<Pixelwise>(work, step, count, end);
}

/** Takes the match of a pixel, if it has one, and goes on behind it. */
function take<E>(work: DeflateWork, step: u32, count: u32, end: usize): void {
  const isBytewise = offsetof<E>() != 0;
  const base = changetype<usize>(work);
  const windowStart = work.input - work.stream.historyBytes;
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
      continue;
    }
    const pixels = found >> 16;
    const distance = found & 0xffff;
    const next = at + pixels * step;
    match += <usize>pixels << 2;
    let start = at;
    let matchEnd = next;
    if (isBytewise) {
      start = startOfMatch(max(anchor, at), distance, max(anchor, windowStart + distance));
      for (let byte = start; byte < at; byte++) uncountLiteral(base, load<u8>(byte));
      if (match < lastMatch) matchEnd = endOfMatch(start, next, distance, load<u32>(match));
    }
    const nextSequence = addMatch(base, sequence, anchor, start, matchEnd, distance, isBytewise);
    symbols += <u32>(start - anchor) + (<u32>(nextSequence - sequence) >> 3);
    sequence = nextSequence;
    anchor = matchEnd;
    at = next;
    if (symbols >= BLOCK_SYMBOLS || sequence >= lastSequence) {
      work.sequences = <u32>(sequence - base - SEQUENCES) >> 3;
      work.anchor = anchor;
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
    symbols += <u32>(at - anchor);
  }
  work.sequences = <u32>(sequence - base - SEQUENCES) >> 3;
  work.anchor = at;
  work.symbols = symbols;
  if (symbols >= BLOCK_SYMBOLS || sequence >= lastSequence) endBlock(work);
}
