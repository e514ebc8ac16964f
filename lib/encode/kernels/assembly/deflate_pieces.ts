/** Matches as the format has them: of bytes, however wide the pixels, and in pieces where one is too long for it. */

import { countMatch } from "./deflate_counts";
import { MAX_MATCH_BYTES } from "./deflate_work";

/** Bytes of the shortest match. */
const MIN_MATCH_BYTES: u32 = 3;

/** Bytes of the next piece of a match that goes on for `left`: enough for a piece are behind it, or none. */
@inline
function pieceBytes(left: u32): u32 {
  return left > MAX_MATCH_BYTES ? min(MAX_MATCH_BYTES, left - MIN_MATCH_BYTES) : left;
}

/**
 * Adds the match from `start` to `end`, behind the literals from `anchor` on; `isLong`: it may have more than the most
 * bytes. Returns where the next sequence goes.
 */
@inline
export function addMatch(
  base: usize,
  sequence: usize,
  anchor: usize,
  start: usize,
  end: usize,
  distance: u32,
  isLong: bool,
): usize {
  do {
    const left = <u32>(end - start);
    const length = isLong ? pieceBytes(left) : left;
    store<u64>(sequence, <u64>(start - anchor) | <u64>(length << 16 | (distance - 1)) << 32);
    countMatch(base, length, distance - 1);
    sequence += 8;
    anchor = start += length;
  } while (isLong && start < end);
  return sequence;
}

/** Where the bytes begin that repeat what is at a distance: those at `at` are known to, and none is before `least`. */
@inline
export function startOfMatch(at: usize, distance: u32, least: usize): usize {
  while (at > least && load<u8>(at - 1) == load<u8>(at - 1 - distance)) at--;
  return at;
}

/**
 * Where a match ends whose whole pixels end at `end`: a byte or two farther where that makes it the longest there is,
 * which has no extra bits, and the match of the pixel there, `next`, can do without them.
 */
@inline
export function endOfMatch(start: usize, end: usize, distance: u32, next: u32): usize {
  const missing = MAX_MATCH_BYTES - <u32>(end - start);
  if (missing - 1 >= 2 || next >> 16 < 2) return end;
  return load<u16>(end) == load<u16>(end - distance) ? end + missing : end;
}
