import assert from "node:assert/strict";
import { deflateSync } from "node:zlib";
import { encode } from "fast-png";
import fc from "fast-check";
import { ProtocolError } from "../../lib/base/errors.ts";
import { createPixelTarget } from "../../lib/decode/pixel_target.ts";
import { TightPNGDecoder } from "../../lib/decode/tight_png.ts";
import { ByteReader } from "../../lib/rfb/byte_reader.ts";
import { decodeInPieces } from "../helpers/decode_rects.ts";
import { PNG_SIGNATURE, pngChunk, pngFile, pngHeader, type PngStyle, tightPngRect } from "../helpers/png_files.ts";
import { arbitraryPixels, concat, type Pixels } from "../helpers/rects.ts";
import { rgbBytes } from "../helpers/tight_rects.ts";

function refuses(bytes: Uint8Array, width: number, height: number, message: RegExp): void {
  const target = createPixelTarget(width, height);
  assert.throws(
    () => new TightPNGDecoder(false).decodeRect(new ByteReader(bytes), { x: 0, y: 0, width, height }, target),
    (error) => error instanceof ProtocolError && message.test(error.message),
  );
  assert.ok(target.pixels.every((byte) => byte === 0));
}

const styles: fc.Arbitrary<PngStyle> = fc.record({
  filters: fc.array(fc.nat(4), { minLength: 1, maxLength: 7 }),
  bits: fc.constantFrom(undefined, 1, 2, 4, 8),
  chunkBytes: fc.constantFrom(undefined, 20, 100),
});

/** The style, in RGB where the pixels have too many colours for its palette. */
function fitting(pixels: Pixels, style: PngStyle): PngStyle {
  const isEnough = style.bits !== undefined && new Set(pixels.values).size <= 2 ** style.bits;
  return isEnough ? style : { ...style, bits: undefined };
}

Deno.test("TightPNGDecoder paints what was written, in any pieces", () => {
  fc.assert(
    fc.property(arbitraryPixels(40), styles, fc.constantFrom(1, 7, 1e6), (pixels, style, pieceBytes) => {
      const bytes = tightPngRect(pngFile(pixels, fitting(pixels, style)));
      assert.deepEqual(decodeInPieces(new TightPNGDecoder(false), bytes, pixels, pieceBytes), [...pixels.values]);
    }),
    { numRuns: 150 },
  );
});

Deno.test("TightPNGDecoder reads one file after the other, another encoder's too", () => {
  const decoder = new TightPNGDecoder(false);
  fc.assert(
    fc.property(arbitraryPixels(30), (pixels) => {
      const { width, height, values } = pixels;
      const file = encode({ width, height, data: rgbBytes(values), channels: 3 });
      assert.deepEqual(decodeInPieces(decoder, tightPngRect(file), pixels, 1e6), [...values]);
    }),
    { numRuns: 40 },
  );
});

Deno.test("TightPNGDecoder paints a fill of any size", () => {
  const target = createPixelTarget(2049, 2);
  const fill = new ByteReader(Uint8Array.of(0x80, 1, 2, 3));
  assert.equal(new TightPNGDecoder(false).decodeRect(fill, { x: 0, y: 0, width: 2049, height: 2 }, target), true);
  assert.ok(new Uint32Array(target.pixels.buffer).every((word) => word === 0x010203));
});

Deno.test("TightPNGDecoder passes over chunks that say nothing of the pixels", () => {
  const pixels = { width: 1, height: 1, values: [0x123456] };
  const file = pngFile(pixels);
  const text = pngChunk("tEXt", new TextEncoder().encode("Software\0test"));
  const withText = concat([file.slice(0, 33), text, file.slice(33, -12), text, file.slice(-12)]);
  assert.deepEqual(decodeInPieces(new TightPNGDecoder(false), tightPngRect(withText), pixels, 1e6), pixels.values);
});

Deno.test("TightPNGDecoder refuses what was not asked for and what there is not", () => {
  refuses(Uint8Array.of(0x90, 1, 2), 2, 2, /JPEG was not asked for/);
  for (const compression of [0, 4, 7, 11, 15]) {
    refuses(Uint8Array.of(compression << 4), 2, 2, new RegExp(`no compression ${compression}$`));
  }
  refuses(Uint8Array.of(0xa0), 2049, 1, /limit is 2048 wide/);
});

Deno.test("TightPNGDecoder refuses a length that the pixels cannot take, before the bytes are there", () => {
  refuses(Uint8Array.of(0xa0, 0xff, 0xff, 0xff), 10, 10, /4194303 bytes: its pixels take 5508 at most/);
});

