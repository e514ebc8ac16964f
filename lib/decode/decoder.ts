/** Decoding rects: the other way of encode/, for clients and recordings. */

import type { Rect } from "../base/rect.ts";
import type { ByteReader } from "../rfb/byte_reader.ts";

/** A picture being decoded into: bytes B,G,R,X, rows `strideBytes` apart. */
export interface PixelTarget {
  readonly width: number;
  readonly height: number;
  readonly strideBytes: number;
  readonly pixels: Uint8Array;
}

/**
 * Decodes the rects of one encoding for a 32 bpp x8r8g8b8 stream.
 * Returns true when the rect is complete and painted; false when bytes are missing, with the reader back where the
 * rect's payload starts: call again with more. Nothing of a rect's compressed bytes is consumed before all are there.
 * Throws ProtocolError for anything that does not fit the rect.
 */
export interface RectDecoder {
  decodeRect(reader: ByteReader, rect: Rect, target: PixelTarget): boolean;
}
