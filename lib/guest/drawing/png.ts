/** PNG files as pictures: any depth and colour type, checked against the caps before anything large is allocated. */

import { decode, type DecodedPng } from "fast-png";
import { errorMessage, UsageError } from "../../base/errors.ts";
import { MAX_FRAMEBUFFER_PIXELS, MAX_VBE_HEIGHT, MAX_VBE_WIDTH } from "../../base/limits.ts";
import type { RgbaImage } from "./image.ts";

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] as const;
/** Signature, length and type of IHDR, its 13 bytes and checksum [PNG §5.2, §11.2.2]. */
const HEADER_BYTES = 33;
const COLOUR_INDEXED = 3;
const ADAM7 = 1;

/** Sizes and kinds out of a PNG's IHDR. */
interface PngHeader {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colourType: number;
  readonly interlace: number;
}

/**
 * The picture in a PNG file; `name` stands for it in what is thrown: a UsageError for bytes that are no PNG, are
 * damaged, or hold a picture larger than a framebuffer may be.
 *
 * @example
 * ```ts
 * import { decodePng } from "@vncd/vncd";
 * import assert from "node:assert/strict";
 *
 * const base64 = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";
 * const { width, height, pixels } = decodePng(Uint8Array.fromBase64(base64), "dot.png");
 * assert(width === 1 && height === 1 && pixels.length === 4);
 * ```
 */
export function decodePng(bytes: Uint8Array, name: string): RgbaImage {
  const header = parseHeader(bytes);
  if (header === undefined) throw new UsageError(`Cannot show ${name}: it is not a PNG file`);
  checkHeader(header, name);
  try {
    return toRgba(decode(bytes), header);
  } catch (error) {
    throw new UsageError(`Cannot show ${name}: the PNG file is damaged (${errorMessage(error)})`, { cause: error });
  }
}

function parseHeader(bytes: Uint8Array): PngHeader | undefined {
  if (bytes.length < HEADER_BYTES || SIGNATURE.some((byte, i) => bytes[i] !== byte)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(12) !== 0x49484452) return undefined;
  return {
    width: view.getUint32(16),
    height: view.getUint32(20),
    depth: view.getUint8(24),
    colourType: view.getUint8(25),
    interlace: view.getUint8(28),
  };
}

function checkHeader({ width, height, depth, interlace }: PngHeader, name: string): void {
  const size = `${width}x${height}`;
  if (width === 0 || height === 0) throw new UsageError(`Cannot show ${name}: its picture is ${size} pixels`);
  if (width > MAX_VBE_WIDTH || height > MAX_VBE_HEIGHT || width * height > MAX_FRAMEBUFFER_PIXELS) {
    throw new UsageError(`Cannot show ${name}: ${size} pixels are more than a screen may have`);
  }
  if (interlace === ADAM7 && depth < 8) {
    throw new UsageError(`Cannot show ${name}: an interlaced picture of ${depth} bits a sample is not supported`);
  }
}

function toRgba(png: DecodedPng, { colourType }: PngHeader): RgbaImage {
  const { width, height } = png;
  const pixels = new Uint8Array(width * height * 4);
  const read = sampleReader(png);
  const paint = colourType === COLOUR_INDEXED ? indexedPainter(png) : samplePainter(png);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) paint(pixels, (y * width + x) * 4, read, x, y);
  }
  return { width, height, pixels };
}

/** The sample `channel` of a pixel as the file has it. */
type SampleReader = (x: number, y: number, channel: number) => number;
type PixelPainter = (pixels: Uint8Array, at: number, read: SampleReader, x: number, y: number) => void;

/** Samples of less than 8 bits come packed into bytes, the leftmost in the highest bits, every row from a new byte. */
function sampleReader({ data, depth, channels, width }: DecodedPng): SampleReader {
  if (depth >= 8) return (x, y, channel) => data[(y * width + x) * channels + channel] ?? 0;
  const rowBytes = Math.ceil((width * depth) / 8);
  const mask = (1 << depth) - 1;
  return (x, y) => {
    const bit = x * depth;
    return ((data[y * rowBytes + (bit >> 3)] ?? 0) >> (8 - depth - (bit & 7))) & mask;
  };
}

function indexedPainter({ palette = [] }: DecodedPng): PixelPainter {
  return (pixels, at, read, x, y) => {
    const entry = palette[read(x, y, 0)];
    if (entry === undefined) throw new RangeError("a colour is not in the palette");
    pixels.set(entry, at);
    if (entry.length < 4) pixels[at + 3] = 0xff;
  };
}

function samplePainter({ depth, channels, transparency }: DecodedPng): PixelPainter {
  const colours = channels >= 3 ? 3 : 1;
  const hasAlpha = channels === 2 || channels === 4;
  const scale = 255 / (2 ** depth - 1);
  return (pixels, at, read, x, y) => {
    let isTransparent = transparency !== undefined && transparency.length >= colours;
    for (let i = 0; i < 3; i++) {
      const sample = read(x, y, colours === 3 ? i : 0);
      pixels[at + i] = Math.round(sample * scale);
      if (i < colours && isTransparent) isTransparent = sample === transparency![i];
    }
    const alpha = hasAlpha ? Math.round(read(x, y, channels - 1) * scale) : 0xff;
    pixels[at + 3] = isTransparent ? 0 : alpha;
  };
}
