/** From the server's pixels (bytes B,G,R,X) to the bytes of the wire. */

/**
 * What to do with a pixel; written by lib/encode/pixel_conversion.ts. The result is a word whose first bytes in memory
 * are the bytes of the wire, the rest zero. A word of one colour is the same everywhere, so words can be compared.
 */
@unmanaged
export class Conversion {
  /** 0: the channels only change places (swizzle). 1: they are cut and shifted first. */
  readonly kind: u32;
  /** Bytes of a word that are sent: 1, 2, 3 or 4. */
  readonly wireBytes: u32;
  readonly redRight: u32;
  readonly redMax: u32;
  readonly redLeft: u32;
  readonly greenRight: u32;
  readonly greenMax: u32;
  readonly greenLeft: u32;
  readonly blueRight: u32;
  readonly blueMax: u32;
  readonly blueLeft: u32;
  /** Whether Tight may filter gradients. */
  readonly mayFilter: u16;
  /** What Tight leaves to JPEG: 0 nothing, 1 what has any colours, 2 palettes of many as well. */
  readonly jpeg: u16;
  /** For each byte of four words the byte it comes from; 0x80 for zero. */
  readonly swizzleLow: u64;
  readonly swizzleHigh: u64;
}

/** The kind of a conversion that only moves bytes. */
export const SWIZZLES: u32 = 0;

const SWIZZLE_OFFSET: usize = offsetof<Conversion>("swizzleLow");

/** For each byte of four words the byte it comes from. */
@inline
export function conversionSwizzle(conversion: Conversion): v128 {
  return v128.load(changetype<usize>(conversion), SWIZZLE_OFFSET);
}

/** Converts a row of `width` pixels to words. Writes up to 12 bytes behind the row, reads nothing behind it. */
export function convertRow(conversion: Conversion, from: usize, width: u32, into: usize): void {
  convertRect(conversion, from, 0, width, 1, into, 0);
}

/**
 * Snapshots a rect of a surface as words, rows `intoStrideBytes` apart. Writes up to 12 bytes behind each row, before
 * the next row is written; reads nothing behind a row.
 */
export function convertRect(
  conversion: Conversion,
  from: usize,
  strideBytes: u32,
  width: u32,
  height: u32,
  into: usize,
  intoStrideBytes: u32,
): void {
  if (conversion.kind == SWIZZLES) swizzleRect(conversion, from, strideBytes, width, height, into, intoStrideBytes);
  else shiftRect(conversion, from, strideBytes, width, height, into, intoStrideBytes);
}

function swizzleRect(
  conversion: Conversion,
  from: usize,
  strideBytes: u32,
  width: u32,
  height: u32,
  into: usize,
  intoStrideBytes: u32,
): void {
  // The mask has nothing between 15 and 0x80, which is all that the relaxed one may take differently.
  const swizzle = conversionSwizzle(conversion);
  const wholeBytes = <usize>(width & ~3) << 2;
  for (let y: u32 = 0; y < height; y++) {
    let at: usize = 0;
    for (; at + 64 <= wholeBytes; at += 64) {
      const read = from + at;
      const written = into + at;
      v128.store(written, i8x16.relaxed_swizzle(v128.load(read), swizzle));
      v128.store(written, i8x16.relaxed_swizzle(v128.load(read, 16), swizzle), 16);
      v128.store(written, i8x16.relaxed_swizzle(v128.load(read, 32), swizzle), 32);
      v128.store(written, i8x16.relaxed_swizzle(v128.load(read, 48), swizzle), 48);
    }
    for (; at < wholeBytes; at += 16) v128.store(into + at, i8x16.relaxed_swizzle(v128.load(from + at), swizzle));
    if (width & 3) v128.store(into + at, i8x16.relaxed_swizzle(loadRest(from + at, width & 3), swizzle));
    from += strideBytes;
    into += intoStrideBytes;
  }
}

function shiftRect(
  conversion: Conversion,
  from: usize,
  strideBytes: u32,
  width: u32,
  height: u32,
  into: usize,
  intoStrideBytes: u32,
): void {
  const swizzle = conversionSwizzle(conversion);
  const redMax = v128.splat<u32>(conversion.redMax);
  const greenMax = v128.splat<u32>(conversion.greenMax);
  const blueMax = v128.splat<u32>(conversion.blueMax);
  const redRight = conversion.redRight;
  const greenRight = conversion.greenRight;
  const blueRight = conversion.blueRight;
  const redLeft = conversion.redLeft;
  const greenLeft = conversion.greenLeft;
  const blueLeft = conversion.blueLeft;
  for (let y: u32 = 0; y < height; y++) {
    for (let x: u32 = 0; x < width; x += 4) {
      const at = <usize>x << 2;
      const pixels = x + 4 <= width ? v128.load(from + at) : loadRest(from + at, width - x);
      const red = v128.shl<u32>(v128.and(v128.shr<u32>(pixels, redRight), redMax), redLeft);
      const green = v128.shl<u32>(v128.and(v128.shr<u32>(pixels, greenRight), greenMax), greenLeft);
      const blue = v128.shl<u32>(v128.and(v128.shr<u32>(pixels, blueRight), blueMax), blueLeft);
      v128.store(into + at, v128.swizzle(v128.or(v128.or(red, green), blue), swizzle));
    }
    from += strideBytes;
    into += intoStrideBytes;
  }
}

/** One to three pixels; the surface may end right behind them. */
function loadRest(from: usize, count: u32): v128 {
  if (count == 1) return v128.load32_zero(from);
  const two = v128.load64_zero(from);
  return count == 2 ? two : v128.replace_lane<u32>(two, 2, load<u32>(from, 8));
}

/**
 * Writes the wire bytes of `count` words. Returns the end of what was written.
 * Reads and writes up to 64 bytes behind both ends.
 */
export function packWords(wireBytes: u32, words: usize, count: u32, into: usize): usize {
  const end = words + (<usize>count << 2);
  if (wireBytes == 4) memory.copy(into, words, <usize>count << 2);
  else if (wireBytes == 3) packThrees(words, end, into);
  else if (wireBytes == 2) packTwos(words, end, into);
  else packOnes(words, end, into);
  return into + <usize>count * wireBytes;
}

function packThrees(words: usize, end: usize, into: usize): void {
  const closeUp = i8x16(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1);
  for (; words < end; words += 16, into += 12) {
    v128.store(into, v128.swizzle(v128.load(words), closeUp));
  }
}

function packTwos(words: usize, end: usize, into: usize): void {
  for (; words < end; words += 32, into += 16) {
    v128.store(into, v128.narrow<u32>(v128.load(words), v128.load(words, 16)));
  }
}

function packOnes(words: usize, end: usize, into: usize): void {
  for (; words < end; words += 64, into += 16) {
    const low = v128.narrow<u32>(v128.load(words), v128.load(words, 16));
    const high = v128.narrow<u32>(v128.load(words, 32), v128.load(words, 48));
    v128.store(into, v128.narrow<u16>(low, high));
  }
}

/** Writes the wire bytes of one word. Writes 4 bytes in any case. Returns the end. */
@inline
export function writeWord(wireBytes: u32, word: u32, into: usize): usize {
  store<u32>(into, word);
  return into + wireBytes;
}
