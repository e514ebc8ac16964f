import assert from "node:assert/strict";
import fc from "fast-check";
import { parseAlphaCursor, parseCursor, parseXCursor } from "../../lib/decode/cursor.ts";
import { type CursorShape, HIDDEN_CURSOR } from "../../lib/display/cursor.ts";
import { ByteReader } from "../../lib/rfb/byte_reader.ts";
import { ByteWriter } from "../../lib/rfb/byte_writer.ts";
import { PseudoEncoding } from "../../lib/rfb/encodings.ts";
import { R3G3B2, X8R8G8B8 } from "../../lib/rfb/pixel_format.ts";
import { type CursorEncoding, writeCursor } from "../../lib/server/cursor_rects.ts";
import { featuresOf } from "../../lib/server/client_features.ts";

const HEADER_BYTES = 12;

function cursorBytes(encoding: CursorEncoding, shape: CursorShape, format = X8R8G8B8): Uint8Array {
  const writer = new ByteWriter();
  writeCursor(writer, encoding, shape, format);
  return writer.finish();
}

/** A shape of one row. */
function rowOf(...pixels: readonly [number, number, number, number][]): CursorShape {
  return { width: pixels.length, height: 1, hotX: 2, hotY: 3, pixels: Uint8Array.from(pixels.flat()) };
}

const shapes = fc.record({ width: fc.nat(20), height: fc.nat(20) }).chain(({ width, height }) => {
  const byteLength = width * height * 4;
  const pixels = fc.uint8Array({ minLength: byteLength, maxLength: byteLength });
  return pixels.map((bytes): CursorShape => ({ width, height, hotX: width >> 1, hotY: height >> 1, pixels: bytes }));
});

Deno.test("an alpha cursor is Raw pixels R,G,B,A multiplied by alpha, in every pixel format", () => {
  const shape = rowOf([255, 0, 10, 255], [200, 100, 50, 51], [9, 9, 9, 0]);
  for (const format of [X8R8G8B8, R3G3B2]) {
    assert.deepEqual([...cursorBytes(PseudoEncoding.CursorWithAlpha, shape, format)], [
      ...[0, 2, 0, 3, 0, 3, 0, 1, 0xff, 0xff, 0xfe, 0xc6],
      ...[0, 0, 0, 0],
      ...[255, 0, 10, 255, 40, 20, 10, 51, 0, 0, 0, 0],
    ]);
  }
});

Deno.test("an alpha cursor without a pixel still says that it is Raw", () => {
  assert.deepEqual([...cursorBytes(PseudoEncoding.CursorWithAlpha, HIDDEN_CURSOR).slice(HEADER_BYTES)], [0, 0, 0, 0]);
});

Deno.test("parseAlphaCursor reads what was written, as exactly as alpha allows, in any pieces", () => {
  fc.assert(fc.property(shapes, fc.integer({ min: 1, max: 99 }), (shape, pieceBytes) => {
    const bytes = cursorBytes(PseudoEncoding.CursorWithAlpha, shape).slice(HEADER_BYTES);
    const rect = { x: shape.hotX, y: shape.hotY, width: shape.width, height: shape.height };
    const reader = new ByteReader();
    let image: CursorShape | undefined;
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      assert.equal(image, undefined);
      reader.append(bytes.slice(at, at + pieceBytes));
      image = parseAlphaCursor(reader, rect);
    }
    assert.ok(image !== undefined);
    assert.equal(reader.available, 0);
    assert.deepEqual([image.width, image.height, image.hotX, image.hotY], [rect.width, rect.height, rect.x, rect.y]);
    shape.pixels.forEach((value, at) => {
      const alpha = shape.pixels[at | 3]!;
      const tolerance = at % 4 === 3 || alpha === 0 ? 0 : 127.5 / alpha + 0.5;
      const expected = alpha === 0 ? 0 : value;
      assert.ok(
        Math.abs(image!.pixels[at]! - expected) <= tolerance,
        `${image!.pixels[at]} for ${expected} of ${alpha}`,
      );
    });
  }));
});

