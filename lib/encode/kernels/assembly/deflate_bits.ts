/** Deflate's bits, the first one lowest in a byte (RFC 1951 §3.1.1). */

import { DeflateWork } from "./deflate_work";

/** Writes at most 32 bits. Writes up to 8 bytes behind the output's end. */
@inline
export function putBits(work: DeflateWork, bits: u32, count: u32): void {
  work.bits |= <u64>bits << work.bitCount;
  work.bitCount += count;
  flushBits(work);
}

/** Writes out the bits that fill bytes: fewer than 8 are left. */
@inline
function flushBits(work: DeflateWork): void {
  store<u64>(work.output, work.bits);
  const count = work.bitCount;
  work.output += count >> 3;
  work.bits >>= count & ~7;
  work.bitCount = count & 7;
}

/** Fills the last byte with zeros. */
export function alignBits(work: DeflateWork): void {
  putBits(work, 0, (8 - work.bitCount) & 7);
}
