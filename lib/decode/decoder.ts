/** Decoding rects: the other way of encode/, for clients and recordings. */

import type { Rect } from "../base/rect.ts";
import type { ByteReader } from "../rfb/byte_reader.ts";

/**
 * A picture being decoded into: bytes B,G,R,X, rows `strideBytes` apart. The first pixel and every row start at a
 * multiple of four bytes of the underlying buffer.
 */
export interface PixelTarget {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** Bytes from one row to the next. */
  readonly strideBytes: number;
  /** All rows, from the top one on. */
  readonly pixels: Uint8Array;
}

/**
 * Decodes the rects of one encoding for a 32 bpp x8r8g8b8 stream, on one connection for its whole life.
 * Returns true when the rect is complete and painted. Returns false when bytes are missing: what was consumed is
 * painted and remembered, so call again with the same rect and more bytes behind the cursor. Nothing of a rect's
 * compressed bytes is consumed before all are there. The rect lies inside the target: the caller has checked.
 * Throws ProtocolError or LimitError for anything that does not fit the rect; the connection is of no use then.
 */
export interface RectDecoder {
  decodeRect(reader: ByteReader, rect: Rect, target: PixelTarget): boolean;
}
