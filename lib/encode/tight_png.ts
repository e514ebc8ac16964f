/** TightPNG (rfbproto.rst "TightPNG"): Tight whose pixels are PNG files, for browsers. */

import { hasTightPixels, type PixelFormat, pixelValue } from "../rfb/pixel_format.ts";
import { encodePng, type PngPicture } from "./png.ts";
import type { RectContext } from "./rect_encoder.ts";

const PNG_CONTROL = 0xa0;

/** Writes the payload of a rect of pixels: a PNG file, whose colours are 24 bits whatever the client's format is. */
export function writePngPayload({ arena, settings, update }: RectContext, picture: PngPicture): void {
  const file = encodePng(arena, picture, settings.compressLevel);
  update.u8(PNG_CONTROL);
  update.compactLength(file.length);
  update.append(file);
}

/** A fill's colour R,G,B as a client with a pixel format reads it, as in Tight. */
export function fillPixel(format: PixelFormat, rgb: Uint8Array): Uint8Array {
  if (hasTightPixels(format)) return rgb;
  const [red, green, blue] = rgb;
  const value = pixelValue(format, red!, green!, blue!);
  const lowestFirst = Array.from({ length: format.bitsPerPixel / 8 }, (_, at) => value >>> at * 8);
  return Uint8Array.from(format.bigEndianFlag ? lowestFirst.reverse() : lowestFirst);
}
