/** The palette of an area of tiles, and its pixels as indices or bits. */

import { COLOUR_SET_BYTES, MAX_COLOURS } from "./colour_table";
import { Tile, tileAt, Tiles, tileSet, TILE_SIDE } from "./tight_tiles";

/** A palette in the making; its colours, one word each, and for each index of the tiles its own, lie behind it. */
@unmanaged
export class AreaPalette {
  size: u32;
  /** Indices below this are the same in the palette as in the tiles. */
  keptEnd: u32;
}

const SET: usize = 16;
const MAP: usize = SET + COLOUR_SET_BYTES;
const COLOURS: usize = MAP + MAX_COLOURS;
/** Bytes of a palette with everything behind it. */
export const AREA_PALETTE_BYTES: usize = COLOURS + 4 * MAX_COLOURS + 64;

/** Where the colours are. */
@inline
export function areaColours(palette: AreaPalette): usize {
  return changetype<usize>(palette) + COLOURS;
}

/** The palette of an area that knows its colours: one or two. */
export function takeTwoColours(palette: AreaPalette, tiles: Tiles): void {
  palette.size = tiles.first == tiles.second ? 1 : 2;
  store<u32>(areaColours(palette), tiles.first);
  store<u32>(areaColours(palette), tiles.second, 4);
}

/** The palette of an area whose tiles share one: what they use of it. Two colours are the area's. */
export function takeUsedColours(palette: AreaPalette, tiles: Tiles): void {
  uniteSets(palette, tiles);
  const base = changetype<usize>(palette);
  palette.size = 0;
  palette.keptEnd = 0;
  for (let at: u32 = 0; at < MAX_COLOURS; at += 32) {
    for (let bits = load<u32>(base + (at >> 3), SET); bits != 0; bits &= bits - 1) {
      const index = at + ctz<u32>(bits);
      if (index == palette.size) palette.keptEnd = index + 1;
      store<u8>(base + index, <u8>palette.size, MAP);
      store<u32>(areaColours(palette) + (<usize>palette.size << 2), load<u32>(<usize>tiles.palette + (index << 2)));
      palette.size++;
    }
  }
  tiles.first = load<u32>(areaColours(palette));
  tiles.second = load<u32>(areaColours(palette), 4);
}

function uniteSets(palette: AreaPalette, tiles: Tiles): void {
  let low = i64x2.splat(0);
  let high = low;
  for (let y = tiles.y; y < tiles.y + tiles.height; y++) {
    for (let x = tiles.x; x < tiles.x + tiles.width; x++) {
      const set = tileSet(tileAt(tiles, x, y));
      low = v128.or(low, v128.load(set));
      high = v128.or(high, v128.load(set, 16));
    }
  }
  v128.store(changetype<usize>(palette), low, SET);
  v128.store(changetype<usize>(palette), high, SET + 16);
}

/** Writes an area as bits, the first colour 0, rows padded to whole bytes. Returns the end. */
export function writeBits(tiles: Tiles, width: u32, at: usize): usize {
  const rowBytes = (width + 7) >> 3;
  for (let y = tiles.y; y < tiles.y + tiles.height; y++) {
    const height = <u32>tileAt(tiles, tiles.x, y).height;
    for (let x: u32 = 0; x < tiles.width; x++) {
      writeTileBits(tileAt(tiles, tiles.x + x, y), tiles.first, rowBytes, at + x * (TILE_SIDE / 8));
    }
    at += rowBytes * height;
  }
  return at;
}

function writeTileBits(tile: Tile, first: u32, rowBytes: usize, into: usize): void {
  const width = <u32>tile.width;
  const flipped: u32 = tile.first == first ? 0 : 0xffff_ffff;
  const ones = i8x16.splat(tile.firstIndex == tile.secondIndex ? 0 : <i8>tile.secondIndex);
  const isSolid = tile.firstIndex == tile.secondIndex;
  const end = into + rowBytes * tile.height;
  let from = <usize>tile.indices;
  if (width < TILE_SIDE) {
    for (; into < end; into += rowBytes, from += width) {
      writeShortBits((isSolid ? flipped : bitsOf(from, ones) ^ flipped), width, into);
    }
  } else if (isSolid) for (; into < end; into += rowBytes) store<u32>(into, flipped);
  else for (; into < end; into += rowBytes, from += TILE_SIDE) store<u32>(into, bitsOf(from, ones) ^ flipped);
}

