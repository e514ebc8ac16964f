/** The three ways to send a pointer's shape (rfbproto.rst "Cursor", "X Cursor", "Cursor With Alpha"). */

import type { CursorShape } from "../display/cursor.ts";
import type { ByteWriter } from "../rfb/byte_writer.ts";
import { Encoding, PseudoEncoding } from "../rfb/encodings.ts";
import { type PixelFormat, pixelValue } from "../rfb/pixel_format.ts";
import { writeRectHeader } from "../rfb/server_messages.ts";

/** From this alpha on a pixel is drawn where there is only a mask [QEMU cursor_get_mono_mask]. */
const OPAQUE_ALPHA = 0x80;

/** The pseudo-encodings of pointer shapes, the one that shows most first. */
export const CURSOR_ENCODINGS = [
  PseudoEncoding.CursorWithAlpha,
  PseudoEncoding.Cursor,
  PseudoEncoding.XCursor,
] as const;

/** One of {@link CURSOR_ENCODINGS}. */
export type CursorEncoding = typeof CURSOR_ENCODINGS[number];

/** Writes the rect of a shape; `format` is the client's. A shape without a pixel hides the pointer. */
export function writeCursor(
  writer: ByteWriter,
  encoding: CursorEncoding,
  shape: CursorShape,
  format: PixelFormat,
): void {
  const { width, height, hotX, hotY } = shape;
  writeRectHeader(writer, { x: hotX, y: hotY, width, height }, encoding);
  if (encoding === PseudoEncoding.CursorWithAlpha) writeAlphaPayload(writer, shape);
  else if (encoding === PseudoEncoding.Cursor) writeRichPayload(writer, shape, format);
  else writeXPayload(writer, shape);
}

/** Raw pixels R,G,B,A, whatever the client's format is, colours multiplied by alpha. */
function writeAlphaPayload(writer: ByteWriter, { pixels }: CursorShape): void {
  writer.s32(Encoding.Raw);
  for (let at = 0; at + 3 < pixels.length; at += 4) {
    const alpha = pixels[at + 3]!;
    for (let i = 0; i < 3; i++) writer.u8(Math.round(pixels[at + i]! * alpha / 255));
    writer.u8(alpha);
  }
}

/** Pixels of the client's format, then a mask of one bit each, rows padded to bytes. */
function writeRichPayload(writer: ByteWriter, shape: CursorShape, format: PixelFormat): void {
  const { pixels } = shape;
  for (let at = 0; at + 3 < pixels.length; at += 4) {
    const isDrawn = pixels[at + 3]! >= OPAQUE_ALPHA;
    writePixel(writer, format, isDrawn ? pixelValue(format, pixels[at]!, pixels[at + 1]!, pixels[at + 2]!) : 0);
  }
  writeBits(writer, shape, isOpaque);
}

/** Two colours, then for every pixel a bit that chooses the first of them, then the mask. Nothing for no pixel. */
function writeXPayload(writer: ByteWriter, shape: CursorShape): void {
  const { pixels } = shape;
  if (pixels.length === 0) return;
  const middle = middleLuminance(pixels);
  const isDark = (at: number) => isOpaque(pixels, at) && luminance(pixels, at) < middle;
  writeMeanColour(writer, pixels, isDark);
  writeMeanColour(writer, pixels, (at) => isOpaque(pixels, at) && !isDark(at));
  writeBits(writer, shape, (_, at) => isDark(at));
  writeBits(writer, shape, isOpaque);
}

function isOpaque(pixels: Uint8Array, at: number): boolean {
  return pixels[at + 3]! >= OPAQUE_ALPHA;
}

/** 0–255000, by the weights of ITU-R BT.601. */
function luminance(pixels: Uint8Array, at: number): number {
  return pixels[at]! * 299 + pixels[at + 1]! * 587 + pixels[at + 2]! * 114;
}

/** Between the darkest and the brightest pixel that is drawn. */
function middleLuminance(pixels: Uint8Array): number {
  let darkest = Infinity;
  let brightest = -Infinity;
  for (let at = 0; at < pixels.length; at += 4) {
    if (!isOpaque(pixels, at)) continue;
    darkest = Math.min(darkest, luminance(pixels, at));
    brightest = Math.max(brightest, luminance(pixels, at));
  }
  return (darkest + brightest) / 2;
}

/** Writes R,G,B of the pixels that are chosen; black for none. */
function writeMeanColour(writer: ByteWriter, pixels: Uint8Array, isChosen: (at: number) => boolean): void {
  const sums = [0, 0, 0];
  let count = 0;
  for (let at = 0; at < pixels.length; at += 4) {
    if (!isChosen(at)) continue;
    count++;
    for (let i = 0; i < 3; i++) sums[i]! += pixels[at + i]!;
  }
  for (const sum of sums) writer.u8(count === 0 ? 0 : Math.round(sum / count));
}

function writeBits(
  writer: ByteWriter,
  { width, height, pixels }: CursorShape,
  isSet: (pixels: Uint8Array, at: number) => boolean,
): void {
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x += 8) {
      let bits = 0;
      for (let i = 0; i < Math.min(8, width - x); i++) {
        if (isSet(pixels, (y * width + x + i) * 4)) bits |= 0x80 >> i;
      }
      writer.u8(bits);
    }
  }
}

function writePixel(writer: ByteWriter, format: PixelFormat, value: number): void {
  const bytes = format.bitsPerPixel / 8;
  for (let i = 0; i < bytes; i++) {
    const shift = 8 * (format.bigEndianFlag ? bytes - 1 - i : i);
    writer.u8(value >>> shift & 0xff);
  }
}
