/** Which Tight rects a picture becomes. */

import assert from "node:assert/strict";
import { textPage } from "../../bench/pictures/text_page.ts";
import { rect } from "../../lib/base/rect.ts";
import { Arena, ARENA_BYTES } from "../../lib/encode/arena.ts";
import { chooseConversion } from "../../lib/encode/choose.ts";
import { closeStreams, encodeJob } from "../../lib/encode/job_encoder.ts";
import type { ClientStreams } from "../../lib/encode/rect_encoder.ts";
import { encodeTightRects, usesGradient } from "../../lib/encode/tight.ts";
import { UpdateBuffer } from "../../lib/encode/update_buffer.ts";
import { Encoding } from "../../lib/rfb/encodings.ts";
import { type PixelFormat, X8R8G8B8 } from "../../lib/rfb/pixel_format.ts";
import { paintPicture, randomNumbers } from "../helpers/random_picture.ts";
import { type DecodedRect, ReferenceDecoder } from "../helpers/reference_decoder.ts";
import type { TightKind } from "../helpers/reference_tight.ts";
import { pixelValues, TestSurface } from "../helpers/test_surface.ts";

const HIGH_COLOUR: PixelFormat = {
  ...X8R8G8B8,
  bitsPerPixel: 16,
  depth: 16,
  redMax: 31,
  greenMax: 63,
  blueMax: 31,
  redShift: 11,
  greenShift: 5,
};

interface SendOptions {
  readonly format?: PixelFormat;
  readonly spareRects?: number;
  readonly gradients?: boolean;
  readonly compressLevel?: number;
}

interface Sent {
  readonly rects: readonly DecodedRect[];
  readonly seen: readonly TightKind[];
  readonly byteLength: number;
}

/** Encodes a picture, checks that it arrives, and says what it became. */
async function send(
  picture: Uint32Array,
  width: number,
  { format = X8R8G8B8, spareRects = 1_000, gradients = true, ...level }: SendOptions = {},
): Promise<Sent> {
  const height = picture.length / width;
  const surface = TestSurface.create(width, height);
  surface.paint(picture);
  const arena = new Arena(surface.memory.memory, surface.memory.allocate(ARENA_BYTES).pointer);
  const streams: ClientStreams = {};
  const decoder = new ReferenceDecoder(width, height, format);
  const update = new UpdateBuffer();
  const settings = { encoding: Encoding.Tight, pixelFormat: format, gradients, ...level };
  const conversion = chooseConversion(Encoding.Tight, format, usesGradient(settings));
  const context = { arena, surface: surface.view, settings, conversion, streams, update };
  await encodeTightRects({ ...context, spareRects: () => spareRects }, { ...surface.bounds, lossy: "forbidden" });
  const { bytes } = update.finish();
  const rects = await decoder.applyUpdate(bytes);
  assert.deepEqual(decoder.picture, pixelValues(format, picture));
  closeStreams(streams);
  decoder.close();
  return { rects, seen: [...decoder.tight.seen].sort(), byteLength: bytes.length };
}

function paint(width: number, height: number, colourAt: (x: number, y: number) => number): Uint32Array {
  return Uint32Array.from({ length: width * height }, (_, at) => colourAt(at % width, Math.floor(at / width)));
}

/** Smooth colours with a little grain, each channel by itself. */
function photo(width: number, height: number): Uint32Array {
  const random = randomNumbers(1);
  const grain = () => random() % 5;
  return paint(width, height, (x, y) => (x + grain()) << 16 | (y + grain()) << 8 | ((x + y >> 1) + grain()));
}

Deno.test("each kind of picture goes out in its own kind of rect", async () => {
  const kinds: readonly [TightKind, Uint32Array][] = [
    ["fill", paintPicture("flat", 128, 96, 1)],
    ["mono", paintPicture("text", 128, 96, 1)],
    ["palette", paint(128, 96, (x, y) => (x * 7 + y * 3) % 20)],
    ["copy", paintPicture("noise", 128, 96, 1)],
    ["gradient", photo(128, 96)],
  ];
  for (const [kind, picture] of kinds) {
    const { rects, seen } = await send(picture, 128);
    assert.deepEqual([seen, rects.length], [[kind], 1]);
  }
});

