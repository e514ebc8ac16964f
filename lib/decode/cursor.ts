/** The pointer's shape as a server sends it (RFC 6143 §7.8.1, "Cursor Pseudo-encoding"). */

import { LimitError } from "../base/errors.ts";
import { MAX_CURSOR_SIDE } from "../base/limits.ts";
import type { Rect } from "../base/rect.ts";
import type { ByteReader } from "../rfb/byte_reader.ts";

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
 * Reads the payload of a Cursor rect, whose position is the hot spot. Undefined when short, with the cursor where it
 * was; LimitError when larger than a cursor may be.
 */
export function parseCursor(reader: ByteReader, rect: Rect): CursorImage | undefined {
  const { width, height } = rect;
  if (width > MAX_CURSOR_SIDE || height > MAX_CURSOR_SIDE) {
    throw new LimitError(`Cannot read a cursor of ${width}x${height}: limit is ${MAX_CURSOR_SIDE} a side`);
  }
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
