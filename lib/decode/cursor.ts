/** The pointer's shape as a server sends it (RFC 6143 §7.8.1, "Cursor Pseudo-encoding"). */

import { LimitError, ProtocolError } from "../base/errors.ts";
import { MAX_CURSOR_SIDE } from "../base/limits.ts";
import type { Rect } from "../base/rect.ts";
import type { ByteReader } from "../rfb/byte_reader.ts";
import { Encoding, encodingName } from "../rfb/encodings.ts";

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
  const maskRowBytes = Math.ceil(width / 8);
  const colourBytes = width * height * 4;
  if (!reader.has(colourBytes + maskRowBytes * height)) return undefined;
  const colours = reader.view(colourBytes);
  const mask = reader.view(maskRowBytes * height);
  const pixels = new Uint8Array(colourBytes);
  for (let i = 0; i < width * height; i++) {
    const x = i % width;
    const maskByte = mask[Math.floor(i / width) * maskRowBytes + (x >> 3)] ?? 0;
    const opaque = (maskByte >> (7 - (x & 7)) & 1) !== 0;
    pixels.set([colours[i * 4 + 2] ?? 0, colours[i * 4 + 1] ?? 0, colours[i * 4] ?? 0, opaque ? 255 : 0], i * 4);
  }
  return { width, height, hotX: rect.x, hotY: rect.y, pixels };
}
