/** Addresses as people write them: `host:N`, `host::port`, `:N`, `[v6]:N`, `unix:/path`, `vnc://host`. */

import { UsageError } from "../base/errors.ts";
import { escapeText } from "../base/log.ts";

/** A host and a TCP port. A host that is an IPv6 address is kept without its brackets. */
export interface TcpAddress {
  /** Tells it from a {@link UnixAddress}. */
  readonly kind: "tcp";
  /** A name or an IP address. */
  readonly host: string;
  /** 0 … 65535; 0 is any free port, for listening. */
  readonly port: number;
}

/** A socket in the file system. */
export interface UnixAddress {
  /** Tells it from a {@link TcpAddress}. */
  readonly kind: "unix";
  /** Of the socket. */
  readonly path: string;
}

/** Where something listens, or can be reached. */
export type Address = TcpAddress | UnixAddress;

/** Where an address without a host is: only this machine can reach it. */
const LOCAL_HOST = "127.0.0.1";
/** Numbers after a single colon below this are displays, the others ports [TightVNC]. */
const FIRST_PORT_AFTER_ONE_COLON = 100;
const MAX_PORT = 65_535;

/**
 * Reads an address. `defaultPort` is what a missing number means and what display 0 is at: 5900 for RFB,
 * 5700 for the web door.
 *
 * * `host:N` is display N (`defaultPort` + N) below 100, port N otherwise; `host::N` is always port N;
 * * without a host it is 127.0.0.1; an IPv6 address has brackets as soon as a number follows it;
 * * `vnc://host:port` is a URI of RFC 7869: its number is always a port;
 * * `unix:path` is a socket in the file system.
 *
 * Throws a {@link UsageError} that says what is wrong with the text.
 *
 * @example
 * ```ts
 * import { parseAddress } from "@vncd/vncd";
 * import assert from "node:assert/strict";
 *
 * assert(JSON.stringify(parseAddress("host:1", 5900)) === '{"kind":"tcp","host":"host","port":5901}');
 * ```
 */
export function parseAddress(text: string, defaultPort: number): Address {
  if (text === "") throw addressError(text, "it is empty");
  // deno-lint-ignore no-control-regex -- a terminal's control characters are what is looked for
  if (/[\s\x00-\x1f\x7f]/.test(text)) throw addressError(text, "it has a space or a control character in it");
  if (text.startsWith("unix:")) return parseUnix(text);
  if (/^vnc:\/\//i.test(text)) return parseUri(text, defaultPort);
  if (text.includes("/")) throw addressError(text, "a socket in the file system is written unix:/path");
  if (/^\d+$/.test(text)) throw addressError(text, `a number alone can mean two things, write :${text} or ::${text}`);
  const { host, colons, number } = splitHost(text, text);
  return tcpAddress(text, host, colons === 0 ? defaultPort : portOf(text, colons, number, defaultPort));
}

/**
 * The text that {@link parseAddress} reads back as the same address, whatever the default port.
 *
 * @example
 * ```ts
 * import { formatAddress } from "@vncd/vncd";
 * import assert from "node:assert/strict";
 *
 * assert(formatAddress({ kind: "tcp", host: "::1", port: 5900 }) === "[::1]:5900");
 * assert(formatAddress({ kind: "tcp", host: "host", port: 7 }) === "host::7");
 * ```
 */
export function formatAddress(address: Address): string {
  if (address.kind === "unix") return `unix:${address.path}`;
  const host = address.host.includes(":") ? `[${address.host}]` : address.host;
  return `${host}${address.port < FIRST_PORT_AFTER_ONE_COLON ? "::" : ":"}${address.port}`;
}

/** Whether only this machine can reach the address: a unix socket, localhost, 127.0.0.0/8 or ::1. */
export function isLoopback(address: Address): boolean {
  return address.kind === "unix" || isLoopbackHost(address.host);
}

/** Whether a host name or IP address, brackets or not, is this machine's own. */
export function isLoopbackHost(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, "$1").replace(/^::ffff:/, "");
  return name === "localhost" || name === "::1" || /^127(\.\d{1,3}){3}$/.test(name);
}

function parseUnix(text: string): UnixAddress {
  const path = text.slice("unix:".length);
  if (path === "") throw addressError(text, "the path is missing");
  return { kind: "unix", path };
}

function parseUri(text: string, defaultPort: number): TcpAddress {
  const rest = text.slice("vnc://".length).replace(/\/$/, "");
  if (rest.includes("@")) throw addressError(text, "names and passwords do not belong into an address");
  if (/[/?#]/.test(rest)) throw addressError(text, "only vnc://host and vnc://host:port are understood");
  const { host, colons, number } = splitHost(text, rest);
  if (colons > 1) throw addressError(text, "only vnc://host and vnc://host:port are understood");
  return tcpAddress(text, host, colons === 0 ? defaultPort : readNumber(text, number, MAX_PORT));
}

interface HostAndNumber {
  readonly host: string;
  readonly colons: 0 | 1 | 2;
  readonly number: string;
}

/** Text with more colons than a host and a number have is an IPv6 address without brackets [TigerVNC getHostAndPort]. */
function splitHost(text: string, hostAndNumber: string): HostAndNumber {
  const match = /^(\[[^\]]*\]|[^:[\]]*)(?:(::?)([^:]*))?$/.exec(hostAndNumber);
  if (match !== null) {
    const colons = match[2]?.length as 1 | 2 | undefined;
    return { host: match[1] ?? "", colons: colons ?? 0, number: match[3] ?? "" };
  }
  if (/^[0-9a-f:.%]+$/i.test(hostAndNumber)) return { host: `[${hostAndNumber}]`, colons: 0, number: "" };
  throw addressError(text, "write host:display, host::port or [IPv6]:display");
}

function tcpAddress(text: string, host: string, port: number): TcpAddress {
  if (!host.startsWith("[")) return { kind: "tcp", host: host === "" ? LOCAL_HOST : host, port };
  const address = host.slice(1, -1);
  if (!isIpv6(address)) throw addressError(text, "what is between the brackets is not an IPv6 address");
  return { kind: "tcp", host: address, port };
}

/** The platform's own URL parser is the judge; a zone (`%eth0`) is not part of a URL's host. */
function isIpv6(address: string): boolean {
  return address.includes(":") && URL.canParse(`http://[${address.replace(/%[\w.-]+$/, "")}]/`);
}

function portOf(text: string, colons: 1 | 2, number: string, defaultPort: number): number {
  const value = readNumber(text, number, MAX_PORT);
  return colons === 2 || value >= FIRST_PORT_AFTER_ONE_COLON ? value : defaultPort + value;
}

function readNumber(text: string, number: string, max: number): number {
  if (!/^\d{1,5}$/.test(number)) throw addressError(text, "what follows the host is not a number");
  const value = Number(number);
  if (value > max) throw addressError(text, `${value} is over ${max}, the highest port`);
  return value;
}

function addressError(text: string, why: string): UsageError {
  return new UsageError(`Cannot read the address "${escapeText(text)}": ${why}`);
}
