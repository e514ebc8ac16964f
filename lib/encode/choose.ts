/** How an encoding's rects are written. */

import { Encoding, encodingName } from "../rfb/encodings.ts";
import type { PixelFormat } from "../rfb/pixel_format.ts";
import { encodeHextileRect } from "./hextile.ts";
import { PIXEL_CONVERSION_BYTES, writePixelConversion } from "./pixel_conversion.ts";
import { encodeRawRect } from "./raw.ts";
import type { RectEncoder } from "./rect_encoder.ts";
import { LARGE_PARTS, LOCAL_PARTS, type PartShape, RRE_PARTS } from "./rect_plan.ts";
import { encodeCorreRect, encodeRreRect } from "./rre.ts";
import { encodeTrleRect } from "./trle.ts";
import { encodeZlibRect } from "./zlib.ts";
import { encodeZrleRect } from "./zrle.ts";

/** The encoder of an encoding number. Throws RangeError for one that nobody can ask for. */
export function chooseEncoder(encoding: number): RectEncoder {
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
      return encodeZlibRect;
    case Encoding.TRLE:
      return encodeTrleRect;
    case Encoding.ZRLE:
      return encodeZrleRect;
    default:
      throw new RangeError(`Cannot encode ${encodingName(encoding)}: there is no encoder for it`);
  }
}

/** How an encoding's rects are cut. */
export function choosePartShape(encoding: number): PartShape {
  if (encoding === Encoding.RRE || encoding === Encoding.CoRRE) return RRE_PARTS;
  return encoding === Encoding.Zlib ? LOCAL_PARTS : LARGE_PARTS;
}

/** The conversion into the pixels that an encoding sends. */
export function chooseConversion(encoding: number, format: PixelFormat): Uint8Array {
  const conversion = new Uint8Array(PIXEL_CONVERSION_BYTES);
  const isCompact = encoding === Encoding.TRLE || encoding === Encoding.ZRLE;
  writePixelConversion(conversion, format, isCompact ? "CPIXEL" : "PIXEL");
  return conversion;
}
