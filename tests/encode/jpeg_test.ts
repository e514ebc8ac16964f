/** The JPEG encoder beside another decoder and libjpeg. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { type Rect, rect } from "../../lib/base/rect.ts";
import { Arena, ARENA_BYTES } from "../../lib/encode/arena.ts";
import { encodeJpeg } from "../../lib/encode/jpeg.ts";
import { quantizationSteps } from "../../lib/encode/jpeg_tables.ts";
import type { Subsampling } from "../../lib/encode/job.ts";
import {
  expectedSteps,
  JPEG_KINDS,
  type JpegKind,
  largestError,
  paintJpegPicture,
  pictureOfColours,
  readJpeg,
  rootMeanSquare,
  SUBSAMPLINGS,
} from "../helpers/jpeg_pictures.ts";
import { needsPeer, runPeer } from "../helpers/peers.ts";
import { type Picture, psnr } from "../helpers/pictures.ts";
import { paintPicture } from "../helpers/random_picture.ts";
import { TestSurface } from "../helpers/test_surface.ts";

/** A surface with a picture, and an arena in its memory. */
class Easel {
  readonly surface: TestSurface;
  readonly arena: Arena;

  constructor(readonly colours: Uint32Array, readonly width: number) {
    this.surface = TestSurface.create(width, colours.length / width);
    this.surface.paint(colours);
    const { memory } = this.surface;
    this.arena = new Arena(memory.memory, memory.allocate(ARENA_BYTES).pointer);
  }

  /** The file of a part, however long it is; undefined when the arena does not hold it. */
  encode(quality: number, subsampling: Subsampling, part: Rect = this.surface.bounds): Uint8Array | undefined {
    const file = encodeJpeg(this.arena, this.surface.view, part, { quality, subsampling }, Infinity);
    return file === undefined ? undefined : Uint8Array.from(file);
  }
}

/** A picture whose colours are the same in squares of two by two, and in grey where nothing else can be told. */
function forgiving(kind: JpegKind, width: number, height: number, seed: number, subsampling: Subsampling): Uint32Array {
  const across = Math.ceil(width / 2);
  const half = paintJpegPicture(kind, across, Math.ceil(height / 2), seed);
  return Uint32Array.from({ length: width * height }, (_, at) => {
    const colour = half[(at / width >> 1) * across + (at % width >> 1)]!;
    return subsampling === "grey" ? (colour & 255) * 0x010101 : colour;
  });
}

Deno.test("another decoder reads back every picture, off by no more than the steps allow", () => {
  const settings = fc.record({
    kind: fc.constantFrom(...JPEG_KINDS),
    width: fc.integer({ min: 1, max: 90 }),
    height: fc.integer({ min: 1, max: 60 }),
    quality: fc.integer({ min: 1, max: 100 }),
    subsampling: fc.constantFrom(...SUBSAMPLINGS),
    seed: fc.nat(),
  });
  fc.assert(
    fc.property(settings, ({ kind, width, height, quality, subsampling, seed }) => {
      const colours = forgiving(kind, width, height, seed, subsampling);
      const shown = readJpeg(new Easel(colours, width).encode(quality, subsampling)!);
      assert.deepEqual([shown.width, shown.height], [width, height]);
      const error = rootMeanSquare(shown, pictureOfColours(colours, width));
      assert.ok(error <= largestError(quality), `an error of ${error} of ${largestError(quality)}`);
    }),
    { numRuns: 150 },
  );
});

Deno.test("every size from 1x1 to 18x18 is read back", () => {
  for (const subsampling of SUBSAMPLINGS) {
    for (let side = 0; side < 18 * 18; side++) {
      const [width, height] = [1 + side % 18, 1 + Math.floor(side / 18)];
      const colours = forgiving("gradient", width, height, side, subsampling);
      const shown = readJpeg(new Easel(colours, width).encode(90, subsampling)!);
      assert.deepEqual([shown.width, shown.height], [width, height]);
      assert.ok(rootMeanSquare(shown, pictureOfColours(colours, width)) <= largestError(90));
    }
  }
});

/** A block for each sign pattern of the transform's 64 waves and each two of `colours`: nothing goes further out. */
function extremeBlocks(colours: readonly number[]): Uint32Array {
  const pairs = colours.flatMap((high) => colours.filter((low) => low !== high).map((low) => [high, low] as const));
  const wave = (frequency: number, at: number) => Math.cos((2 * at + 1) * frequency * Math.PI / 16);
  return Uint32Array.from({ length: 64 * 64 * pairs.length }, (_, at) => {
    const [x, y] = [at % 512, Math.floor(at / 512)];
    const block = x >> 3;
    const isHigh = wave(block & 7, x & 7) * wave(block >> 3, y & 7) > 0;
    return pairs[y >> 3]![isHigh ? 0 : 1]!;
  });
}

