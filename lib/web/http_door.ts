/** The way in for browsers: the viewer page over HTTP, and its WebSocket as one more byte stream. */

import { type Clock, systemClock } from "../base/clock.ts";
import { errorMessage } from "../base/errors.ts";
import { HTTP_REQUEST_DEADLINE_MS, HTTP_RESPONSE_DEADLINE_MS, MAX_HTTP_CONNECTIONS } from "../base/limits.ts";
import { type Logger, silentLogger } from "../base/log.ts";
import type { Address } from "../transport/address.ts";
import type { ByteStream, Listener } from "../transport/byte_stream.ts";
import { listen } from "../transport/listener.ts";
import { webSocketServerStream } from "../transport/websocket_server_stream.ts";
import { HttpError, type HttpRequest, readRequest } from "./http_request.ts";
import { writeResponse, writeTextResponse } from "./http_response.ts";
import { type DoorPolicy, isHostAllowed, isOriginAllowed } from "./origin.ts";
import { loadViewerPage, pageHeaders } from "./viewer_page.ts";
import { acceptUpgrade, isUpgrade } from "./websocket_handshake.ts";

/** Where the door is and who comes through it. */
export interface WebOptions {
  /** Where to listen; port 0 takes a free one. */
  readonly address: Address;
  /** Takes every WebSocket that was let in. */
  readonly onStream: (stream: ByteStream) => void;
  /** Origins of other pages that may connect, such as `https://vnc.example.org`. */
  readonly allowedOrigins?: readonly string[] | undefined;
  /** Told who is refused, and why. Default: silent. */
  readonly logger?: Logger | undefined;
  /** For deadlines. Default: the machine's own clock. */
  readonly clock?: Clock | undefined;
}

/** A door that is open. */
export interface WebDoor {
  /** Where it listens, resolved: `127.0.0.1:5700`. */
  readonly address: string;
  /** The port, for tcp. */
  readonly port: number | undefined;
  /** Lets nobody in any more. Streams that were handed over stay. */
  close(): void;
}

/** Paths at which a WebSocket is opened: noVNC's and websockify's default, and none. */
const WEBSOCKET_PATHS = ["/", "/websockify"];

/**
 * Serves the viewer page and its WebSocket. Every upgrade has its Origin and Host checked; who is refused gets a 403
 * and a line in the log. Throws a ConnectionError of stage `connect` when the address cannot be had.
 *
 * @example
 * ```ts
 * import { parseAddress, serveWeb } from "@vncd/vncd";
 * import assert from "node:assert/strict";
 *
 * const door = await serveWeb({ address: parseAddress("127.0.0.1::0", 5700), onStream: (stream) => stream.close() });
 * const page = await fetch(`http://${door.address}/`);
 * assert((await page.text()).includes("<title>"));
 * door.close();
 * ```
 */
export async function serveWeb(options: WebOptions): Promise<WebDoor> {
  const { logger, clock } = options;
  const listener = await listen(options.address, { logger, clock });
  const door = new HttpDoor(listener, options);
  door.run();
  return door;
}

class HttpDoor implements WebDoor {
  readonly #listener: Listener;
  readonly #onStream: (stream: ByteStream) => void;
  readonly #policy: DoorPolicy;
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #page = loadViewerPage();
  readonly #waiting = new Set<ByteStream>();

