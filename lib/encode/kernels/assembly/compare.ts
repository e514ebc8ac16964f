/** The compare pass: what the guest painted against what clients were sent. */

const BLOCK_PIXELS: u32 = 16;
/** The X byte of guest VRAM may hold anything. */
const COLOUR_MASK: u32 = 0x00ffffff;

/**
 * For each set bit of the guest map: clears it and compares the block of 16 pixels (the last of a row may be shorter)
 * in both surfaces. A block that differs is copied to the server surface, its X bytes zero, and its bit set in the
 * changed map. Returns the number of changed blocks. Bits behind `width` are cleared and count for nothing.
 */
export function compareSurfaces(
  guest: usize,
  guestStrideBytes: u32,
  server: usize,
  serverStrideBytes: u32,
  width: u32,
  height: u32,
  guestMap: usize,
  changedMap: usize,
  mapStrideBytes: u32,
): u32 {
  const words = (width + 1023) >> 10;
  const mapWords = min(words, mapStrideBytes >> 3);
  let changed: u32 = 0;
  for (let y: u32 = 0; y < height; y++) {
    for (let word: u32 = 0; word < mapWords; word++) {
      const at = guestMap + (word << 3);
      const bits = load<u64>(at);
      if (bits == 0) continue;
      store<u64>(at, 0);
      const different = compareWord(guest, server, bits, word << 6, width);
      if (different == 0) continue;
      const into = changedMap + (word << 3);
      store<u64>(into, load<u64>(into) | different);
      changed += <u32>popcnt<u64>(different);
    }
    guest += guestStrideBytes;
    server += serverStrideBytes;
    guestMap += mapStrideBytes;
    changedMap += mapStrideBytes;
  }
  return changed;
}

/** Compares up to 64 blocks of one row, of which `firstBlock` is the first. Returns the bits of those that differ. */
function compareWord(guest: usize, server: usize, bits: u64, firstBlock: u32, width: u32): u64 {
  let different: u64 = 0;
  while (bits != 0) {
    const bit = ctz<u64>(bits);
    bits &= bits - 1;
    const x = (firstBlock + <u32>bit) * BLOCK_PIXELS;
    if (x >= width) break;
    const from = guest + (x << 2);
    const into = server + (x << 2);
    const differs = x + BLOCK_PIXELS <= width ? copyBlock(from, into) : copyPixels(from, into, width - x);
    if (differs) different |= (<u64>1) << bit;
  }
  return different;
}

/** Makes 16 pixels of the server surface equal to the guest's. Returns whether they were not. */
@inline
function copyBlock(guest: usize, server: usize): bool {
  const mask = v128.splat<u32>(COLOUR_MASK);
  const a = v128.and(v128.load(guest), mask);
  const b = v128.and(v128.load(guest, 16), mask);
  const c = v128.and(v128.load(guest, 32), mask);
  const d = v128.and(v128.load(guest, 48), mask);
  const differs = v128.or(
    v128.or(v128.xor(a, v128.load(server)), v128.xor(b, v128.load(server, 16))),
    v128.or(v128.xor(c, v128.load(server, 32)), v128.xor(d, v128.load(server, 48))),
  );
  if (!v128.any_true(v128.and(differs, mask))) return false;
  v128.store(server, a);
  v128.store(server, b, 16);
  v128.store(server, c, 32);
  v128.store(server, d, 48);
  return true;
}

/** The same for the short block at the end of a row; touches no pixel behind it. */
function copyPixels(guest: usize, server: usize, count: u32): bool {
  let differs: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const at = <usize>i << 2;
    const pixel = load<u32>(guest + at) & COLOUR_MASK;
    differs |= (load<u32>(server + at) & COLOUR_MASK) ^ pixel;
    store<u32>(server + at, pixel);
  }
  return differs != 0;
}
