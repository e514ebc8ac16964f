/** An RFB client: what record, proxy, capture and bench stand on. */

import { EventEmitter } from "node:events";
import { ConnectionError, errorMessage } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import type { Point, Rect } from "../base/rect.ts";
import { WorkBudget } from "../base/work_budget.ts";
import type { PixelTarget } from "../decode/decoder.ts";
import { MessageDecoder, type Picture, type ServerMessage } from "../decode/message_decoder.ts";
import { createPixelTarget, movePixels } from "../decode/pixel_target.ts";
import type { ByteReader } from "../rfb/byte_reader.ts";
import { ByteWriter } from "../rfb/byte_writer.ts";
import {
  writeClientCutText,
  writeFramebufferUpdateRequest,
  writeKeyEvent,
  writePointerEvent,
  writeQEMUExtendedKeyEvent,
  writeSetEncodings,
  writeSetPixelFormat,
} from "../rfb/client_messages.ts";
import { PseudoEncoding } from "../rfb/encodings.ts";
import { ServerMessageType } from "../rfb/message_types.ts";
import { X8R8G8B8 } from "../rfb/pixel_format.ts";
import type { ServerInit } from "../rfb/server_messages.ts";
import type { ByteStream } from "../transport/byte_stream.ts";
import type { VncClientEvents } from "./client_events.ts";
import { Outbox } from "./outbox.ts";
import { type UpdateInfo, UpdateWaiters } from "./update_waiters.ts";

/** What a client is made of once the handshake is done. */
export interface VncClientParts {
  readonly stream: ByteStream;
  /** What has arrived behind the ServerInit. */
  readonly reader: ByteReader;
  readonly init: ServerInit;
  readonly encodings: readonly number[];
  readonly logger: Logger;
}

/** Decoding for longer without a pause would keep the rest of the process waiting. */
const LONGEST_WORK_MS = 20;

/** Pseudo-encodings that carry no pixels. */
const NO_PIXELS: ReadonlySet<number> = new Set(Object.values<number>(PseudoEncoding));

/**
 * A connection to a VNC server. Made by `connectVnc` and `openVnc`. The server sends pictures only when asked, once
 * per `requestUpdate`. A server that breaks the rules, or a listener that throws, ends the client: the error is in
 * `closed`.
 *
 * @example
 * ```ts
 * import { Display, openVnc, VncServer, memoryPipe } from "@vncd/vncd";
 * import assert from "node:assert/strict";
 *
 * const display = new Display({ width: 64, height: 48 });
 * const server = new VncServer(display);
 * const [near, far] = memoryPipe();
 * server.addStream(far);
 * const client = await openVnc(near);
 * client.requestUpdate(false);
 * const { rects } = await client.nextUpdate();
 * assert(rects.length > 0 && client.framebuffer.width === 64);
 * client.close();
 * await server.stop();
 * display.close();
 * ```
 */
export class VncClient extends EventEmitter<VncClientEvents> {
  /** The desktop's name: text of the server, to be escaped before it is shown. */
  readonly name: string;
  /** Resolves when the connection is over: with undefined after `close()`, else with why. Never rejects. */
  readonly closed: Promise<Error | undefined>;
  readonly #stream: ByteStream;
  readonly #reader: ByteReader;
  readonly #decoder: MessageDecoder;
  readonly #outbox: Outbox;
  readonly #logger: Logger;
  readonly #budget = new WorkBudget(LONGEST_WORK_MS);
  #framebuffer: PixelTarget;
  readonly #start: ReturnType<typeof setTimeout>;
  readonly #waiters = new UpdateWaiters();
  #isClosed = false;
  #resolveClosed: (error: Error | undefined) => void;
  #extendedKeys = false;
  #wantsWhole = false;
  #awaitsUpdate = false;
  #resumed: PromiseWithResolvers<void> | undefined;

