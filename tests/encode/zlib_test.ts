/** Which rects a part becomes in Zlib. */

import assert from "node:assert/strict";
import { Arena, ARENA_BYTES } from "../../lib/encode/arena.ts";
import { encodeJob } from "../../lib/encode/job_encoder.ts";
import { Encoding } from "../../lib/rfb/encodings.ts";
import { X8R8G8B8 } from "../../lib/rfb/pixel_format.ts";
import { paintPicture, type PictureKind } from "../helpers/random_picture.ts";
import { type DecodedRect, ReferenceDecoder } from "../helpers/reference_decoder.ts";
import { TestSurface } from "../helpers/test_surface.ts";

async function send(kind: PictureKind, width: number, height: number): Promise<readonly DecodedRect[]> {
  const surface = TestSurface.create(width, height);
  const picture = paintPicture(kind, width, height, 1);
  surface.paint(picture);
  const arena = new Arena(surface.memory.memory, surface.memory.allocate(ARENA_BYTES).pointer);
  const steps = encodeJob(surface.job({ encoding: Encoding.Zlib, pixelFormat: X8R8G8B8 }), arena, {});
  let step = await steps.next();
  while (!step.done) step = await steps.next();
  const decoder = new ReferenceDecoder(width, height, X8R8G8B8);
  const rects = await decoder.applyUpdate(step.value.bytes);
  assert.deepEqual(decoder.picture, picture);
  decoder.close();
  return rects;
}

Deno.test("text goes out in whole rows, grain in narrow rects", async () => {
  assert.deepEqual((await send("text", 600, 64)).map(({ width }) => width), [600]);
  assert.deepEqual((await send("noise", 600, 64)).map(({ width }) => width), [128, 128, 128, 128, 88]);
});
