/** One zlib stream over many rects, against two decoders. */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { constants, deflateRawSync, inflateSync } from "node:zlib";
import fc from "fast-check";
import { InflateStream } from "../../lib/decode/inflate_stream.ts";
import { instantiateKernels, KERNEL_RESERVED_BYTES } from "../../lib/encode/kernels/kernels.ts";
import { type Segment, StreamMemory } from "../../lib/encode/stream_memory.ts";
import { CHOOSY_LEVEL, ZlibStream } from "../../lib/encode/zlib_stream.ts";
import { paintPicture, PICTURE_KINDS, type PictureKind, randomNumbers } from "../helpers/random_picture.ts";

const CONTENTS = ["random", "runs", "repeats", "skewed", "alternating", ...PICTURE_KINDS] as const;

interface Piece {
  readonly content: typeof CONTENTS[number];
  readonly length: number;
  readonly seed: number;
  readonly pixelBytes: number;
  /** Where the segments are cut, as parts of the whole. */
  readonly cuts: readonly number[];
  readonly compressLevel: number | undefined;
  readonly reset: boolean;
}

const pieces: fc.Arbitrary<Piece[]> = fc.array(
  fc.record({
    content: fc.constantFrom(...CONTENTS),
    length: fc.oneof(fc.nat(300), fc.nat(20_000), fc.nat(300_000)),
    seed: fc.integer(),
    pixelBytes: fc.integer({ min: 1, max: 4 }),
    cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }),
    compressLevel: fc.constantFrom(undefined, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, CHOOSY_LEVEL),
    reset: fc.boolean(),
  }),
  { minLength: 1, maxLength: 10 },
);

function contentBytes({ content, length, seed, pixelBytes }: Piece): Uint8Array {
  const random = randomNumbers(seed);
  const unit = Uint8Array.from({ length: 1 + random() % 5_000 }, () => random());
  switch (content) {
    case "random":
      return Uint8Array.from({ length }, () => random());
    case "runs":
      return Uint8Array.from({ length }, (_, at) => unit[Math.floor(at / 700)]!);
    case "repeats":
      return Uint8Array.from({ length }, (_, at) => unit[at % unit.length]!);
    case "skewed":
      return skewedNoise(length, random);
    case "alternating":
      return alternatingBytes(length, unit, random);
    default:
      return pictureBytes(content, length, seed, pixelBytes);
  }
}

/** What no match is worth taking in. */
function skewedNoise(length: number, random: () => number): Uint8Array {
  return Uint8Array.from({ length }, () => 8 * Math.clz32(random()) + random() % 8);
}

/** Noise and repeats in turns, so that searching begins and ends at any place. */
function alternatingBytes(length: number, unit: Uint8Array, random: () => number): Uint8Array {
  const bytes = skewedNoise(length, random);
  for (let at = random() % 40_000; at < length; at += random() % 40_000) {
    for (const end = Math.min(length, at + random() % 20_000); at < end; at++) bytes[at] = unit[at % unit.length]!;
  }
  return bytes;
}

function pictureBytes(kind: PictureKind, length: number, seed: number, pixelBytes: number): Uint8Array {
  const picture = paintPicture(kind, 100, Math.ceil(length / pixelBytes / 100), seed);
  return Uint8Array.from({ length }, (_, at) => picture[Math.floor(at / pixelBytes)]! >> 8 * (at % pixelBytes));
}

function segmentsOf({ length, cuts, pixelBytes }: Piece): Segment[] {
  const ends = [...cuts.map((cut) => Math.floor(cut * length)).sort((a, b) => a - b), length];
  return ends.map((end, at) => ({ end, pixelBytes: 1 + (pixelBytes + at - 1) % 4 }));
}

Deno.test("each piece can be inflated as soon as it is compressed, whatever came before and at any level", () => {
  const memory = new StreamMemory();
  fc.assert(
    fc.property(pieces, (list) => {
      let stream = new ZlibStream(memory);
      let inflate = new InflateStream();
      let sent: Uint8Array[] = [];
      let expected: Uint8Array[] = [];
      for (const piece of list) {
        if (piece.reset) {
          stream.close();
          stream = new ZlibStream(memory);
          [sent, expected, inflate] = [[], [], new InflateStream()];
        }
        const bytes = contentBytes(piece);
        const compressed = stream.compress(bytes, segmentsOf(piece), piece.compressLevel).slice();
        assert.ok(compressed.length <= mostBytes(bytes.length), `${compressed.length} of ${bytes.length} bytes`);
        sent.push(compressed);
        expected.push(bytes);
        assert.deepEqual(inflateRect(inflate, compressed, bytes.length), bytes);
      }
      const whole = inflateSync(concatenate(sent), { finishFlush: constants.Z_SYNC_FLUSH });
      assert.deepEqual(new Uint8Array(whole), concatenate(expected));
      stream.close();
    }),
    { numRuns: 60 },
  );
});

