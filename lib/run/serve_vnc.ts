/** A display behind RFB listeners and the web door. */

import { EventEmitter, on } from "node:events";
import { UsageError } from "../base/errors.ts";
import type { Display } from "../display/display.ts";
import type { KeyInput, PointerInput, VncServerEvents } from "../server/events.ts";
import { VncServer, type VncServerOptions } from "../server/vnc_server.ts";
import { type Address, formatAddress, isLoopback, parseAddress } from "../transport/address.ts";
import type { Listener } from "../transport/byte_stream.ts";
import { listen } from "../transport/listener.ts";
import { serveWeb, type WebDoor } from "../web/http_door.ts";

/** The port of display 0. */
export const RFB_PORT = 5900;
/** The web door's port for display 0 [QEMU's WebSocket port 5700 + display]. */
export const WEB_PORT = 5700;

/** How a display is served. */
export interface ServeVncOptions extends VncServerOptions {
  /** Addresses to listen on (`127.0.0.1:0`, `:1`, `host::port`, `unix:/path`); `127.0.0.1::0`, a free port, by default. */
  readonly listen?: string | readonly string[] | undefined;
  /** Where the viewer page is; none by default. */
  readonly web?: string | undefined;
  /** Origins besides its own that the web door lets in. */
  readonly allowedOrigins?: readonly string[];
  /** Allows listening beyond loopback without a password. */
  readonly insecure?: boolean;
}

/**
 * A display being served; made by {@link serveVnc}. What viewers do comes as events and as async iterators.
 *
 * @example What a viewer does with its pointer
 * ```ts
 * import { connectVnc, Display, PointerButton, serveVnc } from "@vncd/vncd";
 * import assert from "node:assert/strict";
 *
 * const display = new Display({ width: 320, height: 200 });
 * const service = await serveVnc(display);
 * const viewer = await connectVnc(service.addresses[0]!);
 * viewer.sendPointer(7, 5, PointerButton.Left);
 * for await (const { x, y, buttonMask } of service.pointers()) {
 *   assert(x === 7 && y === 5 && buttonMask === PointerButton.Left);
 *   break;
 * }
 * viewer.close();
 * await service.stop();
 * display.close();
 * ```
 */
export class VncService extends EventEmitter<VncServerEvents> {
  /** The server behind the listeners. */
  readonly server: VncServer;
  readonly #listeners: readonly Listener[];
  readonly #door: WebDoor | undefined;
  readonly #stopping = new AbortController();

  /**
   * A server and the doors it is reached through.
   * @internal
   */
  constructor(server: VncServer, listeners: readonly Listener[], door: WebDoor | undefined) {
    super();
    this.server = server;
    this.#listeners = listeners;
    this.#door = door;
    server.on("connected", (client) => this.emit("connected", client));
    server.on("initialized", (client) => this.emit("initialized", client));
    server.on("disconnected", (client) => this.emit("disconnected", client));
    server.on("key", (input) => this.emit("key", input));
    server.on("pointer", (input) => this.emit("pointer", input));
    server.on("cutText", (input) => this.emit("cutText", input));
  }

  /** Where viewers connect, resolved: `127.0.0.1:5900`, `unix:/run/vnc.sock`. */
  get addresses(): readonly string[] {
    return this.#listeners.map((listener) => listener.address);
  }

  /** The port of the first TCP listener. */
  get port(): number | undefined {
    return this.#listeners.find((listener) => listener.port !== undefined)?.port;
  }

  /** Where the viewer page is, as a URL, when there is one. */
  get webUrl(): string | undefined {
    return this.#door === undefined ? undefined : `http://${this.#door.address}/`;
  }

  /** Key events as they come, until `stop`. */
  keys(): AsyncIterableIterator<KeyInput> {
    return this.#inputs("key");
  }

  /** Pointer events as they come, until `stop`. */
  pointers(): AsyncIterableIterator<PointerInput> {
    return this.#inputs("pointer");
  }

  async *#inputs<T>(event: "key" | "pointer"): AsyncGenerator<T> {
    try {
      for await (const [input] of on(this, event, { signal: this.#stopping.signal })) yield input as T;
    } catch (error) {
      if (!this.#stopping.signal.aborted) throw error;
    }
  }

  /** Stops listening, lets viewers have what is on its way, and waits until all are gone. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    for (const listener of this.#listeners) listener.close();
    this.#door?.close();
    await this.server.stop();
  }
}

/**
 * Serves a display to VNC viewers and, with `web`, to browsers. Throws a UsageError for an address that cannot be read
 * or would be open to the network without a password, a ConnectionError when it cannot be listened on.
 *
 * @example
 * ```ts
 * import { Display, serveVnc } from "@vncd/vncd";
 * import assert from "node:assert/strict";
 *
 * const display = new Display({ width: 320, height: 200 });
 * const service = await serveVnc(display, { name: "white" });
 * display.pixels.fill(0xff);
 * display.update({ x: 0, y: 0, width: 320, height: 200 });
 * assert(service.addresses[0]?.startsWith("127.0.0.1:"));
 * await service.stop();
 * display.close();
 * ```
 */
export async function serveVnc(display: Display, options: ServeVncOptions = {}): Promise<VncService> {
  const addresses = listenAddresses(options);
  const web = options.web === undefined ? undefined : parseAddress(options.web, WEB_PORT);
  refuseOpenAddresses(web === undefined ? addresses : [...addresses, web], options);
  const server = new VncServer(display, options);
  const opened: Listener[] = [];
  try {
    for (const address of addresses) opened.push(await listen(address, { logger: options.logger }));
    const door = web === undefined ? undefined : await openDoor(web, server, options);
    for (const listener of opened) server.serve(listener);
    return new VncService(server, opened, door);
  } catch (error) {
    for (const listener of opened) listener.close();
    await server.stop();
    throw error;
  }
}

function listenAddresses({ listen: given = "127.0.0.1::0" }: ServeVncOptions): Address[] {
  const texts = typeof given === "string" ? [given] : given;
  return texts.map((text) => parseAddress(text, RFB_PORT));
}

function refuseOpenAddresses(addresses: readonly Address[], { password, insecure }: ServeVncOptions): void {
  if (password !== undefined || insecure) return;
  const open = addresses.find((address) => !isLoopback(address));
  if (open === undefined) return;
  throw new UsageError(
    `Cannot serve on ${formatAddress(open)} without a password: anyone who reaches it could look and type`,
  );
}

function openDoor(address: Address, server: VncServer, options: ServeVncOptions): Promise<WebDoor> {
  if (address.kind !== "tcp") throw new UsageError("Cannot open the web door on a unix socket: browsers need a port");
  return serveWeb({
    address,
    onStream: (stream) => server.addStream(stream),
    allowedOrigins: options.allowedOrigins ?? [],
    logger: options.logger,
  });
}
