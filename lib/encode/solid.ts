/** Areas of one colour, of any size, in the encodings that say so in a few bytes. */

import type { Rect } from "../base/rect.ts";
import { Encoding } from "../rfb/encodings.ts";
import { type PixelFormat, pixelValue } from "../rfb/pixel_format.ts";
import { RECT_HEADER_BYTES } from "../rfb/server_messages.ts";
import type { RectContext } from "./rect_encoder.ts";
import { type PartShape, RRE_PARTS } from "./rect_plan.ts";

const HEXTILE_SIDE = 16;
const BACKGROUND_SPECIFIED = 2;
const ZEROS = new Uint8Array(4096);

/** Encodings whose rects of one colour are small. */
export const SOLID_ENCODINGS: readonly number[] = [Encoding.RRE, Encoding.CoRRE, Encoding.Hextile];

/** How an area of one colour is cut. */
export function solidShape(encoding: number): PartShape {
  const maxSide = encoding === Encoding.CoRRE ? RRE_PARTS.maxSide : 1 << 15;
  return { width: maxSide, maxPixels: maxSide * maxSide, step: HEXTILE_SIDE, maxSide };
}

/** Bytes of an area of one colour. */
export function solidBytes(encoding: number, { width, height }: Rect, pixelBytes: number): number {
  const { maxSide } = solidShape(encoding);
  const rects = Math.ceil(width / maxSide) * Math.ceil(height / maxSide);
  const payload = encoding === Encoding.Hextile ? hextileTiles(width, height) : 4;
  return rects * (RECT_HEADER_BYTES + pixelBytes) + payload;
}

/**
 * Writes a part of one colour, 0xRRGGBB: the one that was seen in all of it. The surface is not read again, because a
 * pixel that has changed since is dirty by itself only, and would be spread over the whole part.
 */
export function encodeSolidRect(context: RectContext, part: Rect, encoding: number, colour: number): void {
  const { update, settings: { pixelFormat } } = context;
  const pixel = pixelBytes(pixelFormat, colour);
  update.beginRect(part, encoding);
  if (encoding !== Encoding.Hextile) {
    update.u32(0);
    return update.append(pixel);
  }
  update.u8(BACKGROUND_SPECIFIED);
  update.append(pixel);
  // the other tiles keep the background of the first
  for (let left = hextileTiles(part.width, part.height) - 1; left > 0; left -= ZEROS.length) {
    update.append(ZEROS.subarray(0, left));
  }
}

/** A PIXEL (RFC 6143 §7.4). */
function pixelBytes(format: PixelFormat, colour: number): Uint8Array {
  const { bitsPerPixel, bigEndianFlag } = format;
  const value = pixelValue(format, colour >> 16 & 255, colour >> 8 & 255, colour & 255);
  const bytes = Uint8Array.of(value, value >> 8, value >> 16, value >> 24).subarray(0, bitsPerPixel / 8);
  return bigEndianFlag ? bytes.reverse() : bytes;
}

function hextileTiles(width: number, height: number): number {
  return Math.ceil(width / HEXTILE_SIDE) * Math.ceil(height / HEXTILE_SIDE);
}
