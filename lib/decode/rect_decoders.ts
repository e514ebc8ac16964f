/** Which decoder an encoding has. */

import { Encoding } from "../rfb/encodings.ts";
import { zywrleDepth } from "../rfb/zywrle.ts";
import { CopyRectDecoder } from "./copy_rect.ts";
import type { RectDecoder } from "./decoder.ts";
import { HextileDecoder } from "./hextile.ts";
import { InflateStream } from "./inflate_stream.ts";
import { JPEGDecoder } from "./jpeg.ts";
import { RawDecoder } from "./raw.ts";
import { RREDecoder } from "./rre.ts";
import { TightDecoder } from "./tight.ts";
import { TightPNGDecoder } from "./tight_png.ts";
import { TRLEDecoder } from "./trle.ts";
import { ZlibDecoder } from "./zlib.ts";
import { ZRLEDecoder, zywrleDecoder } from "./zrle.ts";

/**
 * The decoders of one connection or recording by encoding number, with fresh zlib streams. `takesJpeg`: whether Tight may
 * bring JPEG, which has to be asked for. `qualityLevel` is the one that was asked for, 0–9.
 */
export function createRectDecoders(takesJpeg: boolean, qualityLevel?: number): ReadonlyMap<number, RectDecoder> {
  const zrleStream = new InflateStream();
  return new Map<number, RectDecoder>([
    [Encoding.Raw, new RawDecoder()],
    [Encoding.CopyRect, new CopyRectDecoder()],
    [Encoding.RRE, new RREDecoder("RRE")],
    [Encoding.CoRRE, new RREDecoder("CoRRE")],
    [Encoding.Hextile, new HextileDecoder()],
    [Encoding.Zlib, new ZlibDecoder()],
    [Encoding.Tight, new TightDecoder(takesJpeg)],
    [Encoding.TRLE, new TRLEDecoder()],
    [Encoding.ZRLE, new ZRLEDecoder(zrleStream)],
    [Encoding.ZYWRLE, zywrleDecoder(zrleStream, zywrleDepth(qualityLevel))],
    [Encoding.TightPNG, new TightPNGDecoder(takesJpeg)],
    [Encoding.JPEG, new JPEGDecoder()],
  ]);
}
