/** Recording what a server sends: messages of a client into a writer, with the server's own bytes. */

import { type Clock, systemClock, type Timer } from "../base/clock.ts";
import { errorMessage, StorageError } from "../base/errors.ts";
import { FIRST_PICTURE_MS, MAX_RECORDER_QUEUE_BYTES, RECORDER_RETRY_MS } from "../base/limits.ts";
import { type Logger, silentLogger } from "../base/log.ts";
import type { ServerMessage } from "../decode/message_decoder.ts";
import { Encoding, PseudoEncoding } from "../rfb/encodings.ts";
import { Coverage } from "./coverage.ts";
import { recordableMessages, sizeMessage } from "./strict_messages.ts";
import type { SessionWriter } from "./writer.ts";

/** Where messages come from: a VncClient that asked for `RECORDING_ENCODINGS` is one. */
export interface MessageSource {
  /** Pixels of the framebuffer. */
  readonly width: number;
  /** Pixels of the framebuffer. */
  readonly height: number;
  /** Resolves when no message will come any more, with why. */
  readonly closed: Promise<Error | undefined>;
  /** Asks for an update, of the whole picture unless incremental. */
  requestUpdate(incremental: boolean): void;
  /** Stops the messages, for a disk that is slower than the server. */
  pause(): void;
  /** Lets them come again. */
  resume(): void;
  /** Calls back for every message, with its bytes. */
  on(event: "serverMessage", listener: (message: ServerMessage) => void): unknown;
  /** Calls back for every update that answers a request. */
  on(event: "update", listener: () => void): unknown;
  /** Stops calling back for messages. */
  off(event: "serverMessage", listener: (message: ServerMessage) => void): unknown;
  /** Stops calling back for updates. */
  off(event: "update", listener: () => void): unknown;
}

/** How to record. */
export interface SessionRecorderOptions {
  /**
   * What to do when the disk does not take a message: "retry" (the default) leaves messages out until there is space
   * again and goes on with a whole picture; "stop" ends the recording.
   */
  readonly onDiskError?: "retry" | "stop" | undefined;
  /** Default: the machine's own clock. */
  readonly clock?: Clock | undefined;
  /** Told when the disk does not take messages, and when it does again. Default: silent. */
  readonly logger?: Logger | undefined;
}

/** What was recorded. */
export interface RecordingSummary {
  /** From the first whole picture to the end. */
  readonly durationMs: number;
  /** How many were written. */
  readonly messages: number;
  /** Of the file. */
  readonly byteLength: number;
  /** Why the recording ended; undefined after `stop`. */
  readonly error: Error | undefined;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

const EMPTY_UPDATE = Uint8Array.of(0, 0, 0, 0);
const PIXELS: ReadonlySet<number> = new Set<number>([Encoding.Raw, Encoding.CopyRect, Encoding.Hextile]);

/**
 * Records until `stop`, or until the source ends. Everything up to the first whole picture is at time 0, so that
 * players show something at once. Asks for the next update when the last one is written: a slow disk slows the server.
 *
 * @example
 * ```ts
 * import * as vncd from "@vncd/vncd";
 * import assert from "node:assert/strict";
 *
 * const display = new vncd.Display({ width: 64, height: 48 });
 * const server = new vncd.VncServer(display, { name: "demo" });
 * const [near, far] = vncd.memoryPipe();
 * server.addStream(far);
 * const client = await vncd.openVnc(near, { encodings: vncd.RECORDING_ENCODINGS });
 *
 * const path = await Deno.makeTempFile({ suffix: ".rfb" });
 * const { width, height, name } = client;
 * const writer = await vncd.SessionWriter.create(path, { width, height, name, overwrite: true, index: false });
 * const recorder = new vncd.SessionRecorder(client, writer);
 * await client.nextUpdate();
 * const { messages, error } = await recorder.stop();
 * assert(messages > 0 && error === undefined);
 *
 * client.close();
 * await server.stop();
 * display.close();
 * await Deno.remove(path);
 * ```
 */
export class SessionRecorder {
  /** Resolves when the recording has ended and its file is closed. Never rejects. */
  readonly done: Promise<RecordingSummary>;
  readonly #source: MessageSource;
  readonly #writer: SessionWriter;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #stopsOnDiskError: boolean;
  readonly #startMs: number;
  /** When the recording's time began to run. */
  #zeroMs: number | undefined;
  #coverage: Coverage;
  /** The framebuffer's size behind the last message that was queued. */
  #size: Size;
  /** suspended: messages are left out; probing: the next ones are tried. */
  #state: "recording" | "suspended" | "probing" = "recording";
  #gapFromMs: number | undefined;
  #retryTimer: Timer | undefined;
  #queuedBytes = 0;
  #isEnding = false;
  #lastWork: Promise<void> = Promise.resolve();
  #resolveDone: (summary: RecordingSummary) => void;

