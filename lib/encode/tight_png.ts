/** TightPNG (rfbproto.rst "TightPNG"): Tight whose pixels are PNG files, for browsers. */

import { type Rect, rect } from "../base/rect.ts";
import { hasTightPixels, type PixelFormat, pixelValue } from "../rfb/pixel_format.ts";
import { TightFilter, TightRects } from "./kernels/kernels.ts";
import { WIRE_BYTES_OFFSET } from "./pixel_conversion.ts";
import { encodePng, type PngPicture } from "./png.ts";
import type { RectContext } from "./rect_encoder.ts";

const FILL_CONTROL = 0x80;
const PNG_CONTROL = 0xa0;

/** Writes the rects of a part that are not left to JPEG; `found` and `bytes` are what Tight's kernel left behind. */
export function writePngRects(context: RectContext, part: Rect, found: Uint32Array, bytes: Uint8Array): void {
  const { words } = TightRects;
  // a copy: a file takes the place of the list
  const list = found.slice();
  for (let at = 0, start = 0; at < list.length; at += words) {
    const [x, y, width, height, filter, colours, end] = list.subarray(at, at + words);
    const bounds = rect(part.x + x!, part.y + y!, width!, height!);
    if (filter !== TightFilter.jpeg) writePngRect(context, filter!, bounds, colours!, bytes.subarray(start, end));
    start = end!;
  }
}

function writePngRect(context: RectContext, filter: number, bounds: Rect, colours: number, bytes: Uint8Array): void {
  const { update, settings, conversion } = context;
  update.beginRect(bounds, settings.encoding);
  if (filter === TightFilter.fill) {
    update.u8(FILL_CONTROL);
    update.append(fillPixel(settings.pixelFormat, bytes));
  } else writePngPayload(context, { bounds, colours, paletteBytes: colours * conversion[WIRE_BYTES_OFFSET]!, bytes });
}

/** Writes the payload of a rect of pixels: a PNG file, whose colours are 24 bits whatever the client's format is. */
function writePngPayload({ arena, settings, update }: RectContext, picture: PngPicture): void {
  const file = encodePng(arena, picture, settings.compressLevel);
  update.u8(PNG_CONTROL);
  update.compactLength(file.length);
  update.append(file);
}

/** A fill's colour R,G,B as a client with a pixel format reads it, as in Tight. */
function fillPixel(format: PixelFormat, rgb: Uint8Array): Uint8Array {
  if (hasTightPixels(format)) return rgb;
  const [red, green, blue] = rgb;
  const value = pixelValue(format, red!, green!, blue!);
  const lowestFirst = Array.from({ length: format.bitsPerPixel / 8 }, (_, at) => value >>> at * 8);
  return Uint8Array.from(format.bigEndianFlag ? lowestFirst.reverse() : lowestFirst);
}
