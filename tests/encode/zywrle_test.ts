/** ZYWRLE: without a loss where none is allowed, close to the picture where it is. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { createPixelTarget } from "../../lib/decode/pixel_target.ts";
import { createRectDecoders } from "../../lib/decode/rect_decoders.ts";
import { FrameMemory } from "../../lib/display/frame_memory.ts";
import { Arena, ARENA_BYTES } from "../../lib/encode/arena.ts";
import type { EncodedUpdate, LossyRule } from "../../lib/encode/job.ts";
import { closeStreams, encodeJob } from "../../lib/encode/job_encoder.ts";
import type { ClientStreams } from "../../lib/encode/rect_encoder.ts";
import { ByteReader } from "../../lib/rfb/byte_reader.ts";
import { Encoding, QUALITY_LEVEL_0 } from "../../lib/rfb/encodings.ts";
import { channelBits, type PixelFormat, R8G8B8, X8R8G8B8 } from "../../lib/rfb/pixel_format.ts";
import { zywrleDepth } from "../../lib/rfb/zywrle.ts";
import { qualityOf } from "../../lib/server/client_quality.ts";
import { paintPicture, PICTURE_KINDS, usualPixelFormats } from "../helpers/random_picture.ts";
import { ReferenceDecoder } from "../helpers/reference_decoder.ts";
import { pixelValues, TestSurface } from "../helpers/test_surface.ts";

const R5G6B5: PixelFormat = {
  ...X8R8G8B8,
  bitsPerPixel: 16,
  depth: 16,
  redMax: 31,
  greenMax: 63,
  blueMax: 31,
  redShift: 11,
  greenShift: 5,
};
const R5G5B5: PixelFormat = { ...R5G6B5, depth: 15, greenMax: 31, redShift: 10 };
const FORMATS = [X8R8G8B8, R8G8B8, R5G6B5, R5G5B5].flatMap((format) => [format, { ...format, bigEndianFlag: true }]);

const memory = new FrameMemory();
const arena = new Arena(memory.memory, memory.allocate(ARENA_BYTES).pointer);

interface Sent extends EncodedUpdate {
  readonly encodings: number[];
  readonly picture: Uint32Array;
  readonly coefficientTiles: number;
}

interface Wish {
  readonly format?: PixelFormat;
  readonly qualityLevel?: number;
  readonly rule?: LossyRule;
}

/** Sends a picture and decodes it by the reference. */
async function send(
  picture: Uint32Array,
  width: number,
  { format = X8R8G8B8, qualityLevel, rule }: Wish,
): Promise<Sent> {
  const surface = new TestSurface(memory, width, picture.length / width);
  surface.paint(picture);
  const { zywrleDepth: depth } = qualityOf(qualityLevel === undefined ? [] : [QUALITY_LEVEL_0 + qualityLevel]);
  const settings = { encoding: Encoding.ZYWRLE, pixelFormat: format };
  const job = surface.job(depth === undefined ? settings : { ...settings, zywrleDepth: depth });
  const streams: ClientStreams = {};
  const steps = encodeJob(rule === undefined ? job : { ...job, lossy: [rule] }, arena, streams);
  let step = await steps.next();
  while (!step.done) step = await steps.next();
  closeStreams(streams);
  memory.free({ pointer: surface.view.pointer, byteLength: 0 });
  const decoder = new ReferenceDecoder(width, surface.height, format);
  decoder.zywrleDepth = zywrleDepth(qualityLevel);
  const rects = await decoder.applyUpdate(step.value.bytes);
  decoder.close();
  const { coefficientTiles } = decoder;
  return {
    ...step.value,
    encodings: rects.map(({ encoding }) => encoding),
    picture: decoder.picture,
    coefficientTiles,
  };
}

/** What this project's own client makes of an update of one rect. */
function decodeAsClient({ bytes }: Sent, width: number, height: number, qualityLevel: number): Uint32Array {
  const target = createPixelTarget(width, height);
  const reader = new ByteReader(bytes.slice(16));
  const decoder = createRectDecoders(true, qualityLevel).get(Encoding.ZYWRLE)!;
  assert.equal(decoder.decodeRect(reader, { x: 0, y: 0, width, height }, target), true);
  assert.equal(reader.available, 0);
  return new Uint32Array(target.pixels.buffer);
}

