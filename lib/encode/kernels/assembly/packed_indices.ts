/** Palette indices of 1, 2 or 4 bits, packed from the high end of a byte, rows padded to whole bytes (RFC 6143 7.7.6). */

/** Bits an index takes in a palette of `size` colours; 0 when a palette of that size is not packed. */
@inline
export function indexBits(size: u32): u32 {
  if (size > 16) return 0;
  return size > 4 ? 4 : size > 2 ? 2 : 1;
}

/** Bytes of a packed row. */
@inline
export function packedRowBytes(bits: u32, width: u32): u32 {
  return (width * bits + 7) >> 3;
}

/** Packs rows of indices, one a byte. Returns the end. Reads and writes up to 16 bytes behind both ends. */
export function packIndices(bits: u32, indices: usize, width: u32, height: u32, at: usize): usize {
  // Rows of whole groups follow each other without padding, so that they are one long row.
  const rows = width & 15 ? height : 1;
  const length = width & 15 ? width : width * height;
  for (let row: u32 = 0; row < rows; row++) {
    if (bits == 1) packOnes(indices, length, at);
    else if (bits == 2) packTwos(indices, length, at);
    else packFours(indices, length, at);
    indices += length;
    at += packedRowBytes(bits, length);
  }
  return at;
}

/** The 16 indices at `from`, zero from the `count`th on. */
@inline
function loadIndices(from: usize, count: i32): v128 {
  const all = v128.load(from);
  if (count >= 16) return all;
  const numbers = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  return v128.and(all, v128.lt<u8>(numbers, i8x16.splat(<i8>count)));
}

function packOnes(indices: usize, length: u32, at: usize): void {
  const reverseEights = i8x16(7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8);
  for (let left = <i32>length; left > 0; left -= 16, indices += 16, at += 2) {
    const turned = v128.swizzle(loadIndices(indices, left), reverseEights);
    store<u16>(at, <u16>v128.bitmask<i8>(v128.shl<i8>(turned, 7)));
  }
}

function packTwos(indices: usize, length: u32, at: usize): void {
  const firstOfFour = i8x16(0, 4, 8, 12, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1);
  for (let left = <i32>length; left > 0; left -= 16, indices += 16, at += 4) {
    const pairs = joinPairs(loadIndices(indices, left), 2);
    const fours = v128.or(v128.shl<i32>(pairs, 4), v128.shr<u32>(pairs, 16));
    v128.store32_lane(at, v128.swizzle(fours, firstOfFour), 0);
  }
}

function packFours(indices: usize, length: u32, at: usize): void {
  const firstOfTwo = i8x16(0, 2, 4, 6, 8, 10, 12, 14, -1, -1, -1, -1, -1, -1, -1, -1);
  for (let left = <i32>length; left > 0; left -= 16, indices += 16, at += 8) {
    v128.store64_lane(at, v128.swizzle(joinPairs(loadIndices(indices, left), 4), firstOfTwo), 0);
  }
}

/** In the low byte of each 16-bit lane: the first of two bytes, shifted, and the second. */
@inline
function joinPairs(indices: v128, bits: i32): v128 {
  const first = v128.shl<i16>(v128.and(indices, v128.splat<i16>(0xff)), bits);
  return v128.or(first, v128.shr<u16>(indices, 8));
}
