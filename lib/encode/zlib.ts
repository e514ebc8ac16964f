/** Zlib (rfbproto.rst "Zlib Encoding"): Raw pixels through one zlib stream. */

import type { Rect } from "../base/rect.ts";
import { Encoding } from "../rfb/encodings.ts";
import { appendCompressed } from "./compressed_payload.ts";
import { headedStream } from "./headed_stream.ts";
import type { RectContext } from "./rect_encoder.ts";

/** Writes a Zlib rect. */
export function encodeZlibRect(context: RectContext, part: Rect): void {
  const { arena, conversion, surface, update, streams, settings } = context;
  update.beginRect(part, Encoding.Zlib);
  const pixels = arena.encode(arena.kernels.encodeRaw, conversion, surface, part);
  const stream = headedStream(streams, "zlib");
  const pixelBytes = settings.pixelFormat.bitsPerPixel / 8;
  appendCompressed(update, stream, settings.compressLevel, pixels, [{ end: pixels.length, pixelBytes }]);
}
