/** A TCP or unix connection as a {@link ByteStream}. */

import { ConnectionError } from "../base/errors.ts";
import type { ByteStream, TransportKind } from "./byte_stream.ts";
import { connectionError } from "./network_error.ts";

/** What a quiet connection keeps ready for its next read: many requests, and little memory where there are many. */
const SMALLEST_READ_BYTES = 512;
/** What a busy one grows to. */
const LARGEST_READ_BYTES = 256 * 1024;

/** The stream of an open connection; `peerAddress` names the other end in messages. */
export function connStream(conn: Deno.Conn, kind: TransportKind, peerAddress: string): ByteStream {
  return new ConnStream(conn, kind, peerAddress);
}

class ConnStream implements ByteStream {
  readonly kind: TransportKind;
  readonly peerAddress: string;
  readonly takesShared = true;
  readonly #conn: Deno.Conn;
  #bytesTaken = 0;
  #closed = false;
  #readBytes = SMALLEST_READ_BYTES;

  constructor(conn: Deno.Conn, kind: TransportKind, peerAddress: string) {
    this.#conn = conn;
    this.kind = kind;
    this.peerAddress = peerAddress;
  }

  get bytesTaken(): number {
    return this.#bytesTaken;
  }

  async read(): Promise<Uint8Array | null> {
    if (this.#closed) return null;
    const buffer = new Uint8Array(this.#readBytes);
    const count = await this.#readInto(buffer);
    if (count === null || this.#closed) return null;
    if (count === buffer.length) this.#readBytes = Math.min(this.#readBytes * 2, LARGEST_READ_BYTES);
    return buffer.subarray(0, count);
  }

  async #readInto(buffer: Uint8Array): Promise<number | null> {
    try {
      return await this.#conn.read(buffer);
    } catch (error) {
      if (this.#closed) return null;
      throw connectionError(`read from ${this.peerAddress}`, error, "lost");
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#closed) throw this.#closedError();
    let offset = 0;
    while (offset < bytes.length) {
      const count = await this.#writeSome(bytes.subarray(offset));
      offset += count;
      this.#bytesTaken += count;
    }
  }

  async #writeSome(bytes: Uint8Array): Promise<number> {
    if (this.#closed) throw this.#closedError();
    try {
      return await this.#conn.write(bytes);
    } catch (error) {
      if (this.#closed) throw this.#closedError();
      throw connectionError(`write to ${this.peerAddress}`, error, "lost");
    }
  }

  #closedError(): ConnectionError {
    return new ConnectionError(`Cannot write to ${this.peerAddress}: the connection is closed`, "lost");
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    try {
      this.#conn.close();
    } catch {
      // the system has closed it before
    }
  }
}
