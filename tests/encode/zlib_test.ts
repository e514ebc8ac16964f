/** Which rects a part becomes in Zlib, and how they are compressed. */

import assert from "node:assert/strict";
import { Arena, ARENA_BYTES } from "../../lib/encode/arena.ts";
import { encodeJob } from "../../lib/encode/job_encoder.ts";
import { Encoding } from "../../lib/rfb/encodings.ts";
import { X8R8G8B8 } from "../../lib/rfb/pixel_format.ts";
import { paintPicture, type PictureKind } from "../helpers/random_picture.ts";
import { type DecodedRect, ReferenceDecoder } from "../helpers/reference_decoder.ts";
import { TestSurface } from "../helpers/test_surface.ts";

interface Sent {
  readonly bytes: number;
  readonly rects: readonly DecodedRect[];
}

/** An update of a picture, decoded to the same. */
async function send(kind: PictureKind, width: number, height: number, compressLevel = 6): Promise<Sent> {
  const surface = TestSurface.create(width, height);
  const picture = paintPicture(kind, width, height, 1);
  surface.paint(picture);
  const arena = new Arena(surface.memory.memory, surface.memory.allocate(ARENA_BYTES).pointer);
  const settings = { encoding: Encoding.Zlib, pixelFormat: X8R8G8B8, compressLevel };
  const steps = encodeJob(surface.job(settings), arena, {});
  let step = await steps.next();
  while (!step.done) step = await steps.next();
  const decoder = new ReferenceDecoder(width, height, X8R8G8B8);
  const rects = await decoder.applyUpdate(step.value.bytes);
  assert.deepEqual(decoder.picture, picture);
  decoder.close();
  return { bytes: step.value.bytes.length, rects };
}

Deno.test("text goes out in whole rows, grain in narrow rects", async () => {
  assert.deepEqual((await send("text", 600, 64)).rects.map(({ width }) => width), [600]);
  assert.deepEqual((await send("noise", 600, 64)).rects.map(({ width }) => width), [128, 128, 128, 128, 88]);
});

Deno.test("compress level 2 is as fast as 1, 0 is stored", async () => {
  const [stored, first, second, third] = await Promise.all(
    [0, 1, 2, 3].map(async (level) => (await send("blocks", 600, 128, level)).bytes),
  );
  assert.equal(second, first);
  assert.ok(third! < first!);
  assert.ok(stored! > 600 * 128 * 4);
});

for (const kind of ["text", "blocks", "mixed"] as const) {
  Deno.test(`more effort than level 6 is no more bytes: ${kind}`, async () => {
    const [sixth, ...more] = await Promise.all(
      [6, 7, 8, 9].map(async (level) => (await send(kind, 640, 200, level)).bytes),
    );
    for (const bytes of more) assert.ok(bytes <= sixth!, `${bytes} bytes, ${sixth} at 6`);
  });
}