Deno.test("blocks as far out as can be come back as they were at full quality", () => {
  const corners = [0x000000, 0xffffff, 0xff0000, 0x00ff00, 0x0000ff, 0xffff00, 0xff00ff, 0x00ffff];
  for (const subsampling of ["4:4:4", "grey"] as const) {
    const colours = extremeBlocks(subsampling === "grey" ? [0x000000, 0xffffff] : corners);
    const shown = readJpeg(new Easel(colours, 512).encode(100, subsampling)!);
    const { rgb } = pictureOfColours(colours, 512);
    const furthest = shown.rgb.reduce((most, value, at) => Math.max(most, Math.abs(value - rgb[at]!)), 0);
    assert.ok(furthest <= 3, `${subsampling}: off by ${furthest}`);
  }
});

Deno.test("a part is cut out of the surface, and the pixels around it do not show", () => {
  const colours = paintJpegPicture("photo", 200, 120, 7);
  const part = rect(37, 21, 101, 53);
  const easel = new Easel(colours, 200);
  const inside = Uint32Array.from({ length: 101 * 53 }, (_, at) => {
    return colours[(21 + Math.floor(at / 101)) * 200 + 37 + at % 101]!;
  });
  for (const subsampling of SUBSAMPLINGS) {
    assert.deepEqual(easel.encode(80, subsampling, part), new Easel(inside, 101).encode(80, subsampling));
  }
});

Deno.test("a part of 2048 pixels and one of a single column are read back", () => {
  for (const [width, height] of [[2048, 64], [1, 2048], [2048, 1]] as const) {
    const colours = forgiving("photo", width, height, 3, "4:2:0");
    const shown = readJpeg(new Easel(colours, width).encode(85, "4:2:0")!);
    assert.ok(rootMeanSquare(shown, pictureOfColours(colours, width)) <= largestError(85));
  }
});

Deno.test("a file that the arena does not hold is none", () => {
  const easel = new Easel(paintPicture("noise", 2048, 64, 1), 2048);
  assert.equal(easel.encode(100, "4:4:4"), undefined);
  assert.ok(easel.encode(50, "4:4:4")!.length > 50_000);
});

Deno.test("a file longer than the pixels it stands for is none", () => {
  const easel = new Easel(paintPicture("flat", 64, 64, 1), 64);
  const settings = { quality: 50, subsampling: "4:4:4" } as const;
  const encode = (part: Rect) => encodeJpeg(easel.arena, easel.surface.view, part, settings, 4);
  assert.equal(encode(rect(0, 0, 10, 10)), undefined);
  assert.ok(encode(rect(0, 0, 64, 64))!.length < 1000);
});

Deno.test("the fourth byte of the pixels does not show", () => {
  const easel = new Easel(paintJpegPicture("photo", 40, 40, 9), 40);
  const before = easel.encode(90, "4:2:0");
  const { pointer, strideBytes } = easel.surface.view;
  const bytes = new Uint8Array(easel.surface.memory.memory.buffer, pointer, strideBytes * 40);
  for (let at = 3; at < bytes.length; at += 4) bytes[at] = at * 7;
  assert.deepEqual(easel.encode(90, "4:2:0"), before);
});

Deno.test("nothing is written outside the arena", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...SUBSAMPLINGS),
      fc.integer({ min: 1, max: 70 }),
      fc.nat(),
      (subsampling, side, seed) => {
        const surface = TestSurface.create(side, 20);
        surface.paint(paintPicture("noise", side, 20, seed));
        const { memory } = surface;
        const arena = memory.allocate(ARENA_BYTES);
        memory.allocate(1 << 16);
        const bytes = new Uint8Array(memory.memory.buffer);
        bytes.fill(0x5a, arena.pointer + ARENA_BYTES);
        const before = bytes.slice(0, arena.pointer);
        const encoder = new Arena(memory.memory, arena.pointer);
        encodeJpeg(encoder, surface.view, surface.bounds, { quality: 100, subsampling }, Infinity);
        assert.deepEqual(bytes.slice(0, arena.pointer), before);
        assert.ok(bytes.subarray(arena.pointer + ARENA_BYTES).every((byte) => byte === 0x5a));
      },
    ),
    { numRuns: 10 },
  );
});

Deno.test("the steps are those of libjpeg's formula, from 1 to 255", () => {
  for (let quality = 1; quality <= 100; quality++) {
    assert.deepEqual(quantizationSteps(quality), expectedSteps(quality));
  }
  assert.deepEqual(new Set(quantizationSteps(100).flat()), new Set([1]));
  assert.deepEqual(new Set(quantizationSteps(1).flat()), new Set([255]));
});

const SAMPLING_FACTORS: Readonly<Record<Subsampling, readonly string[]>> = {
  "4:4:4": ["-sampling-factor", "1x1"],
  "4:2:2": ["-sampling-factor", "2x1"],
  "4:2:0": ["-sampling-factor", "2x2"],
  grey: ["-colorspace", "Gray"],
};