/** The compressed pieces, on one stream from reset to reset. */
function compressAll(memory: StreamMemory, list: readonly Piece[]): Uint8Array[] {
  let stream = new ZlibStream(memory);
  const sent = list.map((piece) => {
    if (piece.reset) {
      stream.close();
      stream = new ZlibStream(memory);
    }
    return stream.compress(contentBytes(piece), segmentsOf(piece), piece.compressLevel).slice();
  });
  stream.close();
  return sent;
}

Deno.test("a stream is the same bytes whatever its memory held before", () => {
  const used = new StreamMemory();
  fc.assert(
    fc.property(pieces, (list) => {
      const fresh = compressAll(new StreamMemory(), list);
      const differing = compressAll(used, list).findIndex((bytes, at) => !Buffer.from(bytes).equals(fresh[at]!));
      assert.equal(differing, -1);
    }),
    { numRuns: 60 },
  );
});

/** Stored blocks, a zlib header and a flush. */
function mostBytes(byteCount: number): number {
  return byteCount + 6 * (1 + Math.ceil(byteCount / 4_096)) + 7;
}

Deno.test("noise takes no more than Huffman codes alone, rect after rect", () => {
  const stream = new ZlibStream(new StreamMemory());
  const inflate = new InflateStream();
  const random = randomNumbers(3);
  for (let round = 0; round < 8; round++) {
    const bytes = skewedNoise(60_000, random);
    const compressed = stream.compress(bytes, [{ end: bytes.length, pixelBytes: 3 }], 1 + round % 9).slice();
    const codesAlone = deflateRawSync(bytes, { strategy: constants.Z_HUFFMAN_ONLY });
    assert.ok(compressed.length < 1.01 * codesAlone.length, `${compressed.length} against ${codesAlone.length}`);
    assert.deepEqual(inflateRect(inflate, compressed, bytes.length), bytes);
  }
});

/** Symbols in no order, of which each is so many times rarer than the one before. */
function rarerAndRarer(symbols: number, ratio: number, length: number, seed: number): Uint8Array {
  const random = randomNumbers(seed);
  const first = random();
  const ends: number[] = [];
  for (let symbol = 0, end = 0; symbol < symbols; symbol++) ends.push(end += ratio ** -symbol);
  return Uint8Array.from({ length }, () => {
    const place = random() / 2 ** 32 * ends.at(-1)!;
    return first + 37 * ends.findIndex((end) => place < end);
  });
}

Deno.test("a small rect takes no more than zlib's Huffman codes, however often its symbols occur", () => {
  const memory = new StreamMemory();
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 256 }),
      fc.constantFrom(1, 1.003, 1.02, 1.1, 1.6, 2),
      fc.integer({ min: 800, max: 11_000 }),
      fc.integer(),
      (symbols, ratio, length, seed) => {
        const bytes = rarerAndRarer(symbols, ratio, length, seed);
        const stream = new ZlibStream(memory);
        const compressed = stream.compress(bytes, [{ end: length, pixelBytes: 3 }], CHOOSY_LEVEL).slice();
        stream.close();
        const codesAlone = deflateRawSync(bytes, { strategy: constants.Z_HUFFMAN_ONLY, memLevel: 9 });
        // a header of two bytes and a flush of five, and a byte for codes that are cut to 14 bits
        assert.ok(compressed.length <= codesAlone.length + 8, `${compressed.length}, ${codesAlone.length}`);
        assert.deepEqual(inflateRect(new InflateStream(), compressed, length), bytes);
      },
    ),
    { numRuns: 300 },
  );
});