Deno.test("an X cursor has the mean of its dark and of its bright pixels, which is which, and a mask", () => {
  const shape = rowOf(
    [0, 0, 0, 255],
    [20, 40, 60, 128],
    [255, 255, 255, 255],
    [1, 2, 3, 127],
    [245, 235, 225, 200],
    [0, 0, 0, 0],
    [10, 20, 30, 255],
    [250, 245, 240, 255],
    [250, 245, 240, 255],
  );
  assert.deepEqual([...cursorBytes(PseudoEncoding.XCursor, shape)], [
    ...[0, 2, 0, 3, 0, 9, 0, 1, 0xff, 0xff, 0xff, 0x10],
    ...[10, 20, 30, 250, 245, 240],
    ...[0b1100_0010, 0b0000_0000],
    ...[0b1110_1011, 0b1000_0000],
  ]);
});

Deno.test("an X cursor of one colour, of nothing drawn and of no pixel", () => {
  const grey = cursorBytes(PseudoEncoding.XCursor, rowOf([90, 90, 90, 255], [90, 90, 90, 255]));
  assert.deepEqual([...grey.slice(HEADER_BYTES)], [0, 0, 0, 90, 90, 90, 0, 0b1100_0000]);
  const clear = cursorBytes(PseudoEncoding.XCursor, rowOf([90, 90, 90, 0]));
  assert.deepEqual([...clear.slice(HEADER_BYTES)], [0, 0, 0, 0, 0, 0, 0, 0]);
  assert.equal(cursorBytes(PseudoEncoding.XCursor, HIDDEN_CURSOR).length, HEADER_BYTES);
});

Deno.test("an X cursor has rows of whole bytes, whatever its size", () => {
  fc.assert(fc.property(shapes, (shape) => {
    const { width, height } = shape;
    const bytes = cursorBytes(PseudoEncoding.XCursor, shape).length - HEADER_BYTES;
    assert.equal(bytes, width * height === 0 ? 0 : 6 + 2 * height * Math.ceil(width / 8));
  }));
});

Deno.test("a cursor of two colours is read back as it was from any of the three", () => {
  const pixel = fc.constantFrom([10, 20, 30, 255], [250, 245, 240, 255], [0, 0, 0, 0]);
  const size = fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 9 }));
  const parsers = [[PseudoEncoding.XCursor, parseXCursor], [PseudoEncoding.Cursor, parseCursor], [
    PseudoEncoding.CursorWithAlpha,
    parseAlphaCursor,
  ]] as const;
  fc.assert(fc.property(size, fc.array(pixel, { minLength: 180, maxLength: 180 }), ([width, height], all) => {
    const pixels = all.slice(0, width * height);
    const shape = { width, height, hotX: 0, hotY: 0, pixels: Uint8Array.from(pixels.flat()) };
    for (const [encoding, parse] of parsers) {
      const payload = cursorBytes(encoding, shape).slice(HEADER_BYTES);
      const reader = new ByteReader(payload);
      const image = parse(reader, { x: 0, y: 0, width, height })!;
      assert.equal(reader.available, 0);
      const isSeen = (at: number) => shape.pixels[at | 3] !== 0;
      assert.deepEqual(image.pixels.map((byte, at) => isSeen(at) ? byte : 0), shape.pixels);
      assert.equal(parse(new ByteReader(payload.slice(0, -1)), { x: 0, y: 0, width, height }), undefined);
    }
  }));
});

Deno.test("of the cursors that a client knows the one that shows most is used", () => {
  const { XCursor, Cursor, CursorWithAlpha } = PseudoEncoding;
  assert.equal(featuresOf([XCursor]).cursor, XCursor);
  assert.equal(featuresOf([XCursor, Cursor]).cursor, Cursor);
  assert.equal(featuresOf([XCursor, Cursor, CursorWithAlpha]).cursor, CursorWithAlpha);
  assert.equal(featuresOf([-32]).cursor, undefined);
});
