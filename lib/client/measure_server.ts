/** Measuring a VNC server: full updates in each encoding that it answers in. */

import { AuthError, ConnectionError, errorMessage, UsageError } from "../base/errors.ts";
import { UPDATE_TIMEOUT_MS } from "../base/limits.ts";
import { COMPRESS_LEVEL_0, Encoding, encodingName, PseudoEncoding, QUALITY_LEVEL_0 } from "../rfb/encodings.ts";
import type { Password } from "./handshake.ts";
import type { ConnectOptions } from "./open_vnc.ts";
import { type FullUpdate, UpdateProbe } from "./update_probe.ts";

/** The encodings that can be measured, in the order they are. */
export const MEASURABLE_ENCODINGS: readonly number[] = [
  Encoding.Raw,
  Encoding.RRE,
  Encoding.CoRRE,
  Encoding.Hextile,
  Encoding.TRLE,
  Encoding.Zlib,
  Encoding.ZRLE,
  Encoding.Tight,
  Encoding.TightPNG,
  Encoding.ZYWRLE,
  Encoding.JPEG,
];

/** What a server is asked for only when a quality is. */
const LOSSY_ENCODINGS: readonly number[] = [Encoding.ZYWRLE, Encoding.JPEG];

/** How to measure. */
export interface MeasureServerOptions extends Omit<ConnectOptions, "encodings" | "localCursor"> {
  /** Numbers of {@link MEASURABLE_ENCODINGS}; all when not given, those with a loss only when a quality is. */
  readonly encodings?: readonly number[] | undefined;
  /** Full updates in each encoding; as many as `durationMs` has time for when not given. */
  readonly updates?: number | undefined;
  /** For each encoding; 2 s when not given. Of no effect with `updates`. */
  readonly durationMs?: number | undefined;
  /** The compress level to ask for, 0 to 9; the server's own choice when not given. */
  readonly compressLevel?: number | undefined;
  /** The quality level to ask for, 0 to 9; none when not given: then no server may send pixels with a loss. */
  readonly qualityLevel?: number | undefined;
  /** Silence of a server for so many milliseconds is a failure; 30 s when not given. */
  readonly updateTimeoutMs?: number | undefined;
  /** Ends the measuring: what is measured by then is the result. Before the first update: rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Told of the server as soon as it is there. */
  readonly onConnected?: ((server: MeasuredServer) => void) | undefined;
  /** Told of every encoding as soon as it is measured. */
  readonly onMeasured?: ((result: EncodingMeasurement) => void) | undefined;
}

/** Which server was measured. */
export interface MeasuredServer {
  /** The desktop's name: text of the server, to be escaped before it is shown. */
  readonly name: string;
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
}

/** What full updates in one encoding came to; times are medians. */
export interface EncodingMeasurement {
  /** A number of `Encoding`. */
  readonly encoding: number;
  /** How many updates were measured. */
  readonly updates: number;
  /** One after the other, each asked for when the one before was there. */
  readonly updatesPerSecond: number;
  /** From the request to the first byte. */
  readonly firstByteMs: number;
  /** From the request to the last byte. */
  readonly lastByteMs: number;
  /** Of the messages, headers and all. */
  readonly bytesPerUpdate: number;
  /** How many times the pixels at 32 bpp have as many bytes. */
  readonly ratioToRaw: number;
}

/** An encoding that was asked for in vain, and why. */
export interface UnansweredEncoding {
  /** A number of `Encoding`. */
  readonly encoding: number;
  /** What the server did instead. */
  readonly reason: string;
}

/** What {@link measureServer} found out. */
export interface ServerMeasurement extends MeasuredServer {
  /** Encodings that the server answered in. */
  readonly measured: readonly EncodingMeasurement[];
  /** Encodings that it did not. */
  readonly unanswered: readonly UnansweredEncoding[];
}

const DEFAULT_DURATION_MS = 2_000;
/** Pages are touched, streams made, code compiled. */
const WARM_UP_UPDATES = 2;

/**
 * Measures a server from outside, with full updates at 32 bpp, one connection for each encoding. Nothing is decoded, so
 * what is measured is the server and the way to it. Rejects as `connectVnc`, and when no encoding could be measured.
 *
 * @example
 * ```ts
 * import { Display, Encoding, measureServer, serveVnc } from "@vncd/vncd";
 * import assert from "node:assert/strict";
 *
 * const display = new Display({ width: 64, height: 48 });
 * const service = await serveVnc(display);
 * const encodings = [Encoding.Raw, Encoding.ZRLE];
 * const { measured } = await measureServer(service.addresses[0]!, { encodings, updates: 3 });
 * assert(measured.length === 2 && measured[1]!.ratioToRaw > 100);
 * await service.stop();
 * display.close();
 * ```
 */
export async function measureServer(address: string, options: MeasureServerOptions = {}): Promise<ServerMeasurement> {
  return await new Measuring(address, options).run();
}

class Measuring {
  readonly #address: string;
  readonly #options: MeasureServerOptions;
  readonly #connectOptions: ConnectOptions;
  readonly #measured: EncodingMeasurement[] = [];
  readonly #unanswered: UnansweredEncoding[] = [];
  #server: MeasuredServer | undefined;
  #failure: unknown;

