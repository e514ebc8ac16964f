/** What the tiles of a rect look like, and the areas of like tiles that become Tight rects. */

import { COLOUR_TABLE_BYTES, ColourTable, scanColours, tableColour } from "./colour_table";
import { isSolid } from "./solid";

/** Side of a tile. */
export const TILE_SIDE: u32 = 32;
/** A part has no more tiles than this: one of a single column is at most 65535 high. */
export const MAX_TILES: u32 = 2048;

/** Kinds of tiles, from the one that costs least. */
const SOLID: u32 = 0;
const MONO: u32 = 1;
const PALETTE: u32 = 2;
const FULL: u32 = 3;
/** Part of an area already. */
const TAKEN: u32 = 4;

/** More colours than this and a tile is better off as it is than with a palette of its own. */
const MAX_TILE_COLOURS: u32 = 64;
/** A small tile must have so many pixels for each of its colours. */
const MIN_COLOUR_PIXELS: u32 = 4;
/** Fewer tiles of one colour are not worth a rect: they go with what is around them. */
const MIN_SOLID_TILES: u32 = 8;
/** Fewer tiles of two colours in a row go with the palette next to them. */
const MIN_MONO_TILES: u32 = 4;

/** A tile: its kind and, if it has no more than two, its colours. */
@unmanaged
class Tile {
  kind: u32;
  first: u32;
  second: u32;
}

const TILE_BYTES: usize = 16;

/** The tiles of a part, its words and the area that is being grown. */
@unmanaged
export class Tiles {
  /** Tiles in a row, and rows. */
  columns: u32;
  rows: u32;
  /** The area found last, in tiles. */
  x: u32;
  y: u32;
  width: u32;
  height: u32;
  /** Kind and colours of the area. */
  kind: u32;
  first: u32;
  second: u32;
  /** Where the search goes on. */
  next: u32;
}

const TABLE: usize = 64;
const TILES: usize = TABLE + COLOUR_TABLE_BYTES;
/** Bytes of the tiles with everything behind them. */
export const TILES_BYTES: usize = TILES + TILE_BYTES * MAX_TILES;

/** The colour table of whoever needs one. */
@inline
export function tilesTable(tiles: Tiles): ColourTable {
  return changetype<ColourTable>(changetype<usize>(tiles) + TABLE);
}

/** Whether no tile of the area found last has more colours than a palette of its own is worth. */
@inline
export function hasFewColours(tiles: Tiles): bool {
  return tiles.kind != FULL;
}

@inline
function tileAt(tiles: Tiles, x: u32, y: u32): Tile {
  return changetype<Tile>(changetype<usize>(tiles) + TILES + <usize>(y * tiles.columns + x) * TILE_BYTES);
}

/** Looks at every tile of a part, of which `words` are the pixels, row by row without gaps. */
export function lookAtTiles(tiles: Tiles, words: usize, width: u32, height: u32): void {
  tiles.columns = (width + TILE_SIDE - 1) / TILE_SIDE;
  tiles.rows = (height + TILE_SIDE - 1) / TILE_SIDE;
  tiles.next = 0;
  const table = tilesTable(tiles);
  for (let y: u32 = 0; y < tiles.rows; y++) {
    const tileHeight = min(TILE_SIDE, height - y * TILE_SIDE);
    for (let x: u32 = 0; x < tiles.columns; x++) {
      const tileWidth = min(TILE_SIDE, width - x * TILE_SIDE);
      const from = words + (<usize>(y * TILE_SIDE * width + x * TILE_SIDE) << 2);
      const tile = tileAt(tiles, x, y);
      const most = max(2, min(MAX_TILE_COLOURS, tileWidth * tileHeight / MIN_COLOUR_PIXELS));
      if (isSolid(from, width << 2, tileWidth, tileHeight)) {
        tile.kind = SOLID;
        tile.first = load<u32>(from);
        tile.second = tile.first;
        continue;
      }
      const isFew = scanColours(table, from, width << 2, tileWidth, tileHeight, most, 0);
      tile.kind = !isFew ? FULL : table.size > 2 ? PALETTE : table.size - 1;
      tile.first = tableColour(table, 0);
      tile.second = tableColour(table, table.size > 1 ? 1 : 0);
    }
  }
}

