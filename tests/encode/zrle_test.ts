/** Which forms ZRLE gives tiles whose answer is known, and that all of them are right. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { FrameMemory } from "../../lib/display/frame_memory.ts";
import { Arena, ARENA_BYTES } from "../../lib/encode/arena.ts";
import { chooseConversion } from "../../lib/encode/choose.ts";
import { closeStreams, encodeJob } from "../../lib/encode/job_encoder.ts";
import { ZrleSegments } from "../../lib/encode/kernels/kernels.ts";
import { Encoding } from "../../lib/rfb/encodings.ts";
import { X8R8G8B8 } from "../../lib/rfb/pixel_format.ts";
import { paintPicture, type PictureKind, randomNumbers } from "../helpers/random_picture.ts";
import { ReferenceDecoder } from "../helpers/reference_decoder.ts";
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

type Tile = (x: number, y: number) => number;

/** A column of tiles of 64x64. */
function encodeTiles(...tiles: Tile[]): Uint8Array {
  const surface = new TestSurface(memory, 64, 64 * tiles.length);
  surface.paint(Uint32Array.from({ length: 4096 * tiles.length }, (_, at) => tiles[at >> 12]!(at & 63, at >> 6 & 63)));
  return arena.encode(arena.kernels.encodeZrle, conversion, surface.view, surface.bounds).slice();
}

/** Runs of 8 pixels in so many colours from `first` on. */
function runsOf(colours: number, first = 1): Tile {
  return (x, y) => first + (8 * y + (x >> 3)) % colours;
}

Deno.test("a tile of 16 colours is packed where runs are not much less, though they are less", () => {
  // 2048 bytes packed; 911 runs of four or five words, two bytes each
  const tile: Tile = (x, y) => 1 + Math.floor((64 * y + x) * 2 / 9) % 16;
  const bytes = encodeTiles(tile);
  assert.deepEqual([bytes[0], bytes.length], [16, 1 + 16 * 3 + 2048]);
  assert.equal(bytes[1 + 16 * 3], 0x00);
  const longer = encodeTiles(runsOf(16));
  assert.deepEqual([longer[0], longer.length], [128 + 16, 1 + 16 * 3 + 2 * 512]);
});

Deno.test("no tile takes more than its pixels", () => {
  const narrow = chooseConversion(Encoding.ZRLE, {
    ...X8R8G8B8,
    bitsPerPixel: 8,
    depth: 6,
    redMax: 3,
    greenMax: 3,
    blueMax: 3,
    redShift: 4,
    greenShift: 2,
    blueShift: 0,
  });
  const surface = new TestSurface(memory, 1, 10);
  surface.paint(Uint32Array.from({ length: 10 }, (_, at) => at % 3 * 0x40));
  const bytes = arena.encode(arena.kernels.encodeZrle, narrow, surface.view, surface.bounds);
  assert.ok(bytes.length <= 1 + 10, `${bytes.length} bytes`);
});

Deno.test("a tile without a palette is runs where they are less than half of its pixels", () => {
  const colours = (length: number): Tile => (x, y) => Math.floor((64 * y + x) / length) * 7;
  assert.deepEqual([...encodeTiles(colours(2)).subarray(0, 1)], [0]);
  assert.equal(encodeTiles(colours(2)).length, 1 + 4096 * 3);
  const runs = encodeTiles(colours(4));
  assert.deepEqual([runs.length, ...runs.subarray(0, 9)], [1 + 1024 * 4, 128, 0, 0, 0, 3, 7, 0, 0, 3]);
});

Deno.test("packed indices are into the colours in the order of the tiles before", () => {
  const twos: Tile = (x, y) => 1 + (x * y & 1);
  const turned: Tile = (x, y) => 2 - (x * y & 1);
  const packed = 1 + 2 * 3 + 512;
  const bytes = encodeTiles(twos, turned);
  assert.deepEqual([...bytes.subarray(0, 7)], [2, 1, 0, 0, 2, 0, 0]);
  assert.deepEqual(bytes.subarray(packed, packed + 7), bytes.subarray(0, 7));
  assert.equal(bytes[packed + 7], 0xff);
});

