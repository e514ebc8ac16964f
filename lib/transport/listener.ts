/** Listening on TCP and unix sockets. */

import { type Clock, systemClock, type Timer } from "../base/clock.ts";
import { ConnectionError } from "../base/errors.ts";
import { type Logger, silentLogger } from "../base/log.ts";
import { type Address, formatAddress, type TcpAddress, type UnixAddress } from "./address.ts";
import type { ByteStream, Listener } from "./byte_stream.ts";
import { connStream } from "./conn_stream.ts";
import { connectionError, networkReason } from "./network_error.ts";
import { assertSocketPath, removeSocketFile, removeStaleSocket, type SocketFile, socketFile } from "./unix_socket.ts";

/** Who hears of accept errors, and whose time the back-off takes. */
export interface ListenOptions {
  readonly logger?: Logger | undefined;
  readonly clock?: Clock | undefined;
}

/** First pause after an accept error; doubles with every further one. */
const ACCEPT_PAUSE_MS = 50;
const ACCEPT_PAUSE_MAX_MS = 1_000;

/**
 * Listens on an address; port 0 takes a free one. A unix socket's file that a dead server left is replaced. Throws a
 * {@link ConnectionError} of stage `connect` when the address cannot be had.
 */
export async function listen(address: Address, options: ListenOptions = {}): Promise<Listener> {
  return address.kind === "tcp" ? listenTcp(address, options) : await listenUnix(address, options);
}

function listenTcp(address: TcpAddress, options: ListenOptions): Listener {
  const name = formatAddress(address);
  try {
    const listener = Deno.listen({ hostname: address.host, port: address.port });
    const { hostname: host, port } = listener.addr;
    return new StreamListener(listener, formatAddress({ kind: "tcp", host, port }), port, undefined, options);
  } catch (error) {
    throw connectionError(`listen on ${name}`, error, "connect");
  }
}

async function listenUnix(address: UnixAddress, options: ListenOptions): Promise<Listener> {
  const { path } = address;
  const name = formatAddress(address);
  assertSocketPath(path, `listen on ${name}`);
  try {
    const listener = await bindUnix(path, `listen on ${name}`);
    return new StreamListener(listener, name, undefined, socketFile(path), options);
  } catch (error) {
    if (error instanceof ConnectionError) throw error;
    throw connectionError(`listen on ${name}`, error, "connect");
  }
}

async function bindUnix(path: string, action: string): Promise<Deno.UnixListener> {
  try {
    return Deno.listen({ transport: "unix", path });
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    await removeStaleSocket(path, action);
    return Deno.listen({ transport: "unix", path });
  }
}

class StreamListener implements Listener {
  readonly address: string;
  readonly port: number | undefined;
  readonly #listener: Deno.Listener;
  readonly #socketFile: SocketFile | undefined;
  readonly #logger: Logger;
  readonly #clock: Clock;
  #closed = false;
  #pause: { readonly timer: Timer; readonly end: () => void } | undefined;

  constructor(
    listener: Deno.Listener,
    address: string,
    port: number | undefined,
    file: SocketFile | undefined,
    options: ListenOptions,
  ) {
    this.#listener = listener;
    this.address = address;
    this.port = port;
    this.#socketFile = file;
    this.#logger = options.logger ?? silentLogger;
    this.#clock = options.clock ?? systemClock;
  }

  async *[Symbol.asyncIterator](): AsyncIterator<ByteStream> {
    let pauseMs = 0;
    while (!this.#closed) {
      const accepted = await this.#accept();
      if ("stream" in accepted) {
        if (pauseMs > 0) this.#logger.info(`accepting connections on ${this.address} again`);
        pauseMs = 0;
        yield accepted.stream;
      } else if (!this.#closed) {
        if (pauseMs === 0) this.#sayCannotAccept(accepted.error);
        pauseMs = Math.min(Math.max(pauseMs * 2, ACCEPT_PAUSE_MS), ACCEPT_PAUSE_MAX_MS);
        await this.#wait(pauseMs);
      }
    }
  }

  #sayCannotAccept(error: unknown): void {
    this.#logger.warn(`cannot accept a connection on ${this.address}: ${networkReason(error)}; trying again`);
  }

  async #accept(): Promise<{ stream: ByteStream } | { error: unknown }> {
    try {
      const conn = await this.#listener.accept();
      if (!this.#closed) return { stream: streamOf(conn) };
      conn.close();
      return { error: undefined };
    } catch (error) {
      return { error };
    }
  }

  #wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#pause = { timer: this.#clock.setTimer(resolve, delayMs), end: resolve };
    });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#listener.close();
    if (this.#socketFile !== undefined) removeSocketFile(this.#socketFile);
    this.#pause?.timer.cancel();
    this.#pause?.end();
  }
}

function streamOf(conn: Deno.Conn): ByteStream {
  const peer = conn.remoteAddr;
  if (peer.transport !== "tcp") return connStream(conn, "unix", "unix");
  const tcp = conn as Deno.TcpConn;
  tcp.setNoDelay(true);
  tcp.setKeepAlive(true);
  return connStream(conn, "tcp", formatAddress({ kind: "tcp", host: peer.hostname, port: peer.port }));
}
