/** ZYWRLE before zlib: ZRLE whose tiles with many colours become wavelet coefficients. */

import { Conversion, convertRect } from "./conversion";
import { RAW, SOLID, writePlainRle } from "./tiles";
import { analyseTile, WAVELET_SCRATCH_BYTES } from "./wavelet";
import { addTile, beginTiles, encodeTile, TILE_SIDE, WORDS, ZRLE_SCRATCH_BYTES } from "./zrle";

/** Bytes of scratch memory `encodeZywrle` needs. */
export const ZYWRLE_SCRATCH_BYTES: usize = ZRLE_SCRATCH_BYTES + WAVELET_SCRATCH_BYTES;

/**
 * Writes the tiles of a rect for a client that takes a raw tile for one of coefficients of `depth` levels: 1 to 3. Where
 * `isLossy` is false there are no such tiles: runs of one pixel stand for their pixels. Returns the number of bytes: at
 * most two a tile, and for each pixel its wire bytes and one more. Writes up to 64 bytes behind them.
 */
export function encodeZywrle(
  conversion: Conversion,
  surface: usize,
  strideBytes: u32,
  width: u32,
  height: u32,
  scratch: usize,
  output: usize,
  depth: u32,
  isLossy: bool,
  layout: u32,
  bigEndian: bool,
): u32 {
  const segments = beginTiles(scratch);
  const wireBytes = conversion.wireBytes;
  let at = output;
  for (let y: u32 = 0; y < height; y += TILE_SIDE) {
    const tileHeight = min(TILE_SIDE, height - y);
    for (let x: u32 = 0; x < width; x += TILE_SIDE) {
      const tileWidth = min(TILE_SIDE, width - x);
      const count = tileWidth * tileHeight;
      const from = surface + <usize>y * strideBytes + (<usize>x << 2);
      convertRect(conversion, from, strideBytes, tileWidth, tileHeight, scratch + WORDS, tileWidth << 2);
      let end = encodeTile(wireBytes, scratch, tileWidth, tileHeight, at);
      let tile = at;
      if (!isLossy) {
        if (load<u8>(at) == RAW) end = writePlainRle(wireBytes, scratch + WORDS, count, at);
      } else if (isLarge(at, end, (count * wireBytes) >> depth)) {
        const wavelets = scratch + ZRLE_SCRATCH_BYTES;
        const isChanged = analyseTile(
          scratch + WORDS, tileWidth, tileHeight, depth, layout, wireBytes, bigEndian, wavelets,
        );
        segments.lossyTiles += <u32>isChanged;
        if (isChanged || load<u8>(at) == RAW) {
          store<u8>(at, RAW);
          tile = at + 1;
          end = encodeTile(wireBytes, scratch, tileWidth, tileHeight, tile);
        }
      }
      addTile(segments, wireBytes, output, tile, end);
      at = end;
    }
  }
  return <u32>(at - output);
}

/** Whether a tile takes more than coefficients are likely to [QEMU zrle_choose_palette_rle]. */
@inline
function isLarge(at: usize, end: usize, likely: u32): bool {
  return load<u8>(at) == RAW || load<u8>(at) != SOLID && end - at > likely;
}
