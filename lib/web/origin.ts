/**
 * Who may talk to the door. A page of another site must not (Origin), nor a page of a name that its owner points at
 * this machine (Host, DNS rebinding).
 */

import { type Address, isLoopback, isLoopbackHost } from "../transport/address.ts";

/** A host and its port as a header names them. */
interface HostAndPort {
  readonly host: string;
  readonly port: string;
}

/** What the two checks go by. */
export interface DoorPolicy {
  /** Where the door listens, as it was asked to. */
  readonly address: Address;
  /** Origins besides the door's own, such as `https://vnc.example.org`. Their hosts are answered to as well. */
  readonly allowedOrigins: readonly string[];
  /** This machine's own name. */
  readonly machineName: string;
}

/**
 * Whether the Host header names this door. A door on loopback answers to loopback names and its own address; one on
 * the network to any IP address too, because a name that was rebound is never one. A unix socket has no name.
 */
export function isHostAllowed(header: string | undefined, policy: DoorPolicy): boolean {
  const named = header === undefined ? undefined : parseHost(header);
  if (named === undefined) return false;
  const { address } = policy;
  if (address.kind === "unix" || isLoopbackHost(named.host)) return true;
  if (named.host === address.host.toLowerCase()) return true;
  if (policy.allowedOrigins.some((origin) => parseOrigin(origin)?.host === named.host)) return true;
  return !isLoopback(address) && (isIpAddress(named.host) || named.host === policy.machineName.toLowerCase());
}

/**
 * Whether the Origin header is the door's own, which is the one the Host header names, or an allowed one. Programs
 * other than browsers send none, and are let in: what they send is not in a web page's hands.
 */
export function isOriginAllowed(header: string | undefined, host: string | undefined, policy: DoorPolicy): boolean {
  if (header === undefined) return true;
  if (policy.allowedOrigins.some((allowed) => isSameOrigin(allowed, header))) return true;
  const origin = parseOrigin(header);
  const named = parseHost(host ?? "");
  if (origin === undefined || named === undefined) return false;
  return origin.host === named.host && origin.port === (named.port === "" ? origin.defaultPort : named.port);
}

function isSameOrigin(a: string, b: string): boolean {
  return URL.canParse(a) && URL.canParse(b) && new URL(a).origin !== "null" && new URL(a).origin === new URL(b).origin;
}

function parseHost(header: string): HostAndPort | undefined {
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::(\d{1,5}))?$/i.exec(header);
  if (match === null) return undefined;
  return { host: (match[1] ?? "").toLowerCase().replace(/^\[(.*)\]$/, "$1"), port: match[2] ?? "" };
}

function parseOrigin(header: string): HostAndPort & { readonly defaultPort: string } | undefined {
  const match = /^(https?):\/\/(.*)$/i.exec(header);
  const named = parseHost(match?.[2] ?? "");
  if (match === null || named === undefined) return undefined;
  const defaultPort = match[1]?.toLowerCase() === "https" ? "443" : "80";
  return { host: named.host, port: named.port === "" ? defaultPort : named.port, defaultPort };
}

function isIpAddress(host: string): boolean {
  return host.includes(":") || /^\d{1,3}(\.\d{1,3}){3}$/.test(host);
}
