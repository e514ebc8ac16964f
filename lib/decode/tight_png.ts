/** TightPNG (rfbproto.rst "TightPNG"): Tight with PNG files for pixels. */

import { ProtocolError } from "../base/errors.ts";
import { MAX_PNG_OVERHEAD_BYTES } from "../base/limits.ts";
import type { Rect } from "../base/rect.ts";
import type { ByteReader } from "../rfb/byte_reader.ts";
import { parseCompactlyCounted } from "./compact_length.ts";
import type { PixelTarget, RectDecoder } from "./decoder.ts";
import { decodeCountedJpeg } from "./jpeg.ts";
import { deflateBound } from "./inflate_stream.ts";
import { fillPixels, pixelWords } from "./pixel_target.ts";
import { PngDecoder } from "./png.ts";
import { MAX_TIGHT_WIDTH, parseTightPixel } from "./tight.ts";

const PIXEL_BYTES = 3;
const FILL = 8;
const JPEG = 9;
const PNG = 10;

/** Paints row by row from the inflated bytes. */
export class TightPNGDecoder implements RectDecoder {
  readonly #png = new PngDecoder();
  readonly #takesJpeg: boolean;

  /** `takesJpeg`: whether JPEG was asked for. */
  constructor(takesJpeg: boolean) {
    this.#takesJpeg = takesJpeg;
  }

  decodeRect(reader: ByteReader, rect: Rect, target: PixelTarget): boolean {
    const start = reader.position;
    const isComplete = this.#parseRect(reader, rect, target);
    if (!isComplete) reader.rewind(start);
    return isComplete;
  }

  /** Nothing is painted or inflated before all bytes are there. */
  #parseRect(reader: ByteReader, rect: Rect, target: PixelTarget): boolean {
    if (!reader.has(1)) return false;
    // the low bits tell streams to start anew, of which there are none
    const compression = reader.u8() >> 4;
    if (compression === FILL) return fill(reader, rect, target);
    if (compression === JPEG && !this.#takesJpeg) {
      throw new ProtocolError("Cannot decode a TightPNG rect: JPEG was not asked for");
    }
    if (compression !== PNG && compression !== JPEG) {
      throw new ProtocolError(`Cannot decode a TightPNG rect: there is no compression ${compression}`);
    }
    if (rect.width > MAX_TIGHT_WIDTH) {
      throw new ProtocolError(
        `Cannot decode a TightPNG rect of ${rect.width}x${rect.height}: limit is ${MAX_TIGHT_WIDTH} wide`,
      );
    }
    if (compression === JPEG) return decodeCountedJpeg(reader, rect, target, "TightPNG");
    const limit = deflateBound((1 + rect.width * PIXEL_BYTES) * rect.height) + MAX_PNG_OVERHEAD_BYTES;
    const file = parseCompactlyCounted(reader, limit, "TightPNG");
    if (file === undefined) return false;
    const { words, strideWords } = pixelWords(target);
    this.#png.decode(file, rect.width, rect.height, (y, row) => words.set(row, (rect.y + y) * strideWords + rect.x));
    return true;
  }
}

function fill(reader: ByteReader, { x, y, width, height }: Rect, target: PixelTarget): boolean {
  if (!reader.has(PIXEL_BYTES)) return false;
  fillPixels(pixelWords(target), x, y, width, height, parseTightPixel(reader));
  return true;
}
