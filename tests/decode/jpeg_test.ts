import assert from "node:assert/strict";
import { encode } from "jpeg-js";
import fc from "fast-check";
import { LimitError, ProtocolError } from "../../lib/base/errors.ts";
import type { RectDecoder } from "../../lib/decode/decoder.ts";
import { JPEGDecoder } from "../../lib/decode/jpeg.ts";
import { MessageDecoder } from "../../lib/decode/message_decoder.ts";
import { createPixelTarget, movePixels } from "../../lib/decode/pixel_target.ts";
import { TightDecoder } from "../../lib/decode/tight.ts";
import { TightPNGDecoder } from "../../lib/decode/tight_png.ts";
import { ByteReader } from "../../lib/rfb/byte_reader.ts";
import { ByteWriter } from "../../lib/rfb/byte_writer.ts";
import { Encoding, FINE_QUALITY_0, QUALITY_LEVEL_0 } from "../../lib/rfb/encodings.ts";
import { writeFramebufferUpdateHeader, writeRectHeader } from "../../lib/rfb/server_messages.ts";
import { assertRefused, decodeInPieces } from "../helpers/decode_rects.ts";
import { largestError, paintPhoto, pictureOfColours, rootMeanSquare } from "../helpers/jpeg_pictures.ts";
import { concat } from "../helpers/rects.ts";
import { compactLength } from "../helpers/tight_rects.ts";

const SIZE = { width: 40, height: 24 };
const PHOTO = paintPhoto(SIZE.width, SIZE.height, 1);

/** libjpeg's progressive files of two blocks, one colour each. */
const PROGRESSIVE = bytesOf(
  "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAIBAQEBAQIBAQECAgICAgQDAgICAgUEBAMEBgUGBgYFBgYGBwkIBgcJBwYGCAsICQoKCgoKBggLDAsK",
  "DAkKCgr/2wBDAQICAgICAgUDAwUKBwYHCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgr/wgARCAAIABAD",
  "AREAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAgf/xAAWAQEBAQAAAAAAAAAAAAAAAAAIBgn/2gAMAwEAAhADEAAAAZHHqgszPH//xAAUEAEA",
  "AAAAAAAAAAAAAAAAAAAQ/9oACAEBAAEFAj//xAAUEQEAAAAAAAAAAAAAAAAAAAAQ/9oACAEDAQE/AT//xAAUEQEAAAAAAAAAAAAAAAAAAAAQ/9oA",
  "CAECAQE/AT//xAAUEAEAAAAAAAAAAAAAAAAAAAAQ/9oACAEBAAY/Aj//xAAUEAEAAAAAAAAAAAAAAAAAAAAQ/9oACAEBAAE/IT//2gAMAwEAAgAD",
  "AAAAEAP/xAAUEQEAAAAAAAAAAAAAAAAAAAAQ/9oACAEDAQE/ED//xAAUEQEAAAAAAAAAAAAAAAAAAAAQ/9oACAECAQE/ED//xAAUEAEAAAAAAAAA",
  "AAAAAAAAAAAQ/9oACAEBAAE/ED//2Q==",
);
const PROGRESSIVE_GREY = bytesOf(
  "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAIBAQEBAQIBAQECAgICAgQDAgICAgUEBAMEBgUGBgYFBgYGBwkIBgcJBwYGCAsICQoKCgoKBggLDAsK",
  "DAkKCgr/wgALCAAIABABAREA/8QAFQABAQAAAAAAAAAAAAAAAAAACAn/2gAIAQEAAAABSE5//8QAFBABAAAAAAAAAAAAAAAAAAAAEP/aAAgBAQAB",
  "BQI//8QAFBABAAAAAAAAAAAAAAAAAAAAEP/aAAgBAQAGPwI//8QAFBABAAAAAAAAAAAAAAAAAAAAEP/aAAgBAQABPyE//9oACAEBAAAAED//xAAU",
  "EAEAAAAAAAAAAAAAAAAAAAAQ/9oACAEBAAE/ED//2Q==",
);

