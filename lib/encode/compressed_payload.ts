/** The payload that Zlib and ZRLE share: a length and that many bytes of the connection's stream. */

import type { Segment } from "./stream_memory.ts";
import type { UpdateBuffer } from "./update_buffer.ts";
import type { ZlibStream } from "./zlib_stream.ts";

/** Compresses `bytes` behind the update so far. */
export function appendCompressed(
  update: UpdateBuffer,
  stream: ZlibStream,
  compressLevel: number | undefined,
  bytes: Uint8Array,
  segments: readonly Segment[],
): void {
  const compressed = stream.compress(bytes, segments, compressLevel);
  update.u32(compressed.length);
  update.append(compressed);
}
