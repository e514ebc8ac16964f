import assert from "node:assert/strict";
import fc from "fast-check";
import { LimitError, ProtocolError } from "../../lib/base/errors.ts";
import type { Point, Rect } from "../../lib/base/rect.ts";
import type { CursorImage } from "../../lib/decode/cursor.ts";
import type { PixelTarget } from "../../lib/decode/decoder.ts";
import { MessageDecoder, type MessageDecoderOptions, type Picture } from "../../lib/decode/message_decoder.ts";
import { createPixelTarget, movePixels } from "../../lib/decode/pixel_target.ts";
import { ByteReader } from "../../lib/rfb/byte_reader.ts";
import { ByteWriter } from "../../lib/rfb/byte_writer.ts";
import { Encoding, PseudoEncoding } from "../../lib/rfb/encodings.ts";
import {
  writeBell,
  writeFramebufferUpdateHeader,
  writeRectHeader,
  writeServerCutText,
  writeSetColourMapEntries,
} from "../../lib/rfb/server_messages.ts";
import {
  concat,
  encodeHextile,
  encodeRaw,
  firstZlibRect,
  type Pixels,
  resizePixelTarget,
  zrleTiles,
} from "../helpers/rects.ts";

class TestPicture implements Picture {
  target: PixelTarget = createPixelTarget(20, 10);
  readonly paintedRects: Rect[] = [];
  readonly cursors: CursorImage[] = [];

  resize(width: number, height: number): void {
    this.target = resizePixelTarget(this.target, width, height);
  }

  copy(source: Point, destination: Rect): void {
    movePixels(this.target, source, destination);
  }

  painted(rect: Rect): void {
    this.paintedRects.push(rect);
  }

  cursor(image: CursorImage): void {
    this.cursors.push(image);
  }

  colourAt(x: number, y: number): number {
    const at = y * this.target.strideBytes + x * 4;
    const { pixels } = this.target;
    return pixels[at]! | pixels[at + 1]! << 8 | pixels[at + 2]! << 16;
  }
}

function written(write: (writer: ByteWriter) => unknown): Uint8Array {
  const writer = new ByteWriter();
  write(writer);
  return writer.finish();
}

interface TestRect extends Rect {
  readonly encoding: number;
  readonly payload?: Uint8Array;
}

function update(rects: readonly TestRect[], count = rects.length): Uint8Array {
  return written((writer) => {
    writeFramebufferUpdateHeader(writer, count);
    for (const { payload, encoding, ...rect } of rects) {
      writeRectHeader(writer, rect, encoding);
      if (payload !== undefined) writer.bytes(payload);
    }
  });
}

function solid(width: number, height: number, value: number): Pixels {
  return { width, height, values: new Array(width * height).fill(value) };
}

function at(x: number, y: number, pixels: Pixels, encoding: number, payload: Uint8Array): TestRect {
  return { x, y, width: pixels.width, height: pixels.height, encoding, payload };
}

const RED = solid(4, 4, 0xff0000);
const GREEN = solid(5, 3, 0x00ff00);
const BLUE = solid(4, 2, 0x0000ff);
const WHITE = solid(1, 1, 0xffffff);

/** One update with every encoding, and two other messages behind it. */
function everyMessage(): Uint8Array {
  const mixed = update([
    at(0, 0, RED, Encoding.Raw, encodeRaw(RED)),
    at(4, 0, GREEN, Encoding.Hextile, encodeHextile(GREEN)),
    at(9, 0, BLUE, Encoding.ZRLE, firstZlibRect(zrleTiles(BLUE))),
    at(19, 9, WHITE, Encoding.Zlib, firstZlibRect(encodeRaw(WHITE))),
    at(18, 9, WHITE, Encoding.Tight, Uint8Array.of(0x80, 255, 255, 255)),
    { x: 0, y: 5, width: 4, height: 4, encoding: Encoding.CopyRect, payload: Uint8Array.of(0, 0, 0, 0) },
    { x: 0, y: 0, width: 0, height: 0, encoding: PseudoEncoding.QEMUExtendedKeyEvent },
    { x: 0, y: 0, width: 30, height: 12, encoding: PseudoEncoding.DesktopSize },
    { x: 0, y: 0, width: 0, height: 0, encoding: PseudoEncoding.LastRect },
  ], 0xffff);
  const colours = written((w) => writeSetColourMapEntries(w, { firstColour: 1, colours: [] }));
  return concat([mixed, written(writeBell), colours, written((w) => writeServerCutText(w, "cut"))]);
}

