/** Tight (rfbproto.rst "Tight Encoding"): fills, palettes, gradients, four zlib streams a connection, and JPEG. */

import { ProtocolError } from "../base/errors.ts";
import type { Rect } from "../base/rect.ts";
import type { ByteReader } from "../rfb/byte_reader.ts";
import { parseCompactlyCounted } from "./compact_length.ts";
import type { PixelTarget, RectDecoder } from "./decoder.ts";
import { decodeCountedJpeg } from "./jpeg.ts";
import { deflateBound, InflateStream } from "./inflate_stream.ts";
import { fillPixels, type PixelWords, pixelWords } from "./pixel_target.ts";
import { addGradient } from "./tight_gradient.ts";

/** Widest rect that is not a fill. */
export const MAX_TIGHT_WIDTH = 2048;
/** A pixel is red, green, blue. */
const PIXEL_BYTES = 3;
/** Fewer bytes come as they are, without a length. */
const MIN_COMPRESSED_BYTES = 12;
const FILL = 8;
const JPEG = 9;
const FILTER_FOLLOWS = 4;
const Filter = { copy: 0, palette: 1, gradient: 2 } as const;

/** The head of a rect of pixels. */
interface PixelsHeader {
  readonly stream: number;
  readonly filter: number;
  /** Colours 0xRRGGBB; none where pixels are not indices. */
  readonly palette: readonly number[];
  /** Plain bytes of a row. */
  readonly rowBytes: number;
}

/** Where the plain bytes of a rect come from, row by row. */
interface PlainBytes {
  view(count: number): Uint8Array;
}

/** Paints row by row from the inflated bytes. */
export class TightDecoder implements RectDecoder {
  readonly #streams: (InflateStream | undefined)[] = [];
  readonly #above = new Uint8Array(MAX_TIGHT_WIDTH * PIXEL_BYTES);
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

  /** Nothing is painted or inflated, and no stream reset, before all bytes are there. */
  #parseRect(reader: ByteReader, rect: Rect, target: PixelTarget): boolean {
    if (!reader.has(1)) return false;
    const control = reader.u8();
    const compression = control >> 4;
    if (compression === FILL) return this.#fill(reader, rect, target, control);
    requirePixels(compression, rect, this.#takesJpeg);
    if (compression === JPEG) return this.#jpeg(reader, rect, target, control);
    const header = parsePixelsHeader(reader, compression, rect.width);
    if (header === undefined) return false;
    const plainBytes = header.rowBytes * rect.height;
    if (plainBytes < MIN_COMPRESSED_BYTES) {
      if (!reader.has(plainBytes)) return false;
      this.#resetStreams(control);
      this.#paint(reader, header, rect, pixelWords(target));
      return true;
    }
    const compressed = parseCompactlyCounted(reader, deflateBound(plainBytes), "Tight");
    if (compressed === undefined) return false;
    this.#resetStreams(control);
    const stream = this.#streams[header.stream] ??= new InflateStream();
    stream.begin(compressed, "Tight");
    this.#paint(stream, header, rect, pixelWords(target));
    stream.end();
    return true;
  }

  #fill(reader: ByteReader, { x, y, width, height }: Rect, target: PixelTarget, control: number): boolean {
    if (!reader.has(PIXEL_BYTES)) return false;
    this.#resetStreams(control);
    fillPixels(pixelWords(target), x, y, width, height, parseTightPixel(reader));
    return true;
  }

  #jpeg(reader: ByteReader, rect: Rect, target: PixelTarget, control: number): boolean {
    if (!decodeCountedJpeg(reader, rect, target, "Tight")) return false;
    this.#resetStreams(control);
    return true;
  }

  #resetStreams(control: number): void {
    for (let stream = 0; stream < 4; stream++) {
      if (control & 1 << stream) this.#streams[stream]?.reset();
    }
  }

  #paint(plain: PlainBytes, header: PixelsHeader, rect: Rect, surface: PixelWords): void {
    this.#above.fill(0);
    for (let y = rect.y; y < rect.y + rect.height; y++) {
      const row = plain.view(header.rowBytes);
      const at = y * surface.strideWords + rect.x;
      if (header.palette.length === 2) paintBits(surface.words, at, rect.width, row, header.palette);
      else if (header.palette.length > 0) paintIndices(surface.words, at, row, header.palette);
      else paintPixels(surface.words, at, header.filter === Filter.gradient ? addGradient(row, this.#above) : row);
    }
  }
}

function requirePixels(compression: number, { width, height }: Rect, takesJpeg: boolean): void {
  if (compression === JPEG && !takesJpeg) throw new ProtocolError("Cannot decode a Tight rect: JPEG was not asked for");
  if (compression > JPEG) throw new ProtocolError(`Cannot decode a Tight rect: there is no compression ${compression}`);
  if (width > MAX_TIGHT_WIDTH) {
    throw new ProtocolError(`Cannot decode a Tight rect of ${width}x${height}: limit is ${MAX_TIGHT_WIDTH} wide`);
  }
}

/** Reads a pixel of red, green and blue as 0xRRGGBB. */
export function parseTightPixel(reader: ByteReader): number {
  const red = reader.u8();
  const green = reader.u8();
  return red << 16 | green << 8 | reader.u8();
}

function parsePixelsHeader(reader: ByteReader, compression: number, width: number): PixelsHeader | undefined {
  const stream = compression & 3;
  let filter: number = Filter.copy;
  if (compression & FILTER_FOLLOWS) {
    if (!reader.has(1)) return undefined;
    filter = reader.u8();
  }
  if (filter > Filter.gradient) throw new ProtocolError(`Cannot decode a Tight rect: there is no filter ${filter}`);
  if (filter !== Filter.palette) return { stream, filter, palette: [], rowBytes: width * PIXEL_BYTES };
  if (!reader.has(1)) return undefined;
  const size = reader.u8() + 1;
  // As an index into it takes no bits, there is no such thing as a palette of one.
  if (size < 2) throw new ProtocolError("Cannot decode a Tight rect: its palette has one colour");
  if (!reader.has(size * PIXEL_BYTES)) return undefined;
  const palette = Array.from({ length: size }, () => parseTightPixel(reader));
  return { stream, filter, palette, rowBytes: size === 2 ? width + 7 >> 3 : width };
}

function paintPixels(words: Uint32Array, at: number, row: Uint8Array): void {
  for (let i = 0; i < row.length; i += PIXEL_BYTES) {
    words[at++] = row[i]! << 16 | row[i + 1]! << 8 | row[i + 2]!;
  }
}

function paintBits(words: Uint32Array, at: number, width: number, row: Uint8Array, palette: readonly number[]): void {
  for (let x = 0; x < width; x++) words[at + x] = palette[row[x >> 3]! >> (7 - (x & 7)) & 1]!;
}

function paintIndices(words: Uint32Array, at: number, row: Uint8Array, palette: readonly number[]): void {
  for (const index of row) {
    const colour = palette[index];
    if (colour === undefined) {
      throw new ProtocolError(`Cannot decode a Tight rect: colour ${index} of a palette of ${palette.length}`);
    }
    words[at++] = colour;
  }
}
