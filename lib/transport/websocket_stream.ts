/** The platform's WebSocket as a {@link ByteStream}: what its binary messages carry, one after the other. */

import { type Clock, systemClock } from "../base/clock.ts";
import { ConnectionError, ProtocolError } from "../base/errors.ts";
import { MAX_WEBSOCKET_FRAME_BYTES, MAX_WEBSOCKET_QUEUE_BYTES, WEBSOCKET_HIGH_WATER_BYTES } from "../base/limits.ts";
import type { ByteStream } from "./byte_stream.ts";
import { joinBytes } from "./join_bytes.ts";
import { CloseCode } from "./websocket_frame.ts";

/** Whose time the waiting takes. */
export interface WebSocketStreamOptions {
  /** Default: the machine's own clock. */
  readonly clock?: Clock | undefined;
}

/** What goes out as one message. */
const PIECE_BYTES = 64 * 1024;
/** What a message costs beside its bytes while it waits. */
const MESSAGE_OVERHEAD_BYTES = 128;
/** A WebSocket does not tell when its buffer drains: how often to look. */
const DRAIN_POLL_MS = 4;

/**
 * The stream of a WebSocket that is open or opening; takes its events over. A text message, a message over
 * {@link MAX_WEBSOCKET_FRAME_BYTES} and a peer that sends faster than it is read close it, and `read` throws a
 * {@link ProtocolError}. Closing waits for the peer in the platform's own time: where a peer may be hostile, serve
 * with the web door, whose streams end when they are closed.
 *
 * @example
 * ```ts
 * import { webSocketStream } from "@vncd/vncd";
 * import assert from "node:assert/strict";
 *
 * function onRequest(request: Request): Response {
 *   const { socket, response } = Deno.upgradeWebSocket(request);
 *   const stream = webSocketStream(socket, "browser"); // hand it to VncServer.addStream
 *   stream.close();
 *   return response;
 * }
 * assert(onRequest.length === 1);
 * ```
 */
export function webSocketStream(
  socket: WebSocket,
  peerAddress: string,
  options: WebSocketStreamOptions = {},
): ByteStream {
  return new WebSocketStream(socket, peerAddress, options.clock ?? systemClock);
}

class WebSocketStream implements ByteStream {
  readonly kind = "websocket";
  readonly peerAddress: string;
  readonly #socket: WebSocket;
  readonly #clock: Clock;
  readonly #opened = Promise.withResolvers<void>();
  #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #sentBytes = 0;
  #bytesTaken = 0;
  #wakeReader: (() => void) | undefined;
  #wakeWriter: (() => void) | undefined;
  #ended = false;
  #closed = false;
  #failure: Error | undefined;

  constructor(socket: WebSocket, peerAddress: string, clock: Clock) {
    this.#socket = socket;
    this.peerAddress = peerAddress;
    this.#clock = clock;
    socket.binaryType = "arraybuffer";
    if (socket.readyState !== WebSocket.CONNECTING) this.#opened.resolve();
    socket.onopen = () => this.#opened.resolve();
    socket.onmessage = (event: MessageEvent) => this.#onMessage(event.data);
    socket.onclose = (event: CloseEvent) => this.#onClose(event);
    // a close event follows and says all there is to say
    socket.onerror = (event: Event) => event.preventDefault();
  }

  get bytesTaken(): number {
    // a closing socket forgets what it could not send
    if (this.#isOpen) this.#bytesTaken = this.#sentBytes - this.#socket.bufferedAmount;
    return this.#bytesTaken;
  }

  async read(): Promise<Uint8Array | null> {
    while (this.#queue.length === 0 && !this.#ended && !this.#closed) {
      await new Promise<void>((resolve) => this.#wakeReader = resolve);
    }
    if (this.#closed) return null;
    if (this.#queue.length === 0 && this.#failure !== undefined) throw this.#failure;
    return this.#takeQueue();
  }

  /** All at once: of messages of one byte each there may be very many. */
  #takeQueue(): Uint8Array | null {
    const queue = this.#queue;
    this.#queue = [];
    this.#queuedBytes = 0;
    return queue.length === 0 ? null : joinBytes(queue);
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#opened.promise;
    this.#assertOpen();
    for (let offset = 0; offset < bytes.length; offset += PIECE_BYTES) {
      const piece = bytes.subarray(offset, offset + PIECE_BYTES);
      await this.#room();
      this.#socket.send(piece as Uint8Array<ArrayBuffer>);
      this.#sentBytes += piece.length;
    }
    await this.#room();
  }

  /** Waits until the socket holds less than the high water mark; throws when it closes meanwhile. */
  async #room(): Promise<void> {
    while (this.#socket.bufferedAmount >= WEBSOCKET_HIGH_WATER_BYTES && this.#isOpen) {
      await new Promise<void>((resolve) => {
        const timer = this.#clock.setTimer(resolve, DRAIN_POLL_MS);
        this.#wakeWriter = () => {
          timer.cancel();
          resolve();
        };
      });
    }
    this.#assertOpen();
  }

  get #isOpen(): boolean {
    return !this.#closed && !this.#ended && this.#socket.readyState === WebSocket.OPEN;
  }

  #assertOpen(): void {
    if (this.#isOpen) return;
    const why = this.#failure === undefined || this.#closed ? "the connection is closed" : this.#failure.message;
    throw new ConnectionError(`Cannot write to ${this.peerAddress}: ${why}`, "lost");
  }

  #onMessage(data: unknown): void {
    if (this.#closed || this.#ended) return;
    if (!(data instanceof ArrayBuffer)) return this.#fail(CloseCode.UnsupportedData, "a text message came");
    if (data.byteLength > MAX_WEBSOCKET_FRAME_BYTES) {
      return this.#fail(CloseCode.TooBig, `a message of ${data.byteLength} bytes came`);
    }
    if (data.byteLength === 0) return;
    this.#queue.push(new Uint8Array(data));
    this.#queuedBytes += data.byteLength + MESSAGE_OVERHEAD_BYTES;
    if (this.#queuedBytes > MAX_WEBSOCKET_QUEUE_BYTES) {
      return this.#fail(CloseCode.PolicyViolation, `${this.#queuedBytes} bytes came that nobody has read yet`);
    }
    this.#wakeReader?.();
  }

  /** The peer broke the rules: what it sent is dropped, the reader is told. */
  #fail(code: number, why: string): void {
    this.#queue = [];
    this.#failure = new ProtocolError(`Cannot go on with ${this.peerAddress}: ${why}`);
    this.#end();
    this.#closeSocket(code);
  }

  #onClose(event: CloseEvent): void {
    if (!event.wasClean && this.#failure === undefined) {
      this.#failure = new ConnectionError(`Cannot read from ${this.peerAddress}: the connection broke`, "lost");
    }
    this.#end();
  }

  #end(): void {
    this.#ended = true;
    this.#opened.resolve();
    this.#wakeReader?.();
    this.#wakeWriter?.();
  }

  #closeSocket(code: number): void {
    try {
      this.#socket.close(code);
    } catch {
      // it was closing already
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#queue = [];
    this.#end();
    this.#closeSocket(CloseCode.Normal);
  }
}
