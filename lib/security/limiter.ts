/** How fast an address may try passwords: failures are counted, connections never. */

import { type Clock, systemClock } from "../base/clock.ts";
import { AUTH_ADDRESSES, AUTH_BLOCK_MAX_MS, AUTH_BLOCK_MS, AUTH_FAILURES_FREE } from "../base/limits.ts";

interface Failures {
  count: number;
  blockedUntilMs: number;
}

/**
 * Counts failed passwords by key. The first few cost nothing; then every failure makes the key wait, twice as long as
 * the one before. A success forgets them. The least recently used keys are forgotten when there are too many.
 */
export class AuthLimiter {
  readonly #clock: Clock;
  /** In the order of last use. */
  readonly #failures = new Map<string, Failures>();

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /** Milliseconds until the key may try a password again; 0 when it may now. */
  waitMs(key: string): number {
    const failures = this.#failures.get(key);
    return failures === undefined ? 0 : Math.max(0, failures.blockedUntilMs - this.#clock.nowMs());
  }

  /** Notes a wrong password. */
  onFailure(key: string): void {
    const failures = this.#failures.get(key) ?? { count: 0, blockedUntilMs: 0 };
    failures.count++;
    if (failures.count >= AUTH_FAILURES_FREE) {
      const blockMs = Math.min(AUTH_BLOCK_MS * 2 ** (failures.count - AUTH_FAILURES_FREE), AUTH_BLOCK_MAX_MS);
      failures.blockedUntilMs = this.#clock.nowMs() + blockMs;
    }
    this.#failures.delete(key);
    this.#failures.set(key, failures);
    this.#forgetOldest();
  }

  /** Notes a right password: the key starts afresh. */
  onSuccess(key: string): void {
    this.#failures.delete(key);
  }

  /** Keys remembered. */
  get size(): number {
    return this.#failures.size;
  }

  #forgetOldest(): void {
    for (const key of this.#failures.keys()) {
      if (this.#failures.size <= AUTH_ADDRESSES) return;
      this.#failures.delete(key);
    }
  }
}

/**
 * What the limiter counts by: what carries the connection, and the host without its port. A page in the owner's
 * browser that guesses over a WebSocket so never locks out the owner's viewer on the same machine. An IPv6 host counts
 * by its /64, which is what one subscriber has; an IPv4 host written as IPv6 counts as itself.
 */
export function limiterKey(transport: string, peerAddress: string): string {
  return `${transport} ${networkOf(hostOf(peerAddress))}`;
}

/** The host of `host:port`, `host::port` or `[v6]:port`; anything else as it is. */
export function hostOf(peerAddress: string): string {
  const match = /^(?:\[([^\]]*)\]|([^:]*))::?\d+$/.exec(peerAddress);
  return match?.[1] ?? match?.[2] ?? peerAddress;
}

function networkOf(host: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(host)?.[1];
  if (mapped !== undefined) return mapped;
  if (!host.includes(":")) return host;
  const [before = "", after] = host.replace(/%.*$/, "").toLowerCase().split("::");
  const head = before === "" ? [] : before.split(":");
  const tail = after === undefined || after === "" ? [] : after.split(":");
  const zeros = after === undefined ? [] : new Array<string>(Math.max(0, 8 - head.length - tail.length)).fill("0");
  return `${[...head, ...zeros, ...tail].slice(0, 4).join(":")}::/64`;
}
