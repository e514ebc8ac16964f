/** The head of an HTTP/1.1 request: strict, bounded, without a body. */

import { MAX_HTTP_HEAD_BYTES } from "../base/limits.ts";
import type { ByteStream } from "../transport/byte_stream.ts";

/** A request that is answered with a status of its own. */
export class HttpError extends Error {
  override name = "HttpError";
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/** What a request asks for. */
export interface HttpRequest {
  readonly method: string;
  /** The path without its query. */
  readonly path: string;
  /** By lower-case name; repeated ones joined with a comma. */
  readonly headers: ReadonlyMap<string, string>;
  /** Bytes that came behind the head. */
  readonly rest: Uint8Array;
}

/** Headers that say who asks for what: two of them could be read differently by different readers. */
const SINGLE_HEADERS = ["host", "origin", "sec-websocket-key", "sec-websocket-version"];

/**
 * Reads the head of the next request, or undefined when the peer goes before it is whole. Throws an
 * {@link HttpError} for a head that is malformed (400) or too large (431).
 */
export async function readRequest(stream: ByteStream): Promise<HttpRequest | undefined> {
  let head = new Uint8Array(0);
  for (let chunk = await stream.read(); chunk !== null; chunk = await stream.read()) {
    const joined = new Uint8Array(head.length + chunk.length);
    joined.set(head);
    joined.set(chunk, head.length);
    const request = parseRequest(joined, Math.max(0, head.length - 3));
    if (request !== undefined) return request;
    if (joined.length > MAX_HTTP_HEAD_BYTES) throw new HttpError(431, "the request's head is too large");
    head = joined;
  }
  return undefined;
}

/** The request whose head ends in `bytes`, or undefined when it has not ended yet. Looks for the end from `from` on. */
export function parseRequest(bytes: Uint8Array, from = 0): HttpRequest | undefined {
  const end = findEnd(bytes, from);
  if (end === undefined) return undefined;
  if (end > MAX_HTTP_HEAD_BYTES) throw new HttpError(431, "the request's head is too large");
  const [requestLine, ...lines] = latin1(bytes.subarray(0, end)).split("\r\n");
  const match = /^([A-Z]+) (\/[\x21-\x7e]*) HTTP\/1\.[01]$/.exec(requestLine ?? "");
  if (match === null) throw new HttpError(400, "the request line is malformed");
  const [, method = "", target = ""] = match;
  const path = target.replace(/[?#].*$/, "");
  return { method, path, headers: parseHeaders(lines), rest: bytes.subarray(end + 4) };
}

function findEnd(bytes: Uint8Array, from: number): number | undefined {
  for (let i = from; i + 3 < bytes.length; i++) {
    if (bytes[i] === 13 && bytes[i + 1] === 10 && bytes[i + 2] === 13 && bytes[i + 3] === 10) return i;
  }
  return undefined;
}

function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

function parseHeaders(lines: readonly string[]): Map<string, string> {
  const headers = new Map<string, string>();
  for (const line of lines) {
    const match = /^([\w!#$%&'*+.^`|~-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*?)[ \t]*$/.exec(line);
    if (match === null) throw new HttpError(400, "a header is malformed");
    const name = (match[1] ?? "").toLowerCase();
    const before = headers.get(name);
    if (before !== undefined && SINGLE_HEADERS.includes(name)) {
      throw new HttpError(400, `there are two ${name} headers`);
    }
    headers.set(name, before === undefined ? match[2] ?? "" : `${before}, ${match[2]}`);
  }
  return headers;
}
