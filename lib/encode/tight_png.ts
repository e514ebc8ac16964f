/** TightPNG (rfbproto.rst "TightPNG"): Tight whose pixels are PNG files, for browsers. */

import { type PixelFormat, pixelValue } from "../rfb/pixel_format.ts";
import { encodePng, type PngPicture } from "./png.ts";
import type { RectContext } from "./rect_encoder.ts";

const PNG_CONTROL = 0xa0;

/** Writes a rect's payload as a PNG file. */
export function writePngPayload({ arena, settings, update }: RectContext, picture: PngPicture): void {
  const file = encodePng(arena, picture, settings.compressLevel);
  update.u8(PNG_CONTROL);
  update.compactLength(file.length);
  update.append(file);
}

/** The bytes of a colour R,G,B as a pixel of a client's format. */
export function pixelOfColour(format: PixelFormat, [red, green, blue]: Uint8Array): Uint8Array {
  const value = pixelValue(format, red!, green!, blue!);
  const littleEndian = Array.from({ length: format.bitsPerPixel / 8 }, (_, at) => value >>> at * 8 & 255);
  return Uint8Array.from(format.bigEndianFlag ? littleEndian.reverse() : littleEndian);
}
