/** The payload that Zlib and ZRLE share: a length and that many bytes of the connection's stream. */

import type { UpdateBuffer } from "./update_buffer.ts";
import type { ZlibStream } from "./zlib_stream.ts";

/** A piece of a payload that is compressed in one way. */
export interface Segment {
  /** Where it ends in the payload; it begins where the one before ends. */
  readonly end: number;
  /** Whether its bytes hardly repeat each other. */
  readonly noisy: boolean;
}

/** Compresses `bytes` behind the update so far. */
export async function appendCompressed(
  update: UpdateBuffer,
  stream: ZlibStream,
  compressLevel: number | undefined,
  bytes: Uint8Array,
  segments: readonly Segment[],
): Promise<void> {
  const lengthAt = update.length;
  update.u32(0);
  let start = 0;
  for (const { end, noisy } of segments) {
    const tuning = { compressLevel, noisy };
    await stream.compress(bytes.subarray(start, end), tuning, (compressed) => update.append(compressed));
    start = end;
  }
  update.patchU32(lengthAt, update.length - lengthAt - 4);
}