/** Smooth shapes with some grain, and edges. */
function photo(width: number, height: number): Uint32Array {
  return new Uint32Array(width * height).map((_, at) => {
    const [x, y] = [at % width, Math.floor(at / width)];
    const grain = (at * 2654435761 >>> 0) % 7;
    const edge = (x >> 5) + (y >> 5) & 1 ? 30 : 0;
    const red = 128 + 90 * Math.sin(x / 23) * Math.cos(y / 31) + grain;
    const green = 110 + 80 * Math.sin((x + y) / 40) + edge;
    const blue = 90 + 60 * Math.cos(y / 17) + grain + edge;
    return red << 16 | (green & 255) << 8 | blue & 255;
  });
}

/** Decibels between pictures of a format's values, each channel in its own range. */
function decibels(a: Uint32Array, b: Uint32Array, format: PixelFormat): number {
  const { redMax, redShift, greenMax, greenShift, blueMax, blueShift } = format;
  const channels = [[redMax, redShift], [greenMax, greenShift], [blueMax, blueShift]] as const;
  let sum = 0;
  for (let at = 0; at < a.length; at++) {
    for (const [max, shift] of channels) {
      sum += (((a[at]! >>> shift & max) - (b[at]! >>> shift & max)) / max) ** 2;
    }
  }
  return -10 * Math.log10(sum / a.length / 3);
}

Deno.test("nothing is lost where it is not allowed, and no tile is raw", async () => {
  const sizes = fc.record({ width: fc.integer({ min: 1, max: 140 }), height: fc.integer({ min: 1, max: 140 }) });
  await fc.assert(
    fc.asyncProperty(
      sizes,
      fc.constantFrom(...PICTURE_KINDS),
      fc.integer(),
      fc.constantFrom(...FORMATS),
      fc.nat(8),
      async ({ width, height }, kind, seed, format, qualityLevel) => {
        const picture = paintPicture(kind, width, height, seed);
        const sent = await send(picture, width, { format, qualityLevel, rule: "forbidden" });
        assert.deepEqual(sent.picture, pixelValues(format, picture));
        assert.deepEqual([sent.encodings, sent.coefficientTiles, sent.lossyRects], [[Encoding.ZYWRLE], 0, undefined]);
      },
    ),
    { numRuns: 150 },
  );
});

Deno.test("a client that wants full quality, or says nothing of it, is sent ZRLE", async () => {
  const picture = photo(100, 70);
  for (const wish of [{}, { qualityLevel: 9 }]) {
    const sent = await send(picture, 100, { ...wish, rule: "forced" });
    assert.deepEqual([sent.encodings, sent.lossyRects], [[Encoding.ZRLE], undefined]);
    assert.deepEqual(sent.picture, picture);
  }
});

Deno.test("a client whose pixels no peer transforms is sent ZRLE", async () => {
  const picture = photo(100, 70);
  const formats: PixelFormat[] = [
    { ...X8R8G8B8, depth: 32 },
    { ...X8R8G8B8, redShift: 24, greenShift: 16, blueShift: 8 },
    { ...X8R8G8B8, bitsPerPixel: 8, depth: 8, redMax: 7, greenMax: 7, blueMax: 3, redShift: 5, greenShift: 2 },
    { ...R5G6B5, redMax: 15 },
    { ...X8R8G8B8, redMax: 31, greenMax: 63, blueMax: 31, redShift: 11, greenShift: 5 },
  ];
  for (const format of formats) {
    const sent = await send(picture, 100, { format, qualityLevel: 5, rule: "allowed" });
    assert.deepEqual([sent.encodings, sent.lossyRects], [[Encoding.ZRLE], undefined]);
    assert.deepEqual(sent.picture, pixelValues(format, picture));
  }
});

