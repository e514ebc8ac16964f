/** One zlib stream for the whole of a connection, flushed at the end of every rect. */

import { type Segment, type StreamMemory, threadStreamMemory } from "./stream_memory.ts";

/** Level when the client asks for none [zlib]. */
const DEFAULT_COMPRESS_LEVEL = 6;
/** The level of what is searched only where matches save much: behind a filter, or where speed is asked for. */
export const CHOOSY_LEVEL = 10;
/** What a zlib stream begins with (RFC 1950 §2.2). */
const HEADER_BYTES = 2;

/** A zlib stream; it takes memory when it is first used. */
export class ZlibStream {
  readonly #memory: StreamMemory;
  #slot: number | undefined;
  #bytesToDrop: number;
  #closed = false;

  /** A stream that has sent nothing yet; without its header for those who have had that of another. */
  constructor(memory: StreamMemory = threadStreamMemory(), hasHeader = true) {
    this.#memory = memory;
    this.#bytesToDrop = hasHeader ? 0 : HEADER_BYTES;
  }

  /**
   * Compresses `bytes` and flushes, so that a decoder can have all of them; at 0 to 9, or {@link CHOOSY_LEVEL}. The
   * result is valid until any stream of the thread compresses. Throws LimitError when there is no memory, Error when the
   * stream is closed.
   */
  compress(bytes: Uint8Array, segments: readonly Segment[], compressLevel = DEFAULT_COMPRESS_LEVEL): Uint8Array {
    if (this.#closed) throw new Error("Cannot compress: the stream is closed");
    this.#slot ??= this.#memory.take();
    const compressed = this.#memory.deflate(this.#slot, bytes, segments, compressLevel);
    const dropped = this.#bytesToDrop;
    this.#bytesToDrop = 0;
    return compressed.subarray(dropped);
  }

  /** Gives its memory back. */
  close(): void {
    if (this.#slot !== undefined) this.#memory.give(this.#slot);
    this.#slot = undefined;
    this.#closed = true;
  }
}