  constructor(address: string, options: MeasureServerOptions) {
    this.#address = address;
    this.#options = options;
    const { shared, signal, timeoutMs, logger } = options;
    this.#connectOptions = { password: askedOnce(options.password), shared, signal, timeoutMs, logger };
  }

  async run(): Promise<ServerMeasurement> {
    for (const encoding of wantedEncodings(this.#options)) {
      await this.#measureOrNote(encoding);
      if (this.#options.signal?.aborted) break;
    }
    if (this.#server === undefined || this.#measured.length === 0) throw this.#failure ?? this.#nothingError();
    return { ...this.#server, measured: this.#measured, unanswered: this.#unanswered };
  }

  /** A server that does not stand one encoding may well stand the next. */
  async #measureOrNote(encoding: number): Promise<void> {
    try {
      await this.#measure(encoding);
    } catch (error) {
      const isStopped = this.#options.signal?.aborted === true;
      if (isStopped && this.#measured.length === 0) throw this.#options.signal?.reason;
      if (isStopped) return;
      if (error instanceof AuthError || this.#isUnreachable(error)) throw error;
      this.#failure ??= error;
      this.#unanswered.push({ encoding, reason: errorMessage(error) });
    }
  }

  #isUnreachable(error: unknown): boolean {
    return this.#server === undefined || error instanceof ConnectionError && error.stage === "connect";
  }

  async #measure(encoding: number): Promise<void> {
    const { signal, updateTimeoutMs = UPDATE_TIMEOUT_MS } = this.#options;
    const list = encodingList(encoding, this.#options);
    const probe = await UpdateProbe.open(this.#address, list, updateTimeoutMs, this.#connectOptions);
    const close = () => probe.close();
    signal?.addEventListener("abort", close, { once: true });
    try {
      this.#meet(probe);
      const warmUp = await probe.fullUpdate();
      if (!warmUp.encodings.has(encoding)) return this.#note(encoding, warmUp);
      for (let i = 1; i < WARM_UP_UPDATES; i++) await probe.fullUpdate();
      const result = summary(encoding, await this.#updates(probe), probe);
      this.#measured.push(result);
      this.#options.onMeasured?.(result);
    } finally {
      signal?.removeEventListener("abort", close);
      probe.close();
    }
  }

  #meet({ name, width, height }: UpdateProbe): void {
    if (this.#server !== undefined) return;
    this.#server = { name, width, height };
    this.#options.onConnected?.(this.#server);
  }

  #note(encoding: number, { encodings }: FullUpdate): void {
    this.#unanswered.push({ encoding, reason: `it answers in ${[...encodings].map(encodingName).join(", ")}` });
  }

  async #updates(probe: UpdateProbe): Promise<FullUpdate[]> {
    const { updates = Infinity, durationMs = DEFAULT_DURATION_MS } = this.#options;
    const endMs = updates === Infinity ? performance.now() + durationMs : Infinity;
    const seen: FullUpdate[] = [];
    do seen.push(await probe.fullUpdate()); while (seen.length < updates && performance.now() < endMs);
    return seen;
  }

  #nothingError(): ConnectionError {
    const reasons = this.#unanswered.map(({ encoding, reason }) => `${encodingName(encoding)}: ${reason}`).join("; ");
    return new ConnectionError(`Cannot measure ${this.#address}: ${reasons || "nothing was asked for"}`, "lost");
  }
}

/** Several connections, one question. */
function askedOnce(password: Password | undefined): Password | undefined {
  if (typeof password !== "function") return password;
  let answer: Promise<string> | undefined;
  return () => answer ??= Promise.resolve(password());
}

function wantedEncodings({ encodings, qualityLevel }: MeasureServerOptions): readonly number[] {
  const unknown = encodings?.find((encoding) => !MEASURABLE_ENCODINGS.includes(encoding));
  if (unknown !== undefined) throw new UsageError(`Cannot measure ${encodingName(unknown)}: it has no pixels to count`);
  if (encodings !== undefined) return encodings;
  return MEASURABLE_ENCODINGS.filter((each) => qualityLevel !== undefined || !LOSSY_ENCODINGS.includes(each));
}

function encodingList(encoding: number, { compressLevel, qualityLevel }: MeasureServerOptions): number[] {
  const list: number[] = [encoding, PseudoEncoding.LastRect];
  if (compressLevel !== undefined) list.push(COMPRESS_LEVEL_0 + compressLevel);
  if (qualityLevel !== undefined) list.push(QUALITY_LEVEL_0 + qualityLevel);
  return list;
}

function summary(encoding: number, updates: readonly FullUpdate[], size: MeasuredServer): EncodingMeasurement {
  const totalMs = updates.reduce((sum, { lastByteMs }) => sum + lastByteMs, 0);
  const bytesPerUpdate = updates.reduce((sum, { byteLength }) => sum + byteLength, 0) / updates.length;
  return {
    encoding,
    updates: updates.length,
    updatesPerSecond: updates.length * 1_000 / totalMs,
    firstByteMs: middle(updates.map(({ firstByteMs }) => firstByteMs)),
    lastByteMs: middle(updates.map(({ lastByteMs }) => lastByteMs)),
    bytesPerUpdate,
    ratioToRaw: size.width * size.height * 4 / bytesPerUpdate,
  };
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
