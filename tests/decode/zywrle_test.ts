/** ZYWRLE's decoder against the definition of the transform. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { ProtocolError } from "../../lib/base/errors.ts";
import { createPixelTarget } from "../../lib/decode/pixel_target.ts";
import { createRectDecoders } from "../../lib/decode/rect_decoders.ts";
import { ByteReader } from "../../lib/rfb/byte_reader.ts";
import { Encoding } from "../../lib/rfb/encodings.ts";
import { zywrleDepth } from "../../lib/rfb/zywrle.ts";
import { synthesise } from "../helpers/reference_zywrle.ts";
import { arbitraryPixels, concat, DeflateStream, firstZlibRect, pixelBytes, zrleTiles } from "../helpers/rects.ts";

/** Decodes a rect at 0,0 in pieces. */
function decode(bytes: Uint8Array, width: number, height: number, qualityLevel: number, pieceBytes = 1e6): number[] {
  const decoder = createRectDecoders(false, qualityLevel).get(Encoding.ZYWRLE)!;
  const target = createPixelTarget(width, height);
  const reader = new ByteReader();
  let isDone = false;
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    assert.equal(isDone, false);
    reader.append(bytes.slice(at, at + pieceBytes));
    isDone = decoder.decodeRect(reader, { x: 0, y: 0, width, height }, target);
  }
  assert.equal(isDone, true);
  return [...new Uint32Array(target.pixels.buffer)];
}

/** A raw tile of what was sent, which a ZYWRLE client takes for coefficients. */
function rawInRaw(sent: readonly number[]): Uint8Array {
  return concat([Uint8Array.of(0, 0), ...sent.map((value) => pixelBytes(value).subarray(0, 3))]);
}

/** Numbers that coefficients can be: not −128. */
const coefficient = fc.integer({ min: 0, max: 255 }).map((byte) => byte === 128 ? 0 : byte);
const word = fc.tuple(coefficient, coefficient, coefficient).map(([u, y, v]) => v << 16 | y << 8 | u);

Deno.test("coefficients become what the definition of the transform says, in any pieces", () => {
  const sizes = fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }));
  fc.assert(
    fc.property(
      sizes,
      fc.array(word, { minLength: 400, maxLength: 400 }),
      fc.nat(8),
      ([width, height], all, quality) => {
        const sent = all.slice(0, width * height);
        const expected = synthesise(sent, width, height, zywrleDepth(quality), [8, 8, 8]);
        const bytes = firstZlibRect(rawInRaw(sent));
        for (const pieceBytes of [1, 1e6]) {
          assert.deepEqual(
            decode(bytes, width, height, quality, pieceBytes),
            expected,
          );
        }
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("tiles in any other form are pixels, and one of coefficients may have any form", () => {
  const pixels = { width: 64, height: 64, values: Array.from({ length: 4096 }, (_, at) => at % 3) };
  for (const style of [1, 2, 3]) {
    const tile = zrleTiles(pixels, [style]);
    assert.deepEqual(decode(firstZlibRect(tile), 64, 64, 5), pixels.values);
    const expected = synthesise(pixels.values, 64, 64, 2, [8, 8, 8]);
    assert.deepEqual(decode(firstZlibRect(concat([Uint8Array.of(0), tile])), 64, 64, 5), expected);
  }
});

Deno.test("ZRLE and ZYWRLE share one stream", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), arbitraryPixels(40)), { minLength: 2, maxLength: 6 }), (rects) => {
      const [decoders, stream] = [createRectDecoders(false, 9), new DeflateStream()];
      for (const [isPlain, { width, height, values }] of rects) {
        const target = createPixelTarget(width, height);
        const reader = new ByteReader(stream.rect(zrleTiles({ width, height, values }, [3])));
        const decoder = decoders.get(isPlain ? Encoding.ZRLE : Encoding.ZYWRLE)!;
        assert.equal(decoder.decodeRect(reader, { x: 0, y: 0, width, height }, target), true);
        assert.deepEqual([...new Uint32Array(target.pixels.buffer)], [...values]);
      }
    }),
    { numRuns: 30 },
  );
});

Deno.test("a ZYWRLE rect of any bytes is painted or refused", () => {
  const tile = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc.uint8Array({ maxLength: 60 }).map((bytes) => {
      return concat([Uint8Array.of(0), bytes]);
    }),
  );
  fc.assert(fc.property(tile, (bytes) => {
    try {
      decode(firstZlibRect(bytes), 4, 3, 5);
    } catch (error) {
      assert.ok(error instanceof ProtocolError, String(error));
    }
  }));
  for (const kind of [17, 127, 129]) {
    const bytes = firstZlibRect(Uint8Array.of(0, kind, ...new Uint8Array(40)));
    assert.throws(() => decode(bytes, 2, 2, 5), /Cannot decode a ZYWRLE tile: there is no subencoding/);
  }
});
