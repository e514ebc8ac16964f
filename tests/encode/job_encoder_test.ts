/** decode∘encode is the identity, for every encoding and pixel format. */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { rect } from "../../lib/base/rect.ts";
import { FrameMemory } from "../../lib/display/frame_memory.ts";
import { Arena, ARENA_BYTES, ARENA_SCRATCH_BYTES } from "../../lib/encode/arena.ts";
import type { EncodedUpdate, EncodeJob, EncodeSettings } from "../../lib/encode/job.ts";
import { closeStreams, encodeJob } from "../../lib/encode/job_encoder.ts";
import type { ClientStreams } from "../../lib/encode/rect_encoder.ts";
import { Encoding } from "../../lib/rfb/encodings.ts";
import { type PixelFormat, R8G8B8, X8R8G8B8 } from "../../lib/rfb/pixel_format.ts";
import {
  paintPicture,
  PICTURE_KINDS,
  pixelFormats,
  randomNumbers,
  usualPixelFormats,
} from "../helpers/random_picture.ts";
import { ReferenceDecoder } from "../helpers/reference_decoder.ts";
import { pixelValues, TestSurface } from "../helpers/test_surface.ts";

const ENCODINGS = [
  Encoding.Raw,
  Encoding.RRE,
  Encoding.CoRRE,
  Encoding.Hextile,
  Encoding.Zlib,
  Encoding.Tight,
  Encoding.TRLE,
  Encoding.ZRLE,
  Encoding.ZYWRLE,
  Encoding.TightPNG,
];
const MAX_WIDTH = 300;
const MAX_HEIGHT = 200;

const memory = new FrameMemory();
const arena = new Arena(memory.memory, memory.allocate(ARENA_BYTES).pointer);

const sizes = fc.oneof(
  fc.record({ width: fc.integer({ min: 1, max: 40 }), height: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ width: fc.integer({ min: 1, max: MAX_WIDTH }), height: fc.integer({ min: 1, max: MAX_HEIGHT }) }),
);

const pictures = fc.record({
  size: sizes,
  kind: fc.constantFrom(...PICTURE_KINDS),
  seed: fc.integer(),
  format: fc.oneof(pixelFormats, usualPixelFormats),
  encoding: fc.constantFrom(...ENCODINGS),
});

async function runJob(job: EncodeJob, streams: ClientStreams = {}, within = arena): Promise<EncodedUpdate> {
  const steps = encodeJob(job, within, streams);
  let step = await steps.next();
  while (!step.done) step = await steps.next();
  return step.value;
}

async function withClient(
  width: number,
  height: number,
  format: PixelFormat,
  body: (streams: ClientStreams, decoder: ReferenceDecoder) => Promise<void>,
): Promise<void> {
  const streams: ClientStreams = {};
  const decoder = new ReferenceDecoder(width, height, format);
  try {
    await body(streams, decoder);
  } finally {
    closeStreams(streams);
    decoder.close();
  }
}

function settingsOf(encoding: number, pixelFormat: PixelFormat = X8R8G8B8): EncodeSettings {
  return { encoding, pixelFormat };
}

Deno.test("a decoded picture is the encoded one in every encoding and pixel format", async () => {
  await fc.assert(
    fc.asyncProperty(pictures, async ({ size: { width, height }, kind, seed, format, encoding }) => {
      const surface = new TestSurface(memory, width, height);
      const picture = paintPicture(kind, width, height, seed);
      surface.paint(picture);
      await withClient(width, height, format, async (streams, decoder) => {
        const { bytes, rectCount } = await runJob(surface.job(settingsOf(encoding, format)), streams);
        const rects = await decoder.applyUpdate(bytes);
        assert.equal(rects.length, rectCount);
        assert.deepEqual(decoder.picture, pixelValues(format, picture));
      });
      memory.free({ pointer: surface.view.pointer, byteLength: 0 });
    }),
    { numRuns: 800 },
  );
});

const changes = fc.record({
  kind: fc.constantFrom(...PICTURE_KINDS),
  seed: fc.integer(),
  encoding: fc.constantFrom(...ENCODINGS),
  compressLevel: fc.constantFrom(undefined, 0, 1, 2, 6, 9),
  gradients: fc.boolean(),
  format: usualPixelFormats,
  rects: fc.array(
    fc.record({ x: fc.nat(150), y: fc.nat(120), width: fc.nat(160), height: fc.nat(130) }),
    { maxLength: 8 },
  ),
});

