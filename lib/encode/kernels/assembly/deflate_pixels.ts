/** Pixels of one to four bytes as a search sees them: where it is compiled for one of them, all here is a constant. */

const MIX: u64 = 0x9e37_79b7_f4a7_c15d;

@unmanaged
export class OneByte {
  a: u8;
}

@unmanaged
export class TwoBytes {
  a: u16;
}

@unmanaged
export class ThreeBytes {
  a: u8;
  b: u8;
  c: u8;
}

@unmanaged
export class FourBytes {
  a: u32;
}

/** Pixels of the shortest match; bytes that are no pixels need a few in common. */
@inline
export function leastPixels(step: u32): u32 {
  return step == 1 ? 3 : step == 2 ? 2 : 1;
}

/** What is hashed as one pixel of the next bytes: of those of two bytes two; of bytes that are none four, or three. */
@inline
export function onePixel(bytes: u64, step: u32, hasPlaces: bool): u32 {
  return <u32>bytes & (step == 3 || (step == 1 && hasPlaces) ? 0xff_ffff : 0xffff_ffff);
}

/** What is hashed as two pixels; of bytes that are none six, or twelve where no bucket is found by as many. */
@inline
export function twoPixels(at: usize, bytes: u64, step: u32, hasPlaces: bool): u64 {
  if (step == 1 && !hasPlaces) return twelveBytes(at, bytes);
  return step == 4 ? bytes : bytes & 0xffff_ffff_ffff;
}

@inline
function twelveBytes(at: usize, bytes: u64): u64 {
  return bytes ^ rotl(load<u64>(at, 4), 29);
}

/** A hash of six pixels, eight of two bytes, or of twelve bytes that are none. */
@inline
export function hashSix(at: usize, step: u32, bits: u32): usize {
  const first = load<u64>(at);
  const mixed = step == 1
    ? twelveBytes(at, first)
    : first ^ rotl(load<u64>(at, 8), 23) ^ rotl(load<u64>(at + 6 * step - 8), 42);
  return <usize>((mixed * MIX) >> (64 - bits));
}

/** A hash of what `twoPixels` is. */
@inline
export function hashPair(pair: u64, bits: u32): usize {
  return <usize>((pair * MIX) >> (64 - bits));
}