/** A folder with a picture, for libjpeg to read and to write. */
class Bench implements AsyncDisposable {
  private constructor(readonly picture: Picture, readonly folder: string) {}

  static async open(picture: Picture): Promise<Bench> {
    const folder = await Deno.makeTempDir();
    const head = new TextEncoder().encode(`P6 ${picture.width} ${picture.height} 255\n`);
    await Deno.writeFile(`${folder}/picture.ppm`, Uint8Array.from([...head, ...picture.rgb]));
    return new Bench(picture, folder);
  }

  /** libjpeg's files by quality, with the tables of Annex K and nothing but what a decoder needs. */
  async write(qualities: readonly number[], subsampling: Subsampling): Promise<Uint8Array[]> {
    const plain = ["-define", "jpeg:optimize-coding=false", "-strip", "-interlace", "none"];
    const files = qualities.map((quality) => `${this.folder}/${quality}.jpg`);
    const writes = qualities.flatMap((quality, at) => ["-quality", `${quality}`, "-write", files[at]!]);
    const how = [...plain, ...SAMPLING_FACTORS[subsampling], ...writes];
    await runPeer("convert", [`${this.folder}/picture.ppm`, ...how, "null:"]);
    return await Promise.all(files.map((file) => Deno.readFile(file)));
  }

  /** How close files come to the picture as libjpeg shows them, in dB. */
  async psnrs(files: readonly Uint8Array[]): Promise<number[]> {
    const { width, height } = this.picture;
    const paths = files.map((_, at) => `${this.folder}/shown${at}.jpg`);
    for (const [at, file] of files.entries()) await Deno.writeFile(paths[at]!, file);
    await runPeer("convert", [...paths, "-append", "-depth", "8", "-type", "TrueColor", `${this.folder}/all.rgb`]);
    const all = await Deno.readFile(`${this.folder}/all.rgb`);
    const size = width * height * 3;
    return files.map((_, at) => psnr({ width, height, rgb: all.subarray(at * size, (at + 1) * size) }, this.picture));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** The quantization tables of a file, one behind the other. */
function tablesOf(file: Uint8Array): number[] {
  const tables: number[] = [];
  for (let at = 2; file[at + 1] !== 0xda; at += 2 + (file[at + 2]! << 8 | file[at + 3]!)) {
    if (file[at + 1] === 0xdb) tables.push(...file.subarray(at + 4, at + 2 + (file[at + 2]! << 8 | file[at + 3]!)));
  }
  return tables;
}

const QUALITIES = [15, 42, 79, 92, 100];

for (const kind of ["photo", "gradient", "text", "noise"] as const) {
  Deno.test({
    name: `a ${kind} picture is as close to the original as libjpeg's, in as many bytes`,
    ...needsPeer("convert"),
    async fn() {
      for (const subsampling of SUBSAMPLINGS) {
        const [width, height] = subsampling === "4:2:2" ? [257, 131] : [300, 200];
        const colours = paintJpegPicture(kind, width, height, 5);
        const shown = subsampling === "grey" ? colours.map((colour) => (colour & 255) * 0x010101) : colours;
        const easel = new Easel(shown, width);
        await using bench = await Bench.open(pictureOfColours(shown, width));
        const files = QUALITIES.map((quality) => easel.encode(quality, subsampling)!);
        const libjpegs = await bench.write(QUALITIES, subsampling);
        const decibels = await bench.psnrs([...files, ...libjpegs]);
        for (const [at, quality] of QUALITIES.entries()) {
          const [reached, expected] = [decibels[at]!, decibels[at + QUALITIES.length]!];
          const [bytes, most] = [files[at]!.length, libjpegs[at]!.length * 1.05];
          const what = `${subsampling} at ${quality}: ${reached.toFixed(2)} dB for ${expected.toFixed(2)}`;
          // beyond 60 dB nearly every pixel is right
          assert.ok(reached > Math.min(expected, 60) - 0.5, what);
          assert.ok(bytes < most, `${what}, ${bytes} bytes of ${most}`);
        }
      }
    },
  });
}

Deno.test({
  name: "the quantization tables in the file are libjpeg's, for every quality",
  ...needsPeer("convert"),
  async fn() {
    const easel = new Easel(Uint32Array.of(0xff0000), 1);
    await using bench = await Bench.open(pictureOfColours(easel.colours, 1));
    const qualities = Array.from({ length: 100 }, (_, at) => at + 1);
    for (const [at, libjpeg] of (await bench.write(qualities, "4:2:0")).entries()) {
      const own = tablesOf(easel.encode(at + 1, "4:2:0")!);
      assert.equal(own.length, 2 * 65);
      assert.deepEqual(own, tablesOf(libjpeg), `quality ${at + 1}`);
    }
  },
});
