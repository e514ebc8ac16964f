/** The pointer's shape as a server sends it (RFC 6143 §7.8.1 and rfbproto.rst "X Cursor", "Cursor With Alpha"). */

import { LimitError, ProtocolError } from "../base/errors.ts";
import { MAX_CURSOR_SIDE } from "../base/limits.ts";
import type { Rect } from "../base/rect.ts";
import type { ByteReader } from "../rfb/byte_reader.ts";
import { Encoding, encodingName } from "../rfb/encodings.ts";

const RGB_BYTES = 3;

/** A cursor image; `pixels` are straight (not premultiplied) bytes R,G,B,A, row by row, no padding. */
export interface CursorImage {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** The pixel that points, from the left. */
  readonly hotX: number;
  /** The pixel that points, from the top. */
  readonly hotY: number;
  /** `width` x `height` pixels of 4 bytes. */
  readonly pixels: Uint8Array;
}

/**
 * Reads the payload of a Cursor With Alpha rect, whose position is the hot spot: Raw pixels R,G,B,A with colours
 * multiplied by alpha. Undefined when short, with the cursor where it was; LimitError when larger than a cursor may be,
 * ProtocolError for another encoding than Raw.
 */
export function parseAlphaCursor(reader: ByteReader, rect: Rect): CursorImage | undefined {
  const { width, height } = rect;
  requireCursorSize(width, height);
  const byteLength = width * height * 4;
  if (!reader.has(4)) return undefined;
  const start = reader.position;
  const encoding = reader.s32();
  if (encoding !== Encoding.Raw) throw new ProtocolError(`Cannot read a cursor: it is in ${encodingName(encoding)}`);
  if (!reader.has(byteLength)) return reader.rewind(start);
  const pixels = reader.bytes(byteLength);
  for (let at = 0; at < byteLength; at += 4) {
    const alpha = pixels[at + 3] ?? 0;
    for (let i = at; i < at + 3; i++) {
      // a colour cannot be more than all of its alpha
      pixels[i] = alpha === 0 ? 0 : Math.min(255, Math.round((pixels[i] ?? 0) * 255 / alpha));
    }
  }
  return { width, height, hotX: rect.x, hotY: rect.y, pixels };
}

function requireCursorSize(width: number, height: number): void {
  if (width > MAX_CURSOR_SIDE || height > MAX_CURSOR_SIDE) {
    throw new LimitError(`Cannot read a cursor of ${width}x${height}: limit is ${MAX_CURSOR_SIDE} a side`);
  }
}

/**
 * Reads the payload of a Cursor rect, whose position is the hot spot. Undefined when short, with the cursor where it
 * was; LimitError when larger than a cursor may be.
 */
export function parseCursor(reader: ByteReader, rect: Rect): CursorImage | undefined {
  const { width, height } = rect;
  requireCursorSize(width, height);
  const colourBytes = width * height * 4;
  const maskBytes = Math.ceil(width / 8) * height;
  if (!reader.has(colourBytes + maskBytes)) return undefined;
  const colours = reader.view(colourBytes);
  return maskedImage(rect, reader.view(maskBytes), (i) => [colours[i * 4 + 2]!, colours[i * 4 + 1]!, colours[i * 4]!]);
}

/**
 * Reads the payload of an XCursor rect, whose position is the hot spot (rfbproto.rst "X Cursor Pseudo-encoding"): two
 * colours, a bit for each pixel that has the first of them, and a mask; nothing for a cursor without pixels. Undefined
 * when short, with the cursor where it was; LimitError when larger than a cursor may be.
 */
export function parseXCursor(reader: ByteReader, rect: Rect): CursorImage | undefined {
  const { width, height } = rect;
  requireCursorSize(width, height);
  const maskBytes = Math.ceil(width / 8) * height;
  if (maskBytes === 0) return maskedImage(rect, new Uint8Array(0), () => []);
  if (!reader.has(2 * RGB_BYTES + 2 * maskBytes)) return undefined;
  const [first, second] = [reader.view(RGB_BYTES), reader.view(RGB_BYTES)];
  const bitmap = reader.view(maskBytes);
  return maskedImage(rect, reader.view(maskBytes), (i) => isSet(bitmap, i, width) ? first : second);
}

/** Whether the bit of a pixel is set; rows are padded to whole bytes, the leftmost pixel is in the highest bit. */
function isSet(bits: Uint8Array, pixel: number, width: number): boolean {
  const x = pixel % width;
  const byte = bits[Math.floor(pixel / width) * Math.ceil(width / 8) + (x >> 3)]!;
  return (byte >> (7 - (x & 7)) & 1) !== 0;
}

function maskedImage(rect: Rect, mask: Uint8Array, colourOf: (pixel: number) => ArrayLike<number>): CursorImage {
  const { width, height } = rect;
  const pixels = new Uint8Array(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    pixels.set(colourOf(i), i * 4);
    pixels[i * 4 + 3] = isSet(mask, i, width) ? 255 : 0;
  }
  return { width, height, hotX: rect.x, hotY: rect.y, pixels };
}
