/** Which rects and subrects RRE and CoRRE make of pictures whose answer is known. */

import assert from "node:assert/strict";
import { MAX_UPDATE_RECTS } from "../../lib/base/limits.ts";
import { type Rect, rect } from "../../lib/base/rect.ts";
import { FrameMemory } from "../../lib/display/frame_memory.ts";
import { Arena, ARENA_BYTES } from "../../lib/encode/arena.ts";
import { encodeJob } from "../../lib/encode/job_encoder.ts";
import { Encoding } from "../../lib/rfb/encodings.ts";
import { X8R8G8B8 } from "../../lib/rfb/pixel_format.ts";
import { paintPicture } from "../helpers/random_picture.ts";
import { type DecodedRect, ReferenceDecoder } from "../helpers/reference_decoder.ts";
import { TestSurface } from "../helpers/test_surface.ts";

const memory = new FrameMemory();
const arena = new Arena(memory.memory, memory.allocate(ARENA_BYTES).pointer);
const UPDATE_HEADER_BYTES = 4;
const RECT_HEADER_BYTES = 12;

async function encode(surface: TestSurface, encoding: number, rects?: Rect[]): Promise<Uint8Array> {
  const steps = encodeJob(surface.job({ encoding, pixelFormat: X8R8G8B8 }, rects), arena, {});
  let step = await steps.next();
  while (!step.done) step = await steps.next();
  return step.value.bytes;
}

async function decode(
  surface: TestSurface,
  bytes: Uint8Array,
): Promise<{ rects: DecodedRect[]; picture: Uint32Array }> {
  const decoder = new ReferenceDecoder(surface.width, surface.height, X8R8G8B8);
  const rects = await decoder.applyUpdate(bytes);
  decoder.close();
  return { rects, picture: decoder.picture };
}

/** A surface of `pixels`, 0x00RRGGBB row by row. */
function surfaceOf(width: number, pixels: readonly number[]): TestSurface {
  const surface = new TestSurface(memory, width, pixels.length / width);
  surface.paint(Uint32Array.from(pixels));
  return surface;
}

Deno.test("RRE is the most frequent colour and the largest subrects of the others", async () => {
  // deno-fmt-ignore
  const surface = surfaceOf(8, [
    7, 7, 7, 7, 7, 7, 7, 7,
    7, 1, 1, 1, 1, 7, 7, 7,
    7, 1, 1, 2, 2, 2, 7, 7,
    7, 1, 1, 2, 2, 2, 7, 7,
    7, 7, 7, 7, 7, 7, 7, 7,
  ]);
  const payload = (await encode(surface, Encoding.RRE)).slice(UPDATE_HEADER_BYTES + RECT_HEADER_BYTES);
  assert.deepEqual([...payload], [
    ...[0, 0, 0, 3, 7, 0, 0, 0],
    ...[1, 0, 0, 0, 0, 1, 0, 1, 0, 2, 0, 3],
    ...[1, 0, 0, 0, 0, 3, 0, 1, 0, 2, 0, 1],
    ...[2, 0, 0, 0, 0, 3, 0, 2, 0, 3, 0, 2],
  ]);
  const short = (await encode(surface, Encoding.CoRRE)).slice(UPDATE_HEADER_BYTES + RECT_HEADER_BYTES);
  assert.deepEqual([...short], [
    ...[0, 0, 0, 3, 7, 0, 0, 0],
    ...[1, 0, 0, 0, 1, 1, 2, 3, 1, 0, 0, 0, 3, 1, 2, 1],
    ...[2, 0, 0, 0, 3, 2, 3, 2],
  ]);
});

Deno.test("a staircase of one colour is painted without painting a pixel twice", async () => {
  const side = 60;
  const pixels = Array.from({ length: side * side }, (_, at) => at % side >= side - 1 - Math.floor(at / side) ? 5 : 0);
  const surface = surfaceOf(side, pixels);
  for (const encoding of [Encoding.RRE, Encoding.CoRRE]) {
    // the reference decoder refuses subrects that overlap
    const { rects, picture } = await decode(surface, await encode(surface, encoding));
    assert.deepEqual(rects.map((each) => each.encoding), [encoding]);
    assert.deepEqual([...picture], pixels);
  }
});

Deno.test("a rect of noise is Raw, and its neighbours are not", async () => {
  const surface = new TestSurface(memory, 192, 64);
  const noise = paintPicture("noise", 192, 64, 4);
  surface.paint(noise.map((colour, at) => at % 192 >= 64 && at % 192 < 128 ? colour : 0x445566));
  for (const encoding of [Encoding.RRE, Encoding.CoRRE]) {
    const bytes = await encode(surface, encoding);
    const { rects } = await decode(surface, bytes);
    assert.deepEqual(rects.map((each) => each.encoding), [encoding, Encoding.Raw, encoding]);
    assert.equal(bytes.length, UPDATE_HEADER_BYTES + 3 * RECT_HEADER_BYTES + 2 * 8 + 64 * 64 * 4);
  }
});

Deno.test("CoRRE's rects stay within what its coordinates can say, low and narrow ones as well", async () => {
  for (const [width, height] of [[2000, 3], [3, 1200], [700, 30]] as const) {
    const surface = new TestSurface(memory, width, height);
    const picture = paintPicture("text", width, height, 2);
    surface.paint(picture);
    const decoded = await decode(surface, await encode(surface, Encoding.CoRRE));
    assert.deepEqual(decoded.picture, picture);
    for (const each of decoded.rects) assert.ok(each.width <= 255 && each.height <= 255);
  }
});

Deno.test("more rects than one update can have become Raw parts", async () => {
  const surface = new TestSurface(memory, 800, 200);
  const picture = paintPicture("flat", 800, 200, 6);
  surface.paint(picture);
  const pixels = Array.from({ length: MAX_UPDATE_RECTS + 1 }, (_, at) => rect(at % 800, Math.floor(at / 800), 1, 1));
  const { rects } = await decode(surface, await encode(surface, Encoding.CoRRE, pixels));
  assert.ok(rects.length > 0 && rects.length < 100);
  assert.ok(rects.every((each) => each.encoding === Encoding.Raw));
});
