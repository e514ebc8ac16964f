/** What the tiles of a part look like: how many colours each has, and which. */

import {
  clearTable,
  COLOUR_SET_BYTES,
  COLOUR_TABLE_BYTES,
  ColourTable,
  forgetColours,
  MAX_COLOURS,
  MAX_NEW_COLOURS,
  openTable,
  scanColours,
  seenColours,
  SURPLUS_COLOURS,
} from "./colour_table";
import { Conversion, convertRect } from "./conversion";
import { countRuns } from "./palette";
import { isOneColour } from "./solid";

/** Pixels of the largest part; as lib/encode/rect_plan.ts has it. */
export const MAX_PIXELS: usize = 2048 * 64;
/** Side of a tile. */
export const TILE_SIDE: u32 = 32;
export const TILE_PIXELS: u32 = 32 * 32;
/** A part has no more tiles than this: one of a single column is at most 65535 high. */
export const MAX_TILES: usize = 2048;

/** Kinds of tiles, from the one that costs least. */
export const SOLID: u32 = 0;
export const MONO: u32 = 1;
export const PALETTE: u32 = 2;
export const FULL: u32 = 3;
/** Part of an area already. */
export const TAKEN: u32 = 4;

/** A tile must have so many pixels for each of its colours, or it is better off as it is. */
const PIXELS_A_COLOUR: u32 = 4;
/** A tile of grain with more colours than this is left to JPEG where that may be. */
const MAX_GRAIN_COLOURS: u32 = 32;

/** A tile. What is behind the kind is not told of one that is FULL. */
@unmanaged
export class Tile {
  kind: u32;
  /** Where the colours lie that its indices are of; tiles can share a palette when it is the same for all. */
  palette: u32;
  /** The first and the last of its colours. */
  first: u32;
  second: u32;
  firstIndex: u16;
  secondIndex: u16;
  width: u16;
  height: u16;
  /** Where the index of each pixel lies, a byte each, rows without gaps; not written for a SOLID tile. */
  indices: u32;
}

/** Where the set of a tile's indices lies behind it. */
const SET: usize = 32;
const TILE_BYTES: usize = SET + COLOUR_SET_BYTES;

/** The tiles of a part, and the area that is being grown. */
@unmanaged
export class Tiles {
  /** Tiles in a row, and rows. */
  columns: u32;
  rows: u32;
  /** The part in pixels. */
  partWidth: u32;
  partHeight: u32;
  /** The most colours of a palette, and of a tile. */
  maxColours: u32;
  maxTileColours: u32;
  /** The same for a tile of grain. */
  maxGrainColours: u32;
  wireBytes: u32;
  /** The most tiles beside each other in an area of tiles that are FULL. */
  maxFullColumns: u32;
  /** Whether whole tiles that are FULL become JPEG, in whatever area they are: nobody asks for their words. */
  isBesideJpeg: bool;
  /** Colours that the tile before added to its palette. */
  added: u32;
  /** The area found last, in tiles. */
  x: u32;
  y: u32;
  width: u32;
  height: u32;
  /** Kind, palette and, if it has no more than two, colours of the area. */
  kind: u32;
  palette: u32;
  first: u32;
  second: u32;
  /** Where the search goes on. */
  next: u32;
}

const TABLE: usize = 80;
/** Words of the tile that is looked at. */
const SNAPSHOT: usize = TABLE + COLOUR_TABLE_BYTES;
const TILES: usize = SNAPSHOT + 4 * <usize>TILE_PIXELS + 128;
const COLOURS: usize = TILES + TILE_BYTES * MAX_TILES;
const INDICES: usize = COLOURS + MAX_PIXELS / PIXELS_A_COLOUR * 4 + 2 * 4 * MAX_TILES + 4 * (MAX_NEW_COLOURS + SURPLUS_COLOURS + 1);
/** Where the words of tiles that are FULL lie, as in the part, without gaps between rows. */
const WORDS: usize = INDICES + MAX_PIXELS + 64;
/** Bytes of the tiles with everything behind them. */
export const TILES_BYTES: usize = WORDS + 4 * MAX_PIXELS + 128;

