import assert from "node:assert/strict";
import fc from "fast-check";
import { containsRect, intersectRects, isEmptyRect, rect } from "../../lib/base/rect.ts";
import { ByteReader } from "../../lib/rfb/byte_reader.ts";
import { Encoding, PseudoEncoding } from "../../lib/rfb/encodings.ts";
import { parseFramebufferUpdateHeader, parseRectHeader } from "../../lib/rfb/server_messages.ts";
import { blackUpdate, ClientGeometry } from "../../lib/server/resize.ts";

const side = fc.integer({ min: 1, max: 300 });

function join(pieces: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(pieces.flatMap((piece) => [...piece]));
}

Deno.test("a client of the display's size has no padding and sees everything", () => {
  const geometry = new ClientGeometry(640, 480);
  geometry.addRequested(rect(0, 0, 65_535, 65_535));
  assert.equal(geometry.isOutdated, false);
  assert.deepEqual(geometry.takePadding(), []);
  assert.deepEqual(geometry.visible, rect(0, 0, 640, 480));
});

Deno.test("announce gives DesktopSize alone, and the client's size is the display's afterwards", () => {
  const geometry = new ClientGeometry(640, 480);
  geometry.onSwitch(320, 200);
  assert.equal(geometry.isOutdated, true);
  const reader = new ByteReader(geometry.announce());
  assert.equal(parseFramebufferUpdateHeader(reader), 1);
  assert.deepEqual(parseRectHeader(reader), { rect: rect(0, 0, 320, 200), encoding: PseudoEncoding.DesktopSize });
  assert.equal(reader.available, 0);
  assert.equal(geometry.isOutdated, false);
  assert.deepEqual(geometry.takePadding(), []);
});

Deno.test("surface and padding together are exactly the announced size, whatever the display's is", () => {
  fc.assert(fc.property(side, side, side, side, (width, height, newWidth, newHeight) => {
    const geometry = new ClientGeometry(width, height);
    geometry.onSwitch(newWidth, newHeight);
    const parts = [geometry.visible, ...geometry.takePadding()];
    assert(parts.every((part) => containsRect(geometry.announced, part)));
    assert.equal(parts.reduce((sum, part) => sum + part.width * part.height, 0), width * height);
    for (const [i, a] of parts.entries()) {
      assert(parts.slice(i + 1).every((b) => isEmptyRect(intersectRects(a, b))));
    }
    assert.deepEqual(geometry.takePadding(), []);
  }));
});

Deno.test("padding that is asked for again is given again, and only that", () => {
  const geometry = new ClientGeometry(100, 100);
  geometry.onSwitch(60, 100);
  geometry.takePadding();
  geometry.addRequested(rect(50, 10, 20, 5));
  assert.deepEqual(geometry.takePadding(), [rect(60, 10, 10, 5)]);
  geometry.addRequested(rect(0, 0, 60, 100));
  geometry.addRequested(rect(200, 200, 10, 10));
  assert.deepEqual(geometry.takePadding(), []);
});

Deno.test("a raw black update is its headers and zeros, also when it is big", () => {
  const rects = [rect(0, 0, 200, 100), rect(3, 200, 1, 1)];
  const reader = new ByteReader(join(blackUpdate(rects, 4, false)));
  assert.equal(parseFramebufferUpdateHeader(reader), 2);
  for (const area of rects) {
    assert.deepEqual(parseRectHeader(reader), { rect: area, encoding: Encoding.Raw });
    assert(reader.view(area.width * area.height * 4).every((byte) => byte === 0));
  }
  assert.equal(reader.available, 0);
});

Deno.test("a hextile black update sets the background once a rect", () => {
  const reader = new ByteReader(join(blackUpdate([rect(0, 0, 17, 16), rect(20, 0, 16, 16)], 2, true)));
  assert.equal(parseFramebufferUpdateHeader(reader), 2);
  assert.deepEqual(parseRectHeader(reader), { rect: rect(0, 0, 17, 16), encoding: Encoding.Hextile });
  assert.deepEqual([...reader.view(4)], [2, 0, 0, 0]);
  parseRectHeader(reader);
  assert.deepEqual([...reader.view(3)], [2, 0, 0]);
  assert.equal(reader.available, 0);
});