function messagesOf(bytes: Uint8Array, pieceBytes: number, options: MessageDecoderOptions = {}) {
  const picture = new TestPicture();
  const decoder = new MessageDecoder(picture, options);
  const reader = new ByteReader();
  const messages = [];
  for (let from = 0; from < bytes.length; from += pieceBytes) {
    reader.append(bytes.slice(from, from + pieceBytes));
    for (let message = decoder.next(reader); message !== undefined; message = decoder.next(reader)) {
      messages.push(message);
    }
  }
  return { picture, messages, decoder };
}

Deno.test("MessageDecoder gives the same messages and picture for any pieces", () => {
  const bytes = everyMessage();
  const whole = messagesOf(bytes, bytes.length, { wantsBytes: () => true });
  assert.deepEqual(whole.messages.map((message) => message.type), [0, 2, 1, 3]);
  assert.equal(whole.messages[3]!.text, "cut");
  assert.deepEqual([whole.picture.target.width, whole.picture.target.height], [30, 12]);
  assert.equal(whole.picture.colourAt(0, 5), 0xff0000);
  assert.equal(whole.picture.colourAt(8, 2), 0x00ff00);
  assert.equal(whole.picture.colourAt(12, 1), 0x0000ff);
  assert.equal(whole.picture.colourAt(19, 9), 0xffffff);
  for (const pieceBytes of [1, 3, 50]) {
    const pieces = messagesOf(bytes, pieceBytes, { wantsBytes: () => true });
    assert.deepEqual(pieces.messages, whole.messages);
    assert.deepEqual(pieces.picture.target, whole.picture.target);
    assert.equal(pieces.decoder.isMidMessage, false);
  }
});

Deno.test("MessageDecoder keeps a message's bytes and where its rects lie", () => {
  const bytes = everyMessage();
  const { messages } = messagesOf(bytes, 5, { wantsBytes: () => true });
  assert.deepEqual(concat(messages.map((message) => message.bytes!)), bytes);
  const { rects, bytes: own } = messages[0]!;
  assert.equal(rects.length, 9);
  assert.equal(rects[0]!.start, 4);
  assert.equal(rects.at(-1)!.end, own!.length);
  for (let i = 1; i < rects.length; i++) assert.equal(rects[i]!.start, rects[i - 1]!.end);
  const green = rects[1]!;
  assert.deepEqual(own!.slice(green.start + 12, green.end), encodeHextile(GREEN));
});

Deno.test("MessageDecoder copies no bytes unless they are wanted", () => {
  const { messages } = messagesOf(everyMessage(), 100);
  assert.ok(messages.every((message) => message.bytes === undefined));
});

Deno.test("MessageDecoder is in mid message between the pieces of an update", () => {
  const bytes = update([at(0, 0, RED, Encoding.Raw, encodeRaw(RED))]);
  const { decoder, messages } = messagesOf(bytes.subarray(0, bytes.length - 1), 10);
  assert.deepEqual([decoder.isMidMessage, messages.length], [true, 0]);
});