/** A file of 2x2 pixels around the compressed rows. */
function around(rows: Uint8Array, header = pngHeader(2, 2, 8, 2), before: Uint8Array = new Uint8Array(0)): Uint8Array {
  const end = pngChunk("IEND", new Uint8Array(0));
  return concat([PNG_SIGNATURE, header, before, pngChunk("IDAT", deflateSync(rows)), end]);
}

const ROWS = new Uint8Array(14);

Deno.test("TightPNGDecoder refuses a file whose header is not that of the rect", () => {
  const headers: readonly [Uint8Array, RegExp][] = [
    [pngHeader(3, 2, 8, 2), /it is 3x2, its rect 2x2/],
    [pngHeader(65_535, 65_535, 8, 2), /it is 65535x65535/],
    [pngHeader(2, 2, 16, 2), /colour type 2 of 16 bits/],
    [pngHeader(2, 2, 8, 6), /colour type 6/],
    [pngHeader(2, 2, 3, 3), /colour type 3 of 3 bits/],
    [pngHeader(2, 2, 8, 2, 1), /interlaced/],
    [pngChunk("IHDR", new Uint8Array(12)), /its header has 12 bytes/],
    [pngChunk("IDAT", ROWS), /IDAT is where IHDR belongs/],
  ];
  for (const [header, message] of headers) refuses(tightPngRect(around(ROWS, header)), 2, 2, message);
});

Deno.test("TightPNGDecoder refuses palettes that are missing, too large or too small", () => {
  const header = pngHeader(2, 2, 2, 3);
  const rows = Uint8Array.of(0, 0b01_11_0000, 0, 0);
  refuses(tightPngRect(around(rows, header)), 2, 2, /IDAT is where PLTE belongs/);
  const palette = (bytes: number) => around(rows, header, pngChunk("PLTE", new Uint8Array(bytes)));
  for (const bytes of [0, 4, 15]) refuses(tightPngRect(palette(bytes)), 2, 2, new RegExp(`palette has ${bytes} bytes`));
  refuses(tightPngRect(palette(9)), 2, 2, /colour 3 of a palette of 3/);
});

Deno.test("TightPNGDecoder refuses files that are cut, damaged or go on", () => {
  const file = around(ROWS);
  assert.equal(new TightPNGDecoder(false).decodeRect(new ByteReader(tightPngRect(file)), rectOf(2, 2), target()), true);
  for (let length = 0; length < file.length; length++) {
    refuses(tightPngRect(file.slice(0, length)), 2, 2, /Cannot decode a PNG file: (it is cut off|it has no signature)/);
  }
  for (let at = 0; at < file.length; at++) {
    const damaged = file.slice();
    damaged[at]! ^= 1;
    refuses(tightPngRect(damaged), 2, 2, /Cannot decode a PNG file/);
  }
  refuses(tightPngRect(concat([file, file])), 2, 2, /goes on behind its end/);
  const second = pngChunk("PLTE", new Uint8Array(3));
  refuses(tightPngRect(concat([file.slice(0, -12), second, file.slice(-12)])), 2, 2, /PLTE is between/);
});

function rectOf(width: number, height: number) {
  return { x: 0, y: 0, width, height };
}

function target() {
  return createPixelTarget(2, 2);
}

Deno.test("TightPNGDecoder refuses rows that are too few, too many, of no filter, and a bomb", () => {
  refuses(tightPngRect(around(ROWS.slice(1))), 2, 2, /less than its pixels/);
  refuses(tightPngRect(around(new Uint8Array(15))), 2, 2, /more than its pixels/);
  refuses(tightPngRect(around(Uint8Array.of(5, ...ROWS.slice(1)))), 2, 2, /no filter 5/);
  refuses(tightPngRect(around(new Uint8Array(1_000_000))), 2, 2, /more than its pixels/);
});

Deno.test("TightPNGDecoder paints, asks for more or refuses, whatever the bytes", () => {
  const start = fc.constantFrom([], [0x80], [0xa0], [...tightPngRect(around(ROWS)).slice(0, 60)]);
  fc.assert(
    fc.property(start, fc.uint8Array({ maxLength: 100 }), (head, bytes) => {
      const reader = new ByteReader(concat([Uint8Array.from(head), bytes]));
      try {
        const isDone = new TightPNGDecoder(false).decodeRect(reader, rectOf(2, 2), target());
        if (!isDone) assert.equal(reader.position, 0);
      } catch (error) {
        assert.ok(error instanceof ProtocolError, String(error));
      }
    }),
    { numRuns: 500 },
  );
});
