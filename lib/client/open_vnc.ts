/** Becoming the client of a server. */

import { ConnectionError, UsageError } from "../base/errors.ts";
import { CONNECT_TIMEOUT_MS } from "../base/limits.ts";
import { escapeText, type Logger, silentLogger } from "../base/log.ts";
import { DECODABLE_ENCODINGS } from "../decode/message_decoder.ts";
import { ByteReader } from "../rfb/byte_reader.ts";
import {
  asksForQuality,
  COMPRESS_LEVEL_0,
  Encoding,
  encodingLevel,
  encodingName,
  PseudoEncoding,
  Subsample,
} from "../rfb/encodings.ts";
import { pixelFormatFault } from "../rfb/pixel_format.ts";
import type { ServerInit } from "../rfb/server_messages.ts";
import { parseAddress } from "../transport/address.ts";
import type { ByteStream } from "../transport/byte_stream.ts";
import { connect } from "../transport/connect.ts";
import { type Password, shakeHands } from "./handshake.ts";
import { VncClient } from "./vnc_client.ts";

/** The TCP port of display 0. */
const DEFAULT_PORT = 5900;

/** What a client asks for unless told otherwise, most wanted first. */
export const DEFAULT_ENCODINGS: readonly number[] = [
  Encoding.ZRLE,
  Encoding.Tight,
  Encoding.Zlib,
  Encoding.Hextile,
  Encoding.CopyRect,
  Encoding.Raw,
  PseudoEncoding.DesktopSize,
  PseudoEncoding.LastRect,
  PseudoEncoding.QEMUExtendedKeyEvent,
];

/** How to be a client. */
export interface ConnectOptions {
  /** Used where the server offers VncAuth; a function is called when the server asks. */
  readonly password?: Password | undefined;
  /** Whether other viewers may stay: true when not given. */
  readonly shared?: boolean | undefined;
  /**
   * The SetEncodings list, most wanted first; {@link DEFAULT_ENCODINGS} when not given. With a quality in it, by level
   * (-32 to -23) or finely (-512 to -412), the server may send JPEG.
   */
  readonly encodings?: readonly number[] | undefined;
  /** Whether to ask for pointer shapes (RichCursor) instead of a pointer in the picture. */
  readonly localCursor?: boolean | undefined;
  /** Ends the attempt; the promise rejects with the signal's reason. Of no effect once the client is there. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for connection and handshake together; 15 s when not given. */
  readonly timeoutMs?: number | undefined;
  /** Default: silent. */
  readonly logger?: Logger | undefined;
}

/**
 * Connects to a VNC server, `host:N`, `host::port`, `unix:/path` and the like, and shakes hands. Protocol 3.3, 3.7 and
 * 3.8, security None and VncAuth. Rejects with AuthError, ConnectionError, ProtocolError, LimitError or UsageError.
 *
 * @example
 * ```ts
 * import { connectVnc } from "@vncd/vncd";
 * import assert from "node:assert/strict";
 *
 * const attempt = connectVnc("127.0.0.1::1", { timeoutMs: 1_000 });
 * const error = await attempt.catch((error) => error);
 * assert(error.name === "ConnectionError");
 * ```
 */
export async function connectVnc(address: string, options: ConnectOptions = {}): Promise<VncClient> {
  const { stream, leftMs } = await reach(address, options);
  return await openVnc(stream, { ...options, timeoutMs: leftMs });
}

/** A connection without a handshake, and what is left of the time for both. */
export async function reach(
  address: string,
  options: ConnectOptions,
): Promise<{ readonly stream: ByteStream; readonly leftMs: number }> {
  const timeoutMs = options.timeoutMs ?? CONNECT_TIMEOUT_MS;
  const startMs = performance.now();
  const stream = await connect(parseAddress(address, DEFAULT_PORT), { signal: options.signal, timeoutMs });
  return { stream, leftMs: Math.max(0, timeoutMs - (performance.now() - startMs)) };
}

/**
 * Shakes hands over a stream that is connected already, which belongs to the client from then on. Errors as
 * {@link connectVnc}; the stream is closed then.
 *
 * @example
 * ```ts
 * import { memoryPipe, openVnc } from "@vncd/vncd";
 * import assert from "node:assert/strict";
 *
 * const [near, far] = memoryPipe();
 * const attempt = openVnc(near);
 * far.close();
 * const error = await attempt.catch((error) => error);
 * assert(error.name === "ConnectionError");
 * ```
 */