@inline
export function tileAt(tiles: Tiles, x: u32, y: u32): Tile {
  return changetype<Tile>(changetype<usize>(tiles) + TILES + <usize>(y * tiles.columns + x) * TILE_BYTES);
}

/** Where the set of a tile's indices is. */
@inline
export function tileSet(tile: Tile): usize {
  return changetype<usize>(tile) + SET;
}

/** Where the word of a pixel lies if its tile is FULL. */
@inline
export function wordAt(tiles: Tiles, x: u32, y: u32): usize {
  return changetype<usize>(tiles) + WORDS + (<usize>(y * tiles.partWidth + x) << 2);
}

@inline
export function tileWidth(tiles: Tiles, x: u32): u32 {
  return min(TILE_SIDE, tiles.partWidth - x * TILE_SIDE);
}

@inline
export function tileHeight(tiles: Tiles, y: u32): u32 {
  return min(TILE_SIDE, tiles.partHeight - y * TILE_SIDE);
}

/** The table that tiles are looked at with; whoever needs one may have it then. */
@inline
export function tilesTable(tiles: Tiles): ColourTable {
  return changetype<ColourTable>(changetype<usize>(tiles) + TABLE);
}

/**
 * Snapshots every tile of a part and looks at it. No palette gets more than `maxColours`. `isBesideJpeg`: whether tiles
 * that are FULL may become JPEG.
 */
export function lookAtTiles(
  tiles: Tiles,
  conversion: Conversion,
  surface: usize,
  strideBytes: u32,
  width: u32,
  height: u32,
  maxColours: u32,
  isBesideJpeg: bool,
): void {
  tiles.columns = (width + TILE_SIDE - 1) / TILE_SIDE;
  tiles.rows = (height + TILE_SIDE - 1) / TILE_SIDE;
  tiles.partWidth = width;
  tiles.partHeight = height;
  tiles.wireBytes = conversion.wireBytes;
  tiles.maxColours = maxColours;
  // Indices of more than two colours are no smaller than pixels of one byte.
  tiles.maxTileColours = conversion.wireBytes == 1 ? 2 : min(MAX_NEW_COLOURS, maxColours);
  tiles.maxGrainColours = isBesideJpeg ? min(tiles.maxTileColours, MAX_GRAIN_COLOURS) : tiles.maxTileColours;
  tiles.isBesideJpeg = isBesideJpeg;
  tiles.next = 0;
  tiles.added = 0;
  openTable(tilesTable(tiles), changetype<usize>(tiles) + COLOURS);
  for (let y: u32 = 0; y < tiles.rows; y++) {
    for (let x: u32 = 0; x < tiles.columns; x++) {
      const from = surface + <usize>(y * TILE_SIDE) * strideBytes + (<usize>(x * TILE_SIDE) << 2);
      lookAtTile(tiles, conversion, from, strideBytes, x, y);
    }
  }
}

function lookAtTile(tiles: Tiles, conversion: Conversion, from: usize, strideBytes: u32, x: u32, y: u32): void {
  const width = tileWidth(tiles, x);
  const height = tileHeight(tiles, y);
  const snapshot = changetype<usize>(tiles) + SNAPSHOT;
  const tile = tileAt(tiles, x, y);
  tile.width = <u16>width;
  tile.height = <u16>height;
  tile.indices = <u32>(changetype<usize>(tiles) + INDICES) + y * TILE_SIDE * tiles.partWidth + x * TILE_SIDE * height;
  const pixel = load<u32>(from);
  const isSolid = isOneColour(from, strideBytes, width, height, pixel);
  if (isSolid) {
    // Not read again: it may have changed.
    store<u32>(snapshot, pixel, 64);
    convertRect(conversion, snapshot + 64, 0, 1, 1, snapshot, 0);
  } else convertRect(conversion, from, strideBytes, width, height, snapshot, width << 2);
  if (!hasFewColours(tiles, tile, isSolid ? 1 : width * height)) {
    tile.kind = FULL;
    if (tiles.isBesideJpeg && width * height == TILE_PIXELS) return;
    keepWords(tiles, wordAt(tiles, x * TILE_SIDE, y * TILE_SIDE), width, height);
  }
}