Deno.test("a client's picture stays right through jobs of changing encoding, level, format and rects", async () => {
  const [width, height] = [130, 100];
  const surface = TestSurface.create(width, height);
  const bounds = surface.bounds;
  const ownArena = new Arena(surface.memory.memory, surface.memory.allocate(ARENA_BYTES).pointer);
  await fc.assert(
    fc.asyncProperty(fc.array(changes, { minLength: 1, maxLength: 8 }), async (steps) => {
      await withClient(width, height, X8R8G8B8, async (streams, decoder) => {
        for (const { kind, seed, encoding, compressLevel, gradients, format, rects } of steps) {
          const before = pixelValues(format, decoder.picture.map(() => 0x123456));
          decoder.format = format;
          decoder.picture.set(before);
          const picture = paintPicture(kind, width, height, seed);
          surface.paint(picture);
          const level = compressLevel === undefined ? {} : { compressLevel };
          const settings = { encoding, pixelFormat: format, ...level, gradients };
          const job = encodeJob(surface.job(settings, rects), ownArena, streams);
          let step = await job.next();
          while (!step.done) step = await job.next();
          await decoder.applyUpdate(step.value.bytes);
          const expected = expectedPicture(before, pixelValues(format, picture), bounds.width, rects);
          assert.deepEqual(decoder.picture, expected);
        }
      });
    }),
    { numRuns: 60 },
  );
});

function expectedPicture(
  before: Uint32Array,
  after: Uint32Array,
  width: number,
  rects: readonly { x: number; y: number; width: number; height: number }[],
): Uint32Array {
  return before.map((value, at) => {
    const [x, y] = [at % width, Math.floor(at / width)];
    const isSent = rects.some((r) => x >= r.x && x < r.x + r.width && y >= r.y && y < r.y + r.height);
    return isSent ? after[at]! : value;
  });
}

Deno.test("what a new client is sent does not depend on what was encoded before", async () => {
  const [width, height] = [130, 100];
  const surface = TestSurface.create(width, height);
  const ownArena = new Arena(surface.memory.memory, surface.memory.allocate(ARENA_BYTES).pointer);
  await fc.assert(
    fc.asyncProperty(fc.array(changes, { minLength: 1, maxLength: 4 }), async (steps) => {
      const [once, again] = [await encodeAll(), await encodeAll()];
      assert.equal(again.findIndex((bytes, at) => !Buffer.from(bytes).equals(once[at]!)), -1);

      async function encodeAll(): Promise<Uint8Array[]> {
        const streams: ClientStreams = {};
        const updates: Uint8Array[] = [];
        for (const { kind, seed, encoding, compressLevel, gradients, format, rects } of steps) {
          surface.paint(paintPicture(kind, width, height, seed));
          const level = compressLevel === undefined ? {} : { compressLevel };
          const settings = { encoding, pixelFormat: format, ...level, gradients };
          updates.push((await runJob(surface.job(settings, rects), streams, ownArena)).bytes.slice());
        }
        closeStreams(streams);
        return updates;
      }
    }),
    { numRuns: 100 },
  );
});

Deno.test("a picture wider and higher than a part arrives whole", async () => {
  const [width, height] = [2500, 150];
  const surface = TestSurface.create(width, height);
  const ownArena = new Arena(surface.memory.memory, surface.memory.allocate(ARENA_BYTES).pointer);
  const picture = paintPicture("mixed", width, height, 5);
  surface.paint(picture);
  for (const encoding of ENCODINGS) {
    await withClient(width, height, X8R8G8B8, async (streams, decoder) => {
      const steps = encodeJob(surface.job(settingsOf(encoding)), ownArena, streams);
      let step = await steps.next();
      let yields = 0;
      for (; !step.done; step = await steps.next()) yields++;
      await decoder.applyUpdate(step.value.bytes);
      assert.deepEqual(decoder.picture, picture);
      if (encoding === Encoding.Raw) assert.equal(step.value.rectCount, 1);
      const mayBeMore = encoding === Encoding.Tight || encoding === Encoding.TightPNG;
      if (!mayBeMore) assert.equal(yields + 1, step.value.rectCount);
    });
  }
});

