/** The server's end of a WebSocket over another {@link ByteStream}: back-pressure both ways, and an end that is an end. */

import { type Clock, systemClock } from "../base/clock.ts";
import { ConnectionError } from "../base/errors.ts";
import { WEBSOCKET_CLOSE_LINGER_MS } from "../base/limits.ts";
import type { ByteStream } from "./byte_stream.ts";
import { joinBytes } from "./join_bytes.ts";
import {
  CloseCode,
  closeCodeOf,
  closePayload,
  type FrameEvent,
  FrameReader,
  Opcode,
  serverHeaderBytes,
  WebSocketFrameError,
  writeServerFrame,
} from "./websocket_frame.ts";

/** What came behind the handshake already, and whose time the end takes. */
export interface WebSocketServerOptions {
  /** Bytes the client sent behind its handshake. */
  readonly received?: Uint8Array | undefined;
  readonly clock?: Clock | undefined;
}

/** What goes out as one frame: a browser hands on whole messages only, so that a long one would wait for its end. */
const PIECE_BYTES = 64 * 1024;
/** Memory of frames that is kept for the next ones: more are hardly ever on their way at a time [vncd]. */
const MAX_SPARE_FRAMES = 16;

/** Of all streams: a frame lives only until the carrier has it, and there are thousands of them a second. */
const spareFrames: Uint8Array[] = [];

/**
 * The payload bytes of a WebSocket whose handshake is done. A frame that breaks RFC 6455, a text frame or one over
 * the cap closes it with the code that fits, and `read` throws a {@link WebSocketFrameError}.
 */
export function webSocketServerStream(carrier: ByteStream, options: WebSocketServerOptions = {}): ByteStream {
  return new WebSocketServerStream(carrier, options);
}

class WebSocketServerStream implements ByteStream {
  readonly kind = "websocket";
  readonly peerAddress: string;
  readonly #carrier: ByteStream;
  readonly #clock: Clock;
  readonly #frames = new FrameReader();
  #received: Uint8Array | undefined;
  #data: Uint8Array[] = [];
  #reading: Promise<Uint8Array | null> = Promise.resolve(null);
  #endRead: (() => void) | undefined;
  #writing: Promise<void> = Promise.resolve();
  #isWriting = false;
  #pong: Uint8Array | undefined;
  #overheadBytes: number;
  #bytesTaken = 0;
  #peerHasClosed = false;
  #ended = false;
  #closed = false;

  constructor(carrier: ByteStream, options: WebSocketServerOptions) {
    this.#carrier = carrier;
    this.peerAddress = carrier.peerAddress;
    this.#clock = options.clock ?? systemClock;
    this.#received = options.received;
    this.#overheadBytes = carrier.bytesTaken;
  }

  /** Payload only: what the frames' headers and the handshake took is not counted. */
  get bytesTaken(): number {
    this.#bytesTaken = Math.max(this.#bytesTaken, this.#carrier.bytesTaken - this.#overheadBytes);
    return this.#bytesTaken;
  }

  read(): Promise<Uint8Array | null> {
    if (this.#closed) return Promise.resolve(null);
    return new Promise((resolve, reject) => {
      this.#endRead = () => resolve(null);
      this.#reading = this.#readData();
      this.#reading.then(resolve, reject);
    });
  }

  async #readData(): Promise<Uint8Array | null> {
    while (this.#data.length === 0 && !this.#ended && !this.#closed) {
      const bytes = await this.#readCarrier();
      if (bytes === null) this.#onCarrierEnd();
      else this.#feed(bytes);
    }
    return this.#closed ? null : this.#takeData();
  }