/** Finds the colours of the snapshot. False when they are so many that the tile is better off as it is. */
function hasFewColours(tiles: Tiles, tile: Tile, count: u32): bool {
  const table = tilesTable(tiles);
  if (table.size + (tiles.added * 3 >> 2) > tiles.maxColours) beginPalette(table);
  const before = table.size;
  const pixels = <u32>tile.width * tile.height;
  const words = changetype<usize>(tiles) + SNAPSHOT;
  const most = max(2, min(mostColours(tiles, words, count), pixels / PIXELS_A_COLOUR));
  const isScanned = scanColours(table, words, count, most, tile.indices);
  if (isScanned && table.size > tiles.maxColours) {
    // The palette is full; there is another one from here on.
    forgetColours(table, before);
    beginPalette(table);
    return hasFewColours(tiles, tile, count);
  }
  const colours = isScanned ? seenColours(table, tileSet(tile)) : most + 1;
  if (colours > most || !saves(tiles, tile, colours)) {
    forgetColours(table, before);
    return false;
  }
  tiles.added = table.size - before;
  tile.kind = colours > 2 ? PALETTE : colours - 1;
  tile.palette = table.colours;
  tile.firstIndex = <u16>firstIndex(tileSet(tile));
  tile.secondIndex = <u16>lastIndex(tileSet(tile));
  tile.first = load<u32>(<usize>table.colours + (<usize>tile.firstIndex << 2));
  tile.second = load<u32>(<usize>table.colours + (<usize>tile.secondIndex << 2));
  return true;
}

/** In grain most pixels differ from the one before: text, however smooth its edges, has longer runs. */
@inline
function mostColours(tiles: Tiles, words: usize, count: u32): u32 {
  if (tiles.maxGrainColours == tiles.maxTileColours) return tiles.maxTileColours;
  return countRuns(words, count) * 2 > count ? tiles.maxGrainColours : tiles.maxTileColours;
}

/** The colours that come next are not in the palette of those before. */
function beginPalette(table: ColourTable): void {
  clearTable(table, <usize>table.colours + (<usize>table.size << 2));
}

/** Whether a tile is no larger for its palette; one of a few pixels may be. */
@inline
function saves(tiles: Tiles, tile: Tile, colours: u32): bool {
  if (colours != 2) return true;
  const width = <u32>tile.width;
  const wireBytes = tiles.wireBytes;
  const rowBytes = wireBytes == 1 ? (width + 7) >> 3 : width;
  const height = <u32>tile.height;
  return wireBytes * 2 + rowBytes * height <= width * height * wireBytes;
}

@inline
function firstIndex(set: usize): u32 {
  let at: u32 = 0;
  while (load<u32>(set + (at >> 3)) == 0) at += 32;
  return at + ctz<u32>(load<u32>(set + (at >> 3)));
}

@inline
function lastIndex(set: usize): u32 {
  let at: u32 = MAX_COLOURS - 32;
  while (load<u32>(set + (at >> 3)) == 0) at -= 32;
  return at + 31 - clz<u32>(load<u32>(set + (at >> 3)));
}

/** Keeps the snapshot of a tile in its place in the part. */
function keepWords(tiles: Tiles, into: usize, width: u32, height: u32): void {
  let from = changetype<usize>(tiles) + SNAPSHOT;
  const rowBytes = <usize>width << 2;
  const wholeBytes = rowBytes & ~15;
  for (let y: u32 = 0; y < height; y++) {
    for (let at: usize = 0; at < wholeBytes; at += 16) v128.store(into + at, v128.load(from + at));
    for (let at = wholeBytes; at < rowBytes; at += 4) store<u32>(into + at, load<u32>(from + at));
    from += rowBytes;
    into += <usize>tiles.partWidth << 2;
  }
}
