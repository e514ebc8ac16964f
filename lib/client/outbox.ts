/** What a client has to say, in order, without anybody waiting for it. */

import { ConnectionError } from "../base/errors.ts";
import { MAX_CLIENT_OUTPUT_BYTES } from "../base/limits.ts";
import type { ByteStream } from "../transport/byte_stream.ts";

/** Queues messages and writes them one after the other. */
export class Outbox {
  readonly #stream: ByteStream;
  readonly #onError: (error: unknown) => void;
  #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #isWriting = false;
  #isClosed = false;

  /** `onError` is called at most once, with why nothing more can be sent. */
  constructor(stream: ByteStream, onError: (error: unknown) => void) {
    this.#stream = stream;
    this.#onError = onError;
  }

  /** Queues a message; after an error or `close` it is dropped. */
  send(message: Uint8Array): void {
    if (this.#isClosed) return;
    this.#queue.push(message);
    this.#queuedBytes += message.length;
    if (this.#queuedBytes > MAX_CLIENT_OUTPUT_BYTES) {
      const name = this.#stream.peerAddress;
      this.#fail(new ConnectionError(`Cannot send to ${name}: it has not read ${this.#queuedBytes} bytes`, "lost"));
    } else if (!this.#isWriting) void this.#write();
  }

  /** Drops what is queued. */
  close(): void {
    this.#isClosed = true;
    this.#queue = [];
  }

  async #write(): Promise<void> {
    this.#isWriting = true;
    try {
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
        await this.#stream.write(next);
        this.#queuedBytes -= next.length;
      }
    } catch (error) {
      this.#fail(error);
    }
    this.#isWriting = false;
  }

  #fail(error: unknown): void {
    if (this.#isClosed) return;
    this.close();
    this.#onError(error);
  }
}
