/** Zlib streams that have a header once and never again: those of Zlib and ZRLE, which no viewer can be told to reset. */

import type { ClientStreams } from "./rect_encoder.ts";
import { ZlibStream } from "./zlib_stream.ts";

/** The streams as bits of {@link ClientStreams.begun}. */
export const StreamBit = { zlib: 1, zrle: 2 } as const;

/**
 * A client's stream, made when there is none. What is made anew refers to nothing from before, and a viewer that has
 * the header of an earlier one is sent none: its inflater goes on as if there had been no other.
 */
export function headedStream(streams: ClientStreams, name: keyof typeof StreamBit): ZlibStream {
  const made = streams[name];
  if (made !== undefined) return made;
  const begun = streams.begun ?? 0;
  streams.begun = begun | StreamBit[name];
  return streams[name] = new ZlibStream(undefined, (begun & StreamBit[name]) === 0);
}