Deno.test("MessageDecoder rests between rects when it is told to, and loses nothing", () => {
  const bytes = everyMessage();
  const whole = messagesOf(bytes, bytes.length, { wantsBytes: () => true });
  let asked = 0;
  const picture = new TestPicture();
  const options = { wantsBytes: () => true, mustRest: () => asked++ % 2 === 0 };
  const decoder = new MessageDecoder(picture, options);
  const reader = new ByteReader(bytes);
  const messages = [];
  let rests = 0;
  for (let message = decoder.next(reader); message !== undefined || decoder.isResting; message = decoder.next(reader)) {
    if (message === undefined) rests++;
    else messages.push(message);
  }
  assert.equal(rests, 9);
  assert.deepEqual(messages, whole.messages);
  assert.deepEqual(picture.target, whole.picture.target);
});

Deno.test("MessageDecoder gives the pointer's shape as straight RGBA", () => {
  const colours = concat([Uint8Array.of(1, 2, 3, 0), Uint8Array.of(4, 5, 6, 0)]);
  const payload = concat([colours, Uint8Array.of(0b01000000)]);
  const bytes = update([{ x: 1, y: 0, width: 2, height: 1, encoding: PseudoEncoding.Cursor, payload }]);
  for (const pieceBytes of [1, 100]) {
    const { picture } = messagesOf(bytes, pieceBytes);
    const pixels = Uint8Array.of(3, 2, 1, 0, 6, 5, 4, 255);
    assert.deepEqual(picture.cursors, [{ width: 2, height: 1, hotX: 1, hotY: 0, pixels }]);
  }
});

Deno.test("MessageDecoder gives a pointer with alpha as straight RGBA", () => {
  const payload = Uint8Array.of(0, 0, 0, 0, 50, 25, 0, 51, 7, 8, 9, 255, 1, 1, 1, 0, 200, 3, 2, 100);
  const bytes = update([{ x: 1, y: 0, width: 2, height: 2, encoding: PseudoEncoding.CursorWithAlpha, payload }]);
  for (const pieceBytes of [1, 100]) {
    const { picture } = messagesOf(bytes, pieceBytes);
    const pixels = Uint8Array.of(250, 125, 0, 51, 7, 8, 9, 255, 0, 0, 0, 0, 255, 8, 5, 100);
    assert.deepEqual(picture.cursors, [{ width: 2, height: 2, hotX: 1, hotY: 0, pixels }]);
  }
});

Deno.test("MessageDecoder gives a pointer of two colours as straight RGBA, and one without pixels", () => {
  const payload = Uint8Array.of(
    1,
    2,
    3,
    4,
    5,
    6,
    0b10000000,
    0b10000000,
    0b01000000,
    0,
    0b11000000,
    0,
    0b01000000,
    0x80,
  );
  const rect = { x: 1, y: 0, width: 9, height: 2, encoding: PseudoEncoding.XCursor };
  const hidden = { ...rect, x: 0, width: 0, height: 0 };
  const bytes = update([{ ...rect, payload }, { ...hidden, payload: new Uint8Array(0) }]);
  for (const pieceBytes of [1, 100]) {
    const { picture } = messagesOf(bytes, pieceBytes);
    const [image, nothing] = picture.cursors;
    assert.deepEqual(nothing, { width: 0, height: 0, hotX: 0, hotY: 0, pixels: new Uint8Array(0) });
    const [one, two] = [[1, 2, 3], [4, 5, 6]] as const;
    const clear = Array<readonly number[]>(6).fill([...two, 0]).flat();
    const above = [...one, 255, ...two, 255, ...clear, ...one, 0];
    const below = [...two, 0, ...one, 255, ...clear, ...two, 255];
    assert.deepEqual(image, { width: 9, height: 2, hotX: 1, hotY: 0, pixels: Uint8Array.of(...above, ...below) });
  }
  refuses(update([{ ...rect, width: 513 }]), /cursor of 513x2/);
});

Deno.test("MessageDecoder refuses a pointer with alpha in another encoding than Raw, or over the cap", () => {
  const rect = { x: 0, y: 0, width: 1, height: 1, encoding: PseudoEncoding.CursorWithAlpha };
  refuses(update([{ ...rect, payload: Uint8Array.of(0, 0, 0, 16) }]), /it is in ZRLE/);
  refuses(update([{ ...rect, width: 513 }]), /cursor of 513x1/);
});

