/** One zlib stream over many rects. */

import assert from "node:assert/strict";
import { constants, inflateSync } from "node:zlib";
import fc from "fast-check";
import { ZlibStream } from "../../lib/encode/zlib_stream.ts";
import { randomNumbers } from "../helpers/random_picture.ts";

function someBytes(length: number, seed: number, noisy: boolean): Uint8Array {
  const random = randomNumbers(seed);
  return Uint8Array.from({ length }, (_, at) => noisy ? random() : (at >> 3) % 50);
}

const pieces = fc.array(
  fc.record({
    length: fc.oneof(fc.nat(300), fc.nat(200_000)),
    seed: fc.integer(),
    isNoise: fc.boolean(),
    noisy: fc.boolean(),
    compressLevel: fc.constantFrom(undefined, 0, 1, 2, 5, 9),
  }),
  { minLength: 1, maxLength: 12 },
);

Deno.test("each piece can be inflated as soon as it is compressed, whatever the tuning", async () => {
  await fc.assert(
    fc.asyncProperty(pieces, async (list) => {
      const stream = new ZlibStream(list[0]!.compressLevel);
      const sent: Uint8Array[] = [];
      const expected: Uint8Array[] = [];
      for (const { length, seed, isNoise, noisy, compressLevel } of list) {
        const bytes = someBytes(length, seed, isNoise);
        expected.push(bytes);
        await stream.compress(bytes, { compressLevel, noisy }, (compressed) => sent.push(compressed.slice()));
        const soFar = inflateSync(concatenate(sent), { finishFlush: constants.Z_SYNC_FLUSH });
        assert.deepEqual(new Uint8Array(soFar), concatenate(expected));
      }
      stream.close();
    }),
    { numRuns: 30 },
  );
});

Deno.test("a closed stream rejects", async () => {
  const stream = new ZlibStream(undefined);
  stream.close();
  await assert.rejects(stream.compress(new Uint8Array(10), { compressLevel: undefined, noisy: false }, () => {}));
});

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
