/** Hextile (RFC 6143 7.7.4): tiles of 16x16, raw or a background with subrects. */

import { Conversion, convertRow, packWords, writeWord } from "./conversion";
import { paintSubrects } from "./hextile_subrects";
import {
  HEXTILE_TILE_BYTES,
  isForeground,
  markForeground,
  pendingColour,
  ROW_BYTES,
  snapshotTile,
  Tile,
  TILE_SIDE,
  tileWords,
} from "./hextile_tile";
import { MAX_PALETTE, mostFrequent, Palette, PALETTE_BYTES, paletteColour, scanTile } from "./palette";
import { isOneColour } from "./solid";

const RAW: u8 = 1;
const BACKGROUND_SPECIFIED: u8 = 2;
const FOREGROUND_SPECIFIED: u8 = 4;
const ANY_SUBRECTS: u8 = 8;
const SUBRECTS_COLOURED: u8 = 16;

/** More colours than this in a tile that looks like noise and it is sent raw. */
const MAX_NOISE_COLOURS: u32 = 16;

/** Bytes of scratch memory `encodeHextile` needs: a palette, and the tile behind it. */
export const HEXTILE_SCRATCH_BYTES: usize = PALETTE_BYTES + HEXTILE_TILE_BYTES;

/**
 * Writes the tiles of a rect. `scratch` is HEXTILE_SCRATCH_BYTES of memory. Returns the number of bytes: at most one a
 * tile and the wire bytes of every pixel. Writes up to 64 bytes behind them.
 */
export function encodeHextile(
  conversion: Conversion,
  surface: usize,
  strideBytes: u32,
  width: u32,
  height: u32,
  scratch: usize,
  output: usize,
): u32 {
  const palette = changetype<Palette>(scratch);
  const tile = changetype<Tile>(scratch + PALETTE_BYTES);
  tile.wireBytes = conversion.wireBytes;
  tile.backgroundValid = 0;
  tile.background = 0;
  tile.foregroundValid = 0;
  rememberSolid(tile, conversion, load<u32>(surface));
  let at = output;
  for (let y: u32 = 0; y < height; y += TILE_SIDE) {
    tile.height = min(TILE_SIDE, height - y);
    for (let x: u32 = 0; x < width; x += TILE_SIDE) {
      tile.width = min(TILE_SIDE, width - x);
      const from = surface + <usize>y * strideBytes + (<usize>x << 2);
      const pixel = load<u32>(from);
      if (isOneColour(from, strideBytes, tile.width, tile.height, pixel)) {
        if (pixel != tile.solidPixel) rememberSolid(tile, conversion, pixel);
        at = writeSolid(tile, tile.solidWord, at);
      } else {
        at = encodeTile(tile, palette, snapshotTile(tile, conversion, from, strideBytes), at);
      }
    }
  }
  return <u32>(at - output);
}

function rememberSolid(tile: Tile, conversion: Conversion, pixel: u32): void {
  const word = tileWords(tile);
  store<u32>(word, pixel);
  convertRow(conversion, word, 1, word);
  tile.solidPixel = pixel;
  tile.solidWord = load<u32>(word);
}

function encodeTile(tile: Tile, palette: Palette, corners: u32, at: usize): usize {
  const wireBytes = tile.wireBytes;
  if (corners == 1) return writeSolid(tile, load<u32>(tileWords(tile)), at);
  const rawBytes = tile.width * tile.height * wireBytes;
  const looksLikeNoise = corners * (wireBytes + 2) >= rawBytes;
  if ((!looksLikeNoise && findMajority(tile)) || countColours(tile, palette, looksLikeNoise)) {
    const end = writeSubrects(tile, at, at + 1 + rawBytes);
    if (end != 0) return end;
  }
  return writeRaw(tile, at);
}

/** Takes the last background, or the first pixel, as the background if more than half of a tile has its colour. */
function findMajority(tile: Tile): bool {
  const half = (tile.width * tile.height) >> 1;
  if (tile.pending < half) return true;
  const first = load<u32>(tileWords(tile));
  if (tile.background == first) return false;
  markForeground(tile, first);
  return tile.pending < half;
}

/** Takes the most frequent colour as the background. False when there are too many. */
function countColours(tile: Tile, palette: Palette, looksLikeNoise: bool): bool {
  const maxColours = looksLikeNoise ? MAX_NOISE_COLOURS : MAX_PALETTE;
  if (!scanTile(palette, tileWords(tile), tile.height * TILE_SIDE, maxColours)) return false;
  markForeground(tile, paletteColour(palette, mostFrequent(palette)));
  return true;
}

function writeSolid(tile: Tile, colour: u32, at: usize): usize {
  const flags = at;
  store<u8>(flags, 0);
  return writeBackground(tile, colour, flags, at + 1);
}

@inline
function writeBackground(tile: Tile, colour: u32, flags: usize, at: usize): usize {
  if (tile.backgroundValid && tile.background == colour) return at;
  store<u8>(flags, load<u8>(flags) | BACKGROUND_SPECIFIED);
  tile.backgroundValid = 1;
  tile.background = colour;
  return writeWord(tile.wireBytes, colour, at);
}

@inline
function writeForeground(tile: Tile, colour: u32, flags: usize, at: usize): usize {
  if (tile.foregroundValid && tile.foreground == colour) return at;
  store<u8>(flags, load<u8>(flags) | FOREGROUND_SPECIFIED);
  tile.foregroundValid = 1;
  tile.foreground = colour;
  return writeWord(tile.wireBytes, colour, at);
}

function writeRaw(tile: Tile, at: usize): usize {
  // What comes after a raw tile has nothing to carry over.
  tile.backgroundValid = 0;
  tile.foregroundValid = 0;
  store<u8>(at++, RAW);
  let row = tileWords(tile);
  if (tile.width == TILE_SIDE) return packWords(tile.wireBytes, row, tile.height * TILE_SIDE, at);
  const end = row + tile.height * ROW_BYTES;
  for (; row < end; row += ROW_BYTES) at = packWords(tile.wireBytes, row, tile.width, at);
  return at;
}

/**
 * Writes a background and subrects. Returns their end, or 0 when that would be behind `limit`: raw is smaller then.
 * All subrects have the foreground's colour when there is no third one.
 */
function writeSubrects(tile: Tile, at: usize, limit: usize): usize {
  const foreground = pendingColour(tile);
  const coloured = !isForeground(tile, foreground);
  const subrectBytes = coloured ? tile.wireBytes + 2 : 2;
  if (at + 2 + tile.corners * subrectBytes > limit) return 0;
  const flags = at;
  store<u8>(flags, coloured ? ANY_SUBRECTS | SUBRECTS_COLOURED : ANY_SUBRECTS);
  at = writeBackground(tile, tile.marked, flags, at + 1);
  if (coloured) tile.foregroundValid = 0;
  else at = writeForeground(tile, foreground, flags, at);
  return paintSubrects(tile, coloured ? tile.wireBytes : 0, at, limit);
}
