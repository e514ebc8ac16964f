/** A viewer that reads and counts but decodes nothing: the server under measurement is what costs, not its viewer. */

import { shakeHands } from "../../lib/client/handshake.ts";
import { silentLogger } from "../../lib/base/log.ts";
import { ByteReader } from "../../lib/rfb/byte_reader.ts";
import { ByteWriter } from "../../lib/rfb/byte_writer.ts";
import {
  writeFramebufferUpdateRequest,
  writeSetEncodings,
  writeSetPixelFormat,
} from "../../lib/rfb/client_messages.ts";
import { ServerMessageType } from "../../lib/rfb/message_types.ts";
import { X8R8G8B8 } from "../../lib/rfb/pixel_format.ts";
import { connect } from "../../lib/transport/connect.ts";
import type { ByteStream } from "../../lib/transport/byte_stream.ts";
import { MessageWalker } from "../../lib/decode/message_walker.ts";

/** One FramebufferUpdate, as it came. */
export interface SeenUpdate {
  readonly bytes: number;
  readonly firstByteMs: number;
  readonly lastByteMs: number;
  /** Rects of each encoding. */
  readonly encodings: ReadonlyMap<number, number>;
}

/** A connection at 32 bpp. */
export class LightViewer {
  readonly width: number;
  readonly height: number;
  /** Bytes and updates since the connection began. */
  bytes = 0;
  updates = 0;
  /** Why the connection is over, when the viewer did not end it. */
  failure: unknown;
  /** Called with every update; to ask for the next one, for example. */
  onUpdate: (update: SeenUpdate) => void = () => {};
  readonly #stream: ByteStream;
  readonly #walker: MessageWalker;
  #encodings = new Map<number, number>();
  #firstByteMs = 0;
  #isClosed = false;
  #waiting: PromiseWithResolvers<SeenUpdate> | undefined;

  private constructor(stream: ByteStream, width: number, height: number) {
    this.#stream = stream;
    this.width = width;
    this.height = height;
    const count = (encoding: number) => void this.#encodings.set(encoding, (this.#encodings.get(encoding) ?? 0) + 1);
    const onMessage = (type: number, byteLength: number) => this.#onMessage(type, byteLength);
    this.#walker = new MessageWalker({ format: () => X8R8G8B8, onRect: count, onMessage });
  }

  /** Connects to a port of this machine and asks for these encodings. */
  static async connect(port: number, encodings: readonly number[]): Promise<LightViewer> {
    const stream = await connect({ kind: "tcp", host: "127.0.0.1", port });
    const reader = new ByteReader();
    const init = await shakeHands(stream, reader, { password: undefined, shared: true, logger: silentLogger });
    const viewer = new LightViewer(stream, init.width, init.height);
    await viewer.#send((writer) => writeSetPixelFormat(writer, X8R8G8B8));
    await viewer.#send((writer) => writeSetEncodings(writer, encodings));
    void viewer.#read();
    return viewer;
  }

  /** Asks for an update. */
  request(incremental: boolean): void {
    const area = { x: 0, y: 0, width: this.width, height: this.height };
    this.#send((writer) => writeFramebufferUpdateRequest(writer, incremental, area)).catch((error) =>
      this.#fail(error)
    );
  }

  /** Resolves with the next update. Rejects when the connection ends first. */
  nextUpdate(): Promise<SeenUpdate> {
    if (this.#isClosed) return Promise.reject(new Error("the viewer was closed"));
    if (this.failure !== undefined) return Promise.reject(this.failure);
    this.#waiting ??= Promise.withResolvers<SeenUpdate>();
    return this.#waiting.promise;
  }

  /** Asks for an update and waits for it. */
  async update(incremental: boolean): Promise<SeenUpdate> {
    const next = this.nextUpdate();
    this.request(incremental);
    return await next;
  }

  /** Ends the connection; whoever waits for an update is told. */
  close(): void {
    this.#isClosed = true;
    this.#stream.close();
    this.#giveUp(new Error("the viewer was closed"));
  }

  async #send(write: (writer: ByteWriter) => void): Promise<void> {
    const writer = new ByteWriter();
    write(writer);
    await this.#stream.write(writer.finish());
  }

  async #read(): Promise<void> {
    try {
      for (let chunk = await this.#stream.read(); chunk !== null; chunk = await this.#stream.read()) {
        if (this.#walker.pendingBytes === 0) this.#firstByteMs = performance.now();
        this.bytes += chunk.length;
        this.#walker.feed(chunk);
      }
      this.#fail(new Error("the server closed the connection"));
    } catch (error) {
      this.#fail(error);
    }
  }

  #onMessage(type: number, bytes: number): void {
    if (type !== ServerMessageType.FramebufferUpdate) return;
    const update = { bytes, encodings: this.#encodings, firstByteMs: this.#firstByteMs, lastByteMs: performance.now() };
    this.#encodings = new Map();
    this.updates++;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve(update);
    this.onUpdate(update);
  }

  #fail(error: unknown): void {
    if (this.#isClosed) return;
    this.failure ??= error;
    this.#giveUp(error);
  }

  #giveUp(error: unknown): void {
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }
}
