/** The payload that Zlib and ZRLE share: a length and that many bytes of the connection's stream. */

import type { UpdateBuffer } from "./update_buffer.ts";
import type { ZlibStream } from "./zlib_stream.ts";

/** Compresses `bytes` behind the update so far. */
export async function appendCompressed(
  update: UpdateBuffer,
  stream: ZlibStream,
  bytes: Uint8Array,
  compressLevel: number | undefined,
): Promise<void> {
  const lengthAt = update.length;
  update.u32(0);
  await stream.compress(bytes, compressLevel, (compressed) => update.append(compressed));
  update.patchU32(lengthAt, update.length - lengthAt - 4);
}
