/** Where ZRLE changes the way its bytes are compressed. */

import assert from "node:assert/strict";
import { FrameMemory } from "../../lib/display/frame_memory.ts";
import { Arena, ARENA_BYTES } from "../../lib/encode/arena.ts";
import { chooseConversion } from "../../lib/encode/choose.ts";
import { ZrleSegments } from "../../lib/encode/kernels/kernels.ts";
import { joinSegments } from "../../lib/encode/zrle.ts";
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

Deno.test("noise is a segment of its own", () => {
  const surface = sideBySide("text", "noise", "noise", "flat", "gradient");
  const bytes = arena.encode(arena.kernels.encodeZrle, conversion, surface.view, surface.bounds);
  const [count, , ...words] = arena.scratch(ZrleSegments.firstIndex + 6);
  assert.equal(count, 3);
  assert.deepEqual([words[1], words[3], words[5]], [0, 1, 0]);
  assert.equal(words[2]! - words[0]!, 4 * (1 + 64 * 64 * 3));
  assert.equal(words[4], bytes.length);
});

Deno.test("more segments than there is room for are joined at the end", () => {
  const [width, height] = [64, 2048];
  const surface = new TestSurface(memory, width, height);
  const noise = paintPicture("noise", width, height, 1);
  surface.paint(noise.map((colour, at) => (at >> 12) % 2 === 0 ? colour : 0));
  for (const part of [64 * 31, 64 * 32]) {
    const bytes = arena.encode(arena.kernels.encodeZrle, conversion, surface.view, { ...surface.bounds, height: part });
    const words = arena.scratch(ZrleSegments.firstIndex + 2 * ZrleSegments.maxCount);
    assert.equal(words[0], part / 64);
    assert.equal(words[2 * words[0]!], bytes.length);
  }
  const thin = new TestSurface(memory, 8, 8192);
  const bands = paintPicture("noise", 8, 8192, 1).map((colour, at) => (at >> 9) % 2 === 0 ? colour : 0);
  thin.paint(bands);
  const bytes = arena.encode(arena.kernels.encodeZrle, conversion, thin.view, thin.bounds);
  const words = arena.scratch(ZrleSegments.firstIndex + 2 * ZrleSegments.maxCount);
  assert.equal(words[0], ZrleSegments.maxCount);
  assert.equal(words[2 * ZrleSegments.maxCount], bytes.length);
});

Deno.test("a rect is noisy when every block of it is", () => {
  function isNoisy(surface: TestSurface): boolean {
    return arena.run(arena.kernels.isNoisyRect, conversion, surface.view, surface.bounds) === 1;
  }
  assert.equal(isNoisy(sideBySide("noise", "noise")), true);
  assert.equal(isNoisy(sideBySide("noise", "text")), false);
  assert.equal(isNoisy(sideBySide("gradient")), false);
  assert.equal(isNoisy(new TestSurface(memory, 64, 63)), false);
});

Deno.test("joinSegments keeps noise apart only where there is much of it", () => {
  function join(...segments: [number, boolean][]): [number, boolean][] {
    return joinSegments(segments.map(([end, noisy]) => ({ end, noisy }))).map(({ end, noisy }) => [end, noisy]);
  }
  assert.deepEqual(join([100, false], [9_000, true], [12_000, false]), [[100, false], [9_000, true], [12_000, false]]);
  assert.deepEqual(join([100, false], [5_000, true], [9_000, false]), [[9_000, false]]);
  assert.deepEqual(join([20_000, true], [20_100, false], [30_000, true]), [[30_000, true]]);
  assert.deepEqual(join([20_000, true], [22_000, false], [40_000, true]), [[20_000, true], [22_000, false], [
    40_000,
    true,
  ]]);
  assert.deepEqual(join(), []);
});
