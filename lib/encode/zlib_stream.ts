/** One deflate stream for the whole of a connection, flushed at the end of every rect. */

import { constants, createDeflate, type Deflate } from "node:zlib";

/** Level when the client asks for none [zlib]. */
const DEFAULT_COMPRESS_LEVEL = 6;
/** Blocks of 4096 symbols: codes that fit a part of the picture save more than the blocks' headers cost. */
const MEM_LEVEL = 6;
/** Output is handed out in pieces of this size. */
const CHUNK_BYTES = 64 * 1024;

/** What to do with bytes, as far as deflate lets one choose. */
export interface DeflateTuning {
  /** A client's compress level 0–9. */
  readonly compressLevel: number | undefined;
  /** Bytes that hardly repeat each other are not searched for matches. */
  readonly noisy: boolean;
}

/** A zlib stream whose compressed bytes go to whoever asked for them. */
export class ZlibStream {
  readonly #deflate: Deflate;
  #level: number;
  #strategy: number = constants.Z_DEFAULT_STRATEGY;
  #onBytes: ((bytes: Uint8Array) => void) | undefined;
  #onFailure: ((error: Error) => void) | undefined;
  #failure: Error | undefined;

  /** A stream that starts at a client's compress level. */
  constructor(compressLevel: number | undefined) {
    this.#level = deflateLevel(compressLevel);
    this.#deflate = createDeflate({
      level: this.#level,
      memLevel: MEM_LEVEL,
      chunkSize: CHUNK_BYTES,
      flush: constants.Z_SYNC_FLUSH,
    });
    this.#deflate.on("data", (chunk: Uint8Array) => this.#onBytes?.(chunk));
    this.#deflate.on("error", (error: Error) => {
      this.#failure = error;
      this.#onFailure?.(error);
    });
  }

  /**
   * Compresses `bytes` and flushes, so that a decoder can have all of them. `bytes` may be used again when it
   * resolves. Rejects when the stream failed: it is of no use then. One call at a time.
   */
  async compress(bytes: Uint8Array, tuning: DeflateTuning, onBytes: (bytes: Uint8Array) => void): Promise<void> {
    this.#onBytes = onBytes;
    await this.#tune(tuning);
    await this.#whenDone((done) => this.#deflate.write(bytes, done));
    this.#onBytes = undefined;
  }

  async #tune({ compressLevel, noisy }: DeflateTuning): Promise<void> {
    const level = deflateLevel(compressLevel);
    const strategy = noisy ? constants.Z_HUFFMAN_ONLY : constants.Z_DEFAULT_STRATEGY;
    if (level === this.#level && strategy === this.#strategy) return;
    this.#level = level;
    this.#strategy = strategy;
    await this.#whenDone((done) => this.#deflate.params(level, strategy, done));
  }

  /** Frees the stream. */
  close(): void {
    this.#deflate.destroy();
  }

  #whenDone(start: (done: (error?: Error | null) => void) => void): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#onFailure = reject;
      start((error) => error ? reject(error) : resolve());
    });
  }
}

/** Deno's zlib is zlib-ng, whose level 1 has fixed codes and makes a third more bytes than the level 1 of any other. */
export function deflateLevel(compressLevel: number | undefined): number {
  return compressLevel === 1 ? 2 : compressLevel ?? DEFAULT_COMPRESS_LEVEL;
}