Deno.test("a palette that has no room for a tile's colours begins anew with them", () => {
  const bytes = encodeTiles(runsOf(100), runsOf(28, 101), runsOf(28, 101));
  const first = 1 + 100 * 3 + 2 * 512;
  const second = bytes.subarray(first, first + 1 + 28 * 3 + 2 * 512);
  assert.deepEqual([...second.subarray(0, 4)], [128 + 28, 101, 0, 0]);
  assert.deepEqual(bytes.subarray(first + second.length), second);
});

Deno.test("a small tile does not say the palette of the tiles before again", () => {
  const surface = new TestSurface(memory, 64, 65);
  const tile = runsOf(100);
  surface.paint(
    Uint32Array.from({ length: 64 * 65 }, (_, at) => at < 4096 ? tile(at & 63, at >> 6) : 1 + at % 20),
  );
  const bytes = arena.encode(arena.kernels.encodeZrle, conversion, surface.view, surface.bounds);
  const small = bytes.subarray(1 + 100 * 3 + 2 * 512);
  assert.deepEqual([small[0], small.length], [128 + 20, 1 + 20 * 3 + 64]);
});

interface RunPicture {
  readonly width: number;
  readonly height: number;
  readonly colours: number;
  readonly longest: number;
  readonly seed: number;
}

const runPictures: fc.Arbitrary<RunPicture> = fc.record({
  width: fc.integer({ min: 1, max: 200 }),
  height: fc.integer({ min: 1, max: 140 }),
  colours: fc.integer({ min: 1, max: 160 }),
  longest: fc.constantFrom(1, 2, 3, 10, 70, 300, 5000),
  seed: fc.integer(),
});

/** Runs of some colours, the last of which come late. */
function paintRuns({ width, height, colours, longest, seed }: RunPicture): Uint32Array {
  const random = randomNumbers(seed);
  const picture = new Uint32Array(width * height);
  for (let at = 0; at < picture.length;) {
    const end = at + 1 + random() % longest;
    const known = 1 + Math.floor((colours - 1) * Math.min(1, 2 * at / picture.length));
    picture.fill(random() % known * 0x010305, at, end);
    at = end;
  }
  return picture;
}

/** A picture as an update at a compress level, of which the client has decoded what it should. */
async function update(
  picture: Uint32Array,
  width: number,
  height: number,
  compressLevel?: number,
): Promise<Uint8Array> {
  const surface = new TestSurface(memory, width, height);
  surface.paint(picture);
  const streams = {};
  const decoder = new ReferenceDecoder(width, height, X8R8G8B8);
  try {
    const level = compressLevel === undefined ? {} : { compressLevel };
    const settings = { encoding: Encoding.ZRLE, pixelFormat: X8R8G8B8, ...level };
    const steps = encodeJob(surface.job(settings), arena, streams);
    let step = await steps.next();
    while (!step.done) step = await steps.next();
    await decoder.applyUpdate(step.value.bytes);
    assert.deepEqual(decoder.picture, picture);
    return step.value.bytes;
  } finally {
    closeStreams(streams);
    decoder.close();
    memory.free({ pointer: surface.view.pointer, byteLength: 0 });
  }
}

Deno.test("runs of any length in any number of colours are decoded as they were", async () => {
  await fc.assert(
    fc.asyncProperty(runPictures, async (what) => {
      await update(paintRuns(what), what.width, what.height);
    }),
    { numRuns: 300 },
  );
});

Deno.test("the lowest compress levels search tiles as 3 does, 0 not at all", async () => {
  const [width, height] = [640, 128];
  const picture = paintPicture("blocks", width, height, 5);
  const [stored, low, lower, third] = await Promise.all(
    [0, 1, 2, 3].map((level) => update(picture, width, height, level)),
  );
  assert.deepEqual(low, third);
  assert.deepEqual(lower, third);
  assert.ok(stored!.length > 1.5 * third!.length);
});
