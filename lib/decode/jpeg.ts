/** JPEG (rfbproto.rst "JPEG Encoding"), and what other encodings carry of it. */

import { decode } from "jpeg-js";
import { errorMessage, LimitError } from "../base/errors.ts";
import { MAX_JPEG_OVERHEAD_BYTES, MAX_JPEG_PIXEL_BYTES, MAX_JPEG_PIXELS } from "../base/limits.ts";
import type { Rect } from "../base/rect.ts";
import type { ByteReader } from "../rfb/byte_reader.ts";
import { parseCompactlyCounted } from "./compact_length.ts";
import type { PixelTarget, RectDecoder } from "./decoder.ts";
import { jpegFault, JpegSegments } from "./jpeg_segments.ts";
import { pixelWords } from "./pixel_target.ts";

/** Room for the decoder's coefficients and samples: no picture of MAX_JPEG_PIXELS needs as much. */
const DECODER_MEGABYTES = 1_024;

/** Decodes streams that say themselves where they end; they may leave out tables that an earlier one had [RealVNC]. */
export class JPEGDecoder implements RectDecoder {
  readonly #tables = new Map<number, Uint8Array>();
  #segments: JpegSegments | undefined;

  decodeRect(reader: ByteReader, rect: Rect, target: PixelTarget): boolean {
    const start = reader.position;
    const limit = jpegBound(rect);
    const segments = this.#segments ??= new JpegSegments(rect.width, rect.height);
    const bytes = reader.view(reader.available);
    reader.rewind(start);
    const end = segments.findEnd(bytes);
    if ((end ?? bytes.length) > limit) throw jpegFault(`it has more than ${limit} bytes`);
    if (end === undefined) return false;
    this.#segments = undefined;
    const stream = reader.view(end);
    paintJpeg(segments.isAbbreviated ? this.#complete(stream) : stream, rect, target);
    for (const [key, table] of segments.tables) this.#tables.set(key, table);
    return true;
  }

  /** The tables of earlier streams go first, so that a stream's own replace them. */
  #complete(stream: Uint8Array): Uint8Array {
    const pieces = [stream.subarray(0, 2), ...this.#tables.values(), stream.subarray(2)];
    const completed = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const piece of pieces) {
      completed.set(piece, at);
      at += piece.length;
    }
    return completed;
  }
}

/**
 * Paints a stream behind a compact length, as Tight and TightPNG (`what`) have it: it is complete. False when bytes are
 * missing, with the cursor anywhere.
 */
export function decodeCountedJpeg(reader: ByteReader, rect: Rect, target: PixelTarget, what: string): boolean {
  const stream = parseCompactlyCounted(reader, jpegBound(rect), what);
  if (stream === undefined) return false;
  if (new JpegSegments(rect.width, rect.height).findEnd(stream) === undefined) throw jpegFault("it is cut off");
  paintJpeg(stream, rect, target);
  return true;
}

function jpegBound({ width, height }: Rect): number {
  if (width * height > MAX_JPEG_PIXELS) {
    throw new LimitError(`Cannot decode a JPEG rect of ${width}x${height}: limit is ${MAX_JPEG_PIXELS} pixels`);
  }
  return width * height * MAX_JPEG_PIXEL_BYTES + MAX_JPEG_OVERHEAD_BYTES;
}

function paintJpeg(stream: Uint8Array, rect: Rect, target: PixelTarget): void {
  const rgb = decodeStream(stream);
  const { words, strideWords } = pixelWords(target);
  let from = 0;
  for (let y = rect.y; y < rect.y + rect.height; y++) {
    const start = y * strideWords + rect.x;
    for (let at = start; at < start + rect.width; at++, from += 3) {
      words[at] = rgb[from]! << 16 | rgb[from + 1]! << 8 | rgb[from + 2]!;
    }
  }
}

/** Bytes R,G,B of a stream of which size and number of scans have been looked at. */
function decodeStream(stream: Uint8Array): Uint8Array {
  try {
    const options = { useTArray: true, formatAsRGBA: false, tolerantDecoding: false } as const;
    return decode(stream, { ...options, maxMemoryUsageInMB: DECODER_MEGABYTES }).data;
  } catch (error) {
    throw jpegFault(errorMessage(error));
  }
}
