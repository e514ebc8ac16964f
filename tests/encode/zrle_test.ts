/** The segments of ZRLE's tiles that are searched in their own way. */

import assert from "node:assert/strict";
import { FrameMemory } from "../../lib/display/frame_memory.ts";
import { Arena, ARENA_BYTES } from "../../lib/encode/arena.ts";
import { chooseConversion } from "../../lib/encode/choose.ts";
import { ZrleSegments } from "../../lib/encode/kernels/kernels.ts";
import { Encoding } from "../../lib/rfb/encodings.ts";
import { X8R8G8B8 } from "../../lib/rfb/pixel_format.ts";
import { paintPicture, type PictureKind } from "../helpers/random_picture.ts";
import { TestSurface } from "../helpers/test_surface.ts";

const memory = new FrameMemory();
const arena = new Arena(memory.memory, memory.allocate(ARENA_BYTES).pointer);
const conversion = chooseConversion(Encoding.ZRLE, X8R8G8B8);

/** A surface with the kinds side by side, 128 pixels each. */
function sideBySide(...kinds: PictureKind[]): TestSurface {
  const surface = new TestSurface(memory, 128 * kinds.length, 64);
  const picture = new Uint32Array(surface.width * 64);
  kinds.forEach((kind, column) => {
    const part = paintPicture(kind, 128, 64, 3 + column);
    for (let y = 0; y < 64; y++) picture.set(part.subarray(y * 128, y * 128 + 128), y * surface.width + column * 128);
  });
  surface.paint(picture);
  return surface;
}

Deno.test("plain pixels are segments of their own", () => {
  const surface = sideBySide("flat", "noise", "flat");
  const bytes = arena.encode(arena.kernels.encodeZrle, conversion, surface.view, surface.bounds);
  const [count, , ...words] = arena.scratch(ZrleSegments.firstIndex + 10);
  const [flatBytes, pixelBytes] = [2 * (1 + 3), 64 * 64 * 3];
  assert.equal(count, 5);
  assert.deepEqual(
    words.slice(0, 10),
    [
      [flatBytes + 1, 1],
      [flatBytes + 1 + pixelBytes, 3],
      [flatBytes + 2 + pixelBytes, 1],
      [flatBytes + 2 + 2 * pixelBytes, 3],
      [bytes.length, 1],
    ].flat(),
  );
});

Deno.test("more segments than there is room for are joined at the end", () => {
  for (const height of [64 * 31, 64 * 128]) {
    const surface = new TestSurface(memory, 8, height);
    surface.paint(paintPicture("noise", 8, height, 1));
    const bytes = arena.encode(arena.kernels.encodeZrle, conversion, surface.view, surface.bounds);
    const words = arena.scratch(ZrleSegments.firstIndex + 2 * ZrleSegments.maxCount);
    assert.equal(words[0], Math.min(2 * height / 64, ZrleSegments.maxCount));
    assert.equal(words[2 * words[0]!], bytes.length);
  }
});

Deno.test("runs are written with the palette of the tile before and what is new behind it", () => {
  const surface = new TestSurface(memory, 128, 64);
  // 20 colours in rows of 8 pixels each; the right tile has them the other way round, and one more.
  surface.paint(Uint32Array.from({ length: 128 * 64 }, (_, at) => {
    const [x, y] = [at % 128, Math.floor(at / 128)];
    const colour = Math.floor(x % 64 / 8 + 8 * y) % 20;
    return x < 64 ? colour : y === 63 ? 99 : 19 - colour;
  }));
  const bytes = arena.encode(arena.kernels.encodeZrle, conversion, surface.view, surface.bounds);
  const [paletteBytes, runs] = [20 * 3, 8 * 64];
  const second = 1 + paletteBytes + 2 * runs;
  assert.deepEqual([bytes[0], bytes[second]], [128 + 20, 128 + 21]);
  const palette = bytes.subarray(second + 1, second + 1 + paletteBytes);
  assert.deepEqual(palette, bytes.subarray(1, 1 + paletteBytes));
  assert.deepEqual([...bytes.subarray(second + 1 + paletteBytes).subarray(0, 5)], [99, 0, 0, 128 + 19, 7]);
});
