/** Pictures of one's own to decode into, and painting in whole pixels. */

import { LimitError, ProtocolError } from "../base/errors.ts";
import { MAX_FRAMEBUFFER_PIXELS, MAX_FRAMEBUFFER_SIDE } from "../base/limits.ts";
import type { Point, Rect } from "../base/rect.ts";
import type { ByteReader } from "../rfb/byte_reader.ts";
import type { PixelTarget } from "./decoder.ts";

const BYTES_PER_PIXEL = 4;

/** The pixels of a {@link PixelTarget} as numbers 0xXXRRGGBB. */
export interface PixelWords {
  readonly words: Uint32Array;
  readonly strideWords: number;
}

/** Whether a size that a peer or a file names can be a framebuffer's: call before allocating. Throws when not. */
export function requireFramebufferSize(width: number, height: number): void {
  if (width < 1 || height < 1) throw new ProtocolError(`Cannot have a framebuffer of ${width}x${height}: it is empty`);
  if (width > MAX_FRAMEBUFFER_SIDE || height > MAX_FRAMEBUFFER_SIDE) {
    throw new LimitError(`Cannot have a framebuffer of ${width}x${height}: limit is ${MAX_FRAMEBUFFER_SIDE} a side`);
  }
  if (width * height > MAX_FRAMEBUFFER_PIXELS) {
    throw new LimitError(`Cannot have a framebuffer of ${width}x${height}: limit is ${MAX_FRAMEBUFFER_PIXELS} pixels`);
  }
}

/** A black picture. Throws for a size that {@link requireFramebufferSize} refuses. */
export function createPixelTarget(width: number, height: number): PixelTarget {
  requireFramebufferSize(width, height);
  const strideBytes = width * BYTES_PER_PIXEL;
  return { width, height, strideBytes, pixels: new Uint8Array(strideBytes * height) };
}

/** Moves a rect of pixels inside the picture; the areas may overlap. Both lie inside: the caller has checked. */
export function movePixels(target: PixelTarget, source: Point, destination: Rect): void {
  const rowBytes = destination.width * BYTES_PER_PIXEL;
  const downwards = destination.y > source.y;
  for (let i = 0; i < destination.height; i++) {
    const row = downwards ? destination.height - 1 - i : i;
    const from = (source.y + row) * target.strideBytes + source.x * BYTES_PER_PIXEL;
    const to = (destination.y + row) * target.strideBytes + destination.x * BYTES_PER_PIXEL;
    target.pixels.copyWithin(to, from, from + rowBytes);
  }
}

/** The picture in whole pixels. Throws RangeError when its rows are not aligned as {@link PixelTarget} demands. */
export function pixelWords(target: PixelTarget): PixelWords {
  const { pixels, strideBytes } = target;
  const words = new Uint32Array(pixels.buffer, pixels.byteOffset, pixels.byteLength / BYTES_PER_PIXEL);
  return { words, strideWords: strideBytes / BYTES_PER_PIXEL };
}

/** Paints one colour. The rect lies inside: the caller has checked. */
export function fillPixels(
  surface: PixelWords,
  x: number,
  y: number,
  width: number,
  height: number,
  pixel: number,
): void {
  for (let row = y; row < y + height; row++) {
    const start = row * surface.strideWords + x;
    surface.words.fill(pixel, start, start + width);
  }
}

/** Reads a pixel of four bytes B,G,R,X as 0xXXRRGGBB. */
export function readPixel(reader: ByteReader): number {
  const value = reader.u32();
  return ((value << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24)) >>> 0;
}