/** Finds the next area of one colour that is worth a rect. False when there is none any more: call `findArea` then. */
export function findSolidArea(tiles: Tiles): bool {
  const count = tiles.columns * tiles.rows;
  for (let at = tiles.next; at < count; at++) {
    startArea(tiles, at);
    if (tiles.kind != SOLID) continue;
    growRight(tiles);
    growDown(tiles);
    // A part that is all of one colour is worth it however small it is.
    if (tiles.width * tiles.height < min(MIN_SOLID_TILES, count)) continue;
    tiles.next = at + tiles.width;
    takeArea(tiles);
    return true;
  }
  tiles.next = 0;
  return false;
}

/** Finds the next area of tiles of one kind. False when every tile is in an area. */
export function findArea(tiles: Tiles): bool {
  const count = tiles.columns * tiles.rows;
  for (let at = tiles.next; at < count; at++) {
    startArea(tiles, at);
    if (tiles.kind == TAKEN) continue;
    tiles.kind = areaKind(tiles);
    growRight(tiles);
    growDown(tiles);
    tiles.next = at + tiles.width;
    takeArea(tiles);
    return true;
  }
  return false;
}

function startArea(tiles: Tiles, at: u32): void {
  tiles.x = at % tiles.columns;
  tiles.y = at / tiles.columns;
  tiles.width = 1;
  tiles.height = 1;
  const tile = tileAt(tiles, tiles.x, tiles.y);
  tiles.kind = tile.kind;
  tiles.first = tile.first;
  tiles.second = tile.second;
}

/** What an area becomes that starts with this tile: a few tiles of two colours before a palette belong to that. */
function areaKind(tiles: Tiles): u32 {
  if (tiles.kind > MONO) return tiles.kind;
  const count = monoTiles(tiles, tiles.x);
  const behind = tiles.x + count;
  if (count >= MIN_MONO_TILES || behind == tiles.columns) return MONO;
  return tileAt(tiles, behind, tiles.y).kind == PALETTE ? PALETTE : MONO;
}

/** How many tiles from a column on have at most two colours. */
function monoTiles(tiles: Tiles, x: u32): u32 {
  let end = x;
  while (end < tiles.columns && tileAt(tiles, end, tiles.y).kind <= MONO) end++;
  return end - x;
}

function growRight(tiles: Tiles): void {
  for (let x = tiles.x + 1; x < tiles.columns; x++) {
    const tile = tileAt(tiles, x, tiles.y);
    if (!joins(tiles, tile)) return;
    if (tiles.kind == PALETTE && tile.kind <= MONO && monoTiles(tiles, x) >= MIN_MONO_TILES) return;
    tiles.width++;
  }
}

function growDown(tiles: Tiles): void {
  for (let y = tiles.y + 1; y < tiles.rows; y++) {
    let isOfKind = tiles.kind != PALETTE;
    for (let x = tiles.x; x < tiles.x + tiles.width; x++) {
      const tile = tileAt(tiles, x, y);
      if (!joins(tiles, tile)) return;
      if (tile.kind == PALETTE) isOfKind = true;
    }
    if (!isOfKind) return;
    tiles.height++;
  }
}

/** Whether a tile may be in the area; its colours are the area's then. */
function joins(tiles: Tiles, tile: Tile): bool {
  const kind = tiles.kind;
  if (tile.kind == TAKEN) return false;
  if (kind == FULL) return tile.kind == FULL;
  if (kind == PALETTE) return tile.kind <= PALETTE;
  if (tile.kind > kind) return false;
  return hasColour(tiles, tile.first) && hasColour(tiles, tile.second);
}

function hasColour(tiles: Tiles, colour: u32): bool {
  if (colour == tiles.first || colour == tiles.second) return true;
  if (tiles.kind == SOLID || tiles.first != tiles.second) return false;
  tiles.second = colour;
  return true;
}

function takeArea(tiles: Tiles): void {
  for (let y = tiles.y; y < tiles.y + tiles.height; y++) {
    for (let x = tiles.x; x < tiles.x + tiles.width; x++) tileAt(tiles, x, y).kind = TAKEN;
  }
}
