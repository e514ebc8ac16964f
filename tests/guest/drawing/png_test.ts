/** PNG files of every kind, built here byte by byte. */

import assert from "node:assert/strict";
import { crc32, deflateSync } from "node:zlib";
import fc from "fast-check";
import { UsageError } from "../../../lib/base/errors.ts";
import { decodePng } from "../../../lib/guest/drawing/png.ts";

interface PngParts {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colourType: number;
  /** Samples pixel by pixel. */
  readonly samples: readonly number[];
  readonly palette?: Uint8Array;
  readonly transparency?: Uint8Array;
  readonly interlace?: number;
}

const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const DEPTHS: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(data.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(data, 8);
  view.setUint32(data.length + 8, crc32(bytes.subarray(4, data.length + 8)));
  return bytes;
}

function packRows({ width, height, depth, colourType, samples }: PngParts): Uint8Array {
  const perRow = width * CHANNELS[colourType]!;
  const rowBytes = Math.ceil((perRow * depth) / 8);
  const rows = new Uint8Array(height * (rowBytes + 1));
  samples.forEach((sample, index) => {
    const row = Math.floor(index / perRow) * (rowBytes + 1) + 1;
    const bit = (index % perRow) * depth;
    if (depth === 16) new DataView(rows.buffer).setUint16(row + bit / 8, sample);
    else rows[row + (bit >> 3)]! |= sample << (8 - depth - (bit & 7));
  });
  return rows;
}

function buildPng(parts: PngParts): Uint8Array {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, parts.width);
  view.setUint32(4, parts.height);
  header.set([parts.depth, parts.colourType, 0, 0, parts.interlace ?? 0], 8);
  const chunks = [Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a), chunk("IHDR", header)];
  if (parts.palette !== undefined) chunks.push(chunk("PLTE", parts.palette));
  if (parts.transparency !== undefined) chunks.push(chunk("tRNS", parts.transparency));
  chunks.push(chunk("IDAT", deflateSync(packRows(parts))), chunk("IEND", new Uint8Array(0)));
  return Uint8Array.from(chunks.flatMap((bytes) => [...bytes]));
}

function expectedPixels({ depth, colourType, samples, palette }: PngParts): number[] {
  const most = 2 ** depth - 1;
  const channels = CHANNELS[colourType]!;
  const pixels: number[] = [];
  for (let i = 0; i < samples.length; i += channels) {
    const bytes = samples.slice(i, i + channels).map((sample) => Math.round((sample * 255) / most));
    const grey = bytes[0]!;
    if (colourType === 3) pixels.push(...palette!.subarray(samples[i]! * 3, samples[i]! * 3 + 3), 255);
    else if (channels <= 2) pixels.push(grey, grey, grey, bytes[1] ?? 255);
    else pixels.push(bytes[0]!, bytes[1]!, bytes[2]!, bytes[3] ?? 255);
  }
  return pixels;
}

const anyPng: fc.Arbitrary<PngParts> = fc.constantFrom(0, 2, 3, 4, 6)
  .chain((colourType) =>
    fc.record({ colourType: fc.constant(colourType), depth: fc.constantFrom(...DEPTHS[colourType]!) })
  )
  .chain(({ colourType, depth }) =>
    fc.tuple(fc.integer({ min: 1, max: 21 }), fc.integer({ min: 1, max: 6 })).chain(([width, height]) => {
      const length = width * height * CHANNELS[colourType]!;
      return fc.record({
        width: fc.constant(width),
        height: fc.constant(height),
        colourType: fc.constant(colourType),
        depth: fc.constant(depth),
        samples: fc.array(fc.integer({ min: 0, max: 2 ** depth - 1 }), { minLength: length, maxLength: length }),
        palette: fc.uint8Array({ minLength: 3 << Math.min(8, depth), maxLength: 3 << Math.min(8, depth) }),
      });
    })
  )
  .map(({ palette, ...parts }) => parts.colourType === 3 ? { ...parts, palette } : parts);

Deno.test("decodePng reads grey, colour, palette and alpha at every depth and any width", () => {
  fc.assert(fc.property(anyPng, (parts) => {
    const image = decodePng(buildPng(parts), "x.png");
    assert.deepEqual([image.width, image.height], [parts.width, parts.height]);
    assert.deepEqual([...image.pixels], expectedPixels(parts));
  }));
});

Deno.test("decodePng takes the transparent colour and the palette's alpha", () => {
  const grey = { width: 3, height: 1, depth: 4, colourType: 0, samples: [3, 7, 3], transparency: Uint8Array.of(0, 3) };
  assert.deepEqual([...decodePng(buildPng(grey), "x").pixels].filter((_, i) => i % 4 === 3), [0, 255, 0]);
  const colour = {
    width: 3,
    height: 1,
    depth: 8,
    colourType: 2,
    samples: [1, 2, 3, 1, 2, 4, 0, 0, 0],
    transparency: Uint8Array.of(0, 1, 0, 2, 0, 3),
  };
  assert.deepEqual([...decodePng(buildPng(colour), "x").pixels], [1, 2, 3, 0, 1, 2, 4, 255, 0, 0, 0, 255]);
  const indexed = {
    width: 2,
    height: 1,
    depth: 1,
    colourType: 3,
    samples: [1, 0],
    palette: Uint8Array.of(9, 8, 7, 6, 5, 4),
    transparency: Uint8Array.of(100),
  };
  assert.deepEqual([...decodePng(buildPng(indexed), "x").pixels], [6, 5, 4, 255, 9, 8, 7, 100]);
});

function assertRefused(bytes: Uint8Array, reason: RegExp): void {
  assert.throws(() => decodePng(bytes, "x.png"), (error) => {
    assert.ok(error instanceof UsageError);
    assert.match(error.message, reason);
    return true;
  });
}

const SMALL: PngParts = { width: 2, height: 2, depth: 8, colourType: 0, samples: [1, 2, 3, 4] };

Deno.test("decodePng refuses what is no PNG, and sizes no screen has, before it inflates anything", () => {
  assertRefused(new Uint8Array(0), /^Cannot show x\.png: it is not a PNG file$/);
  assertRefused(new TextEncoder().encode("GIF89a".repeat(20)), /it is not a PNG file$/);
  for (const [width, height] of [[0, 5], [5, 0], [16_001, 1], [1, 12_001], [9_000, 9_000]] as const) {
    assertRefused(buildPng({ ...SMALL, width, height, samples: [] }), new RegExp(`${width}x${height} pixels`));
  }
  assertRefused(buildPng({ ...SMALL, depth: 4, interlace: 1 }), /interlaced picture of 4 bits/);
});

Deno.test("decodePng refuses a PNG cut anywhere and one with a colour that is not in its palette", () => {
  const whole = buildPng(SMALL);
  for (let length = 0; length < whole.length - 4; length++) {
    assertRefused(whole.subarray(0, length), /^Cannot show x\.png/);
  }
  const palette = Uint8Array.of(1, 2, 3);
  assertRefused(buildPng({ ...SMALL, colourType: 3, palette }), /damaged \(a colour is not in the palette\)$/);
});
