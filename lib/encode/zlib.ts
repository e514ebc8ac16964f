/** Zlib (rfbproto.rst "Zlib Encoding"): Raw pixels through one zlib stream. */

import type { Rect } from "../base/rect.ts";
import { Encoding } from "../rfb/encodings.ts";
import { appendCompressed } from "./compressed_payload.ts";
import { headedStream } from "./headed_stream.ts";
import type { RectContext } from "./rect_encoder.ts";
import { LOCAL_PARTS, planRects } from "./rect_plan.ts";
import { CHOOSY_LEVEL } from "./zlib_stream.ts";

/** Up to this level speed is what is asked for, and most pictures are fewer bytes than zlib's even so. */
const MAX_FAST_LEVEL = 2;

/** The level that pixels are compressed at for a client who asks for `compressLevel`. */
function pixelsLevel(compressLevel: number | undefined): number | undefined {
  return compressLevel && (compressLevel <= MAX_FAST_LEVEL ? CHOOSY_LEVEL : compressLevel);
}

/**
 * Writes a part as one rect, so that text finds its letters again in the same rows; where its pixels are grain, which
 * repeats best what is close by on all sides, as several narrow ones.
 */
export function encodeZlibRects(context: RectContext, part: Rect): void {
  const { arena, conversion, surface } = context;
  const isGrainy = arena.run(arena.kernels.isGrainyRect, conversion, surface, part) === 1;
  const rects = isGrainy ? planRects([part], surface, LOCAL_PARTS, context.spareRects()) : [part];
  for (const each of rects) writeRect(context, each);
}

function writeRect(context: RectContext, bounds: Rect): void {
  const { arena, conversion, surface, update, streams, settings } = context;
  update.beginRect(bounds, Encoding.Zlib);
  const pixels = arena.encode(arena.kernels.encodeRaw, conversion, surface, bounds);
  const stream = headedStream(streams, "zlib");
  const pixelBytes = settings.pixelFormat.bitsPerPixel / 8;
  appendCompressed(update, stream, pixelsLevel(settings.compressLevel), pixels, [{ end: pixels.length, pixelBytes }]);
}
