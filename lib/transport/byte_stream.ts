/** A connection as bytes both ways, whatever carries it. */

/** What carries a {@link ByteStream}. */
export type TransportKind = "tcp" | "unix" | "websocket" | "memory";

/**
 * A byte stream with an end. One reader, one writer at a time. After `close` a pending read gives null and writes
 * throw; `close` may be called any number of times.
 */
export interface ByteStream {
  /** What carries it. */
  readonly kind: TransportKind;
  /** Who is at the other end, for log lines and the limiter: `127.0.0.1:53211`, `unix`, … */
  readonly peerAddress: string;
  /** The next bytes, or null when the peer has finished or the stream was closed. Throws when it broke. */
  read(): Promise<Uint8Array | null>;
  /** Whether writes take bytes of shared memory, which may change until they are sent. Absent: they do not. */
  readonly takesShared?: boolean;
  /** Resolves when the transport has taken all bytes. */
  write(bytes: Uint8Array): Promise<void>;
  /** Bytes of all writes so far that the transport has taken: grows while the peer reads. */
  readonly bytesTaken: number;
  /** Ends both ways. */
  close(): void;
}

/** Something that accepts {@link ByteStream}s. */
export interface Listener {
  /** Where it listens, resolved: `127.0.0.1:5900`, `unix:/run/vnc.sock`. */
  readonly address: string;
  /** The port number, for tcp. */
  readonly port: number | undefined;
  /** Streams as they are accepted; ends after `close`. Accept errors (EMFILE) back off inside. */
  [Symbol.asyncIterator](): AsyncIterator<ByteStream>;
  /** Accepts nobody any more. Streams that were accepted stay. */
  close(): void;
}