function bytesOf(...base64: readonly string[]): Uint8Array {
  return Uint8Array.from(atob(base64.join("")), (character) => character.charCodeAt(0));
}

/** A whole baseline file by an encoder that is not vncd's. */
function jpegFile(colours: Uint32Array, width: number, quality: number): Uint8Array {
  const rgba = Uint8Array.from(
    [...colours].flatMap((colour) => [colour >> 16 & 255, colour >> 8 & 255, colour & 255, 255]),
  );
  return new Uint8Array(encode({ data: rgba, width, height: colours.length / width }, quality).data);
}

const DQT = 0xdb;
const DHT = 0xc4;

/** A file without its segments of some kinds. */
function without(file: Uint8Array, ...markers: readonly number[]): Uint8Array {
  const pieces = [file.subarray(0, 2)];
  let at = 2;
  for (; file[at + 1] !== 0xda;) {
    const end = at + 2 + (file[at + 2]! << 8 | file[at + 3]!);
    if (!markers.includes(file[at + 1]!)) pieces.push(file.subarray(at, end));
    at = end;
  }
  return concat([...pieces, file.subarray(at)]);
}

function assertLooksLike(shown: readonly number[], colours: Uint32Array, width: number, quality: number): void {
  const error = rootMeanSquare(pictureOfColours(Uint32Array.from(shown), width), pictureOfColours(colours, width));
  assert.ok(error <= largestError(quality), `an error of ${error}`);
}

function tightRect(file: Uint8Array): Uint8Array {
  return concat([Uint8Array.of(0x90), compactLength(file.length), file]);
}

Deno.test("JPEGDecoder paints any picture, in any pieces", () => {
  const pictures = fc.record({
    width: fc.integer({ min: 1, max: 40 }),
    height: fc.integer({ min: 1, max: 40 }),
    quality: fc.integer({ min: 10, max: 100 }),
    seed: fc.nat(),
  });
  fc.assert(
    fc.property(pictures, ({ width, height, quality, seed }) => {
      const colours = paintPhoto(width, height, seed);
      const file = jpegFile(colours, width, quality);
      for (const pieceBytes of [1, 50, file.length + 1]) {
        assertLooksLike(
          decodeInPieces(new JPEGDecoder(), file, { width, height }, pieceBytes),
          colours,
          width,
          quality,
        );
      }
    }),
    { numRuns: 20 },
  );
});

Deno.test("Tight and TightPNG bring a JPEG behind a length, in any pieces", () => {
  const bytes = tightRect(jpegFile(PHOTO, SIZE.width, 90));
  for (const create of [() => new TightDecoder(true), () => new TightPNGDecoder(true)]) {
    for (const pieceBytes of [1, 50, bytes.length + 1]) {
      assertLooksLike(decodeInPieces(create(), bytes, SIZE, pieceBytes), PHOTO, SIZE.width, 90);
    }
  }
});

Deno.test("JPEGDecoder paints progressive files, in colour and grey", () => {
  const expected: readonly [Uint8Array, number, number][] = [
    [PROGRESSIVE, 0xc81e28, 0x0a5adc],
    [PROGRESSIVE_GREY, 0xc8c8c8, 0x3c3c3c],
  ];
  for (const [file, left, right] of expected) {
    const shown = decodeInPieces(new JPEGDecoder(), file, { width: 16, height: 8 }, 1);
    const colours = Uint32Array.from({ length: 16 * 8 }, (_, at) => at % 16 < 8 ? left : right);
    assertLooksLike(shown, colours, 16, 100);
  }
});

