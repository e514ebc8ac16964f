import assert from "node:assert/strict";
import fc from "fast-check";
import { MAX_HTTP_HEAD_BYTES } from "../../lib/base/limits.ts";
import { memoryPipe } from "../../lib/transport/memory_pipe.ts";
import { HttpError, type HttpRequest, parseRequest, readRequest } from "../../lib/web/http_request.ts";

function parse(text: string): HttpRequest | undefined {
  return parseRequest(new TextEncoder().encode(text));
}

function isStatus(status: number): (error: unknown) => boolean {
  return (error) => error instanceof HttpError && error.status === status;
}

Deno.test("parseRequest reads method, path, headers and what comes behind", () => {
  const request = parse(
    "GET /websockify?a=b HTTP/1.1\r\nHost: x:1\r\nAccept:  a \r\naccept: b\r\n\r\nrest",
  ) as HttpRequest;
  assert.equal(request.method, "GET");
  assert.equal(request.path, "/websockify");
  assert.deepEqual([...request.headers], [["host", "x:1"], ["accept", "a, b"]]);
  assert.equal(new TextDecoder().decode(request.rest), "rest");
});

Deno.test("parseRequest asks for more until the empty line", () => {
  const text = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
  for (let length = 0; length < text.length; length++) assert.equal(parse(text.slice(0, length)), undefined);
  assert.equal(parse(text)?.path, "/");
});

const MALFORMED: readonly string[] = [
  "RFB 003.008\n\r\n\r\n",
  "GET http://evil/ HTTP/1.1\r\n\r\n",
  "GET  / HTTP/1.1\r\n\r\n",
  "GET / HTTP/2.0\r\n\r\n",
  "GET /\x01 HTTP/1.1\r\n\r\n",
  "GET / HTTP/1.1\r\nHost : x\r\n\r\n",
  "GET / HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n",
  "GET / HTTP/1.1\r\nHost: x\x00\r\n\r\n",
  "GET / HTTP/1.1\r\nHost: x\nOrigin: y\r\n\r\n",
  "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
  "GET / HTTP/1.1\r\nOrigin: x\r\norigin: x\r\n\r\n",
];

for (const text of MALFORMED) {
  Deno.test(`parseRequest refuses ${JSON.stringify(text)}`, () => assert.throws(() => parse(text), isStatus(400)));
}

Deno.test("parseRequest gives a request, asks for more or refuses, for any bytes", () => {
  const lines = fc.array(fc.stringMatching(/^[\w :/.-]{0,20}$/), { maxLength: 5 });
  fc.assert(fc.property(lines, fc.string(), (parts, rest) => {
    try {
      parse(["GET / HTTP/1.1", ...parts, "", rest].join("\r\n"));
    } catch (error) {
      assert.ok(isStatus(400)(error));
    }
  }));
});

Deno.test("readRequest reads a request that comes byte by byte", async () => {
  const [near, far] = memoryPipe({ maxReadBytes: 1 });
  await near.write(new TextEncoder().encode("HEAD /x HTTP/1.1\r\nHost: h\r\n\r\n"));
  const request = await readRequest(far);
  assert.deepEqual([request?.method, request?.path, request?.headers.get("host")], ["HEAD", "/x", "h"]);
});

Deno.test("readRequest gives undefined when the peer goes before the head is whole", async () => {
  const [near, far] = memoryPipe();
  await near.write(new TextEncoder().encode("GET / HT"));
  near.close();
  assert.equal(await readRequest(far), undefined);
});

Deno.test("readRequest refuses a head over the limit, ended or not", async () => {
  for (const end of ["", "\r\n\r\n"]) {
    const [near, far] = memoryPipe();
    const text = `GET / HTTP/1.1\r\nX: ${"x".repeat(MAX_HTTP_HEAD_BYTES)}${end}`;
    await near.write(new TextEncoder().encode(text));
    await assert.rejects(readRequest(far), isStatus(431));
  }
});
