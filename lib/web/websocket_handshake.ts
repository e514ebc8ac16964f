/** The opening handshake of RFC 6455, the server's side. */

import { HttpError, type HttpRequest } from "./http_request.ts";
import { writeHead } from "./http_response.ts";

/** What RFC 6455 section 1.3 appends to the key. */
const KEY_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/** 16 bytes in base64. */
const KEY = /^[A-Za-z0-9+/]{22}==$/;
/** What noVNC and websockify call bytes that are just bytes; older viewers insist on it. */
const BINARY_PROTOCOL = "binary";

/** Whether the request asks for a WebSocket. */
export function isUpgrade(request: HttpRequest): boolean {
  return tokens(request, "upgrade").includes("websocket");
}

/** The response that opens the WebSocket. Throws an {@link HttpError} when the request is not as the RFC wants it. */
export async function acceptUpgrade(request: HttpRequest): Promise<Uint8Array> {
  if (request.method !== "GET") throw new HttpError(405, "a WebSocket is opened by GET", { Allow: "GET" });
  if (request.headers.get("sec-websocket-version") !== "13") {
    throw new HttpError(426, "only version 13 of WebSocket is spoken here", { "Sec-WebSocket-Version": "13" });
  }
  if (!tokens(request, "connection").includes("upgrade")) throw new HttpError(400, "the Connection header is wrong");
  const key = request.headers.get("sec-websocket-key") ?? "";
  if (!KEY.test(key)) throw new HttpError(400, "the Sec-WebSocket-Key header is wrong");
  const isBinaryOffered = tokens(request, "sec-websocket-protocol").includes(BINARY_PROTOCOL);
  return writeHead(101, {
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Accept": await acceptKey(key),
    ...(isBinaryOffered ? { "Sec-WebSocket-Protocol": BINARY_PROTOCOL } : {}),
  });
}

function tokens(request: HttpRequest, name: string): string[] {
  return (request.headers.get(name) ?? "").split(",").map((token) => token.trim().toLowerCase());
}

async function acceptKey(key: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-1", new TextEncoder().encode(key + KEY_SUFFIX));
  return btoa(String.fromCharCode(...new Uint8Array(digest)));
}
