/** Updates that are the surface itself. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { type Rect, rect } from "../../lib/base/rect.ts";
import { Arena, ARENA_BYTES } from "../../lib/encode/arena.ts";
import type { EncodedUpdate, EncodeJob } from "../../lib/encode/job.ts";
import { encodeJob } from "../../lib/encode/job_encoder.ts";
import { liveUpdate } from "../../lib/encode/live_update.ts";
import { Encoding } from "../../lib/rfb/encodings.ts";
import { R3G3B2, R8G8B8, X8R8G8B8 } from "../../lib/rfb/pixel_format.ts";
import { paintPicture } from "../helpers/random_picture.ts";
import { TestSurface } from "../helpers/test_surface.ts";

const WIDTH = 256;
const HEIGHT = 400;
const RAW = { encoding: Encoding.Raw, pixelFormat: X8R8G8B8 };

const surface = TestSurface.create(WIDTH, HEIGHT);
const arena = new Arena(surface.memory.memory, surface.memory.allocate(ARENA_BYTES).pointer);
surface.paint(paintPicture("mixed", WIDTH, HEIGHT, 4));

function liveJob(rects?: readonly Rect[]): EncodeJob {
  return { ...surface.job(RAW, rects), mayBeLive: true };
}

function messageOf({ bytes, tail = [] }: EncodedUpdate): number[] {
  return [bytes, ...tail].flatMap((piece) => [...piece]);
}

async function encodedMessage(job: EncodeJob): Promise<number[]> {
  const steps = encodeJob(job, arena, {});
  let step = await steps.next();
  while (!step.done) step = await steps.next();
  return messageOf(step.value);
}

const bands = fc.tuple(fc.integer({ min: 64, max: 130 }), fc.integer({ min: 64, max: 130 })).map(([first, second]) => {
  return [rect(0, 3, WIDTH, first), rect(0, HEIGHT - second, WIDTH, second)];
});

Deno.test("a live update is the message that a worker would have made", async () => {
  await fc.assert(
    fc.asyncProperty(bands, async (rects) => {
      const update = liveUpdate(liveJob(rects), surface.memory);
      assert.ok(update?.isLive && update.rectCount === 2);
      assert.deepEqual(messageOf(update), await encodedMessage(liveJob(rects)));
    }),
    { numRuns: 10 },
  );
});

Deno.test("a live update has the pixels that the surface has when they are read", () => {
  const update = liveUpdate(liveJob(), surface.memory)!;
  surface.paint(paintPicture("noise", WIDTH, HEIGHT, 5));
  assert.deepEqual(update.tail![0], surface.memory.bytes(surface.view.pointer, WIDTH * HEIGHT * 4));
});

Deno.test("there is no live update where a copy is needed, or costs less", () => {
  const whole = liveJob();
  const jobs: Record<string, EncodeJob> = {
    "not allowed": { ...whole, mayBeLive: false },
    "another encoding": { ...whole, settings: { ...RAW, encoding: Encoding.Hextile } },
    "a choice of encodings": { ...whole, settings: { ...RAW, beside: [Encoding.Hextile] } },
    "other channels": { ...whole, settings: { ...RAW, pixelFormat: R8G8B8 } },
    "other pixels": { ...whole, settings: { ...RAW, pixelFormat: R3G3B2 } },
    "copies": { ...whole, copies: [{ destination: rect(0, 0, 9, 9), dx: 1, dy: 1 }] },
    "a part of the rows": liveJob([rect(0, 0, WIDTH - 16, HEIGHT)]),
    "one part among others": liveJob([rect(0, 0, WIDTH, 100), rect(16, 200, WIDTH - 16, 100)]),
    "a small rect": liveJob([rect(0, 0, WIDTH, 63)]),
    "nothing": liveJob([]),
    "rows behind the last": liveJob([rect(0, 300, WIDTH, 101)]),
  };
  for (const [why, job] of Object.entries(jobs)) assert.equal(liveUpdate(job, surface.memory), undefined, why);
});

Deno.test("padded rows are copied", () => {
  const padded = TestSurface.create(WIDTH + 8, HEIGHT);
  assert.equal(liveUpdate({ ...padded.job(RAW), mayBeLive: true }, padded.memory), undefined);
});
