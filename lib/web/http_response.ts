/** HTTP responses as bytes. Every one ends its connection. */

const REASONS: Readonly<Record<number, string>> = {
  101: "Switching Protocols",
  200: "OK",
  400: "Bad Request",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  426: "Upgrade Required",
  431: "Request Header Fields Too Large",
};

/** The head of a response, with the empty line that ends it. */
export function writeHead(status: number, headers: Readonly<Record<string, string>>): Uint8Array {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return new TextEncoder().encode(`HTTP/1.1 ${status} ${REASONS[status] ?? "Error"}\r\n${lines.join("")}\r\n`);
}

/** A whole response. The length is the body's also where a HEAD request leaves the body out. */
export function writeResponse(
  status: number,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
  hasBody = true,
): Uint8Array {
  const head = writeHead(status, { ...headers, "Content-Length": String(body.length), Connection: "close" });
  if (!hasBody) return head;
  const response = new Uint8Array(head.length + body.length);
  response.set(head);
  response.set(body, head.length);
  return response;
}

/** A response of one plain sentence. */
export function writeTextResponse(
  status: number,
  sentence: string,
  headers: Readonly<Record<string, string>> = {},
): Uint8Array {
  const body = new TextEncoder().encode(`${sentence}\n`);
  return writeResponse(status, { ...headers, "Content-Type": "text/plain; charset=utf-8", ...PLAIN_HEADERS }, body);
}

const PLAIN_HEADERS: Readonly<Record<string, string>> = {
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "X-Content-Type-Options": "nosniff",
  "Cache-Control": "no-store",
};
