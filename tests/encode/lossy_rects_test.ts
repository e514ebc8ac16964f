/** What goes out with a loss, where that is allowed, and what does not. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { type Rect, rect } from "../../lib/base/rect.ts";
import { Arena, ARENA_BYTES } from "../../lib/encode/arena.ts";
import type { EncodeSettings, JpegSettings, LossyRule } from "../../lib/encode/job.ts";
import { closeStreams, encodeJob } from "../../lib/encode/job_encoder.ts";
import type { ClientStreams } from "../../lib/encode/rect_encoder.ts";
import { Encoding } from "../../lib/rfb/encodings.ts";
import { type PixelFormat, X8R8G8B8 } from "../../lib/rfb/pixel_format.ts";
import { largestError, paintPhoto, paintWalk, pictureOfColours, rootMeanSquare } from "../helpers/jpeg_pictures.ts";
import { psnr } from "../helpers/pictures.ts";
import { paintPicture, PICTURE_KINDS, randomNumbers, usualPixelFormats } from "../helpers/random_picture.ts";
import { type DecodedRect, ReferenceDecoder } from "../helpers/reference_decoder.ts";
import { pixelValues, TestSurface } from "../helpers/test_surface.ts";

const FINE: JpegSettings = { quality: 92, subsampling: "4:4:4" };

interface Sent {
  readonly rects: readonly DecodedRect[];
  readonly lossy: readonly Rect[];
  /** Pixel values that the client has. */
  readonly picture: Uint32Array;
  readonly kinds: readonly string[];
  readonly byteLength: number;
}

interface How {
  readonly encoding?: number;
  readonly pixelFormat?: PixelFormat;
  readonly jpeg?: JpegSettings | undefined;
  readonly lossy?: LossyRule;
  readonly qualityLevel?: number;
}

/** Sends a picture in one rect. */
async function send(colours: Uint32Array, width: number, how: How): Promise<Sent> {
  const height = colours.length / width;
  const { encoding = Encoding.Tight, pixelFormat = X8R8G8B8, lossy = "allowed", qualityLevel = 6 } = how;
  const surface = TestSurface.create(width, height);
  surface.paint(colours);
  const arena = new Arena(surface.memory.memory, surface.memory.allocate(ARENA_BYTES).pointer);
  const jpeg = "jpeg" in how ? how.jpeg : FINE;
  const settings: EncodeSettings = { encoding, pixelFormat, qualityLevel, ...(jpeg && { jpeg }) };
  const streams: ClientStreams = {};
  const steps = encodeJob({ ...surface.job(settings), lossy: [lossy] }, arena, streams);
  let step = await steps.next();
  while (!step.done) step = await steps.next();
  closeStreams(streams);
  const decoder = new ReferenceDecoder(width, height, pixelFormat);
  const rects = await decoder.applyUpdate(step.value.bytes);
  decoder.close();
  const { lossyRects = [], bytes } = step.value;
  const kinds = [...decoder.tight.seen, ...decoder.tightPng.seen].sort();
  return { rects, lossy: lossyRects, picture: decoder.picture, kinds, byteLength: bytes.length };
}

function contains({ x, y, width, height }: Rect, pixelX: number, pixelY: number): boolean {
  return pixelX >= x && pixelX < x + width && pixelY >= y && pixelY < y + height;
}

/** Fails unless every pixel outside the lossy rects is the one that was painted. */
function assertExactOutside({ picture, lossy }: Sent, expected: Uint32Array, width: number): void {
  for (const [at, value] of picture.entries()) {
    if (value === expected[at] || lossy.some((each) => contains(each, at % width, Math.floor(at / width)))) continue;
    assert.fail(`pixel ${at % width},${Math.floor(at / width)} is not as it was painted`);
  }
}

/** A photo with text at the left of it and nothing below. */
function page(width: number, height: number): Uint32Array {
  const photo = paintPhoto(width, height, 3);
  const text = paintPicture("text", width, height, 4);
  return photo.map((colour, at) => at % width < 64 ? text[at]! : at / width < height - 64 ? colour : 0x204060);
}