function refuses(bytes: Uint8Array, message: RegExp, options: MessageDecoderOptions = {}): void {
  assert.throws(
    () => messagesOf(bytes, bytes.length, options),
    (error) => (error instanceof ProtocolError || error instanceof LimitError) && message.test(error.message),
  );
}

Deno.test("MessageDecoder refuses a rect outside the framebuffer, an empty one as well", () => {
  for (const [x, y, width, height] of [[17, 0, 4, 1], [0, 8, 1, 3], [0, 60_000, 0, 1], [65_535, 0, 0, 0]]) {
    const rect = { x: x!, y: y!, width: width!, height: height! };
    for (const encoding of [0, 1, 2, 4, 5, 6, 15, 16]) {
      refuses(update([{ ...rect, encoding }]), /the framebuffer is 20x10/);
    }
  }
});

Deno.test("MessageDecoder refuses a size over the caps or empty before it allocates", () => {
  for (const [width, height] of [[65_535, 65_535], [16_385, 1], [10_000, 10_000], [0, 0], [5, 0]]) {
    const rect = { x: 0, y: 0, width: width!, height: height!, encoding: PseudoEncoding.DesktopSize };
    refuses(update([rect]), /Cannot have a framebuffer/);
  }
});

Deno.test("MessageDecoder refuses a cursor over the cap before its bytes are there", () => {
  refuses(
    update([{ x: 0, y: 0, width: 65_535, height: 65_535, encoding: PseudoEncoding.Cursor }]),
    /Cannot read a cur/,
  );
});

Deno.test("MessageDecoder refuses encodings that were not asked for", () => {
  const encodings = new Set<number>([Encoding.Hextile]);
  const none = { x: 0, y: 0, width: 0, height: 0 };
  refuses(update([{ ...none, encoding: Encoding.ZRLE }]), /ZRLE \(16\) was not asked for/, { encodings });
  refuses(update([{ ...none, encoding: PseudoEncoding.Cursor }]), /Cursor \(-239\)/, { encodings });
  refuses(update([{ ...none, encoding: 50 }]), /unknown \(50\)/);
  refuses(update([], 0xffff), /LastRect was not asked for/, { encodings });
  assert.equal(messagesOf(update([{ ...none, encoding: Encoding.Raw }]), 99, { encodings }).messages.length, 1);
});

Deno.test("MessageDecoder takes ZRLE where ZYWRLE was asked for, as QEMU sends it", () => {
  const zrle = { x: 0, y: 0, width: 1, height: 1, encoding: Encoding.ZRLE };
  const refused = /ZRLE \(16\) was not asked for/;
  refuses(update([zrle]), refused, { encodings: new Set<number>([Encoding.TRLE]) });
  assert.equal(messagesOf(update([zrle]), 99, { encodings: new Set<number>([Encoding.ZYWRLE]) }).messages.length, 0);
});

Deno.test("MessageDecoder refuses message types that were not agreed on", () => {
  for (const type of [4, 128, 150, 248, 255]) refuses(Uint8Array.of(type), new RegExp(`type ${type} `));
});

Deno.test("MessageDecoder gives messages, asks for more or refuses, whatever the bytes", () => {
  const mutation = fc.record({ position: fc.nat(), value: fc.integer({ min: 0, max: 255 }) });
  const bytes = everyMessage();
  fc.assert(
    fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: 99 }), (mutations, n) => {
      const mutated = bytes.slice();
      for (const { position, value } of mutations) mutated[position % mutated.length] = value;
      try {
        assert.ok(messagesOf(mutated, n).messages.length >= 0);
      } catch (error) {
        if (!(error instanceof ProtocolError || error instanceof LimitError)) throw error;
      }
    }),
    { numRuns: 500 },
  );
});