Deno.test("Raw pixels of any format are right behind the rows that the arena holds at once", async () => {
  const [width, height] = [2500, 150];
  const surface = TestSurface.create(width, height);
  const ownArena = new Arena(surface.memory.memory, surface.memory.allocate(ARENA_BYTES).pointer);
  const picture = paintPicture("mixed", width, height, 5);
  surface.paint(picture);
  for (const format of [R8G8B8, { ...X8R8G8B8, bigEndianFlag: true }]) {
    await withClient(width, height, format, async (_streams, decoder) => {
      const steps = encodeJob(surface.job(settingsOf(Encoding.Raw, format), [rect(1, 0, 2499, 150)]), ownArena, {});
      let step = await steps.next();
      while (!step.done) step = await steps.next();
      await decoder.applyUpdate(step.value.bytes);
      const expected = pixelValues(format, picture).map((value, at) => at % width === 0 ? 0 : value);
      assert.deepEqual(decoder.picture, expected);
    });
  }
});

Deno.test("copies come before changed rects and are clipped with their source", async () => {
  const surface = TestSurface.create(64, 48);
  const picture = paintPicture("noise", 64, 48, 1);
  surface.paint(picture);
  const ownArena = new Arena(surface.memory.memory, surface.memory.allocate(ARENA_BYTES).pointer);
  const job: EncodeJob = {
    ...surface.job(settingsOf(Encoding.Raw), [rect(60, 0, 10, 1), rect(70, 70, 5, 5)]),
    copies: [
      { destination: rect(4, 4, 10, 10), dx: 4, dy: -3 },
      { destination: rect(0, 0, 64, 48), dx: 10, dy: 0 },
      { destination: rect(0, 0, 5, 5), dx: 60, dy: 60 },
    ],
  };
  const steps = encodeJob(job, ownArena, {});
  const step = await steps.next();
  assert.ok(step.done);
  const decoder = new ReferenceDecoder(64, 48, X8R8G8B8);
  const rects = await decoder.applyUpdate(step.value.bytes);
  decoder.close();
  assert.deepEqual(rects, [
    { x: 4, y: 4, width: 10, height: 10, encoding: Encoding.CopyRect },
    { x: 10, y: 0, width: 54, height: 48, encoding: Encoding.CopyRect },
    { x: 60, y: 0, width: 4, height: 1, encoding: Encoding.Raw },
  ]);
});

Deno.test("an encoding without an encoder fails the job", async () => {
  const surface = new TestSurface(memory, 4, 4);
  await assert.rejects(runJob(surface.job(settingsOf(50))), RangeError);
});

Deno.test("an update begun in used memory is the same as one begun in new memory", async () => {
  const surface = new TestSurface(memory, 200, 100);
  surface.paint(paintPicture("mixed", 200, 100, 9));
  const job = surface.job(settingsOf(Encoding.Raw));
  const fresh = await runJob(job);
  const used = new Uint8Array(200_000).fill(0xaa);
  const again = (await encodeJob(job, arena, {}, used.buffer).next()).value as EncodedUpdate;
  assert.deepEqual(again.bytes, fresh.bytes);
  assert.equal(again.bytes.buffer, used.buffer);
});

Deno.test("the arena has room for what the kernels ask for", () => {
  assert.ok(arena.kernels.scratchBytes() <= ARENA_SCRATCH_BYTES);
});

Deno.test("a surface at the very end of the memory is read without a byte behind it", async () => {
  const pages = Math.ceil(ARENA_BYTES / 65_536) + 1;
  const full = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const ownArena = new Arena(full, 4096);
  for (const width of [1, 2, 3, 5, 15, 16]) {
    const strideBytes = 64;
    const height = 3;
    const pointer = pages * 65_536 - strideBytes * height;
    const surface = { pointer, width: 16, height, strideBytes };
    const numbers = randomNumbers(width);
    const pixels = new Uint8Array(full.buffer, pointer);
    for (let at = 0; at < pixels.length; at++) pixels[at] = numbers();
    for (const encoding of ENCODINGS) {
      const streams: ClientStreams = {};
      const rects = [rect(16 - width, 0, width, height)];
      const steps = encodeJob({ surface, settings: settingsOf(encoding), copies: [], rects }, ownArena, streams);
      assert.ok((await steps.next()).done);
      closeStreams(streams);
    }
  }
});