Deno.test("a stream without tables is decoded with those of the streams before", () => {
  const decoder = new JPEGDecoder();
  const decode = (bytes: Uint8Array) => decodeInPieces(decoder, bytes, SIZE, 100);
  const [coarse, fine] = [30, 95].map((quality) => jpegFile(PHOTO, SIZE.width, quality)) as [Uint8Array, Uint8Array];
  const expected = [coarse, fine].map((file) => decodeInPieces(new JPEGDecoder(), file, SIZE, 100));
  assert.deepEqual(decode(coarse), expected[0]);
  assert.deepEqual(decode(without(coarse, DQT, DHT)), expected[0]);
  assert.deepEqual(decode(without(fine, DHT)), expected[1]);
  assert.deepEqual(decode(without(fine, DQT, DHT)), expected[1]);
  assert.deepEqual(decode(without(coarse, DHT)), expected[0]);
});

Deno.test("a stream without tables is refused where there were none before, and in Tight always", () => {
  const bare = without(jpegFile(PHOTO, SIZE.width, 90), DQT, DHT);
  assertRefused(new JPEGDecoder(), bare, SIZE, /Cannot decode a JPEG rect/);
  const tight = new TightDecoder(true);
  decodeInPieces(tight, tightRect(jpegFile(PHOTO, SIZE.width, 90)), SIZE, 100);
  assertRefused(tight, tightRect(bare), SIZE, /Cannot decode a JPEG rect/);
});

Deno.test("JPEG in Tight is refused where it was not asked for", () => {
  const bytes = tightRect(jpegFile(PHOTO, SIZE.width, 90));
  assertRefused(new TightDecoder(false), bytes, SIZE, /JPEG was not asked for/);
  assertRefused(new TightPNGDecoder(false), bytes, SIZE, /JPEG was not asked for/);
});

Deno.test("a picture of another size than its rect is refused, before its scan is there", () => {
  const file = jpegFile(PHOTO, SIZE.width, 90);
  const head = file.subarray(0, file.length - 100);
  assertRefused(new JPEGDecoder(), head, { width: 41, height: 24 }, /it is 40x24, its rect 41x24/);
  assertRefused(new TightDecoder(true), tightRect(file), { width: 24, height: 40 }, /it is 40x24, its rect 24x40/);
});

/** SOI, a frame of a kind for 8x8 samples of `precision` bits, and what stands behind. */
function frame(kind: number, precision: number, components: number, ...rest: readonly number[]): number[] {
  const each = Array.from({ length: components }, (_, at) => [at + 1, 0x11, 0]).flat();
  return [0xff, 0xd8, 0xff, kind, 0, 8 + each.length, precision, 0, 8, 0, 8, components, ...each, ...rest];
}

Deno.test("JPEGDecoder says what it cannot decode", () => {
  const refuses = (bytes: readonly number[], message: RegExp) =>
    assertRefused(new JPEGDecoder(), bytes, { width: 8, height: 8 }, message);
  refuses([0xff, 0xd9], /no marker at byte 0/);
  refuses([0xff, 0xd8, 0x12, 0xdb], /no marker at byte 2/);
  refuses([0xff, 0xd8, 0xff, 0xd9], /no scan/);
  refuses([0xff, 0xd8, 0xff, DQT, 0, 1], /a segment has 1 bytes/);
  refuses([0xff, 0xd8, 0xff, DQT, 0, 4, 0, 1], /a table is broken/);
  refuses([0xff, 0xd8, 0xff, DHT, 0, 4, 0x55, 1], /a table is broken/);
  refuses([0xff, 0xd8, 0xff, 0xda, 0, 2], /a scan before its frame/);
  refuses(frame(0xc9, 8, 3), /frames of kind 9 are not supported/);
  refuses(frame(0xc0, 12, 3), /samples of 12 bits/);
  refuses(frame(0xc0, 8, 4), /4 components/);
  refuses(frame(0xc0, 8, 1).with(-2, 0x50), /sampling factors/);
  refuses(frame(0xc0, 8, 1, ...frame(0xc0, 8, 1).slice(2)), /its frame is broken/);
  refuses(frame(0xc0, 8, 1, 0xff, 0xda, 0, 2, 0xff, 0xd9), /Cannot decode a JPEG rect/);
  const scans = Array.from({ length: 65 }, () => [0xff, 0xda, 0, 2]).flat();
  refuses(frame(0xc2, 8, 1, ...scans), /more than 64 scans/);
});

