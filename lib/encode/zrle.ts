/** ZRLE (RFC 6143 §7.7.6): tiles of 64x64, palettes and runs, through one zlib stream. */

import type { Rect } from "../base/rect.ts";
import { Encoding } from "../rfb/encodings.ts";
import { appendCompressed } from "./compressed_payload.ts";
import type { RectContext } from "./rect_encoder.ts";
import { ZlibStream } from "./zlib_stream.ts";

/** Writes a ZRLE rect; the context's conversion makes CPIXELs. */
export async function encodeZrleRect(context: RectContext, part: Rect): Promise<void> {
  const { arena, conversion, surface, update, streams, settings } = context;
  update.beginRect(part, Encoding.ZRLE);
  const tiles = arena.encode(arena.kernels.encodeZrle, conversion, surface, part);
  streams.zrle ??= new ZlibStream(settings.compressLevel);
  await appendCompressed(update, streams.zrle, tiles, settings.compressLevel);
}