export async function openVnc(stream: ByteStream, options: ConnectOptions = {}): Promise<VncClient> {
  try {
    const encodings = encodingList(options);
    return await open(stream, encodings, options);
  } catch (error) {
    stream.close();
    // a connection that breaks before the handshake is done was never there
    if (!(error instanceof ConnectionError) || error.stage === "connect") throw error;
    throw new ConnectionError(error.message, "connect", { cause: error });
  }
}

async function open(stream: ByteStream, encodings: readonly number[], options: ConnectOptions): Promise<VncClient> {
  const { reader, init } = await introduce(stream, options);
  return new VncClient({ stream, reader, init, encodings, logger: options.logger ?? silentLogger });
}

/** What a server said of itself, and the reader with what came behind it. */
export interface Introduction {
  readonly reader: ByteReader;
  readonly init: ServerInit;
}

/** Shakes hands within the time there is. The stream stays the caller's, also when this rejects. */
export async function introduce(stream: ByteStream, options: ConnectOptions): Promise<Introduction> {
  const logger = options.logger ?? silentLogger;
  const reader = new ByteReader();
  const deadline = new Deadline(stream.peerAddress, options);
  try {
    const password = deadline.outside(options.password);
    const handshake = shakeHands(stream, reader, { password, shared: options.shared ?? true, logger });
    const init = await Promise.race([handshake, deadline.passed]);
    const fault = pixelFormatFault(init.pixelFormat);
    if (fault !== undefined) logger.warn(`${stream.peerAddress} announces a pixel format with ${fault}`);
    logger.debug(`${stream.peerAddress} is "${escapeText(init.name)}", ${init.width}x${init.height}`);
    return { reader, init };
  } finally {
    deadline.end();
  }
}

function encodingList(options: ConnectOptions): readonly number[] {
  const encodings = options.encodings ?? DEFAULT_ENCODINGS;
  const unknown = encodings.find((encoding) => !isDecodable(encoding));
  if (unknown !== undefined) {
    throw new UsageError(`Cannot ask for encoding ${encodingName(unknown)}: the client cannot decode it`);
  }
  const wantsCursor = options.localCursor === true && !encodings.includes(PseudoEncoding.Cursor);
  return wantsCursor ? [...encodings, PseudoEncoding.Cursor] : encodings;
}

const SUBSAMPLES: ReadonlySet<number> = new Set(Object.values(Subsample));

function isDecodable(encoding: number): boolean {
  return DECODABLE_ENCODINGS.has(encoding) || encodingLevel(encoding, COMPRESS_LEVEL_0) !== undefined ||
    asksForQuality(encoding) || SUBSAMPLES.has(encoding);
}

/** The caller's signal and the time there is, which stands still while somebody types a password. */
class Deadline {
  readonly #passed = Promise.withResolvers<never>();
  readonly #peerAddress: string;
  readonly #timeoutMs: number;
  readonly #signal: AbortSignal | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isOver = false;

  constructor(peerAddress: string, options: ConnectOptions) {
    this.#peerAddress = peerAddress;
    this.#timeoutMs = options.timeoutMs ?? CONNECT_TIMEOUT_MS;
    this.#signal = options.signal;
    this.#signal?.throwIfAborted();
    this.#signal?.addEventListener("abort", this.#onAbort, { once: true });
    this.#start();
  }

  /** Rejects when the time is over or the caller has given up. */
  get passed(): Promise<never> {
    return this.#passed.promise;
  }

  /** The password, asked for outside the deadline. */
  outside(password: Password | undefined): Password | undefined {
    if (typeof password !== "function") return password;
    return async () => {
      clearTimeout(this.#timer);
      try {
        return await password();
      } finally {
        this.#start();
      }
    };
  }

  end(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener("abort", this.#onAbort);
  }

  readonly #onAbort = (): void => this.#passed.reject(this.#signal?.reason);

  #start(): void {
    if (this.#isOver) return;
    this.#timer = setTimeout(() => {
      const text = `Cannot connect to ${this.#peerAddress}: no handshake within ${Math.round(this.#timeoutMs)} ms`;
      this.#passed.reject(new ConnectionError(text, "connect"));
    }, this.#timeoutMs);
  }
}
