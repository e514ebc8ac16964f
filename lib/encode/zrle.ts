/** ZRLE (RFC 6143 §7.7.6): tiles of 64x64, palettes and runs, through one zlib stream. */

import type { Rect } from "../base/rect.ts";
import { Encoding } from "../rfb/encodings.ts";
import type { Arena } from "./arena.ts";
import { appendCompressed, type Segment } from "./compressed_payload.ts";
import { ZrleSegments } from "./kernels/kernels.ts";
import type { RectContext } from "./rect_encoder.ts";
import { ZlibStream } from "./zlib_stream.ts";

/** Less noise than this is not worth the block that deflate ends when it changes its way. */
const MIN_NOISE_BYTES = 8_192;
/** So little between two pieces of noise may go with them. */
const MAX_GAP_BYTES = 512;

/** Writes a ZRLE rect; the context's conversion makes CPIXELs. */
export async function encodeZrleRect(context: RectContext, part: Rect): Promise<void> {
  const { arena, conversion, surface, update, streams, settings } = context;
  update.beginRect(part, Encoding.ZRLE);
  const tiles = arena.encode(arena.kernels.encodeZrle, conversion, surface, part);
  streams.zrle ??= new ZlibStream(settings.compressLevel);
  await appendCompressed(update, streams.zrle, settings.compressLevel, tiles, joinSegments(readSegments(arena)));
}

function readSegments(arena: Arena): Segment[] {
  const { maxCount, firstIndex } = ZrleSegments;
  const words = arena.scratch(firstIndex + 2 * maxCount);
  return Array.from({ length: words[0]! }, (_, at) => {
    return { end: words[firstIndex + 2 * at]!, noisy: words[firstIndex + 2 * at + 1] === 1 };
  });
}

/** Fewer and longer segments, so that changing deflate's way pays. */
export function joinSegments(segments: readonly Segment[]): Segment[] {
  const joined: Segment[] = [];
  let start = 0;
  for (const { end, noisy } of segments) {
    const before = joined.at(-1);
    const length = end - start;
    const isNoisy = noisy
      ? length >= MIN_NOISE_BYTES || before?.noisy === true
      : length <= MAX_GAP_BYTES && before?.noisy === true;
    if (before?.noisy === isNoisy) joined.pop();
    joined.push({ end, noisy: isNoisy });
    start = end;
  }
  return joined;
}