  constructor(listener: Listener, options: WebOptions) {
    this.#listener = listener;
    this.#onStream = options.onStream;
    this.#policy = {
      address: options.address,
      allowedOrigins: options.allowedOrigins ?? [],
      machineName: machineName(),
    };
    this.#logger = options.logger ?? silentLogger;
    this.#clock = options.clock ?? systemClock;
  }

  get address(): string {
    return this.#listener.address;
  }

  get port(): number | undefined {
    return this.#listener.port;
  }

  /** Detached: every connection's trouble ends with it. */
  run(): void {
    this.#acceptAll().catch((error) => this.#logger.error(`the web door is gone: ${errorMessage(error)}`));
  }

  async #acceptAll(): Promise<void> {
    for await (const stream of this.#listener) {
      if (this.#waiting.size >= MAX_HTTP_CONNECTIONS) stream.close();
      else this.#serve(stream).catch((error) => this.#onBroken(stream, error));
    }
  }

  #onBroken(stream: ByteStream, error: unknown): void {
    stream.close();
    this.#logger.debug(`a browser's connection ended: ${errorMessage(error)}`);
  }

  async #serve(stream: ByteStream): Promise<void> {
    this.#waiting.add(stream);
    let isHandedOver = false;
    try {
      isHandedOver = await this.#answerOne(stream);
    } finally {
      this.#waiting.delete(stream);
      if (!isHandedOver) stream.close();
    }
  }

  /** Whether the stream has become a WebSocket that somebody else looks after. */
  async #answerOne(stream: ByteStream): Promise<boolean> {
    try {
      const request = await this.#within(HTTP_REQUEST_DEADLINE_MS, stream, () => readRequest(stream));
      if (request === undefined) return false;
      this.#checkHost(request, stream.peerAddress);
      if (isUpgrade(request)) {
        await this.#openWebSocket(request, stream);
        return true;
      }
      await this.#send(stream, this.#pageResponse(request));
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      await this.#send(stream, writeTextResponse(error.status, error.message, error.headers));
    }
    return false;
  }

  #send(stream: ByteStream, response: Uint8Array): Promise<void> {
    return this.#within(HTTP_RESPONSE_DEADLINE_MS, stream, async () => {
      await stream.write(response);
      await readToEnd(stream);
    });
  }

  /** A peer that takes longer has its connection closed, which ends `work`. */
  async #within<T>(deadlineMs: number, stream: ByteStream, work: () => Promise<T>): Promise<T> {
    const deadline = this.#clock.setTimer(() => stream.close(), deadlineMs);
    try {
      return await work();
    } finally {
      deadline.cancel();
    }
  }

  #checkHost(request: HttpRequest, peerAddress: string): void {
    const host = request.headers.get("host");
    if (host === undefined) throw new HttpError(400, "the Host header is missing");
    if (isHostAllowed(host, this.#policy)) return;
    this.#logger.warn(`refused a browser at ${peerAddress}: "${host}" is not this door's name`);
    throw new HttpError(403, "this door does not answer to the name in the Host header");
  }

  async #openWebSocket(request: HttpRequest, stream: ByteStream): Promise<void> {
    if (!WEBSOCKET_PATHS.includes(request.path)) throw new HttpError(404, "there is no WebSocket here");
    const origin = request.headers.get("origin");
    if (!isOriginAllowed(origin, request.headers.get("host"), this.#policy)) {
      this.#logger.warn(`refused a WebSocket from ${stream.peerAddress}: its page is from "${origin}"`);
      throw new HttpError(403, "a page of another origin may not connect");
    }
    const response = await acceptUpgrade(request);
    await this.#within(HTTP_RESPONSE_DEADLINE_MS, stream, () => stream.write(response));
    this.#onStream(webSocketServerStream(stream, { received: request.rest, clock: this.#clock }));
  }

  #pageResponse(request: HttpRequest): Uint8Array {
    if (request.method !== "GET" && request.method !== "HEAD") {
      throw new HttpError(405, "only GET and HEAD are answered", { Allow: "GET, HEAD" });
    }
    const file = this.#page.get(request.path);
    if (file === undefined) throw new HttpError(404, "there is nothing here");
    const headers = pageHeaders(file.contentType, request.headers.get("host") ?? "");
    return writeResponse(200, headers, file.bytes, request.method === "GET");
  }

  close(): void {
    this.#listener.close();
    for (const stream of this.#waiting) stream.close();
  }
}

/** Lets the peer close first: closing with its bytes unread would reset the connection and lose the response. */
async function readToEnd(stream: ByteStream): Promise<void> {
  while (await stream.read() !== null);
}

function machineName(): string {
  try {
    return Deno.hostname();
  } catch {
    // without permission to know it the door answers to fewer names
    return "";
  }
}