for (const pixelBytes of [1, 3, 4]) {
  Deno.test(`what repeats behind a long stretch of noise is found, in pixels of ${pixelBytes} bytes`, () => {
    const stream = new ZlibStream(new StreamMemory());
    const noise = skewedNoise(300_000, randomNumbers(4));
    const repeats = Uint8Array.from({ length: 200_000 }, (_, at) => noise[at % 1_200]!);
    const inflate = new InflateStream();
    const lengths = [noise, repeats].map((bytes) => {
      const compressed = stream.compress(bytes, [{ end: bytes.length, pixelBytes }], 1).slice();
      assert.deepEqual(inflateRect(inflate, compressed, bytes.length), bytes);
      return compressed.length;
    });
    // At most the longest stretch goes on behind the noise.
    assert.ok(lengths[1]! < 196_608 / 2 + 5_000, `${lengths[1]} bytes`);
  });
}

Deno.test("matches are cut where a segment of a few pixels ends, and begin at any of them", () => {
  const memory = new StreamMemory();
  const segmentLengths = fc.array(fc.nat(60), { minLength: 1, maxLength: 120 });
  fc.assert(
    fc.property(segmentLengths, fc.integer(), fc.integer({ min: 1, max: 9 }), (lengths, seed, compressLevel) => {
      const stream = new ZlibStream(memory);
      const inflate = new InflateStream();
      const random = randomNumbers(seed);
      // Words of which each is the end of another, so that there is often a longer match at the next pixel.
      const words = Array.from({ length: 40 }, (_, at) => Array.from({ length: 3 + at % 13 }, (_, end) => end * 7));
      const bytes = Uint8Array.from(
        Array.from({ length: 8_000 }, () => words[random() % 40]!.slice(random() % 3)).flat(),
      );
      let end = 0;
      const segments = lengths.map((length) => ({ end: end += length, pixelBytes: 1 }));
      const short = bytes.subarray(100, 100 + end);
      for (const [rect, of] of [[bytes, [{ end: bytes.length, pixelBytes: 1 }]], [short, segments]] as const) {
        const compressed = stream.compress(rect, of, compressLevel).slice();
        assert.deepEqual(inflateRect(inflate, compressed, rect.length), rect);
      }
      stream.close();
    }),
    { numRuns: 200 },
  );
});