Deno.test("a JPEG rect has bounds: its pixels, and its bytes before they have all come", () => {
  const target = createPixelTarget(4097, 4097);
  const decodeWhole = (decoder: RectDecoder, bytes: Uint8Array) =>
    decoder.decodeRect(new ByteReader(bytes), { x: 0, y: 0, width: 4097, height: 4097 }, target);
  assert.throws(() => decodeWhole(new JPEGDecoder(), Uint8Array.of(0xff, 0xd8)), LimitError);
  const comments = Array.from(
    { length: 2 },
    () => concat([Uint8Array.of(0xff, 0xfe, 0xff, 0xff), new Uint8Array(0xfffd)]),
  );
  const endless = concat([Uint8Array.of(0xff, 0xd8), ...comments]);
  assertRefused(new JPEGDecoder(), endless, { width: 8, height: 8 }, /more than 66048 bytes/);
  const long = concat([Uint8Array.of(0x90), compactLength(66_049)]);
  assertRefused(new TightDecoder(true), long, { width: 8, height: 8 }, /66049 bytes: its pixels take 66048 at most/);
});

Deno.test("JPEGDecoder paints, asks for more or refuses, whatever becomes of the bytes", () => {
  const files = [jpegFile(PHOTO, SIZE.width, 50), PROGRESSIVE];
  const changes = fc.array(fc.record({ at: fc.nat(1000), byte: fc.nat(255) }), { maxLength: 6 });
  fc.assert(
    fc.property(fc.nat(1), changes, fc.nat(1200), (which, list, length) => {
      const bytes = Uint8Array.from(files[which]!);
      for (const { at, byte } of list) bytes[at % bytes.length] = byte;
      const size = which === 0 ? SIZE : { width: 16, height: 8 };
      const reader = new ByteReader(bytes.subarray(0, length));
      try {
        const isDone = new JPEGDecoder().decodeRect(reader, { x: 0, y: 0, ...size }, createPixelTarget(40, 24));
        if (!isDone) assert.equal(reader.position, 0);
      } catch (error) {
        assert.ok(error instanceof ProtocolError, String(error));
      }
    }),
    { numRuns: 600 },
  );
});

Deno.test("a server may send JPEG in Tight to who asks for a quality, and JPEG (21) to who lists it", () => {
  const file = jpegFile(PHOTO, SIZE.width, 90);
  const update = (encoding: number, payload: Uint8Array) => {
    const writer = new ByteWriter();
    writeFramebufferUpdateHeader(writer, 1);
    writeRectHeader(writer, { x: 0, y: 0, ...SIZE }, encoding);
    return concat([writer.finish(), payload]);
  };
  const isTaken = (bytes: Uint8Array, encodings?: readonly number[]) => {
    const target = createPixelTarget(SIZE.width, SIZE.height);
    const picture = { target, resize: () => {}, copy: movePixels.bind(undefined, target) };
    const decoder = new MessageDecoder(picture, { encodings: encodings && new Set(encodings) });
    try {
      return decoder.next(new ByteReader(bytes)) !== undefined && target.pixels.some((byte) => byte !== 0);
    } catch (error) {
      assert.ok(error instanceof ProtocolError && /was not asked for/.test(error.message), String(error));
      return false;
    }
  };
  const tight = update(Encoding.Tight, tightRect(file));
  const jpeg = update(Encoding.JPEG, file);
  assert.deepEqual([isTaken(tight), isTaken(jpeg)], [true, true]);
  assert.equal(isTaken(tight, [Encoding.Tight]), false);
  assert.equal(isTaken(tight, [Encoding.Tight, QUALITY_LEVEL_0 + 6]), true);
  assert.equal(isTaken(tight, [Encoding.Tight, FINE_QUALITY_0]), true);
  assert.equal(isTaken(jpeg, [Encoding.Tight, QUALITY_LEVEL_0 + 6]), false);
  assert.equal(isTaken(jpeg, [Encoding.JPEG]), true);
});
