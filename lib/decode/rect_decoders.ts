/** Which decoder an encoding has. */

import { Encoding } from "../rfb/encodings.ts";
import { CopyRectDecoder } from "./copy_rect.ts";
import type { RectDecoder } from "./decoder.ts";
import { HextileDecoder } from "./hextile.ts";
import { RawDecoder } from "./raw.ts";
import { TightDecoder } from "./tight.ts";
import { ZlibDecoder } from "./zlib.ts";
import { ZRLEDecoder } from "./zrle.ts";

/** The decoders of one connection or recording by encoding number, with fresh zlib streams. */
export function createRectDecoders(): ReadonlyMap<number, RectDecoder> {
  return new Map<number, RectDecoder>([
    [Encoding.Raw, new RawDecoder()],
    [Encoding.CopyRect, new CopyRectDecoder()],
    [Encoding.Hextile, new HextileDecoder()],
    [Encoding.Zlib, new ZlibDecoder()],
    [Encoding.Tight, new TightDecoder()],
    [Encoding.ZRLE, new ZRLEDecoder()],
  ]);
}
