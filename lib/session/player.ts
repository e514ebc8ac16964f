/** Replaying a recording into a display: a replay is a device. */

import { type Clock, systemClock, type Timer } from "../base/clock.ts";
import { RecordingError, UsageError } from "../base/errors.ts";
import { escapeText } from "../base/log.ts";
import type { Point, Rect } from "../base/rect.ts";
import { WorkBudget } from "../base/work_budget.ts";
import type { PixelTarget } from "../decode/decoder.ts";
import { MessageDecoder, type Picture } from "../decode/message_decoder.ts";
import type { Display } from "../display/display.ts";
import { ByteReader } from "../rfb/byte_reader.ts";
import { ServerMessageType } from "../rfb/message_types.ts";
import { samePixels, X8R8G8B8 } from "../rfb/pixel_format.ts";
import { isFaultOfData } from "./handshake.ts";
import type { SessionBlock, SessionReader } from "./reader.ts";

/** The longest single wait of a timer; larger delays overflow. */
const LONGEST_WAIT_MS = 3_600_000;
/** Decoding for so long without a pause would keep viewers waiting. */
const LONGEST_WORK_MS = 10;
/** A loop over a recording that takes no time would do nothing else. */
const SHORTEST_ROUND_MS = 100;

/** What a player paints on: the part of a Display that a device uses. */
export type PlayerDisplay = Pick<
  Display,
  "width" | "height" | "pixels" | "strideBytes" | "update" | "copy" | "resize" | "bell" | "setCursor"
>;

/** How to replay. */
export interface SessionPlayerOptions {
  /** Times real time: 1 when not given; Infinity waits for nothing. */
  readonly speed?: number | undefined;
  /** Whether to begin again at the end, for ever. */
  readonly loop?: boolean | undefined;
  /** Where to start, in milliseconds of the recording: what came before is painted at once, every time round. */
  readonly startMs?: number | undefined;
  /** No pause lasts longer than this many milliseconds of the recording. */
  readonly idleLimitMs?: number | undefined;
  /** Default: the machine's own clock. */
  readonly clock?: Clock | undefined;
}

/** How a replay ended. */
export interface PlaybackResult {
  /** Time of the last message. */
  readonly durationMs: number;
  /** Whether the recording's tail is missing; everything before it was shown. */
  readonly truncated: boolean;
  /** Whether `stop` ended it. */
  readonly stopped: boolean;
}

/**
 * Plays a recording on a display, in its own time. Viewers that come late get the picture as it stands from the
 * display. The reader and the display stay the caller's to close.
 *
 * @example
 * ```ts
 * import { Display, SessionPlayer, SessionReader, SessionWriter } from "@vncd/vncd";
 * import assert from "node:assert/strict";
 *
 * const path = await Deno.makeTempFile({ suffix: ".rfb" });
 * const options = { width: 1, height: 1, name: "dot", overwrite: true, index: false };
 * const writer = await SessionWriter.create(path, options);
 * const header = [0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0]; // an update of one Raw rect, 1x1
 * await writer.append(Uint8Array.of(...header, 255, 0, 0, 0), 0);
 * await writer.close();
 *
 * const reader = await SessionReader.open(path);
 * const display = new Display({ width: 640, height: 480 });
 * const { durationMs, truncated } = await new SessionPlayer(reader, display).play();
 * assert(display.width === 1 && display.pixels[0] === 255);
 * assert(durationMs === 0 && !truncated);
 * display.close();
 * reader.close();
 * await Deno.remove(path);
 * ```
 */
export class SessionPlayer {
  readonly #reader: SessionReader;
  readonly #display: PlayerDisplay;
  readonly #options: SessionPlayerOptions;
  readonly #speed: number;
  readonly #clock: Clock;
  readonly #budget = new WorkBudget(LONGEST_WORK_MS);
  #timer: Timer | undefined;
  #wake: (() => void) | undefined;
  #isStopped = false;
  #timeMs = 0;

