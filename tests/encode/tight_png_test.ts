/** What TightPNG makes of pictures of one kind, and how PNG rows are filtered. */

import assert from "node:assert/strict";
import { inflateSync } from "node:zlib";
import fc from "fast-check";
import { Arena, ARENA_BYTES } from "../../lib/encode/arena.ts";
import { closeStreams, encodeJob } from "../../lib/encode/job_encoder.ts";
import { encodePng } from "../../lib/encode/png.ts";
import type { ClientStreams } from "../../lib/encode/rect_encoder.ts";
import { MAX_PART_PIXELS } from "../../lib/encode/rect_plan.ts";
import { Encoding } from "../../lib/rfb/encodings.ts";
import { type PixelFormat, R3G3B2, X8R8G8B8 } from "../../lib/rfb/pixel_format.ts";
import { FrameMemory } from "../../lib/display/frame_memory.ts";
import { filteredRows } from "../helpers/png_files.ts";
import { paintPicture, PICTURE_KINDS, randomNumbers } from "../helpers/random_picture.ts";
import { ReferenceDecoder } from "../helpers/reference_decoder.ts";
import type { TightPngKind } from "../helpers/reference_tight_png.ts";
import { pixelValues, TestSurface } from "../helpers/test_surface.ts";
import { rgbBytes } from "../helpers/tight_rects.ts";

const HIGH_COLOUR: PixelFormat = {
  ...X8R8G8B8,
  bitsPerPixel: 16,
  depth: 16,
  bigEndianFlag: true,
  redMax: 31,
  greenMax: 63,
  blueMax: 31,
  redShift: 11,
  greenShift: 5,
};

interface Sent {
  readonly seen: TightPngKind[];
  readonly encodings: number[];
  readonly byteLength: number;
}

/** Sends a picture, checks that it arrives, and gives what it became. */
async function send(picture: Uint32Array, width: number, format = X8R8G8B8, compressLevel?: number): Promise<Sent> {
  const surface = TestSurface.create(width, picture.length / width);
  surface.paint(picture);
  const arena = new Arena(surface.memory.memory, surface.memory.allocate(ARENA_BYTES).pointer);
  const level = compressLevel === undefined ? {} : { compressLevel };
  const job = surface.job({ encoding: Encoding.TightPNG, pixelFormat: format, ...level });
  const streams: ClientStreams = {};
  const steps = encodeJob(job, arena, streams);
  let step = await steps.next();
  while (!step.done) step = await steps.next();
  closeStreams(streams);
  const decoder = new ReferenceDecoder(width, surface.height, format);
  const rects = await decoder.applyUpdate(step.value.bytes);
  decoder.close();
  assert.deepEqual(decoder.picture, pixelValues(format, picture));
  const encodings = [...new Set(rects.map(({ encoding }) => encoding))];
  return { seen: [...decoder.tightPng.seen], encodings, byteLength: step.value.bytes.length };
}

/** A picture with a number of colours in noise. */
function colourful(colours: number, side = 96): Uint32Array {
  const random = randomNumbers(colours);
  const palette = Array.from({ length: colours }, () => random() & 0xffffff);
  return new Uint32Array(side * side).map((_, at) => palette[at < colours ? at : random() % colours]!);
}

Deno.test("a rect's palette takes as few bits as its colours need", async () => {
  const kinds: readonly [number, TightPngKind][] = [
    [1, "fill"],
    [2, "palette of 1"],
    [3, "palette of 2"],
    [4, "palette of 2"],
    [5, "palette of 4"],
    [16, "palette of 4"],
    [17, "palette of 8"],
    [120, "palette of 8"],
    [4_000, "rgb"],
  ];
  for (const [colours, kind] of kinds) {
    assert.ok((await send(colourful(colours), 96)).seen.includes(kind), `${colours} colours`);
  }
  assert.deepEqual((await send(colourful(4), 96)).seen, ["palette of 2"]);
});

