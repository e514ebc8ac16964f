/** The search for bytes that came before, at whole pixels only. */

import { endBlock } from "./deflate_block";
import {
  DeflateWork,
  INPUT,
  MAX_SEQUENCES,
  MORE_BITS,
  MORES,
  ONE_BITS,
  ONES,
  SEQUENCES,
  TWO_BITS,
  TWOS,
  WINDOW_BYTES,
} from "./deflate_work";

const MIN_MATCH: u32 = 3;
const MAX_MATCH: u32 = 258;
/** Symbols of a block: codes that fit a part of the picture save more than the block's header costs. */
const BLOCK_SYMBOLS: u32 = 12_000;
const MAX_LITERALS: u32 = 12_000;

/** How hard to look, and for what. */
@unmanaged
export class Search {
  /** Bytes of a pixel: where matches may start and end. */
  step: u32;
  /** A match this long is taken without a look at what the next pixel has. */
  lazyLength: u32;
  /** Matches shorter than this are remembered at every pixel. */
  insertLength: u32;
  /** One pixel alone may lie this far back. */
  oneReach: u32;
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
  return MORES + (<usize>((pair * 0x9e37_79b7_f4a7_c15d ^ next * 0xc2b2_ae3d_27d4_eb4f) >> (64 - MORE_BITS)) << 1);
}

/** Finds the sequences of the input from the anchor to `end`. */
export function searchMatches(work: DeflateWork, search: Search, end: usize): void {
  const step = search.step;
  const wordMask: u32 = step == 3 ? 0xff_ffff : 0xffff_ffff;
  const pairMask: u64 = step == 4 ? 0xffff_ffff_ffff_ffff : 0xffff_ffff_ffff;
  const nextMask: u64 = step == 4 ? 0xffff_ffff : step == 3 ? 0xff_ffff : 0xff_ffff;
  const pairBytes: usize = step == 4 ? 8 : 6;
  const inverse: u32 = (65_536 + step - 1) / step;
  const maxLength = MAX_MATCH - MAX_MATCH % step;
  const stream = changetype<usize>(work.stream);
  const input = changetype<usize>(work) + INPUT;
  const positions = work.stream.position - <u32>input;
  const windowStart = input - work.stream.historyBytes;
  const lazyLength = search.lazyLength;
  const insertLength = search.insertLength;
  const oneReach = search.oneReach;
  let at = work.anchor;
  let kept: u32 = 0;
  let keptDistance: u32 = 0;
  while (at < end) {
    const limit = min<u32>(maxLength, <u32>(end - at));
    const reach = <u32>min<usize>(at - windowStart, WINDOW_BYTES);
    const position = positions + <u32>at;
    const pair = load<u64>(at) & pairMask;
    const word = <u32>pair & wordMask;
    const next = load<u64>(at + pairBytes) & nextMask;
    const one = stream + hashOne(word);
    const two = stream + hashTwo(pair);
    const more = stream + hashMore(pair, next);
    const oneDistance = position - load<u16>(one) & 0xffff;
    const twoDistance = position - load<u16>(two) & 0xffff;
    const moreDistance = position - load<u16>(more) & 0xffff;
    let length: u32 = 0;
    let distance: u32 = 0;
    if (step <= reach && ((load<u64>(at - step) ^ pair) & pairMask) == 0) {
      length = matchLength(at, at - step, limit);
      distance = step;
    }
    if (length < 64 && moreDistance - 1 < reach && ((load<u64>(at - moreDistance) ^ pair) & pairMask) == 0) {
      const found = matchLength(at, at - moreDistance, limit);
      if (found > length) {
        length = found;
        distance = moreDistance;
      }
    }
    if (length == 0 && twoDistance - 1 < reach && ((load<u64>(at - twoDistance) ^ pair) & pairMask) == 0) {
      length = matchLength(at, at - twoDistance, limit);
      distance = twoDistance;
    }
    if (length == 0 && oneDistance - 1 < min(oneReach, reach) && ((load<u32>(at - oneDistance) ^ word) & wordMask) == 0) {
      length = matchLength(at, at - oneDistance, limit);
      distance = oneDistance;
    }
    store<u16>(one, <u16>position);
    store<u16>(two, <u16>position);
    store<u16>(more, <u16>position);
    length = (length * inverse >> 16) * step;
    if (length < MIN_MATCH) length = 0;
    if (kept != 0) {
      if (length <= kept) {
        addSequence(work, at - step, kept, keptDistance);
        const stop = at - step + kept;
        if (kept < insertLength) insertRange(stream, positions, step, wordMask, pairMask, nextMask, pairBytes, at + step, stop);
        at = stop;
        kept = 0;
        continue;
      }
      kept = 0;
    }
    if (length == 0) {
      at += step;
      if (at - work.anchor >= MAX_LITERALS) addLiterals(work, min(at, end));
      continue;
    }
    if (length < lazyLength && at + length < end) {
      kept = length;
      keptDistance = distance;
      at += step;
      continue;
    }
    addSequence(work, at, length, distance);
    if (length < insertLength) insertRange(stream, positions, step, wordMask, pairMask, nextMask, pairBytes, at + step, at + length);
    at += length;
  }
  if (work.anchor < end) addLiterals(work, end);
}

@inline
function insertRange(stream: usize, positions: u32, step: u32, wordMask: u32, pairMask: u64, nextMask: u64, pairBytes: usize, at: usize, stop: usize): void {
  for (; at < stop; at += step) {
    const pair = load<u64>(at) & pairMask;
    const position = <u16>(positions + <u32>at);
    store<u16>(stream + hashOne(<u32>pair & wordMask), position);
    store<u16>(stream + hashTwo(pair), position);
    store<u16>(stream + hashMore(pair, load<u64>(at + pairBytes) & nextMask), position);
  }
}

/** How many bytes are equal, at least `limit` of them being there. */
@inline
function matchLength(at: usize, earlier: usize, limit: u32): u32 {
  let length: u32 = 0;
  while (length < limit) {
    const different = load<u64>(at + length) ^ load<u64>(earlier + length);
    if (different != 0) return min(limit, length + (<u32>ctz(different) >> 3));
    length += 8;
  }
  return limit;
}

function addSequence(work: DeflateWork, at: usize, length: u32, distance: u32): void {
  const sequence = changetype<usize>(work) + SEQUENCES + (<usize>work.sequences << 3);
  const literals = <u32>(at - work.anchor);
  store<u32>(sequence, literals);
  store<u32>(sequence, length << 16 | (distance - 1), 4);
  work.sequences++;
  work.symbols += literals + 1;
  work.anchor = at + length;
  if (work.symbols >= BLOCK_SYMBOLS || work.sequences >= MAX_SEQUENCES) endBlock(work);
}

function addLiterals(work: DeflateWork, end: usize): void {
  const sequence = changetype<usize>(work) + SEQUENCES + (<usize>work.sequences << 3);
  const literals = <u32>(end - work.anchor);
  store<u32>(sequence, literals);
  store<u32>(sequence, 0, 4);
  work.sequences++;
  work.symbols += literals;
  work.anchor = end;
  if (work.symbols >= BLOCK_SYMBOLS || work.sequences >= MAX_SEQUENCES) endBlock(work);
}
