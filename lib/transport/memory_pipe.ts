/** Two ends of a connection inside this process, with the bounded buffers of a real one. */

import { ConnectionError } from "../base/errors.ts";
import type { ByteStream } from "./byte_stream.ts";

/** How the pipe behaves. */
export interface MemoryPipeOptions {
  /** Bytes each direction holds before a write waits: 64 KiB when not given. */
  readonly capacityBytes?: number | undefined;
  /** Bytes a read gives at most: everything that is there when not given. 1 feeds a parser byte by byte. */
  readonly maxReadBytes?: number | undefined;
}

const DEFAULT_CAPACITY_BYTES = 64 * 1024;

/**
 * The two ends; what one writes the other reads. Closing an end still lets the other read what was written.
 *
 * @example
 * ```ts
 * import { memoryPipe } from "@vncd/vncd";
 * import assert from "node:assert/strict";
 *
 * const [near, far] = memoryPipe();
 * await near.write(Uint8Array.of(1, 2, 3));
 * near.close();
 * assert((await far.read())?.length === 3);
 * assert(await far.read() === null);
 * ```
 */
export function memoryPipe(options: MemoryPipeOptions = {}): [ByteStream, ByteStream] {
  const there = new Direction(options);
  const back = new Direction(options);
  return [new PipeEnd(back, there), new PipeEnd(there, back)];
}

class PipeEnd implements ByteStream {
  readonly kind = "memory";
  readonly peerAddress = "memory";
  readonly #incoming: Direction;
  readonly #outgoing: Direction;

  constructor(incoming: Direction, outgoing: Direction) {
    this.#incoming = incoming;
    this.#outgoing = outgoing;
  }

  get bytesTaken(): number {
    return this.#outgoing.bytesTaken;
  }

  read(): Promise<Uint8Array | null> {
    return this.#incoming.read();
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#outgoing.write(bytes);
  }

  close(): void {
    this.#outgoing.finish();
    this.#incoming.abandon();
  }
}

/** One way through the pipe. */
class Direction {
  readonly #capacityBytes: number;
  readonly #maxReadBytes: number;
  #chunks: Uint8Array[] = [];
  #bufferedBytes = 0;
  #finished = false;
  #abandoned = false;
  #wakeReader: (() => void) | undefined;
  #wakeWriter: (() => void) | undefined;
  bytesTaken = 0;

  constructor(options: MemoryPipeOptions) {
    this.#capacityBytes = options.capacityBytes ?? DEFAULT_CAPACITY_BYTES;
    this.#maxReadBytes = options.maxReadBytes ?? Number.POSITIVE_INFINITY;
  }

  async read(): Promise<Uint8Array | null> {
    while (this.#bufferedBytes === 0 && !this.#finished && !this.#abandoned) {
      await new Promise<void>((resolve) => this.#wakeReader = resolve);
    }
    const bytes = this.#takeChunk();
    this.#wakeWriter?.();
    return bytes;
  }

  #takeChunk(): Uint8Array | null {
    const chunk = this.#chunks.shift();
    if (chunk === undefined) return null;
    const taken = chunk.subarray(0, this.#maxReadBytes);
    if (taken.length < chunk.length) this.#chunks.unshift(chunk.subarray(taken.length));
    this.#bufferedBytes -= taken.length;
    return taken;
  }

  async write(bytes: Uint8Array): Promise<void> {
    let offset = 0;
    this.#assertOpen();
    while (offset < bytes.length) {
      const room = this.#capacityBytes - this.#bufferedBytes;
      if (room > 0) offset += this.#putChunk(bytes.slice(offset, offset + room));
      else await new Promise<void>((resolve) => this.#wakeWriter = resolve);
      this.#assertOpen();
    }
  }

  #putChunk(chunk: Uint8Array): number {
    this.#chunks.push(chunk);
    this.#bufferedBytes += chunk.length;
    this.bytesTaken += chunk.length;
    this.#wakeReader?.();
    return chunk.length;
  }

  #assertOpen(): void {
    if (this.#finished) throw new ConnectionError("Cannot write to memory: the connection is closed", "lost");
    if (this.#abandoned) throw new ConnectionError("Cannot write to memory: the peer has closed it", "lost");
  }

  /** The writer is gone: what is buffered can still be read. */
  finish(): void {
    this.#finished = true;
    this.#wakeReader?.();
    this.#wakeWriter?.();
  }

  /** The reader is gone: nothing is kept for it. */
  abandon(): void {
    this.#abandoned = true;
    this.#chunks = [];
    this.#bufferedBytes = 0;
    this.#wakeReader?.();
    this.#wakeWriter?.();
  }
}