Deno.test("fills are pixels of the client's format, PNG files have 24 bits", async () => {
  const picture = paintPicture("mixed", 200, 150, 3);
  picture.fill(0x3377bb, 0, 200 * 70);
  for (const format of [HIGH_COLOUR, { ...X8R8G8B8, depth: 32, bigEndianFlag: true }]) {
    const { seen, encodings } = await send(picture, 200, format);
    assert.ok(seen.includes("fill") && seen.includes("rgb"), seen.join());
    assert.deepEqual(encodings, [Encoding.TightPNG]);
  }
});

Deno.test("a client of 8 bits per pixel is sent Raw", async () => {
  const { encodings } = await send(paintPicture("mixed", 200, 150, 3), 200, R3G3B2);
  assert.deepEqual(encodings, [Encoding.Raw]);
});

Deno.test("a smooth picture takes much less from level 5 on, where rows are filtered", async () => {
  const [width, height] = [256, 200];
  const random = randomNumbers(7);
  const photo = new Uint32Array(width * height).map((_, at) => {
    const [x, y] = [at % width, Math.floor(at / width)];
    const grain = random() % 5;
    return (x * 3 + y >> 2) + grain << 16 | (y + grain & 255) << 8 | 255 - (x + y >> 1) + (grain >> 1) & 255;
  });
  const plain = (await send(photo, width, X8R8G8B8, 4)).byteLength;
  const filtered = (await send(photo, width, X8R8G8B8, 5)).byteLength;
  assert.ok(filtered * 1.5 < plain, `${filtered} of ${plain} bytes`);
});

const memory = new FrameMemory();
const arena = new Arena(memory.memory, memory.allocate(ARENA_BYTES).pointer);
const input = memory.allocate(MAX_PART_PIXELS * 3);

/** The rows in a PNG's one IDAT. */
function rowsOf(file: Uint8Array): Uint8Array {
  const view = new DataView(file.buffer, file.byteOffset);
  const length = view.getUint32(33);
  return inflateSync(file.subarray(41, 41 + length));
}

Deno.test("each row is behind the filter whose differences are the smallest, the first of equal ones", () => {
  const sizes = fc.record({ width: fc.integer({ min: 1, max: 70 }), height: fc.integer({ min: 1, max: 12 }) });
  const kinds = fc.constantFrom(...PICTURE_KINDS);
  const seen = new Set<number>();
  fc.assert(
    fc.property(sizes, kinds, fc.integer(), ({ width, height }, kind, seed) => {
      const plain = rgbBytes([...paintPicture(kind, width, height, seed)]);
      const bytes = new Uint8Array(memory.memory.buffer, input.pointer, plain.length);
      bytes.set(plain);
      const bounds = { x: 0, y: 0, width, height };
      const rows = rowsOf(encodePng(arena, { bounds, colours: 0, bytes, paletteBytes: 0 }, 9));
      const rowBytes = width * 3 + 1;
      const candidates = [0, 1, 2, 3, 4].map((filter) => filteredRows(plain, height, [filter], 3));
      for (let y = 0; y < height; y++) {
        const here = candidates.map((each) => each.subarray(y * rowBytes, (y + 1) * rowBytes));
        const costs = here.map((row) => row.subarray(1).reduce((sum, byte) => sum + Math.min(byte, 256 - byte), 0));
        const best = costs.indexOf(Math.min(...costs));
        seen.add(best);
        assert.deepEqual([...rows.subarray(y * rowBytes, (y + 1) * rowBytes)], [...here[best]!]);
      }
    }),
    { numRuns: 120 },
  );
  assert.deepEqual([...seen].sort(), [0, 1, 2, 3, 4]);
});

Deno.test("the widest row and the most rows of a part fit", () => {
  for (const [width, height] of [[2048, 64], [64, 2048], [1, 2048]] as const) {
    const bytes = new Uint8Array(memory.memory.buffer, input.pointer, width * height * 3).fill(200);
    const bounds = { x: 0, y: 0, width, height };
    const rows = rowsOf(encodePng(arena, { bounds, colours: 0, bytes, paletteBytes: 0 }, 6));
    assert.equal(rows.length, (width * 3 + 1) * height);
  }
});