  /** Starts recording; the writer is the recorder's to close from now on. */
  constructor(source: MessageSource, writer: SessionWriter, options: SessionRecorderOptions = {}) {
    this.#source = source;
    this.#writer = writer;
    this.#clock = options.clock ?? systemClock;
    this.#logger = options.logger ?? silentLogger;
    this.#stopsOnDiskError = options.onDiskError === "stop";
    this.#startMs = this.#clock.nowMs();
    this.#size = { width: source.width, height: source.height };
    this.#coverage = new Coverage(source.width, source.height);
    const { promise, resolve } = Promise.withResolvers<RecordingSummary>();
    this.done = promise;
    this.#resolveDone = resolve;
    source.on("serverMessage", this.#onMessage);
    source.on("update", this.#onUpdate);
    source.closed.then((error) => this.#end(error));
    source.requestUpdate(false);
  }

  /** Ends the recording and waits for its file. The source stays open. */
  stop(): Promise<RecordingSummary> {
    this.#end(undefined);
    return this.done;
  }

  readonly #onMessage = (message: ServerMessage): void => {
    try {
      const timeMs = this.#timeOf(message);
      for (const { bytes, size } of recordableMessages(message)) {
        const sizeBefore = this.#size;
        this.#size = size ?? sizeBefore;
        this.#queuedBytes += bytes.length;
        this.#inOrder(() => this.#write(bytes, timeMs, sizeBefore));
      }
    } catch (error) {
      this.#end(asError(error));
    }
    if (this.#queuedBytes > MAX_RECORDER_QUEUE_BYTES) this.#source.pause();
  };

  /** The next update is asked for when this one is written. */
  readonly #onUpdate = (): void => {
    this.#inOrder(() => {
      if (this.#state !== "suspended" && !this.#isEnding) this.#source.requestUpdate(true);
    });
  };

  #inOrder(work: () => void | Promise<void>): void {
    this.#lastWork = this.#lastWork.then(work).catch((error) => this.#end(asError(error)));
  }

  /** 0 until the picture is whole, and then the time since it was: what follows at once is not part of it. */
  #timeOf(message: ServerMessage): number {
    const nowMs = this.#clock.nowMs();
    if (this.#zeroMs !== undefined) return Math.max(1, nowMs - this.#zeroMs);
    for (const { rect, encoding } of message.rects) {
      if (encoding === PseudoEncoding.DesktopSize) this.#coverage = new Coverage(rect.width, rect.height);
      else if (PIXELS.has(encoding)) this.#coverage.add(rect);
    }
    if (this.#coverage.isComplete || nowMs - this.#startMs > FIRST_PICTURE_MS) this.#zeroMs = nowMs;
    return 0;
  }

  async #write(bytes: Uint8Array, timeMs: number, sizeBefore: Size): Promise<void> {
    try {
      if (this.#state !== "suspended") await this.#append(bytes, timeMs, sizeBefore);
    } catch (error) {
      this.#state = "suspended";
      if (!(error instanceof StorageError) || this.#stopsOnDiskError) throw error;
      this.#awaitDisk(error, timeMs);
    } finally {
      this.#queuedBytes -= bytes.length;
      if (this.#queuedBytes <= MAX_RECORDER_QUEUE_BYTES) this.#source.resume();
    }
  }

  async #append(bytes: Uint8Array, timeMs: number, sizeBefore: Size): Promise<void> {
    const { width, height } = this.#writer.size;
    if (width !== sizeBefore.width || height !== sizeBefore.height) {
      await this.#writer.append(sizeMessage(sizeBefore.width, sizeBefore.height), timeMs);
    }
    await this.#writer.append(bytes, timeMs);
    if (this.#gapFromMs !== undefined) await this.#goOn(this.#gapFromMs);
  }

  #awaitDisk(error: StorageError, timeMs: number): void {
    if (this.#gapFromMs === undefined) this.#logger.error(`${error.message}; the recording waits for it`);
    this.#gapFromMs ??= timeMs;
    this.#retryTimer = this.#clock.setTimer(() => {
      this.#state = "probing";
      this.#source.requestUpdate(false);
    }, RECORDER_RETRY_MS);
  }

  async #goOn(gapFromMs: number): Promise<void> {
    this.#gapFromMs = undefined;
    this.#state = "recording";
    this.#logger.info("the recording goes on");
    await this.#writer.noteGap(gapFromMs);
  }

  #end(error: Error | undefined): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#source.off("serverMessage", this.#onMessage);
    this.#source.off("update", this.#onUpdate);
    this.#inOrder(() => this.#finish(error));
  }

  async #finish(cause: Error | undefined): Promise<void> {
    this.#retryTimer?.cancel();
    let error = cause;
    try {
      await this.#appendLastTime();
      await this.#writer.close();
    } catch (thrown) {
      error ??= asError(thrown);
    }
    this.#source.resume();
    const { durationMs, blockCount: messages, byteLength } = this.#writer;
    this.#resolveDone({ durationMs, messages, byteLength, error });
  }

  /** An update of nothing tells how long the last picture stood. */
  async #appendLastTime(): Promise<void> {
    if (this.#zeroMs === undefined || this.#state !== "recording") return;
    const timeMs = Math.round(this.#clock.nowMs() - this.#zeroMs);
    if (timeMs > this.#writer.durationMs) await this.#writer.append(EMPTY_UPDATE, timeMs);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(errorMessage(error));
}
