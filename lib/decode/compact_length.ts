/** A length as Tight writes it (rfbproto.rst "Tight Encoding"): seven bits a byte, the lowest first, up to 22 bits. */

import { ProtocolError } from "../base/errors.ts";
import type { ByteReader } from "../rfb/byte_reader.ts";

/**
 * Reads a compact length and that many bytes, as a view. Undefined when short, with the cursor anywhere; ProtocolError
 * for more than `limit`, which is what the pixels of a `what` rect can take.
 */
export function parseCompactlyCounted(reader: ByteReader, limit: number, what: string): Uint8Array | undefined {
  let length = 0;
  for (let shift = 0; shift <= 14; shift += 7) {
    if (!reader.has(1)) return undefined;
    const byte = reader.u8();
    length |= (shift === 14 ? byte : byte & 127) << shift;
    if (byte < 128) break;
  }
  if (length > limit) {
    throw new ProtocolError(`Cannot decode a ${what} rect of ${length} bytes: its pixels take ${limit} at most`);
  }
  return reader.has(length) ? reader.view(length) : undefined;
}