Deno.test("matches of wide pixels begin and end at any byte, and never before the stream", () => {
  // The memory of the stream before is in front of a new one: a match that began there would go unnoticed by the search.
  const memory = new StreamMemory();
  const runs = fc.array(fc.tuple(fc.nat(400), fc.integer({ min: 0, max: 12 })), { minLength: 1, maxLength: 60 });
  const rects = fc.array(runs, { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(rects, fc.integer({ min: 2, max: 4 }), fc.integer({ min: 1, max: 9 }), (list, pixelBytes, level) => {
      const stream = new ZlibStream(memory);
      const inflate = new InflateStream();
      for (const pairs of list) {
        const bytes = runsOfLikePixels(pairs, pixelBytes);
        const compressed = stream.compress(bytes, [{ end: bytes.length, pixelBytes }], level).slice();
        assert.deepEqual(inflateRect(inflate, compressed, bytes.length), bytes);
      }
      stream.close();
    }),
    { numRuns: 300 },
  );
});

/** Runs of pixels, between them single ones of which some bytes are those of others. */
function runsOfLikePixels(pairs: readonly (readonly [length: number, seed: number])[], pixelBytes: number): Uint8Array {
  const pixels = pairs.flatMap(([length, seed]) => [
    ...Array.from({ length: seed }, (_, at) => 0x0101_0100 * (at % 3) + (seed * at) % 5),
    ...Array.from({ length }, () => 0x0a0a_0a0a * (seed % 3)),
  ]);
  return Uint8Array.from({ length: pixels.length * pixelBytes }, (_, at) => {
    return pixels[Math.floor(at / pixelBytes)]! >> 8 * (at % pixelBytes);
  });
}

for (const pixelBytes of [1, 2, 3, 4]) {
  Deno.test(`a run is in matches of 258 bytes, whatever the level, in pixels of ${pixelBytes} bytes`, () => {
    const bytes = Uint8Array.from({ length: 800 * 258 }, (_, at) => 10 + at % pixelBytes);
    for (let level = 1; level <= 9; level++) {
      const stream = new ZlibStream(new StreamMemory());
      const { length } = stream.compress(bytes, [{ end: bytes.length, pixelBytes }], level);
      // Two bits each; any other length has five bits more.
      assert.ok(length < 800 * 2 / 8 + 50, `${length} bytes at level ${level}`);
    }
  });
}

Deno.test("the padding of a pixel that is new is part of the match behind it", () => {
  const random = randomNumbers(7);
  const words = Array.from({ length: 40 }, () => Array.from({ length: 24 }, () => random() & 0xffffff));
  const pixels = Array.from({ length: 2_000 }, () => [random() & 0xffffff, ...words[random() % 40]!]).flat();
  const padded = new Uint8Array(Uint32Array.from(pixels).buffer);
  const bare = padded.filter((_, at) => at % 4 !== 3);
  const [least, length] = [[bare, 3] as const, [padded, 4] as const].map(([bytes, pixelBytes]) => {
    return new ZlibStream(new StreamMemory()).compress(bytes, [{ end: bytes.length, pixelBytes }], 6).length;
  });
  assert.ok(length! < 1.07 * least!, `${length} bytes, ${least} without padding`);
});

Deno.test("streams in turn do not disturb each other", () => {
  const memory = new StreamMemory();
  const random = randomNumbers(5);
  const streams = Array.from({ length: 20 }, () => ({ stream: new ZlibStream(memory), inflate: new InflateStream() }));
  for (let round = 0; round < 400; round++) {
    const { stream, inflate } = streams[random() % streams.length]!;
    const piece = { content: "mixed", length: random() % 9_000, seed: random() % 3, pixelBytes: 3 } as const;
    const bytes = contentBytes({ ...piece, cuts: [], compressLevel: 2, reset: false });
    const compressed = stream.compress(bytes, [{ end: bytes.length, pixelBytes: 3 }], 1 + random() % 9);
    assert.deepEqual(inflateRect(inflate, compressed.slice(), bytes.length), bytes);
  }
});

Deno.test("what the tables of a stream say is never believed", () => {
  const memory = new WebAssembly.Memory({ initial: 64, maximum: 64, shared: true });
  const kernels = instantiateKernels(memory);
  const work = KERNEL_RESERVED_BYTES;
  const stream = work + kernels.deflateWorkBytes();
  const random = randomNumbers(8);
  for (let round = 0; round < 40; round++) {
    kernels.openDeflate(work);
    kernels.resetDeflate(stream);
    // the tables and the bytes behind them
    const slot = new Uint8Array(memory.buffer, stream, kernels.deflateStreamBytes()).subarray(-80 * 1024);
    for (let at = 0; at < slot.length; at++) slot[at] = random();
    const bytes = pictureBytes("fewColours", 30_000, round, 3);
    const input = work + kernels.deflateInputOffset();
    new Uint8Array(memory.buffer, input).set(bytes);
    // what a decoder does not have, and is worth a match
    new Uint8Array(memory.buffer, input - bytes.length).set(bytes);
    new Uint32Array(memory.buffer, work + kernels.deflateSegmentsOffset(), 2).set([bytes.length, 3]);
    const byteLength = kernels.deflate(work, stream, 1, 1 + round % 9);
    const compressed = new Uint8Array(memory.buffer, work + kernels.deflateOutputOffset(), byteLength).slice();
    const whole = inflateSync(compressed, { finishFlush: constants.Z_SYNC_FLUSH });
    assert.deepEqual(new Uint8Array(whole), bytes);
  }
});

Deno.test("more bytes than a part has are refused", () => {
  const stream = new ZlibStream(new StreamMemory());
  assert.throws(() => stream.compress(new Uint8Array(1_000_000), [{ end: 1_000_000, pixelBytes: 1 }]), RangeError);
});

Deno.test("a slot that was given back serves another stream from its start", () => {
  const memory = new StreamMemory();
  const bytes = contentBytes({
    content: "text",
    length: 5_000,
    seed: 1,
    pixelBytes: 4,
    cuts: [],
    compressLevel: 6,
    reset: false,
  });
  const segments = [{ end: bytes.length, pixelBytes: 4 }];
  for (let round = 0; round < 50; round++) {
    const stream = new ZlibStream(memory);
    const compressed = stream.compress(bytes, segments).slice();
    assert.deepEqual(inflateRect(new InflateStream(), compressed, bytes.length), bytes);
    stream.close();
  }
});

Deno.test("a closed stream throws", () => {
  const stream = new ZlibStream();
  stream.close();
  assert.throws(() => stream.compress(new Uint8Array(10), [{ end: 10, pixelBytes: 1 }]));
});

function inflateRect(stream: InflateStream, compressed: Uint8Array, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  stream.begin(compressed, "a rect");
  for (let at = 0; at < length; at += 65_536) bytes.set(stream.view(Math.min(65_536, length - at)), at);
  stream.end();
  return bytes;
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
