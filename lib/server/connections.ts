/** All connections of one server: how many there may be, and who beside whom. */

import type { Clock } from "../base/clock.ts";
import {
  MAX_CONNECTIONS,
  MAX_UNAUTHENTICATED,
  MAX_UNAUTHENTICATED_PER_ADDRESS,
  TAKEOVER_INTERVAL_MS,
} from "../base/limits.ts";
import { hostOf } from "../security/limiter.ts";
import { isLoopbackHost } from "../transport/address.ts";
import type { Connection } from "./connection.ts";
import { decideShare, type SharePolicy } from "./share_policy.ts";

/** What the connections of a server have to keep to. */
export interface ConnectionsOptions {
  readonly policy: SharePolicy;
  readonly maxConnections: number;
  readonly clock: Clock;
}

/** The connections of one server, the oldest first. */
export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #all = new Set<Connection>();
  #lastTakeoverMs = -Infinity;

  constructor(options: ConnectionsOptions) {
    this.#options = options;
  }

  /** Every connection that is not closed. */
  get all(): readonly Connection[] {
    return [...this.#all];
  }

  /** Those whose clients see the display. */
  get initialized(): readonly Connection[] {
    return this.all.filter((connection) => connection.isInitialized);
  }

  /**
   * Adds a connection. Where too many are in the handshake the oldest of them goes, so that the newest, who may be the
   * owner, is heard; on this machine only all of them together are counted.
   */
  add(connection: Connection): void {
    const host = hostOf(connection.address);
    const waiting = this.all.filter((other) => !other.isInitialized);
    const neighbours = waiting.filter((other) => hostOf(other.address) === host);
    const { transport } = connection.info;
    const isLocal = transport === "unix" || transport === "memory" || isLoopbackHost(host);
    if (!isLocal && neighbours.length >= MAX_UNAUTHENTICATED_PER_ADDRESS) dropOldest(neighbours);
    else if (waiting.length >= this.#maxWaiting) dropOldest(waiting);
    this.#all.add(connection);
  }

  /** A server that is made for very many clients sees all of them come at once when they reconnect. */
  get #maxWaiting(): number {
    const { maxConnections } = this.#options;
    return maxConnections > MAX_CONNECTIONS ? maxConnections : MAX_UNAUTHENTICATED;
  }

  /** Forgets a connection that is closed. */
  remove(connection: Connection): void {
    this.#all.delete(connection);
  }

  /** Why nobody can be let in now. */
  refusal(): string | undefined {
    return this.initialized.length >= this.#options.maxConnections ? "Too many connections" : undefined;
  }

  /** How long a client has to wait: two that take the display from each other in a loop do it slowly. */
  takeoverDelayMs(shared: boolean): number {
    const { policy, clock } = this.#options;
    if (shared || policy !== "allow-exclusive" || this.initialized.length === 0) return 0;
    return Math.max(0, this.#lastTakeoverMs + TAKEOVER_INTERVAL_MS - clock.nowMs());
  }

  /** Lets a client in, dropping others where its flag says so; gives the reason when it may not come in. */
  admit(connection: Connection, shared: boolean): string | undefined {
    const others = this.initialized;
    const decision = decideShare(this.#options.policy, shared, others.map((other) => other.info));
    if (!decision.admitted) return decision.reason;
    if (!decision.dropsOthers) return this.refusal();
    this.#lastTakeoverMs = this.#options.clock.nowMs();
    for (const other of others) other.close(`client ${connection.id} asked for exclusive access`);
    return undefined;
  }
}

function dropOldest(connections: readonly Connection[]): void {
  connections[0]?.close("too many connections in the handshake", "warn");
}
