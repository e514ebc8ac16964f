import assert from "node:assert/strict";
import { deflateSync } from "node:zlib";
import fc from "fast-check";
import { ProtocolError } from "../../lib/base/errors.ts";
import { createPixelTarget } from "../../lib/decode/pixel_target.ts";
import { TightDecoder } from "../../lib/decode/tight.ts";
import { ByteReader } from "../../lib/rfb/byte_reader.ts";
import { assertRefused, decodeInPieces } from "../helpers/decode_rects.ts";
import { arbitraryPixels, concat } from "../helpers/rects.ts";
import { compactLength, rgbBytes, TIGHT_STYLES, TightWriter } from "../helpers/tight_rects.ts";

function refuses(bytes: readonly number[] | Uint8Array, width: number, height: number, message: RegExp): void {
  assertRefused(new TightDecoder(false), bytes, { width, height }, message);
}

/** A length and a zlib stream that is flushed, not ended. */
function firstPiece(plain: Uint8Array): Uint8Array {
  const compressed = deflateSync(plain, { finishFlush: 2 });
  return concat([compactLength(compressed.length), compressed]);
}

Deno.test("TightDecoder paints what was written, in any pieces", () => {
  const styles = fc.constantFrom(...TIGHT_STYLES);
  fc.assert(
    fc.property(arbitraryPixels(40), styles, fc.nat(3), (pixels, style, stream) => {
      const bytes = new TightWriter().rect(pixels, style, stream);
      for (const pieceBytes of [1, 7, bytes.length + 1]) {
        assert.deepEqual(decodeInPieces(new TightDecoder(false), bytes, pixels, pieceBytes), [...pixels.values]);
      }
    }),
    { numRuns: 80 },
  );
});

Deno.test("TightDecoder keeps four streams over a connection and resets those it is told to", () => {
  const rects = fc.record({
    pixels: arbitraryPixels(50),
    style: fc.constantFrom(...TIGHT_STYLES),
    stream: fc.nat(3),
    resets: fc.oneof(fc.constant(0), fc.nat(15)),
  });
  fc.assert(
    fc.property(fc.array(rects, { minLength: 2, maxLength: 8 }), fc.constantFrom(1, 100), (list, pieceBytes) => {
      const [writer, decoder] = [new TightWriter(), new TightDecoder(false)];
      for (const { pixels, style, stream, resets } of list) {
        const bytes = writer.rect(pixels, style, stream, resets);
        assert.deepEqual(decodeInPieces(decoder, bytes, pixels, pieceBytes), [...pixels.values]);
      }
    }),
    { numRuns: 40 },
  );
});

Deno.test("TightDecoder paints a smooth picture and one of 256 colours", () => {
  const [width, height] = [300, 200];
  const values = Array.from({ length: width * height }, (_, at) => {
    const [x, y] = [at % width, Math.floor(at / width)];
    return (x * 5 >> 2 & 255) << 16 | (255 - y) << 8 | (x + y >> 1);
  });
  const smooth = { width, height, values };
  const mapped = { width, height, values: values.map((_, at) => (at * 7919 & 255) * 0x010101) };
  assert.deepEqual(
    decodeInPieces(new TightDecoder(false), new TightWriter().rect(smooth, "gradient", 3), smooth, 999),
    values,
  );
  const bytes = new TightWriter().rect(mapped, "palette", 2);
  assert.equal(bytes[2], 255);
  assert.deepEqual(decodeInPieces(new TightDecoder(false), bytes, mapped, 999), mapped.values);
});

Deno.test("TightDecoder refuses what was not asked for and what there is not", () => {
  refuses([0x90, 1, 2], 2, 2, /JPEG was not asked for/);
  for (const compression of [10, 15]) refuses([compression << 4], 2, 2, new RegExp(`no compression ${compression}`));
  refuses([0x40, 3], 2, 2, /no filter 3/);
  refuses([0x40, 1, 0], 2, 2, /one colour/);
});

Deno.test("TightDecoder refuses rects wider than 2048 that are not fills", () => {
  refuses([0x00], 2049, 1, /limit is 2048 wide/);
  const target = createPixelTarget(2049, 1);
  const fill = new ByteReader(Uint8Array.of(0x80, 1, 2, 3));
  assert.equal(new TightDecoder(false).decodeRect(fill, { x: 0, y: 0, width: 2049, height: 1 }, target), true);
  assert.deepEqual([...target.pixels.subarray(-4)], [3, 2, 1, 0]);
});

Deno.test("TightDecoder refuses a colour outside the palette, compressed or not", () => {
  const head = concat([Uint8Array.of(0x60, 1, 2), rgbBytes([1, 2, 3])]);
  refuses(concat([head, Uint8Array.of(3, 0)]), 2, 1, /colour 3 of a palette of 3/);
  refuses(concat([head, firstPiece(new Uint8Array(16).fill(200))]), 4, 4, /colour 200 of a palette of 3/);
});

Deno.test("TightDecoder refuses a rect that inflates to more or less than its pixels, and a bomb", () => {
  for (const count of [0, 299, 301, 12_000_000]) {
    const message = count < 300 ? /less than its pixels/ : count === 301 ? /more than its pixels/ : /Cannot decode/;
    refuses(concat([Uint8Array.of(0), firstPiece(new Uint8Array(count))]), 10, 10, message);
  }
});

Deno.test("TightDecoder refuses a length that the pixels cannot take, before the bytes are there", () => {
  refuses([0, 0xff, 0xff, 0xff], 10, 10, /4194303 bytes: its pixels take 1399 at most/);
});

Deno.test("TightDecoder refuses bytes that are no zlib stream", () => {
  refuses([0, 4, 1, 2, 3, 4], 10, 10, /Cannot decode a Tight rect/);
});

Deno.test("TightDecoder paints, asks for more or refuses, whatever the bytes", () => {
  const sizes = fc.record({ width: fc.integer({ min: 0, max: 40 }), height: fc.integer({ min: 0, max: 40 }) });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), sizes, (bytes, { width, height }) => {
      const reader = new ByteReader(bytes);
      const target = createPixelTarget(40, 40);
      try {
        const isDone = new TightDecoder(false).decodeRect(reader, { x: 0, y: 0, width, height }, target);
        if (!isDone) assert.equal(reader.position, 0);
      } catch (error) {
        assert.ok(error instanceof ProtocolError, String(error));
      }
    }),
    { numRuns: 500 },
  );
});
