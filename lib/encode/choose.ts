/** How an encoding's rects are written. */

import { Encoding, encodingName } from "../rfb/encodings.ts";
import { hasTightPixels, type PixelFormat, R8G8B8 } from "../rfb/pixel_format.ts";
import { StreamBit } from "./headed_stream.ts";
import { encodeHextileRect } from "./hextile.ts";
import { encodeJpegRect } from "./jpeg.ts";
import { MAY_FILTER_OFFSET, PIXEL_CONVERSION_BYTES, writePixelConversion } from "./pixel_conversion.ts";
import { encodeRawRect } from "./raw.ts";
import type { RectEncoder } from "./rect_encoder.ts";
import { LARGE_PARTS, type PartShape, RAW_PARTS, RRE_PARTS, SQUARE_PARTS } from "./rect_plan.ts";
import { encodeCorreRect, encodeRreRect } from "./rre.ts";
import { encodeTightRects } from "./tight.ts";
import { encodeTrleRect } from "./trle.ts";
import { encodeZlibRects } from "./zlib.ts";
import { encodeZrleRect } from "./zrle.ts";
import { encodeZywrleRect } from "./zywrle.ts";

/**
 * The encoder of an encoding number for clients with a pixel format. Throws RangeError for a number that nobody can ask
 * for.
 */
export function chooseEncoder(encoding: number, format: PixelFormat): RectEncoder {
  switch (encoding) {
    case Encoding.Raw:
      return encodeRawRect;
    case Encoding.RRE:
      return encodeRreRect;
    case Encoding.CoRRE:
      return encodeCorreRect;
    case Encoding.Hextile:
      return encodeHextileRect;
    case Encoding.Zlib:
      return encodeZlibRects;
    case Encoding.TRLE:
      return encodeTrleRect;
    case Encoding.Tight:
      return encodeTightRects;
    case Encoding.TightPNG:
      // a client of 8 bpp has nothing to show a PNG's colours with [QEMU tight_can_send_png_rect]
      return format.bitsPerPixel === 8 ? encodeRawRect : encodeTightRects;
    case Encoding.ZRLE:
      return encodeZrleRect;
    case Encoding.ZYWRLE:
      return encodeZywrleRect;
    case Encoding.JPEG:
      return encodeJpegRect;
    default:
      throw new RangeError(`Cannot encode ${encodingName(encoding)}: there is no encoder for it`);
  }
}

/** The zlib streams that an encoding writes to and that have one header, as bits of `StreamBit`. */
export function headedStreams(encoding: number): number {
  if (encoding === Encoding.Zlib) return StreamBit.zlib;
  return encoding === Encoding.ZRLE || encoding === Encoding.ZYWRLE ? StreamBit.zrle : 0;
}

/** How an encoding's rects are cut. */
export function choosePartShape(encoding: number): PartShape {
  if (encoding === Encoding.Raw) return RAW_PARTS;
  if (encoding === Encoding.RRE || encoding === Encoding.CoRRE) return RRE_PARTS;
  return isTight(encoding) ? SQUARE_PARTS : LARGE_PARTS;
}

/** The conversion into the pixels that an encoding sends; `mayFilter`: behind Tight's gradient filter where it pays. */
export function chooseConversion(encoding: number, format: PixelFormat, mayFilter = false): Uint8Array {
  const conversion = new Uint8Array(PIXEL_CONVERSION_BYTES);
  const isCompact = ([Encoding.TRLE, Encoding.ZRLE, Encoding.ZYWRLE] as readonly number[]).includes(encoding);
  const isPng = encoding === Encoding.TightPNG && format.bitsPerPixel > 8;
  if (isPng || encoding === Encoding.Tight && hasTightPixels(format)) {
    writePixelConversion(conversion, R8G8B8, "CPIXEL");
  } else writePixelConversion(conversion, format, isCompact ? "CPIXEL" : "PIXEL");
  if (encoding === Encoding.Tight && mayFilter) conversion[MAY_FILTER_OFFSET] = 1;
  return conversion;
}

function isTight(encoding: number): boolean {
  return encoding === Encoding.Tight || encoding === Encoding.TightPNG;
}
