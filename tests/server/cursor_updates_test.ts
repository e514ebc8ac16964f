import assert from "node:assert/strict";
import type { CursorShape } from "../../lib/display/cursor.ts";
import { ByteWriter } from "../../lib/rfb/byte_writer.ts";
import { PseudoEncoding } from "../../lib/rfb/encodings.ts";
import { type PixelFormat, R3G3B2, X8R8G8B8 } from "../../lib/rfb/pixel_format.ts";
import { CursorUpdates } from "../../lib/server/cursor_updates.ts";
import { writeCursor } from "../../lib/server/cursor_rects.ts";

const CURSOR_ENCODING = [0xff, 0xff, 0xff, 0x11];

/** Red, transparent and barely opaque blue, then white. */
const SHAPE: CursorShape = {
  width: 3,
  height: 2,
  hotX: 1,
  hotY: 0,
  // deno-fmt-ignore
  pixels: Uint8Array.of(
    255, 0, 0, 255, 9, 9, 9, 127, 0, 0, 255, 128,
    255, 255, 255, 255, 0, 0, 0, 0, 0, 255, 0, 255,
  ),
};

function cursorBytes(shape: CursorShape, format: PixelFormat): number[] {
  const writer = new ByteWriter();
  writeCursor(writer, PseudoEncoding.Cursor, shape, format);
  return [...writer.finish()];
}

function written(cursor: CursorUpdates): number[] {
  const writer = new ByteWriter();
  cursor.write(writer, X8R8G8B8);
  return [...writer.finish()];
}

Deno.test("a cursor rect has hot spot, size, pixels and a mask of one bit each", () => {
  assert.deepEqual(cursorBytes(SHAPE, X8R8G8B8), [
    ...[0, 1, 0, 0, 0, 3, 0, 2],
    ...CURSOR_ENCODING,
    ...[0, 0, 255, 0, 0, 0, 0, 0, 255, 0, 0, 0],
    ...[255, 255, 255, 0, 0, 0, 0, 0, 0, 255, 0, 0],
    ...[0b1010_0000, 0b1010_0000],
  ]);
});

Deno.test("a cursor rect is in the client's own pixels", () => {
  assert.deepEqual(cursorBytes(SHAPE, R3G3B2).slice(12), [7, 0, 0xc0, 0xff, 0, 0x38, 0xa0, 0xa0]);
  const bigEndian565: PixelFormat = {
    ...X8R8G8B8,
    bitsPerPixel: 16,
    depth: 16,
    bigEndianFlag: true,
    redMax: 31,
    greenMax: 63,
    blueMax: 31,
    redShift: 11,
    greenShift: 5,
    blueShift: 0,
  };
  // a maximum of 63 takes six bits
  const pixels = cursorBytes(SHAPE, bigEndian565).slice(12, 24);
  assert.deepEqual(pixels, [0xf8, 0, 0, 0, 0, 0x1f, 0xff, 0xff, 0, 0, 0x07, 0xe0]);
});

Deno.test("a mask row of more than eight pixels takes more bytes", () => {
  const pixels = new Uint8Array(9 * 4).fill(255);
  const bytes = cursorBytes({ width: 9, height: 1, hotX: 0, hotY: 0, pixels }, R3G3B2);
  assert.deepEqual(bytes.slice(12 + 9), [0xff, 0x80]);
});

Deno.test("a shape is pending once for a client that wants it, and not before", () => {
  const cursor = new CursorUpdates(SHAPE, true);
  assert.equal(cursor.isPending, false);
  cursor.setEncoding(PseudoEncoding.Cursor);
  assert.equal(cursor.isPending, true);
  assert.deepEqual(written(cursor), cursorBytes(SHAPE, X8R8G8B8));
  assert.equal(cursor.isPending, false);
  cursor.setEncoding(PseudoEncoding.Cursor);
  assert.equal(cursor.isPending, false);
  cursor.define(SHAPE);
  assert.equal(cursor.isPending, true);
});

Deno.test("without a shape there is nothing to tell", () => {
  const cursor = new CursorUpdates(undefined, true);
  cursor.setEncoding(PseudoEncoding.Cursor);
  assert.equal(cursor.isPending, false);
});

Deno.test("a hidden pointer is a cursor without pixels, a shown one has its shape again", () => {
  const cursor = new CursorUpdates(SHAPE, true);
  cursor.setEncoding(PseudoEncoding.Cursor);
  written(cursor);
  cursor.setVisible(true);
  assert.equal(cursor.isPending, false);
  cursor.setVisible(false);
  assert.equal(cursor.isPending, true);
  assert.deepEqual(written(cursor), [0, 0, 0, 0, 0, 0, 0, 0, ...CURSOR_ENCODING]);
  cursor.setVisible(true);
  assert.deepEqual(written(cursor), cursorBytes(SHAPE, X8R8G8B8));
});

Deno.test("a client that comes while the pointer is hidden is told so", () => {
  const cursor = new CursorUpdates(SHAPE, false);
  cursor.setEncoding(PseudoEncoding.Cursor);
  assert.deepEqual(written(cursor).slice(0, 8), [0, 0, 0, 0, 0, 0, 0, 0]);
});

Deno.test("a client that wants the shape in another way is told it again, one that wants none is not", () => {
  const cursor = new CursorUpdates(SHAPE, true);
  cursor.setEncoding(PseudoEncoding.Cursor);
  written(cursor);
  cursor.setEncoding(PseudoEncoding.XCursor);
  assert.equal(cursor.isPending, true);
  assert.deepEqual(written(cursor).slice(8, 12), [0xff, 0xff, 0xff, 0x10]);
  cursor.define(SHAPE);
  cursor.setEncoding(undefined);
  assert.equal(cursor.isPending, false);
  assert.deepEqual(written(cursor), []);
});
