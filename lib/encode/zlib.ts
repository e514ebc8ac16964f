/** Zlib (rfbproto.rst "Zlib Encoding"): Raw pixels through one zlib stream. */

import type { Rect } from "../base/rect.ts";
import { Encoding } from "../rfb/encodings.ts";
import { appendCompressed } from "./compressed_payload.ts";
import type { RectContext } from "./rect_encoder.ts";
import { ZlibStream } from "./zlib_stream.ts";

/** Writes a Zlib rect. */
export async function encodeZlibRect(context: RectContext, part: Rect): Promise<void> {
  const { arena, conversion, surface, update, streams, settings } = context;
  update.beginRect(part, Encoding.Zlib);
  const noisy = arena.run(arena.kernels.isNoisyRect, conversion, surface, part) === 1;
  const pixels = arena.encode(arena.kernels.encodeRaw, conversion, surface, part);
  streams.zlib ??= new ZlibStream(settings.compressLevel);
  await appendCompressed(update, streams.zlib, settings.compressLevel, pixels, [{ end: pixels.length, noisy }]);
}