/** Which of 32 indices are a certain one, the leftmost in the highest bit of the first byte. */
@inline
function bitsOf(from: usize, index: v128): u32 {
  const reverseEights = i8x16(7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8);
  const low = v128.swizzle(v128.eq<i8>(v128.load(from), index), reverseEights);
  const high = v128.swizzle(v128.eq<i8>(v128.load(from, 16), index), reverseEights);
  return <u32>v128.bitmask<i8>(low) | <u32>v128.bitmask<i8>(high) << 16;
}

/** Writes the bits of less than 32 pixels, and zeros up to a whole byte. */
function writeShortBits(bits: u32, width: u32, into: usize): void {
  for (let left = width; left > 0; into++, bits >>= 8) {
    const used = min(left, 8);
    store<u8>(into, <u8>(bits & (0xff00 >> used)));
    left -= used;
  }
}

/** Writes an area as indices into its palette, a byte each. Returns the end. */
export function writeIndices(palette: AreaPalette, tiles: Tiles, width: u32, at: usize): usize {
  for (let y = tiles.y; y < tiles.y + tiles.height; y++) {
    const height = <u32>tileAt(tiles, tiles.x, y).height;
    for (let x: u32 = 0; x < tiles.width; x++) {
      const tile = tileAt(tiles, tiles.x + x, y);
      const into = at + x * TILE_SIDE;
      if (tile.firstIndex == tile.secondIndex) fillTile(palette, tile, width, into);
      else {
        if (tile.secondIndex >= palette.keptEnd) mapIndices(palette, tile);
        copyTile(tile, width, into);
      }
    }
    at += <usize>width * height;
  }
  return at;
}

function fillTile(palette: AreaPalette, tile: Tile, strideBytes: u32, into: usize): void {
  const index = load<u8>(changetype<usize>(palette) + tile.firstIndex, MAP);
  const end = into + <usize>strideBytes * tile.height;
  if (tile.width < TILE_SIDE) {
    for (; into < end; into += strideBytes) memory.fill(into, index, tile.width);
    return;
  }
  const indices = i8x16.splat(<i8>index);
  for (; into < end; into += strideBytes) {
    v128.store(into, indices);
    v128.store(into, indices, 16);
  }
}

/** Puts the palette's own indices in the place of a tile's. */
function mapIndices(palette: AreaPalette, tile: Tile): void {
  const map = changetype<usize>(palette) + MAP;
  const sixteens = usedSixteens(tileSet(tile));
  const end = <usize>tile.indices + <u32>tile.width * tile.height;
  for (let at = <usize>tile.indices; at < end; at += 16) {
    const indices = v128.load(at);
    let mapped = i8x16.splat(0);
    for (let left = sixteens; left != 0; left &= left - 1) {
      const first = ctz<u32>(left) << 4;
      // What is below or above the 16 that are looked up is zero.
      const looked = v128.swizzle(v128.load(map + first), v128.sub<i8>(indices, i8x16.splat(<i8>first)));
      mapped = v128.or(mapped, looked);
    }
    v128.store(at, mapped);
  }
}

/** Which 16 indices, a bit for each 16, a set has any of: a tile has few colours of the many that it shares. */
function usedSixteens(set: usize): u32 {
  const none = i16x8.splat(0);
  const low = v128.bitmask<i16>(v128.ne<i16>(v128.load(set), none));
  return low | v128.bitmask<i16>(v128.ne<i16>(v128.load(set, 16), none)) << 8;
}

function copyTile(tile: Tile, strideBytes: u32, into: usize): void {
  const width = <u32>tile.width;
  let from = <usize>tile.indices;
  const end = into + <usize>strideBytes * tile.height;
  if (width < TILE_SIDE) {
    for (; into < end; into += strideBytes, from += width) memory.copy(into, from, width);
    return;
  }
  for (; into < end; into += strideBytes, from += TILE_SIDE) {
    v128.store(into, v128.load(from));
    v128.store(into, v128.load(from, 16), 16);
  }
}