Deno.test("a window on a background is cut out of it", async () => {
  const text = paintPicture("text", 192, 96, 3);
  const picture = paint(448, 192, (x, y) => {
    const [column, row] = [x - 128, y - 64];
    return column >= 0 && column < 192 && row >= 0 && row < 96 ? text[row * 192 + column]! : 0x204060;
  });
  const { rects, seen } = await send(picture, 448);
  assert.deepEqual(seen, ["fill", "mono"]);
  const windows = rects.filter(({ x, y, width, height }) => x === 128 && y === 64 && width === 192 && height === 96);
  assert.equal(windows.length, 1);
});

Deno.test("areas of few colours that have many together are cut where a palette is full", async () => {
  const picture = paint(256, 128, (x, y) => (y >> 5) << 16 | (x >> 5) << 8 | ((x * 7 ^ y * 13) % 30));
  const { rects, seen } = await send(picture, 256);
  assert.deepEqual(seen, ["palette"]);
  assert.ok(rects.length > 1 && rects.length <= 8, `${rects.length} rects`);
});

Deno.test("a part can have more palettes than the colour table counts clearings", async () => {
  const picture = paint(12, 10_900, (x, y) => (y >> 5) * 1_000 + ((x * 32 + y) * 7) % 96);
  const { rects, seen } = await send(picture, 12);
  assert.deepEqual(seen, ["palette"]);
  assert.ok(rects.length > 150, `${rects.length} rects`);
});

Deno.test("pixels of many colours go out in narrow rects, so that zlib finds the row above", async () => {
  const { rects, seen } = await send(paintPicture("noise", 448, 64, 1), 448);
  assert.deepEqual([seen, rects.map(({ width }) => width)], [["copy"], [128, 128, 128, 64]]);
});

Deno.test("text over a smooth background is not filtered", async () => {
  const smooth = photo(256, 128);
  const text = paintPicture("text", 256, 128, 5).map((colour) => colour === 0 ? 1 : colour);
  const colours = [...new Set(text)];
  const { seen } = await send(smooth.map((value, at) => text[at] === colours[0] ? value : 0xffffff), 256);
  assert.ok(seen.includes("copy") && !seen.includes("gradient"), seen.join());
});

Deno.test("a photo is filtered where it has sharp edges, too", async () => {
  const edged = photo(256, 128).map((colour, at) => (at % 256 >> 3) + (at >> 11) & 1 ? colour : colour ^ 0x808080);
  const filtered = await send(edged, 256);
  const plain = await send(edged, 256, { gradients: false });
  assert.deepEqual([filtered.seen, plain.seen], [["gradient"], ["copy"]]);
  assert.ok(filtered.byteLength < 0.9 * plain.byteLength, `${filtered.byteLength} of ${plain.byteLength} bytes`);
});

Deno.test("the gradient filter makes smooth pictures smaller, and only pixels of three bytes are filtered", async () => {
  const filtered = await send(photo(250, 200), 250);
  const plain = await send(photo(250, 200), 250, { format: { ...X8R8G8B8, depth: 32 } });
  assert.deepEqual([filtered.seen, plain.seen], [["gradient"], ["copy"]]);
  assert.ok(filtered.byteLength < 0.8 * plain.byteLength, `${filtered.byteLength} of ${plain.byteLength} bytes`);
  assert.ok(!(await send(photo(250, 200), 250, { format: HIGH_COLOUR })).seen.includes("gradient"));
});

