/** Tight's rects on the wire, whatever is in them: what each says of itself, and what its stream inflates to. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { InflateStream } from "../../lib/decode/inflate_stream.ts";
import { TightFilter } from "../../lib/encode/kernels/kernels.ts";
import { StreamMemory } from "../../lib/encode/stream_memory.ts";
import { TightStreams } from "../../lib/encode/tight_streams.ts";
import { randomNumbers } from "../helpers/random_picture.ts";

const WIRE_BYTES = 3;
const PART = { x: 300, y: 70, width: 64, height: 64 };
const { fill, mono, palette, copy, gradient, jpeg } = TightFilter;
/** Control byte of a rect that goes on with its stream, and what follows. */
const CONTROL = {
  [copy]: [0x00],
  [mono]: [0x50, 1, 1],
  [palette]: [0x60, 1, 4],
  [gradient]: [0x70, 2],
} as const;
const PALETTE_COLOURS: Readonly<Record<number, number>> = { [fill]: 1, [mono]: 2, [palette]: 5 };

interface Found {
  readonly filter: number;
  /** Palette and pixels. */
  readonly bytes: Uint8Array;
}

/** Bytes of so many pixels, with few values, so that matches reach back into the rect before. */
function found(filter: number, pixelBytes: number, seed: number): Found {
  if (filter === jpeg) return { filter, bytes: new Uint8Array(0) };
  const random = randomNumbers(seed);
  const length = paletteBytes(filter) + (filter === fill ? 0 : pixelBytes);
  return { filter, bytes: Uint8Array.from({ length }, (_, at) => at % 40 < 30 ? at % 7 : random() % 9) };
}

function paletteBytes(filter: number): number {
  return (PALETTE_COLOURS[filter] ?? 0) * WIRE_BYTES;
}

function write(streams: TightStreams, rects: readonly Found[], compressLevel?: number): Uint8Array {
  let end = 0;
  const words = rects.flatMap(({ filter, bytes }, at) => {
    end += bytes.length;
    return [at, 2 * at, 3 + at, 4 + at, filter, PALETTE_COLOURS[filter] ?? 0, end];
  });
  const bytes = new Uint8Array(rects.flatMap((each) => [...each.bytes]));
  return streams.write(PART, Uint32Array.from(words), bytes, WIRE_BYTES, compressLevel).slice();
}

/** A viewer that knows what it is to be sent. */
class Reader {
  readonly #inflaters: (InflateStream | undefined)[] = [];
  #bytes = new Uint8Array(0);

  /** Checks an update against the rects that it was made of. */
  expect(bytes: Uint8Array, rects: readonly Found[]): void {
    this.#bytes = bytes.slice();
    for (const [at, each] of rects.entries()) if (each.filter !== jpeg) this.#expectRect(at, each);
    assert.equal(this.#bytes.length, 0);
  }

  #expectRect(at: number, { filter, bytes }: Found): void {
    const header = new DataView(this.#take(12).buffer);
    const numbers = [0, 2, 4, 6].map((offset) => header.getUint16(offset));
    assert.deepEqual(numbers, [PART.x + at, PART.y + 2 * at, 3 + at, 4 + at]);
    assert.equal(header.getInt32(8), 7);
    if (filter === fill) return assert.deepEqual(this.#take(1 + WIRE_BYTES), Uint8Array.of(0x80, ...bytes));
    const [control, ...filterBytes] = CONTROL[filter as keyof typeof CONTROL];
    const pixels = bytes.subarray(paletteBytes(filter));
    const stream = control >> 4 & 3;
    const isFirst = pixels.length >= 12 && this.#inflaters[stream] === undefined;
    const expected = [
      control | (isFirst ? 1 << stream : 0),
      ...filterBytes,
      ...bytes.subarray(0, paletteBytes(filter)),
    ];
    assert.deepEqual(this.#take(expected.length), Uint8Array.from(expected));
    assert.deepEqual(this.#pixels(stream, pixels.length), pixels);
  }

  #pixels(stream: number, byteCount: number): Uint8Array {
    if (byteCount < 12) return this.#take(byteCount);
    const inflater = this.#inflaters[stream] ??= new InflateStream();
    inflater.begin(this.#take(this.#compactLength()), "Tight");
    const pixels = inflater.view(byteCount).slice();
    inflater.end();
    return pixels;
  }

  #compactLength(): number {
    let length = 0;
    for (let shift = 0;; shift += 7) {
      const [byte] = this.#take(1);
      length |= (byte! & 127) << shift;
      if (byte! < 128) return length;
      assert.ok(shift < 14);
    }
  }

  #take(count: number): Uint8Array {
    assert.ok(count <= this.#bytes.length);
    const taken = this.#bytes.slice(0, count);
    this.#bytes = this.#bytes.subarray(count);
    return taken;
  }
}

const rects = fc.array(
  fc.record({
    filter: fc.constantFrom(fill, mono, palette, copy, gradient, jpeg),
    pixelBytes: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40_000 })),
    seed: fc.integer(),
  }).map(({ filter, pixelBytes, seed }) => found(filter, pixelBytes, seed)),
  { minLength: 1, maxLength: 12 },
);

Deno.test("rects of all filters in any order can be read, update after update, at any level", () => {
  const memory = new StreamMemory();
  const levels = fc.constantFrom(undefined, 0, 1, 2, 3, 6, 7, 8, 9);
  fc.assert(
    fc.property(fc.array(fc.tuple(rects, levels), { minLength: 1, maxLength: 4 }), (updates) => {
      const streams = new TightStreams(memory);
      const reader = new Reader();
      for (const [list, level] of updates) reader.expect(write(streams, list, level), list);
      streams.close();
    }),
    { numRuns: 100 },
  );
});

Deno.test("streams that were closed give their memory back, and begin anew", () => {
  const memory = new StreamMemory();
  const [first, second] = [new TightStreams(memory), new TightStreams(memory)];
  const list = [found(copy, 5_000, 1), found(palette, 5_000, 2)];
  const before = write(first, list);
  first.close();
  first.close();
  const slots = [memory.take(), memory.take()];
  for (const slot of slots) memory.give(slot);
  new Reader().expect(write(second, list), list);
  assert.ok(!slots.includes(memory.take()));
  const after = write(first, list);
  new Reader().expect(after, list);
  assert.equal(after.length, before.length);
});

Deno.test("more bytes or rects than a part has are refused", () => {
  const streams = new TightStreams(new StreamMemory());
  assert.throws(() => write(streams, [found(copy, 557_056, 1)]), RangeError);
  assert.throws(() => write(streams, Array.from({ length: 20_000 }, () => found(fill, 0, 1))), RangeError);
});

Deno.test("as many rects as there is room for are written, however badly they pack", () => {
  const random = randomNumbers(1);
  for (const [count, length] of [[13_900, 12], [1_000, 520]] as const) {
    const bytes = Uint8Array.from({ length }, () => random());
    const list = Array.from({ length: count }, () => ({ filter: gradient, bytes }));
    for (const level of [0, 1, 9]) new Reader().expect(write(new TightStreams(new StreamMemory()), list, level), list);
  }
});