  /** Throws UsageError for a speed or an idle limit that cannot be, RecordingError for pixels it cannot show. */
  constructor(reader: SessionReader, display: PlayerDisplay, options: SessionPlayerOptions = {}) {
    const { speed = 1, idleLimitMs, startMs = 0 } = options;
    if (!(speed > 0)) throw new UsageError(`Cannot replay at speed ${speed}: it has to be above 0`);
    if (idleLimitMs !== undefined && !(idleLimitMs >= 0)) {
      throw new UsageError(`Cannot limit pauses to ${idleLimitMs} ms: it has to be 0 or more`);
    }
    if (!(startMs >= 0)) throw new UsageError(`Cannot start the replay at ${startMs} ms: it has to be 0 or more`);
    if (!samePixels(reader.header.pixelFormat, X8R8G8B8)) {
      const name = escapeText(reader.path);
      throw new RecordingError(`Cannot replay "${name}": its pixels are not 32 bpp x8r8g8b8`, 0);
    }
    this.#reader = reader;
    this.#display = display;
    this.#options = options;
    this.#speed = speed;
    this.#clock = options.clock ?? systemClock;
  }

  /** Time of the message shown last, in the recording's own milliseconds. */
  get timeMs(): number {
    return this.#timeMs;
  }

  /**
   * Plays from the reader's first message; resolves at the end, or after `stop`. Rejects with RecordingError, with the
   * offset, where the recording cannot be read on: what came before has been shown.
   */
  async play(): Promise<PlaybackResult> {
    while (true) {
      const beganMs = this.#clock.nowMs();
      const truncated = await this.#playOnce();
      if (this.#options.loop === true) await this.#waitUntil(beganMs + SHORTEST_ROUND_MS);
      if (this.#options.loop !== true || this.#isStopped) {
        return { durationMs: this.#timeMs, truncated, stopped: this.#isStopped };
      }
      await this.#reader.rewind();
    }
  }

  /** Ends the replay where it is. */
  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
    this.#wake?.();
  }

  /** Whether the tail is missing. */
  async #playOnce(): Promise<boolean> {
    this.#clear();
    const stream = new ByteReader();
    const decoder = new MessageDecoder(this.#picture(), { mustRest: () => this.#budget.isSpent });
    const { startMs = 0, idleLimitMs = Infinity } = this.#options;
    const zeroMs = this.#clock.nowMs();
    let positionMs = 0;
    this.#timeMs = 0;
    this.#budget.renew();
    for (let block = await this.#reader.next(); block !== undefined; block = await this.#reader.next()) {
      positionMs += Math.min(Math.max(0, block.timeMs - Math.max(this.#timeMs, startMs)), idleLimitMs);
      await this.#waitUntil(zeroMs + positionMs / this.#speed);
      if (this.#isStopped) return false;
      this.#timeMs = block.timeMs;
      await this.#show(block, stream, decoder);
    }
    return this.#reader.truncated || decoder.isMidMessage || stream.available > 0;
  }

  /** Every round begins as the first one did: black, in the recording's first size. */
  #clear(): void {
    const { width, height } = this.#reader.header;
    const display = this.#display;
    if (display.width !== width || display.height !== height) return display.resize(width, height);
    display.pixels.fill(0);
    display.update({ x: 0, y: 0, width, height });
  }

  async #show(block: SessionBlock, stream: ByteReader, decoder: MessageDecoder): Promise<void> {
    stream.append(block.bytes);
    try {
      while (!this.#isStopped) {
        const message = decoder.next(stream);
        if (message === undefined && !decoder.isResting) return;
        if (message?.type === ServerMessageType.Bell && this.#isHeard(block)) this.#display.bell();
        if (this.#budget.isSpent) await this.#budget.rest();
      }
    } catch (error) {
      if (!isFaultOfData(error)) throw error;
      throw new RecordingError(`Cannot replay "${escapeText(this.#reader.path)}": ${error.message}`, block.offset);
    }
  }

  #isHeard({ timeMs }: SessionBlock): boolean {
    return timeMs >= (this.#options.startMs ?? 0);
  }

  #picture(): Picture {
    const display = this.#display;
    return {
      get target(): PixelTarget {
        return display;
      },
      resize: (width, height) => display.resize(width, height),
      copy: (source: Point, { x, y, width, height }: Rect) => display.copy({ ...source, width, height }, x, y),
      painted: (rect) => display.update(rect),
      cursor: (image) => display.setCursor(image),
    };
  }

  async #waitUntil(dueMs: number): Promise<void> {
    if (this.#budget.isSpent) await this.#budget.rest();
    for (let leftMs = dueMs - this.#clock.nowMs(); leftMs > 0 && !this.#isStopped;) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        this.#timer = this.#clock.setTimer(resolve, Math.min(leftMs, LONGEST_WAIT_MS));
      });
      this.#budget.renew();
      leftMs = dueMs - this.#clock.nowMs();
    }
  }
}
