/** One connection that asks for full updates and counts them, without decoding a pixel. */

import { ConnectionError, TimeoutError } from "../base/errors.ts";
import { MessageWalker } from "../decode/message_walker.ts";
import { ByteWriter } from "../rfb/byte_writer.ts";
import { writeFramebufferUpdateRequest, writeSetEncodings, writeSetPixelFormat } from "../rfb/client_messages.ts";
import { PseudoEncoding } from "../rfb/encodings.ts";
import { ServerMessageType } from "../rfb/message_types.ts";
import { X8R8G8B8 } from "../rfb/pixel_format.ts";
import type { ByteStream } from "../transport/byte_stream.ts";
import { type ConnectOptions, introduce, type Introduction, reach } from "./open_vnc.ts";

/** How one full update came. */
export interface FullUpdate {
  /** From the request to the first byte. */
  readonly firstByteMs: number;
  /** From the request to the last byte. */
  readonly lastByteMs: number;
  readonly byteLength: number;
  /** Numbers of the encodings that its rects had. */
  readonly encodings: ReadonlySet<number>;
}

const NO_PIXELS: ReadonlySet<number> = new Set(Object.values<number>(PseudoEncoding));

/** A client at 32 bpp. */
export class UpdateProbe {
  readonly width: number;
  readonly height: number;
  /** The desktop's name: text of the server, to be escaped before it is shown. */
  readonly name: string;
  readonly #stream: ByteStream;
  readonly #walker: MessageWalker;
  readonly #timeoutMs: number;
  #pixelsLeft = 0;
  #encodings = new Set<number>();
  #hasUpdateEnded = false;
  #isTimedOut = false;

  private constructor(stream: ByteStream, { reader, init }: Introduction, timeoutMs: number) {
    this.width = init.width;
    this.height = init.height;
    this.name = init.name;
    this.#stream = stream;
    this.#timeoutMs = timeoutMs;
    this.#walker = new MessageWalker({
      format: () => X8R8G8B8,
      onRect: (encoding, width, height) => this.#onRect(encoding, width, height),
      onMessage: (type) => this.#hasUpdateEnded ||= type === ServerMessageType.FramebufferUpdate,
    });
    this.#walker.feed(reader.bytes(reader.available));
  }

  /**
   * Connects and asks for these encodings; `updateTimeoutMs` is what the server has for each update. Errors as
   * `connectVnc`.
   */
  static async open(
    address: string,
    encodings: readonly number[],
    updateTimeoutMs: number,
    options: ConnectOptions,
  ): Promise<UpdateProbe> {
    const { stream, leftMs } = await reach(address, options);
    try {
      const introduction = await introduce(stream, { ...options, timeoutMs: leftMs });
      const probe = new UpdateProbe(stream, introduction, updateTimeoutMs);
      await probe.#send((writer) => writeSetPixelFormat(writer, X8R8G8B8));
      await probe.#send((writer) => writeSetEncodings(writer, encodings));
      return probe;
    } catch (error) {
      stream.close();
      throw error;
    }
  }

  /**
   * Asks for everything and waits until it is there, in however many updates. Rejects with TimeoutError, ConnectionError
   * or ProtocolError; the connection is of no use then.
   */
  async fullUpdate(): Promise<FullUpdate> {
    const startMs = performance.now();
    this.#pixelsLeft = this.width * this.height;
    this.#encodings = new Set();
    await this.#request(false);
    let [byteLength, firstByteMs] = [0, 0];
    while (this.#pixelsLeft > 0 || this.#walker.pendingBytes > 0) {
      const chunk = await this.#read();
      if (byteLength === 0) firstByteMs = performance.now() - startMs;
      byteLength += chunk.length;
      this.#walker.feed(chunk);
      if (this.#hasUpdateEnded && this.#pixelsLeft > 0) await this.#request(true);
    }
    return { firstByteMs, lastByteMs: performance.now() - startMs, byteLength, encodings: this.#encodings };
  }

  /** Ends the connection. May be called any number of times. */
  close(): void {
    this.#stream.close();
  }

  async #read(): Promise<Uint8Array> {
    const timer = setTimeout(() => {
      this.#isTimedOut = true;
      this.#stream.close();
    }, this.#timeoutMs);
    try {
      const chunk = await this.#stream.read();
      if (chunk !== null) return chunk;
    } finally {
      clearTimeout(timer);
    }
    const what = `Cannot go on with ${this.#stream.peerAddress}`;
    if (this.#isTimedOut) throw new TimeoutError(`${what}: it was silent for ${this.#timeoutMs} ms`);
    throw new ConnectionError(`${what}: the connection was closed`, "lost");
  }

  #onRect(encoding: number, width: number, height: number): void {
    if (NO_PIXELS.has(encoding)) return;
    this.#encodings.add(encoding);
    this.#pixelsLeft -= width * height;
  }

  async #request(incremental: boolean): Promise<void> {
    this.#hasUpdateEnded = false;
    const area = { x: 0, y: 0, width: this.width, height: this.height };
    await this.#send((writer) => writeFramebufferUpdateRequest(writer, incremental, area));
  }

  async #send(write: (writer: ByteWriter) => void): Promise<void> {
    const writer = new ByteWriter();
    write(writer);
    await this.#stream.write(writer.finish());
  }
}
