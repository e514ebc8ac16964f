/** One deflate stream for the whole of a connection, flushed at the end of every rect. */

import { constants, createDeflate, type Deflate } from "node:zlib";

/** Level when the client asks for none [zlib]. */
const DEFAULT_COMPRESS_LEVEL = 6;
/** Output is handed out in pieces of this size. */
const CHUNK_BYTES = 64 * 1024;

/** A zlib stream whose compressed bytes go to whoever asked for them. */
export class ZlibStream {
  readonly #deflate: Deflate;
  #level: number;
  #onBytes: ((bytes: Uint8Array) => void) | undefined;
  #onFailure: ((error: Error) => void) | undefined;
  #failure: Error | undefined;

  /** A stream that starts at a client's compress level 0–9. */
  constructor(compressLevel: number | undefined) {
    this.#level = deflateLevel(compressLevel);
    this.#deflate = createDeflate({ level: this.#level, chunkSize: CHUNK_BYTES });
    this.#deflate.on("data", (chunk: Uint8Array) => this.#onBytes?.(chunk));
    this.#deflate.on("error", (error: Error) => {
      this.#failure = error;
      this.#onFailure?.(error);
    });
  }

  /**
   * Compresses `bytes` at a compress level and flushes, so that a decoder can have all of them. `bytes` may be used
   * again when it resolves. Rejects when the stream failed: it is of no use then. One call at a time.
   */
  async compress(
    bytes: Uint8Array,
    compressLevel: number | undefined,
    onBytes: (bytes: Uint8Array) => void,
  ): Promise<void> {
    this.#onBytes = onBytes;
    const level = deflateLevel(compressLevel);
    if (level !== this.#level) {
      await this.#whenDone((done) => this.#deflate.params(level, constants.Z_DEFAULT_STRATEGY, done));
      this.#level = level;
    }
    await this.#whenDone((done) => {
      this.#deflate.write(bytes);
      this.#deflate.flush(constants.Z_SYNC_FLUSH, done);
    });
    this.#onBytes = undefined;
  }

  /** Frees the stream. */
  close(): void {
    this.#deflate.destroy();
  }

  #whenDone(start: (done: () => void) => void): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#onFailure = reject;
      start(resolve);
    });
  }
}

/** Deno's zlib is zlib-ng, whose level 1 has fixed codes and makes a third more bytes than the level 1 of any other. */
function deflateLevel(compressLevel: number | undefined): number {
  return compressLevel === 1 ? 2 : compressLevel ?? DEFAULT_COMPRESS_LEVEL;
}
