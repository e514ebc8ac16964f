/** A stream whose reader can be held up, so that what is written to it stays on its way. */

import type { ByteStream } from "../../lib/transport/byte_stream.ts";

/** Reads through to another stream, but for while it is held. */
export class SlowStream implements ByteStream {
  readonly kind = "memory";
  readonly peerAddress = "memory";
  #held: PromiseWithResolvers<void> | undefined;

  constructor(readonly inner: ByteStream) {}

  get bytesTaken(): number {
    return this.inner.bytesTaken;
  }

  /** Nothing more is read. */
  hold(): void {
    this.#held ??= Promise.withResolvers();
  }

  /** Reading goes on. */
  release(): void {
    this.#held?.resolve();
    this.#held = undefined;
  }

  async read(): Promise<Uint8Array | null> {
    await this.#held?.promise;
    return await this.inner.read();
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.inner.write(bytes);
  }

  close(): void {
    this.release();
    this.inner.close();
  }
}