for (const [name, encoding] of Object.entries({ Tight: Encoding.Tight, TightPNG: Encoding.TightPNG })) {
  Deno.test(`${name}: a photo becomes JPEG where it may, and what is around it stays as it is`, async () => {
    const colours = page(384, 224);
    const sent = await send(colours, 384, { encoding });
    assert.deepEqual(sent.lossy, [{ x: 64, y: 0, width: 320, height: 160 }]);
    assert.ok(sent.kinds.includes("jpeg") && sent.kinds.includes("fill"));
    assert.ok(sent.rects.every((each) => each.encoding === encoding));
    assertExactOutside(sent, colours, 384);
    const decibels = psnr(pictureOfColours(sent.picture, 384), pictureOfColours(colours, 384));
    assert.ok(decibels > 38 && decibels < 60, `${decibels} dB`);
  });
}

Deno.test("nothing becomes JPEG where that is forbidden, not wanted, or the client has a byte a pixel", async () => {
  const colours = page(256, 160);
  const rgb332 = { ...X8R8G8B8, bitsPerPixel: 8, depth: 8, redMax: 7, greenMax: 7, blueMax: 3 };
  const lowColour = { ...rgb332, redShift: 5, greenShift: 2, blueShift: 0 };
  for (const encoding of [Encoding.Tight, Encoding.TightPNG, Encoding.JPEG]) {
    for (const how of [{ lossy: "forbidden" }, { jpeg: undefined }, { pixelFormat: lowColour }] as const) {
      const sent = await send(colours, 256, { encoding, lossy: "forced", ...how });
      assert.deepEqual(sent.lossy, []);
      assert.ok(!sent.kinds.includes("jpeg"));
      const format = "pixelFormat" in how ? how.pixelFormat : X8R8G8B8;
      assert.deepEqual(sent.picture, pixelValues(format, colours));
    }
  }
});

Deno.test("colours that change from pixel to pixel become JPEG when they are many, areas of as many do not", async () => {
  const random = randomNumbers(1);
  const palette = Array.from({ length: 200 }, () => random() & 0xffffff);
  const cases: readonly [number, (at: number) => number][] = [
    [0, () => palette[random() % 20]!],
    [1, () => palette[random() % 200]!],
    [0, (at) => palette[(at % 128 >> 3) * 5 % 200 + (at >> 10) * 7 % 100]!],
  ];
  for (const lossy of ["allowed", "forced"] as const) {
    for (const [expected, colourAt] of cases) {
      const colours = Uint32Array.from({ length: 128 * 128 }, (_, at) => colourAt(at));
      const sent = await send(colours, 128, { lossy });
      assert.equal(sent.lossy.length, expected, lossy);
      assertExactOutside(sent, colours, 128);
    }
  }
});

Deno.test("grain of few colours a tile becomes one JPEG with what is around it, smooth text does not", async () => {
  const random = randomNumbers(2);
  const grain = Uint32Array.from({ length: 256 * 128 }, (_, at) => {
    const light = random() % 40;
    return (60 + light) << 16 | (at % 256 >> 5) * 9 + light << 8 | (at >> 13) * 9 + light;
  });
  assert.deepEqual((await send(grain, 256, {})).lossy, [{ x: 0, y: 0, width: 256, height: 128 }]);
  // letters of 3 pixels on paper, each tile with 45 greys of its own
  const text = Uint32Array.from({ length: 256 * 128 }, (_, at) => {
    const tile = (at >> 13) * 8 + (at % 256 >> 5);
    return at % 11 < 3 ? tile * 0x40000 + (at * 7 >> 5) % 45 : 0xffffff;
  });
  assert.deepEqual((await send(text, 256, {})).lossy, []);
});

