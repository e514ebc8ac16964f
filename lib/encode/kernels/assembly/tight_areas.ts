/** The areas of like tiles that become Tight rects. */

import { FULL, MONO, PALETTE, SOLID, TAKEN, Tile, tileAt, Tiles } from "./tight_tiles";

/** Fewer tiles of one colour are not worth a rect: they go with what is around them. */
const MIN_SOLID_TILES: u32 = 16;
/** The same for two colours: a rect costs headers, Huffman codes and the time to make those. */
const MIN_MONO_TILES: u32 = 16;

/**
 * Finds the next area with at most two colours that is worth a rect: `kind` is SOLID or MONO. False when there is none
 * any more.
 */
export function findLargeArea(tiles: Tiles, kind: u32): bool {
  const count = tiles.columns * tiles.rows;
  const minTiles = kind == SOLID ? MIN_SOLID_TILES : MIN_MONO_TILES;
  for (let at = tiles.next; at < count; at++) {
    startArea(tiles, at);
    if (tiles.kind > kind) continue;
    growArea(tiles, kind);
    // A part that is all alike is worth it however small it is.
    if (tiles.width * tiles.height < min(minTiles, count)) continue;
    takeArea(tiles, at);
    return true;
  }
  tiles.next = 0;
  return false;
}

/** Finds the next area of tiles that can share a palette, or cannot have any. False when every tile is in an area. */
export function findArea(tiles: Tiles): bool {
  const count = tiles.columns * tiles.rows;
  for (let at = tiles.next; at < count; at++) {
    startArea(tiles, at);
    if (tiles.kind == TAKEN) continue;
    // Where pixels have one byte, more than two colours are no fewer bytes as indices.
    growArea(tiles, tiles.kind == FULL ? FULL : tiles.wireBytes == 1 ? MONO : PALETTE);
    takeArea(tiles, at);
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
  tiles.palette = tile.palette;
  tiles.first = tile.first;
  tiles.second = tile.second;
}

function growArea(tiles: Tiles, kind: u32): void {
  tiles.kind = kind;
  growRight(tiles);
  growDown(tiles);
}

function growRight(tiles: Tiles): void {
  const end = tiles.kind == FULL ? min(tiles.columns, tiles.x + tiles.maxFullColumns) : tiles.columns;
  for (let x = tiles.x + 1; x < end; x++) {
    if (!joins(tiles, tileAt(tiles, x, tiles.y))) return;
    tiles.width++;
  }
}

function growDown(tiles: Tiles): void {
  for (let y = tiles.y + 1; y < tiles.rows; y++) {
    for (let x = tiles.x; x < tiles.x + tiles.width; x++) {
      if (!joins(tiles, tileAt(tiles, x, y))) return;
    }
    tiles.height++;
  }
}

/** Whether a tile may be in the area; its colours are the area's then. */
function joins(tiles: Tiles, tile: Tile): bool {
  const kind = tiles.kind;
  if (tile.kind == TAKEN) return false;
  if (kind == FULL) return tile.kind == FULL;
  if (tile.kind > kind) return false;
  if (kind == PALETTE) return tile.palette == tiles.palette;
  return hasColour(tiles, tile.first) && hasColour(tiles, tile.second);
}

function hasColour(tiles: Tiles, colour: u32): bool {
  if (colour == tiles.first || colour == tiles.second) return true;
  if (tiles.kind == SOLID || tiles.first != tiles.second) return false;
  tiles.second = colour;
  return true;
}

function takeArea(tiles: Tiles, at: u32): void {
  tiles.next = at + tiles.width;
  for (let y = tiles.y; y < tiles.y + tiles.height; y++) {
    for (let x = tiles.x; x < tiles.x + tiles.width; x++) tileAt(tiles, x, y).kind = TAKEN;
  }
}