Deno.test("a client that does not know gradients gets none, and nobody at level 0", async () => {
  const seen = async (options: Parameters<typeof send>[2]) => (await send(photo(100, 100), 100, options)).seen;
  for (const compressLevel of [1, 2, 9]) {
    assert.deepEqual(await seen({ compressLevel }), ["gradient"]);
    assert.deepEqual(await seen({ compressLevel, gradients: false }), ["copy"]);
  }
  assert.deepEqual(await seen({ compressLevel: 0 }), ["copy"]);
});

Deno.test("a part is one rect when the update has no room for more", async () => {
  const picture = paintPicture("mixed", 300, 200, 2);
  assert.ok((await send(picture, 300)).rects.length > 1);
  const { rects, seen } = await send(picture, 300, { spareRects: 1 });
  assert.deepEqual([rects.length, seen], [1, ["copy"]]);
});

Deno.test("higher compress levels are fewer bytes: 2 as many as 1, 3 to 6 and none the same", async () => {
  const { rgbx } = textPage(640, 480);
  const page = paint(640, 480, (x, y) => {
    const [red, green, blue] = rgbx.subarray((y * 640 + x) * 4);
    return red! << 16 | green! << 8 | blue!;
  });
  const bytesAt = async (level: { compressLevel?: number }) => (await send(page, 640, level)).byteLength;
  const levels: number[] = [];
  for (let compressLevel = 1; compressLevel <= 9; compressLevel++) levels.push(await bytesAt({ compressLevel }));
  const [first, second, third, ...higher] = levels as [number, number, number, ...number[]];
  assert.equal(second, first);
  for (const bytes of [...higher.slice(0, 3), await bytesAt({})]) assert.equal(bytes, third, `${levels}`);
  assert.ok(third < first * 0.97, `${levels}`);
  assert.ok(higher.at(-2)! < third && higher.at(-1)! < higher.at(-2)!, `${levels}`);
});

Deno.test("level 0 is inflated like any other", async () => {
  for (const picture of [photo(64, 64), paintPicture("text", 64, 64, 1), paintPicture("noise", 64, 64, 1)]) {
    const { byteLength } = await send(picture, 64, { compressLevel: 0 });
    assert.ok(byteLength > 64 * 64 / 8);
  }
});

Deno.test("fewer than 12 bytes go out without zlib", async () => {
  const { seen, byteLength } = await send(Uint32Array.of(1, 2, 3), 3);
  assert.deepEqual([seen, byteLength], [["copy", "short"], 4 + 12 + 1 + 9]);
});

Deno.test("an update counts its rects, however many a part becomes", async () => {
  const surface = TestSurface.create(600, 300);
  surface.paint(paintPicture("mixed", 600, 300, 4));
  const arena = new Arena(surface.memory.memory, surface.memory.allocate(ARENA_BYTES).pointer);
  const job = surface.job({ encoding: Encoding.Tight, pixelFormat: X8R8G8B8 }, [rect(0, 0, 1, 1), surface.bounds]);
  const streams: ClientStreams = {};
  const steps = encodeJob(job, arena, streams);
  let step = await steps.next();
  while (!step.done) step = await steps.next();
  closeStreams(streams);
  assert.ok(step.value.rectCount > 10);
  assert.equal(step.value.bytes[2]! << 8 | step.value.bytes[3]!, step.value.rectCount);
});

Deno.test("compactLength writes one to three bytes and refuses more", () => {
  const lengths: readonly [number, number[]][] = [
    [0, [0]],
    [127, [127]],
    [128, [128, 1]],
    [10_000, [0x90, 0x4e]],
    [16_383, [255, 127]],
    [16_384, [128, 128, 1]],
    [(1 << 22) - 1, [255, 255, 255]],
  ];
  for (const [length, expected] of lengths) {
    const update = new UpdateBuffer();
    update.compactLength(length);
    assert.deepEqual([...update.finish().bytes.subarray(4)], expected);
  }
  assert.throws(() => new UpdateBuffer().compactLength(1 << 22), RangeError);
});
