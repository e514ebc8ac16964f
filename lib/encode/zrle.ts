/** ZRLE (RFC 6143 §7.7.6): tiles of 64x64, palettes and runs, through one zlib stream. */

import type { Rect } from "../base/rect.ts";
import { Encoding } from "../rfb/encodings.ts";
import type { Arena } from "./arena.ts";
import { appendCompressed } from "./compressed_payload.ts";
import { headedStream } from "./headed_stream.ts";
import { ZrleSegments } from "./kernels/kernels.ts";
import type { RectContext } from "./rect_encoder.ts";
import type { Segment } from "./stream_memory.ts";

/** Tiles are so few bytes that searching them less saves little time, and costs more of what is left of them. */
const MIN_SEARCHED_LEVEL = 3;

/** The level that tiles are compressed at for a client who asks for `compressLevel`: 0 still means not at all. */
export function tilesLevel(compressLevel: number | undefined): number | undefined {
  return compressLevel && Math.max(compressLevel, MIN_SEARCHED_LEVEL);
}

/** Writes a ZRLE rect; the context's conversion makes CPIXELs. */
export function encodeZrleRect(context: RectContext, part: Rect): void {
  const { arena, conversion, surface, update, streams, settings } = context;
  update.beginRect(part, Encoding.ZRLE);
  const tiles = arena.encode(arena.kernels.encodeZrle, conversion, surface, part);
  const stream = headedStream(streams, "zrle");
  appendCompressed(update, stream, tilesLevel(settings.compressLevel), tiles, readSegments(arena).segments);
}

/** What the kernel left behind: the segments of the tiles' bytes, and how many tiles do not show their pixels as they are. */
export function readSegments(arena: Arena): { readonly segments: Segment[]; readonly lossyTiles: number } {
  const { maxCount, firstIndex } = ZrleSegments;
  const words = arena.scratch(firstIndex + 2 * maxCount);
  const segments = Array.from({ length: words[0]! }, (_, at) => {
    return { end: words[firstIndex + 2 * at]!, pixelBytes: words[firstIndex + 2 * at + 1]! };
  });
  return { segments, lossyTiles: words[1]! };
}