Deno.test("a photo stays close to what it was, the closer the higher its quality, and takes less the lower it is", async () => {
  const [width, height] = [200, 150];
  const picture = photo(width, height);
  for (const format of FORMATS) {
    const expected = pixelValues(format, picture);
    const bits = channelBits(format.greenMax);
    const sent: { bytes: number; decibels: number }[] = [];
    for (const qualityLevel of [8, 5, 2]) {
      const update = await send(picture, width, { format, qualityLevel, rule: "allowed" });
      assert.deepEqual(update.encodings, [Encoding.ZYWRLE]);
      assert.deepEqual(update.lossyRects?.map(({ x, y, width, height }) => [x, y, width, height]), [[
        0,
        0,
        width,
        height,
      ]]);
      assert.equal(update.coefficientTiles, 12);
      sent.push({ bytes: update.bytes.length, decibels: decibels(update.picture, expected, format) });
    }
    const floors = bits === 8 ? [32, 29, 26] : [24, 23, 22];
    sent.forEach((each, at) => assert.ok(each.decibels > floors[at]!, `${bits} bits: ${JSON.stringify(sent)}`));
    assert.ok(sent[0]!.bytes > sent[1]!.bytes && sent[1]!.bytes > sent[2]!.bytes, JSON.stringify(sent));
  }
});

Deno.test("tiles of few colours are as they were, and so are the pixels that fill no block", async () => {
  const text = paintPicture("text", 128, 128, 5);
  const sent = await send(text, 128, { qualityLevel: 8, rule: "forced" });
  assert.deepEqual([sent.picture, sent.coefficientTiles, sent.lossyRects], [text, 0, undefined]);
  for (const [width, height] of [[1, 50], [7, 60], [50, 3], [7, 7]] as const) {
    const noise = paintPicture("noise", width, height, 2);
    const { picture } = await send(noise, width, { qualityLevel: 0, rule: "allowed" });
    assert.deepEqual(picture, noise, `${width}x${height}`);
  }
  const odd = paintPicture("noise", 63, 61, 2);
  const { picture } = await send(odd, 63, { qualityLevel: 0, rule: "allowed" });
  const isRest = (_: number, at: number) => at % 63 >= 56 || at >= 56 * 63;
  assert.deepEqual(picture.filter(isRest), odd.filter(isRest));
  assert.notDeepEqual(picture, odd);
});

Deno.test("the client's own decoder sees what the reference sees", async () => {
  const sizes = fc.record({ width: fc.integer({ min: 1, max: 140 }), height: fc.integer({ min: 1, max: 100 }) });
  await fc.assert(
    fc.asyncProperty(
      sizes,
      fc.constantFrom(...PICTURE_KINDS),
      fc.integer(),
      fc.nat(8),
      fc.constantFrom<LossyRule>("forbidden", "allowed", "forced"),
      async ({ width, height }, kind, seed, qualityLevel, rule) => {
        const sent = await send(paintPicture(kind, width, height, seed), width, { qualityLevel, rule });
        assert.deepEqual(decodeAsClient(sent, width, height, qualityLevel), sent.picture);
        assert.equal(sent.lossyRects === undefined, sent.coefficientTiles === 0 || isTiny(width, height, qualityLevel));
      },
    ),
    { numRuns: 150 },
  );
});

/** Whether a tile has no whole block, so that what stands for coefficients are its pixels. */
function isTiny(width: number, height: number, qualityLevel: number): boolean {
  return Math.min(width, height) < 2 ** zywrleDepth(qualityLevel);
}

Deno.test("every usual format arrives, whatever it asks for", async () => {
  await fc.assert(
    fc.asyncProperty(usualPixelFormats, fc.nat(9), async (format, qualityLevel) => {
      const picture = paintPicture("mixed", 90, 70, qualityLevel);
      const sent = await send(picture, 90, { format, qualityLevel, rule: "forbidden" });
      assert.deepEqual(sent.picture, pixelValues(format, picture));
    }),
    { numRuns: 60 },
  );
});

Deno.test("the largest part of noise arrives, lost or not", async () => {
  for (const [width, height] of [[2048, 64], [64, 2048], [362, 362]] as const) {
    const noise = paintPicture("noise", width, height, 9);
    const exact = await send(noise, width, { qualityLevel: 5, rule: "forbidden" });
    assert.ok(exact.encodings.every((encoding) => encoding === Encoding.ZYWRLE));
    assert.deepEqual(exact.picture, noise);
    const lossy = await send(noise, width, { qualityLevel: 5, rule: "forced" });
    assert.equal(lossy.coefficientTiles, Math.ceil(width / 64) * Math.ceil(height / 64));
  }
});
