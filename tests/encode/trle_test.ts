/** Which forms TRLE gives tiles whose answer is known. */

import assert from "node:assert/strict";
import { FrameMemory } from "../../lib/display/frame_memory.ts";
import { Arena, ARENA_BYTES } from "../../lib/encode/arena.ts";
import { chooseConversion } from "../../lib/encode/choose.ts";
import { Encoding } from "../../lib/rfb/encodings.ts";
import { X8R8G8B8 } from "../../lib/rfb/pixel_format.ts";
import { TestSurface } from "../helpers/test_surface.ts";

const memory = new FrameMemory();
const arena = new Arena(memory.memory, memory.allocate(ARENA_BYTES).pointer);
const conversion = chooseConversion(Encoding.TRLE, X8R8G8B8);

type Tile = (x: number, y: number) => number;

/** A column of tiles of 16x16 as TRLE. */
function encodeTiles(...tiles: Tile[]): number[] {
  const surface = new TestSurface(memory, 16, 16 * tiles.length);
  surface.paint(Uint32Array.from({ length: 256 * tiles.length }, (_, at) => tiles[at >> 8]!(at & 15, at >> 4 & 15)));
  return [...arena.encode(arena.kernels.encodeTrle, conversion, surface.view, surface.bounds)];
}

const solid: Tile = () => 9;
const stripes: Tile = (x) => 1 + x % 2;
const fours: Tile = (x) => 1 + x % 4;
const noise: Tile = (x, y) => y * 16 + x;
/** Two runs of 128 pixels. */
const halves: Tile = (_, y) => y < 8 ? 1 : 2;

Deno.test("a solid tile is its colour", () => {
  assert.deepEqual(encodeTiles(solid), [1, 9, 0, 0]);
});

Deno.test("a tile of many colours is raw", () => {
  const bytes = encodeTiles(noise);
  assert.equal(bytes.length, 1 + 256 * 3);
  assert.equal(bytes[0], 0);
});

Deno.test("a tile of a few long runs is runs, of two colours with a palette or without", () => {
  assert.deepEqual(encodeTiles(halves), [128, 1, 0, 0, 127, 2, 0, 0, 127]);
  const three: Tile = (x, y) => y === 0 && x < 3 ? 1 + x % 2 : 1;
  assert.deepEqual(encodeTiles(three), [130, 1, 0, 0, 2, 0, 0, 0, 1, 128, 253]);
});

Deno.test("a palette is used again by the tile right behind, packed", () => {
  const row = 0b01010101;
  const packed = Array<number>(32).fill(row);
  assert.deepEqual(encodeTiles(stripes, stripes), [2, 1, 0, 0, 2, 0, 0, ...packed, 127, ...packed]);
  assert.deepEqual(encodeTiles(stripes, solid, stripes), [
    ...[2, 1, 0, 0, 2, 0, 0, ...packed],
    ...[1, 9, 0, 0],
    ...[2, 1, 0, 0, 2, 0, 0, ...packed],
  ]);
});

Deno.test("a palette is used again for runs, and again after that", () => {
  const packed = Array<number>(32).fill(0b01010101);
  const runs = [129, 128, 127, 129, 127];
  assert.deepEqual(encodeTiles(stripes, halves, stripes), [
    ...[2, 1, 0, 0, 2, 0, 0, ...packed],
    ...runs,
    ...[127, ...packed],
  ]);
});

Deno.test("a tile with some of the last tile's colours uses its palette only where that is smaller", () => {
  const bytes = encodeTiles(fours, (x) => x % 2 === 0 ? 4 : 2);
  const first = 1 + 4 * 3 + 64;
  // four colours take two bits each, a palette of two one bit and six bytes
  assert.deepEqual(bytes.slice(first, first + 7), [2, 4, 0, 0, 2, 0, 0]);
  const low: Tile = (x, y) => y === 0 && x < 5 ? 1 + x % 2 : 4;
  assert.deepEqual(encodeTiles(fours, low).slice(first), [129, 0, 1, 0, 1, 0, 3 | 128, 250]);
});

Deno.test("every rect begins without a palette", () => {
  assert.deepEqual(encodeTiles(stripes), encodeTiles(stripes));
});