  /**
   * Starts reading. Throws for a framebuffer over the caps.
   * @internal
   */
  constructor(parts: VncClientParts) {
    super();
    const { stream, reader, init, encodings } = parts;
    this.name = init.name;
    this.#framebuffer = createPixelTarget(init.width, init.height);
    this.#stream = stream;
    this.#reader = reader;
    this.#logger = parts.logger;
    const { promise, resolve } = Promise.withResolvers<Error | undefined>();
    this.closed = promise;
    this.#resolveClosed = resolve;
    this.#outbox = new Outbox(stream, (error) => this.#end(asError(error)));
    this.#decoder = new MessageDecoder(this.#picture(), {
      encodings: new Set(encodings),
      wantsBytes: () => this.listenerCount("serverMessage") > 0,
      mustRest: () => this.#budget.isSpent,
    });
    this.#send((writer) => writeSetPixelFormat(writer, X8R8G8B8));
    this.#send((writer) => writeSetEncodings(writer, encodings));
    // not yet: whoever awaits the client must be able to listen before the first message
    this.#start = setTimeout(() => void this.#run(), 0);
  }

  /** Width of the server's framebuffer, in pixels. */
  get width(): number {
    return this.#framebuffer.width;
  }

  /** Height of the server's framebuffer, in pixels. */
  get height(): number {
    return this.#framebuffer.height;
  }

  /** The picture so far: bytes B,G,R,X. After "resize" another object, black until the server has painted it. */
  get framebuffer(): PixelTarget {
    return this.#framebuffer;
  }

  /** Whether the server has announced the QEMU extended key event. */
  get extendedKeyEventSupported(): boolean {
    return this.#extendedKeys;
  }

  /** Who is at the other end. */
  get peerAddress(): string {
    return this.#stream.peerAddress;
  }

  /**
   * Asks for what changed since the last update (`incremental`), or for all pixels of a rect, by default the whole
   * framebuffer. After a resize the next request is for the whole picture, whatever it says.
   */
  requestUpdate(incremental: boolean, rect?: Rect): void {
    const whole = this.#wantsWhole;
    this.#wantsWhole = false;
    this.#awaitsUpdate = true;
    const all = { x: 0, y: 0, width: this.width, height: this.height };
    const asked = whole || rect === undefined ? all : rect;
    this.#send((writer) => writeFramebufferUpdateRequest(writer, incremental && !whole, asked));
  }

  /**
   * The next update that is painted from now on; it does not ask for one. Rejects with a ConnectionError, or what ended the
   * client, when there will be none.
   */
  nextUpdate(): Promise<UpdateInfo> {
    const update = this.#waiters.next();
    if (this.#isClosed) this.#waiters.reject(this.#closedError());
    return update;
  }

  /** Presses or releases a key by its X keysym. */
  sendKey(keysym: number, down: boolean): void {
    this.#send((writer) => writeKeyEvent(writer, keysym, down));
  }

  /** The same with an XT scancode (bit 7 set for an E0 prefix); a plain key event where the server knows no other. */
  sendExtendedKey(keysym: number, keycode: number, down: boolean): void {
    if (!this.#extendedKeys) return this.sendKey(keysym, down);
    this.#send((writer) => writeQEMUExtendedKeyEvent(writer, keysym, keycode, down));
  }

  /** Moves the pointer; the mask has the bits of `PointerButton`. */
  sendPointer(x: number, y: number, buttonMask: number): void {
    this.#send((writer) => writePointerEvent(writer, x, y, buttonMask));
  }

  /** Gives the server a clipboard text, in Latin-1. */
  sendCutText(text: string): void {
    this.#send((writer) => writeClientCutText(writer, text));
  }

  /** Stops reading, so that the server has to wait; for those who cannot keep up. */
  pause(): void {
    this.#resumed ??= Promise.withResolvers<void>();
  }

  /** Reads on. */
  resume(): void {
    this.#resumed?.resolve();
    this.#resumed = undefined;
  }

  /** Ends the connection. May be called any number of times. */
  close(): void {
    this.#end(undefined);
  }

  #send(write: (writer: ByteWriter) => void): void {
    const writer = new ByteWriter();
    write(writer);
    this.#outbox.send(writer.finish());
  }

  #picture(): Picture {
    const target = (): PixelTarget => this.#framebuffer;
    return {
      get target(): PixelTarget {
        return target();
      },
      resize: (width, height) => this.#resize(width, height),
      copy: (source: Point, destination) => movePixels(this.#framebuffer, source, destination),
      cursor: (image) => void this.emit("cursor", image),
    };
  }

  #resize(width: number, height: number): void {
    this.#framebuffer = createPixelTarget(width, height);
    this.#wantsWhole = true;
  }

  async #run(): Promise<void> {
    try {
      await this.#readMessages();
      const name = this.#stream.peerAddress;
      this.#end(new ConnectionError(`Cannot go on with ${name}: the server closed the connection`, "lost"));
    } catch (error) {
      this.#end(asError(error));
    }
  }

  async #readMessages(): Promise<void> {
    while (!this.#isClosed) {
      await this.#decodeMessages();
      while (this.#resumed !== undefined) await this.#resumed.promise;
      const chunk = await this.#stream.read();
      if (chunk === null) return;
      this.#reader.append(chunk);
      this.#budget.renew();
    }
  }

  /** All messages that are there; few bytes can be much work. */
  async #decodeMessages(): Promise<void> {
    while (!this.#isClosed) {
      const message = this.#decoder.next(this.#reader);
      if (message !== undefined) this.#onMessage(message);
      else if (!this.#decoder.isResting) return;
      if (this.#budget.isSpent) await this.#budget.rest();
    }
  }

  #onMessage(message: ServerMessage): void {
    if (message.bytes !== undefined) this.emit("serverMessage", message);
    switch (message.type) {
      case ServerMessageType.FramebufferUpdate:
        return this.#onUpdate(message);
      case ServerMessageType.Bell:
        return void this.emit("bell");
      case ServerMessageType.ServerCutText:
        return void this.emit("cutText", message.text ?? "");
    }
  }

  #onUpdate({ rects }: ServerMessage): void {
    if (rects.some(({ encoding }) => encoding === PseudoEncoding.QEMUExtendedKeyEvent)) this.#extendedKeys = true;
    if (rects.some(({ encoding }) => encoding === PseudoEncoding.DesktopSize)) {
      this.emit("resize", this.width, this.height);
    }
    const pixels = rects.filter(({ encoding }) => !NO_PIXELS.has(encoding));
    if (pixels.length === 0 && rects.some(({ encoding }) => encoding !== PseudoEncoding.LastRect)) {
      // the server may have answered the request with news of another kind: its pixels are still to come
      if (this.#awaitsUpdate) this.requestUpdate(true);
      return;
    }
    this.#awaitsUpdate = false;
    const info = { rects: pixels.map(({ rect, encoding }) => ({ rect, encoding })) };
    this.#waiters.resolve(info);
    this.emit("update", info);
  }

  #closedError(): ConnectionError {
    return new ConnectionError(`Cannot wait for an update of ${this.peerAddress}: the connection is closed`, "lost");
  }

  #end(error: Error | undefined): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#start);
    this.#outbox.close();
    this.#stream.close();
    this.resume();
    this.#waiters.reject(error ?? this.#closedError());
    this.#resolveClosed(error);
    try {
      this.emit("close", error);
    } catch (thrown) {
      this.#logger.error(`a "close" listener threw: ${errorMessage(thrown)}`);
    }
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(errorMessage(error));
}
