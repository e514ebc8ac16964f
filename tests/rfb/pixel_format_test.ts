import assert from "node:assert/strict";
import fc from "fast-check";
import { ByteReader } from "../../lib/rfb/byte_reader.ts";
import { ByteWriter } from "../../lib/rfb/byte_writer.ts";
import {
  channelBits,
  compactPixelBytes,
  parsePixelFormat,
  type PixelFormat,
  pixelFormatFault,
  pixelValue,
  R3G3B2,
  writePixelFormat,
  X8R8G8B8,
} from "../../lib/rfb/pixel_format.ts";

const RGB565: PixelFormat = {
  ...X8R8G8B8,
  bitsPerPixel: 16,
  depth: 16,
  redMax: 31,
  greenMax: 63,
  blueMax: 31,
  redShift: 11,
  greenShift: 5,
  blueShift: 0,
};

Deno.test("parsePixelFormat reads what writePixelFormat wrote and asks for more when cut", () => {
  for (const format of [X8R8G8B8, R3G3B2, RGB565, { ...RGB565, bigEndianFlag: true }]) {
    const writer = new ByteWriter();
    writePixelFormat(writer, format);
    const bytes = writer.finish();
    assert.equal(bytes.length, 16);
    assert.equal(parsePixelFormat(new ByteReader(bytes.subarray(0, 15))), undefined);
    assert.deepEqual(parsePixelFormat(new ByteReader(bytes)), format);
  }
});

Deno.test("formats that viewers really send are served", () => {
  const served: PixelFormat[] = [
    X8R8G8B8,
    { ...X8R8G8B8, redShift: 0, blueShift: 16 },
    { ...X8R8G8B8, bigEndianFlag: true, depth: 32 },
    { ...X8R8G8B8, redShift: 24, greenShift: 16, blueShift: 8 },
    RGB565,
    { ...RGB565, depth: 15, greenMax: 31, redShift: 10 },
    R3G3B2,
    { ...R3G3B2, depth: 6, redMax: 3, greenMax: 3, blueMax: 3, redShift: 4, greenShift: 2, blueShift: 0 },
    { ...R3G3B2, depth: 3, redMax: 1, greenMax: 1, blueMax: 1, redShift: 2, greenShift: 1, blueShift: 0 },
    { ...R3G3B2, trueColourFlag: false },
  ];
  for (const format of served) assert.equal(pixelFormatFault(format), undefined);
});

Deno.test("formats without a meaning are refused", () => {
  const refused: [PixelFormat, RegExp][] = [
    [{ ...X8R8G8B8, bitsPerPixel: 0 }, /0 bits/],
    [{ ...X8R8G8B8, bitsPerPixel: 24 }, /24 bits/],
    [{ ...X8R8G8B8, depth: 33 }, /depth 33/],
    [{ ...X8R8G8B8, redMax: 200 }, /maximum of 200/],
    [{ ...X8R8G8B8, redMax: 65535 }, /maximum of 65535/],
    [{ ...X8R8G8B8, redShift: 255 }, /shift of 255/],
    [{ ...X8R8G8B8, redShift: 25 }, /shift of 25/],
    [{ ...X8R8G8B8, redShift: 12 }, /overlap/],
    [{ ...X8R8G8B8, trueColourFlag: false }, /colour map/],
    [{ ...R3G3B2, redShift: 6 }, /shift of 6/],
  ];
  for (const [format, why] of refused) assert.match(pixelFormatFault(format) ?? "", why);
});

Deno.test("pixelValue keeps the top bits of each channel", () => {
  assert.equal(pixelValue(X8R8G8B8, 0x12, 0x34, 0x56), 0x123456);
  assert.equal(pixelValue(RGB565, 0xff, 0x04, 0x07), 0xf820);
  assert.equal(pixelValue(R3G3B2, 0xe0, 0x20, 0xff), 0xcf);
  const highByte = { ...X8R8G8B8, redShift: 24, greenShift: 16, blueShift: 8 };
  assert.equal(pixelValue(highByte, 0xff, 0, 1), 0xff000100);
  assert.equal(pixelValue({ ...X8R8G8B8, redMax: 0 }, 255, 1, 2), 0x0102);
});

Deno.test("channelBits counts the bits of a maximum", () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 8 }), (bits) => assert.equal(channelBits(2 ** bits - 1), bits)));
});

Deno.test("a CPIXEL has three bytes where the channels lie in three", () => {
  assert.deepEqual(compactPixelBytes(X8R8G8B8), { bytes: 3, fromLow: true });
  const high = { ...X8R8G8B8, redShift: 24, greenShift: 16, blueShift: 8 };
  assert.deepEqual(compactPixelBytes(high), { bytes: 3, fromLow: false });
  assert.deepEqual(compactPixelBytes({ ...X8R8G8B8, depth: 32 }), { bytes: 4, fromLow: true });
  assert.deepEqual(compactPixelBytes(RGB565), { bytes: 2, fromLow: true });
  const spread = { ...X8R8G8B8, redShift: 24 };
  assert.deepEqual(compactPixelBytes(spread), { bytes: 4, fromLow: true });
});
