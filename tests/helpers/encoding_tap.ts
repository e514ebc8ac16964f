/** Between a server and its viewers: what they ask for is cut down to what a test wants, what they are sent is noted. */

import { MessageWalker } from "../../lib/decode/message_walker.ts";
import { ByteReader } from "../../lib/rfb/byte_reader.ts";
import { ByteWriter } from "../../lib/rfb/byte_writer.ts";
import { parseClientMessage, writeSetEncodings } from "../../lib/rfb/client_messages.ts";
import { type PixelFormat, X8R8G8B8 } from "../../lib/rfb/pixel_format.ts";
import type { ByteStream, Listener } from "../../lib/transport/byte_stream.ts";
import { joinBytes } from "../../lib/transport/join_bytes.ts";

/** SOI, and the first segment of a JFIF file. */
const JPEG_START = [0xff, 0xd8, 0xff, 0xe0];
const VERSION_BYTES = 12;
const SERVER_INIT_BYTES = 24;

/** Bytes behind the version, from the client and (up to ServerInit) from the server, when security is None. */
const HANDSHAKE_BYTES: Readonly<Record<string, { readonly client: number; readonly server: number }>> = {
  "003": { client: 1, server: 4 },
  "007": { client: 2, server: 2 },
  "008": { client: 2, server: 6 },
};

/** Cuts lists down and takes notes, over all connections. */
export class EncodingTap {
  /** The encodings that viewers asked for themselves. */
  readonly wanted = new Set<number>();
  /** The encodings of the rects that viewers were sent. */
  readonly used = new Set<number>();
  /** JPEG streams that viewers were sent, as far as their first bytes came in one piece. */
  jpegs = 0;
  readonly #keeps: (encoding: number) => boolean;

  /** `keeps` tells which encodings of a viewer's list the server may know of. */
  constructor(keeps: (encoding: number) => boolean) {
    this.#keeps = keeps;
  }

  /** A listener whose streams are tapped. */
  listener(inner: Listener): Listener {
    const tap = (stream: ByteStream) => new TappedStream(stream, this);
    return {
      address: inner.address,
      port: inner.port,
      close: () => inner.close(),
      async *[Symbol.asyncIterator](): AsyncGenerator<ByteStream> {
        for await (const stream of { [Symbol.asyncIterator]: () => inner[Symbol.asyncIterator]() }) yield tap(stream);
      },
    };
  }

  /** Notes a viewer's list, and gives what is left of it. */
  cut(encodings: readonly number[]): number[] {
    for (const encoding of encodings) this.wanted.add(encoding);
    return encodings.filter(this.#keeps);
  }
}

class TappedStream implements ByteStream {
  readonly kind: ByteStream["kind"];
  readonly peerAddress: string;
  readonly #inner: ByteStream;
  readonly #tap: EncodingTap;
  readonly #fromClient = new ByteReader();
  readonly #fromServer = new ByteReader();
  readonly #walker: MessageWalker;
  #format: PixelFormat = X8R8G8B8;
  /** Undefined until the client has said its version. */
  #handshake: { readonly client: number; readonly server: number } | undefined;
  /** Bytes of the client's handshake, behind the version. */
  #greeted = 0;
  #isClientGreeted = false;
  #isServerGreeted = false;

  constructor(inner: ByteStream, tap: EncodingTap) {
    this.kind = inner.kind;
    this.peerAddress = inner.peerAddress;
    this.#inner = inner;
    this.#tap = tap;
    this.#walker = new MessageWalker({
      format: () => this.#format,
      onRect: (encoding) => tap.used.add(encoding),
      onMessage: () => {},
    });
  }

  get bytesTaken(): number {
    return this.#inner.bytesTaken;
  }

  async read(): Promise<Uint8Array | null> {
    for (let chunk = await this.#inner.read(); chunk !== null; chunk = await this.#inner.read()) {
      this.#fromClient.append(chunk);
      const bytes = joinBytes([...this.#clientPieces()]);
      if (bytes.length > 0) return bytes;
    }
    return null;
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#note(bytes);
    await this.#inner.write(bytes);
  }

  close(): void {
    this.#inner.close();
  }

  *#clientPieces(): Generator<Uint8Array> {
    const reader = this.#fromClient;
    if (this.#handshake === undefined && reader.has(VERSION_BYTES)) {
      const version = reader.bytes(VERSION_BYTES);
      this.#handshake = HANDSHAKE_BYTES[new TextDecoder().decode(version.subarray(8, 11))]!;
      yield version;
    }
    if (!this.#isClientGreeted && this.#handshake !== undefined) {
      // byte for byte: the client waits for an answer in between
      const left = this.#handshake.client - this.#greeted;
      const piece = reader.bytes(Math.min(left, reader.available));
      this.#greeted += piece.length;
      this.#isClientGreeted = this.#greeted === this.#handshake.client;
      yield piece;
    }
    if (this.#isClientGreeted) yield* this.#clientMessages();
  }

  *#clientMessages(): Generator<Uint8Array> {
    const reader = this.#fromClient;
    for (;;) {
      const start = reader.position;
      const message = parseClientMessage(reader);
      if (message === undefined) return;
      if (message.type === "SetPixelFormat") this.#format = message.pixelFormat;
      if (message.type !== "SetEncodings") {
        yield reader.since(start);
        continue;
      }
      const writer = new ByteWriter();
      writeSetEncodings(writer, this.#tap.cut(message.encodings));
      yield writer.finish();
    }
  }

  #note(bytes: Uint8Array): void {
    for (let at = bytes.indexOf(0xff); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
      if (JPEG_START.every((byte, i) => bytes[at + i] === byte)) this.#tap.jpegs++;
    }
    if (this.#isServerGreeted) return this.#walker.feed(bytes);
    const reader = this.#fromServer;
    reader.append(bytes);
    if (this.#handshake === undefined) return;
    const start = reader.position;
    const initAt = VERSION_BYTES + this.#handshake.server;
    if (!reader.has(initAt + SERVER_INIT_BYTES)) return;
    reader.skip(initAt + SERVER_INIT_BYTES - 4);
    const nameBytes = reader.u32();
    if (!reader.has(nameBytes)) return void reader.rewind(start);
    reader.skip(nameBytes);
    this.#isServerGreeted = true;
    this.#walker.feed(reader.bytes(reader.available));
  }
}
