/** A stream whose far end a test plays by hand: it takes bytes only when told to. */

import type { ByteStream, TransportKind } from "../../lib/transport/byte_stream.ts";

/** A {@link ByteStream} that keeps what was written, and takes it as `take` says. */
export class FakeStream implements ByteStream {
  readonly kind: TransportKind;
  readonly peerAddress: string;
  /** Every write that was begun. */
  readonly writes: Uint8Array[] = [];
  bytesTaken = 0;
  isClosed = false;
  #room = 0;
  #incoming: (Uint8Array | null | Error)[] = [];
  #wakeReader: (() => void) | undefined;
  #wakeWriter: (() => void) | undefined;

  /** `room` bytes are taken at once. */
  constructor(room = 0, peerAddress = "memory", kind: TransportKind = "memory") {
    this.#room = room;
    this.peerAddress = peerAddress;
    this.kind = kind;
  }

  /** The far end takes so many bytes more. */
  take(byteLength: number): void {
    this.#room += byteLength;
    this.#wakeWriter?.();
  }

  /** The far end sends bytes, ends (null), or breaks. */
  push(chunk: Uint8Array | null | Error): void {
    this.#incoming.push(chunk);
    this.#wakeReader?.();
  }

  async read(): Promise<Uint8Array | null> {
    while (this.#incoming.length === 0 && !this.isClosed) {
      await new Promise<void>((resolve) => this.#wakeReader = resolve);
    }
    const chunk = this.isClosed ? null : this.#incoming.shift() ?? null;
    if (chunk instanceof Error) throw chunk;
    return chunk;
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.writes.push(bytes);
    let left = bytes.length;
    while (left > 0) {
      if (this.isClosed) throw new Error("the stream is closed");
      const taken = Math.min(left, this.#room);
      this.#room -= taken;
      this.bytesTaken += taken;
      left -= taken;
      if (left > 0) await new Promise<void>((resolve) => this.#wakeWriter = resolve);
    }
  }

  close(): void {
    this.isClosed = true;
    this.#wakeReader?.();
    this.#wakeWriter?.();
  }
}
