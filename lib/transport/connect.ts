/** Making a connection. */

import { ConnectionError } from "../base/errors.ts";
import { CONNECT_TIMEOUT_MS } from "../base/limits.ts";
import { type Address, formatAddress } from "./address.ts";
import type { ByteStream } from "./byte_stream.ts";
import { connStream } from "./conn_stream.ts";
import { connectionError } from "./network_error.ts";
import { assertSocketPath } from "./unix_socket.ts";

/** How long to try, and who may stop it. */
export interface TransportConnectOptions {
  /** Ends the attempt; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until the attempt counts as failed; {@link CONNECT_TIMEOUT_MS} when not given. */
  readonly timeoutMs?: number | undefined;
}

/**
 * Connects to an address. Throws a {@link ConnectionError} of stage `connect` when nobody answers there, and the
 * signal's reason when that ends the attempt.
 */
export async function connect(address: Address, options: TransportConnectOptions = {}): Promise<ByteStream> {
  options.signal?.throwIfAborted();
  const name = formatAddress(address);
  if (address.kind === "unix") assertSocketPath(address.path, `connect to ${name}`);
  const stop = new AbortController();
  const attempt = openConn(address, stop.signal);
  try {
    const conn = await orGivenUp(attempt, name, options);
    return connStream(conn, address.kind, name);
  } catch (error) {
    stop.abort();
    // a connection that comes too late must not stay open
    attempt.then((conn) => conn.close(), () => {});
    if (error instanceof ConnectionError || options.signal?.aborted) throw error;
    throw connectionError(`connect to ${name}`, error, "connect");
  }
}

async function openConn(address: Address, signal: AbortSignal): Promise<Deno.Conn> {
  if (address.kind === "unix") return await Deno.connect({ transport: "unix", path: address.path });
  const conn = await Deno.connect({ hostname: address.host, port: address.port, signal });
  conn.setNoDelay(true);
  conn.setKeepAlive(true);
  return conn;
}

async function orGivenUp<T>(attempt: Promise<T>, name: string, options: TransportConnectOptions): Promise<T> {
  const timeoutMs = options.timeoutMs ?? CONNECT_TIMEOUT_MS;
  const givenUp = Promise.withResolvers<never>();
  const onAbort = () => givenUp.reject(options.signal?.reason);
  const timer = setTimeout(() => {
    givenUp.reject(new ConnectionError(`Cannot connect to ${name}: no answer within ${timeoutMs} ms`, "connect"));
  }, timeoutMs);
  options.signal?.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([attempt, givenUp.promise]);
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener("abort", onAbort);
  }
}