  /** All at once: of frames of one byte each there may be very many. */
  #takeData(): Uint8Array | null {
    const data = this.#data;
    this.#data = [];
    return data.length === 0 ? null : joinBytes(data);
  }

  async #readCarrier(): Promise<Uint8Array | null> {
    const received = this.#received;
    this.#received = undefined;
    if (received !== undefined) return received;
    try {
      return await this.#carrier.read();
    } catch (error) {
      this.#onCarrierEnd();
      throw error;
    }
  }

  #onCarrierEnd(): void {
    this.#ended = true;
    this.#peerHasClosed = true;
    this.#carrier.close();
  }

  #feed(bytes: Uint8Array): void {
    try {
      for (const event of this.#frames.feed(bytes)) this.#onFrame(event);
    } catch (error) {
      if (!this.#ended) this.#finish(error instanceof WebSocketFrameError ? error.closeCode : CloseCode.ProtocolError);
      throw error;
    }
  }

  #onFrame(event: FrameEvent): void {
    if (event.kind === "close") this.#peerHasClosed = true;
    if (this.#ended) return;
    if (event.kind === "data") this.#data.push(event.bytes);
    if (event.kind === "ping") this.#sendPong(event.payload);
    if (event.kind === "close") this.#finish(closeCodeOf(event.payload));
  }

  /** Only the latest ping needs an answer (RFC 6455 section 5.5.3), so that a flood of them cannot pile up. */
  #sendPong(payload: Uint8Array): void {
    const isQueued = this.#pong !== undefined;
    this.#pong = payload;
    if (!isQueued) this.#sendControl(() => this.#takePong());
  }

  #takePong(): Uint8Array | undefined {
    const pong = this.#pong;
    this.#pong = undefined;
    return pong === undefined || this.#ended ? undefined : writeServerFrame(Opcode.Pong, pong);
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#assertOpen();
    for (let offset = 0; offset < bytes.length; offset += PIECE_BYTES) {
      await this.#writePiece(bytes.subarray(offset, offset + PIECE_BYTES));
    }
  }

  /** Memory of a frame whose write fails is not used again: the system may be reading it yet. */
  async #writePiece(piece: Uint8Array): Promise<void> {
    const overheadBytes = serverHeaderBytes(piece.length);
    let memory: Uint8Array | undefined;
    await this.#inTurn(() => {
      this.#assertOpen();
      memory = spareFrames.pop() ?? new Uint8Array(serverHeaderBytes(PIECE_BYTES) + PIECE_BYTES);
      return writeServerFrame(Opcode.Binary, piece, memory);
    }, overheadBytes);
    if (memory !== undefined && spareFrames.length < MAX_SPARE_FRAMES) spareFrames.push(memory);
  }

  #assertOpen(): void {
    if (!this.#closed && !this.#ended) return;
    throw new ConnectionError(`Cannot write to ${this.peerAddress}: the connection is closed`, "lost");
  }

  /** Frames must not mix: each waits for the one before. */
  #inTurn(makeFrame: () => Uint8Array | undefined, overheadBytes: number | undefined): Promise<void> {
    const turn = this.#writing.then(async () => {
      const frame = makeFrame();
      if (frame === undefined) return;
      this.#isWriting = true;
      this.#overheadBytes += overheadBytes ?? frame.length;
      await this.#carrier.write(frame).finally(() => this.#isWriting = false);
    });
    this.#writing = turn.catch(() => {});
    return turn.catch((error) => {
      // what the carrier says about a stream of our own closing is beside the point
      this.#assertOpen();
      throw error;
    });
  }

  #sendControl(makeFrame: () => Uint8Array | undefined): void {
    this.#inTurn(makeFrame, undefined).catch(() => {});
  }

  /** No more frames either way, apart from our close frame; the carrier follows. */
  #finish(code: number): void {
    this.#ended = true;
    const isStuck = this.#isWriting;
    if (!isStuck) this.#sendControl(() => writeServerFrame(Opcode.Close, closePayload(code)));
    if (isStuck) this.#carrier.close();
    else this.#linger().catch(() => {});
  }

  /**
   * Waits for the peer's close frame: closing with bytes unread would reset the connection, and the peer would never
   * see why it ended.
   */
  async #linger(): Promise<void> {
    const timer = this.#clock.setTimer(() => this.#carrier.close(), WEBSOCKET_CLOSE_LINGER_MS);
    try {
      await this.#reading.catch(() => {});
      await this.#writing;
      while (!this.#peerHasClosed) this.#discard(await this.#carrier.read());
    } finally {
      timer.cancel();
      this.#carrier.close();
    }
  }

  #discard(bytes: Uint8Array | null): void {
    if (bytes === null) return this.#onCarrierEnd();
    try {
      this.#feed(bytes);
    } catch {
      // behind a broken frame there is nothing to understand, only to take away
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#data = [];
    if (!this.#ended) this.#finish(CloseCode.Normal);
    this.#endRead?.();
  }
}