Deno.test("by the rule for what is smooth a photo becomes JPEG, noise and what is too small do not", async () => {
  const random = randomNumbers(5);
  const photo = paintWalk(512, 128, 3);
  const noise = photo.map(() => random() & 0xffffff);
  for (const encoding of [Encoding.Tight, Encoding.TightPNG]) {
    const how = { encoding, lossy: "smooth" } as const;
    assert.deepEqual((await send(photo, 512, how)).lossy, [rect(0, 0, 512, 128)]);
    assert.deepEqual((await send(photo.subarray(0, 128 * 31), 128, how)).lossy, []);
    const exact = await send(noise, 512, how);
    assert.deepEqual([exact.lossy, exact.picture], [[], noise]);
    assert.equal((await send(noise, 512, { ...how, lossy: "allowed" })).lossy.length, 1);
  }
});

Deno.test("how smooth a photo has to be depends on the quality level", async () => {
  const photo = paintWalk(256, 128, 3).map((colour, at) => (colour & 0x7f7f7f) + (at % 20 === 0 ? 0x808080 : 0));
  const isLossy = async (qualityLevel: number) => {
    return (await send(photo, 256, { lossy: "smooth", qualityLevel })).lossy.length > 0;
  };
  assert.deepEqual(await Promise.all([0, 5, 7, 9].map(isLossy)), [true, true, false, false]);
});

Deno.test("pixels for which a JPEG is more bytes go out as they are", async () => {
  const noise = paintPicture("noise", 128, 128, 1);
  const best: JpegSettings = { quality: 100, subsampling: "4:4:4" };
  const sent = await send(noise, 128, { jpeg: best });
  assert.deepEqual([sent.lossy, sent.kinds, sent.picture], [[], ["copy"], noise]);
  const small = await send(paintPhoto(31, 33, 1), 31, {});
  assert.deepEqual([small.lossy, small.picture], [[], paintPhoto(31, 33, 1)]);
});

Deno.test("JPEG (21) is one file a part, and Raw where it may lose nothing", async () => {
  const colours = paintPhoto(300, 200, 3);
  const sent = await send(colours, 300, { encoding: Encoding.JPEG });
  assert.deepEqual(sent.rects.map(({ encoding }) => encoding), [Encoding.JPEG]);
  assert.deepEqual(sent.lossy, [{ x: 0, y: 0, width: 300, height: 200 }]);
  assert.ok(psnr(pictureOfColours(sent.picture, 300), pictureOfColours(colours, 300)) > 38);
  const exact = await send(colours, 300, { encoding: Encoding.JPEG, lossy: "forbidden" });
  assert.deepEqual(exact.rects.map(({ encoding }) => encoding), [Encoding.Raw]);
});

Deno.test("whatever the picture, what is not named as lossy is exact, and what is no further off than the steps allow", async () => {
  const cases = fc.record({
    kind: fc.constantFrom(...PICTURE_KINDS, "photo" as const),
    width: fc.integer({ min: 1, max: 260 }),
    height: fc.integer({ min: 1, max: 140 }),
    seed: fc.nat(),
    encoding: fc.constantFrom(Encoding.Tight, Encoding.TightPNG, Encoding.JPEG),
    lossy: fc.constantFrom<LossyRule[]>("allowed", "smooth", "forced", "forbidden"),
    quality: fc.integer({ min: 1, max: 100 }),
    pixelFormat: fc.oneof(fc.constant(X8R8G8B8), usualPixelFormats),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ kind, width, height, seed, encoding, lossy, quality, pixelFormat }) => {
      const colours = kind === "photo" ? paintPhoto(width, height, seed) : paintPicture(kind, width, height, seed);
      const how = { encoding, lossy, pixelFormat, jpeg: { quality, subsampling: "4:4:4" } as const };
      const sent = await send(colours, width, how);
      assertExactOutside(sent, pixelValues(pixelFormat, colours), width);
      if (pixelFormat !== X8R8G8B8 || sent.lossy.length !== 1 || sent.lossy[0]!.width * height !== colours.length) {
        return;
      }
      const error = rootMeanSquare(pictureOfColours(sent.picture, width), pictureOfColours(colours, width));
      assert.ok(error <= largestError(quality), `an error of ${error}`);
    }),
    { numRuns: 200 },
  );
});
