/** Where in a stream's tables pixels are remembered, and which of those in a match are. */

import { hasPlaces, isLazy, Search } from "./deflate_effort";
import { hashPair, hashSix, leastPixels, onePixel, twoPixels } from "./deflate_pixels";
import { MORE_BITS, MORES, ONE_BITS, ONES, TWO_BITS, TWOS } from "./deflate_work";

/** Pixels that are remembered at the end of a run. */
const RUN_REMEMBERED: u32 = 4;

/** Where a hash of one pixel was last. */
@inline
export function hashOne(word: u32): usize {
  return ONES + (<usize>((word * 0x9e37_79b1) >> (32 - ONE_BITS)) << 1);
}

/** Where one of two was. */
@inline
export function hashTwo(pair: u64): usize {
  return TWOS + (hashPair(pair, TWO_BITS) << 1);
}

/** Where one of more was the last times. */
@inline
export function hashMore(at: usize, step: u32): usize {
  return MORES + (hashSix(at, step, MORE_BITS) << 3);
}

/**
 * Remembers pixels of a match up to its end, behind the last that was looked at; of long ones some, and so of any run,
 * where all are the same.
 */
@inline
export function rememberMatch<P, E>(
  stream: usize,
  positions: u32,
  search: Search,
  last: usize,
  end: usize,
  distance: u32,
): void {
  const step = <u32>offsetof<P>();
  if (!isLazy<E>()) return rememberEnd<P>(stream, positions, last, end);
  const most = distance == step ? RUN_REMEMBERED : search.remembered;
  rememberPixels<P, E>(stream, positions, max(last + step, end - most * step), end);
}

/** Remembers the last pixel of a match, and the last three pairs: earlier ones cost more than they find. */
@inline
function rememberEnd<P>(stream: usize, positions: u32, start: usize, end: usize): void {
  const step = <u32>offsetof<P>();
  const position = positions + <u32>end;
  const last = end - step;
  const bytes = load<u64>(last);
  store<u16>(stream + hashOne(onePixel(bytes, step, false)), <u16>(position - step));
  store<u16>(stream + hashTwo(twoPixels(last, bytes, step, false)), <u16>(position - step));
  rememberPair<P>(stream, position - 2 * step, last - step);
  // two before the only pixel of a match there may be none
  if (leastPixels(step) > 1 || last > start) rememberPair<P>(stream, position - 3 * step, last - 2 * step);
}

@inline
function rememberPair<P>(stream: usize, position: u32, at: usize): void {
  const step = <u32>offsetof<P>();
  store<u16>(stream + hashTwo(twoPixels(at, load<u64>(at), step, false)), <u16>position);
}

/** Remembers the pixels up to `end`. */
export function rememberPixels<P, E>(stream: usize, positions: u32, at: usize, end: usize): void {
  const step = <u32>offsetof<P>();
  for (; at < end; at += step) {
    const bytes = load<u64>(at);
    const position = <u16>(positions + <u32>at);
    store<u16>(stream + hashOne(onePixel(bytes, step, hasPlaces<E>())), position);
    store<u16>(stream + hashTwo(twoPixels(at, bytes, step, hasPlaces<E>())), position);
    if (!hasPlaces<E>()) continue;
    const more = stream + hashMore(at, step);
    store<u64>(more, load<u64>(more) << 16 | position);
  }
}
