import assert from "node:assert/strict";
import { createLogger } from "../../lib/base/log.ts";
import { MAX_HTTP_CONNECTIONS } from "../../lib/base/limits.ts";
import { parseAddress } from "../../lib/transport/address.ts";
import type { ByteStream } from "../../lib/transport/byte_stream.ts";
import { connect } from "../../lib/transport/connect.ts";
import { serveWeb, type WebDoor } from "../../lib/web/http_door.ts";
import { FakeClock } from "../helpers/fake_clock.ts";

const LOOPBACK = parseAddress("127.0.0.1::0", 5700);

class Rig {
  readonly streams: ByteStream[] = [];
  readonly log: string[] = [];
  readonly clock = new FakeClock();
  door!: WebDoor;

  static async open(allowedOrigins: readonly string[] = []): Promise<Rig> {
    const rig = new Rig();
    const logger = createLogger("debug", (line) => rig.log.push(line));
    const onStream = (stream: ByteStream) => rig.streams.push(stream);
    rig.door = await serveWeb({ address: LOOPBACK, onStream, allowedOrigins, logger, clock: rig.clock });
    return rig;
  }

  connect(): Promise<ByteStream> {
    return connect({ kind: "tcp", host: "127.0.0.1", port: this.door.port as number });
  }

  /** What comes back for these bytes, until the door has nothing more to say. */
  async ask(text: string): Promise<string> {
    const stream = await this.connect();
    await stream.write(new TextEncoder().encode(text));
    const response = await readResponse(stream);
    stream.close();
    return response;
  }

  get(path: string): Promise<Response> {
    return fetch(`http://${this.door.address}${path}`);
  }

  close(): void {
    this.door.close();
    for (const stream of this.streams) stream.close();
  }
}

async function readResponse(stream: ByteStream): Promise<string> {
  let text = "";
  for (let chunk = await stream.read(); chunk !== null; chunk = await stream.read()) {
    text += new TextDecoder().decode(chunk);
    const match = /\r\nContent-Length: (\d+)\r\n[^]*?\r\n\r\n/.exec(text);
    if (match !== null && text.length >= match.index + match[0].length + Number(match[1])) break;
    if (/^HTTP\/1.1 101 [^]*\r\n\r\n/.test(text)) break;
  }
  return text;
}

function upgradeRequest(headers: Record<string, string | undefined>, path = "/websockify"): string {
  const all: Record<string, string | undefined> = {
    Host: "127.0.0.1:5700",
    Upgrade: "websocket",
    Connection: "keep-alive, Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    ...headers,
  };
  const lines = Object.entries(all).filter(([, value]) => value !== undefined).map(([name, value]) =>
    `${name}: ${value}`
  );
  return `GET ${path} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`;
}

function statusOf(response: string): number {
  return Number(/^HTTP\/1\.1 (\d+)/.exec(response)?.[1]);
}

Deno.test("the door serves the page and everything it asks for", async () => {
  const rig = await Rig.open();
  const page = await rig.get("/");
  assert.equal(page.headers.get("content-type"), "text/html; charset=utf-8");
  const html = await page.text();
  const files = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] as string);
  const script = await (await rig.get("/page.js")).text();
  files.push(...[...script.matchAll(/from "\.\/([^"]+)"/g)].map((match) => match[1] as string));
  assert.deepEqual(files.sort(), ["icon.svg", "keyboard.js", "novnc.js", "page.js", "style.css"]);
  for (const file of files) {
    const response = await rig.get(`/${file}`);
    assert.equal(response.status, 200, file);
    assert.ok((await response.bytes()).length > 100, file);
  }
  rig.close();
});

Deno.test("every file has a policy that keeps the browser on this host", async () => {
  const rig = await Rig.open();
  for (const path of ["/", "/page.js", "/style.css"]) {
    const response = await rig.get(path);
    await response.body?.cancel();
    const policy = response.headers.get("content-security-policy") ?? "";
    assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self';/);
    assert.match(policy, new RegExp(`connect-src 'self' ws://${rig.door.address} wss://${rig.door.address};`));
    assert.doesNotMatch(policy, /unsafe|\*|https?:/);
    assert.equal(response.headers.get("x-content-type-options"), "nosniff");
  }
  rig.close();
});

Deno.test("a HEAD request gets the length without the body", async () => {
  const rig = await Rig.open();
  const response = await fetch(`http://${rig.door.address}/page.js`, { method: "HEAD" });
  assert.equal(response.status, 200);
  assert.ok(Number(response.headers.get("content-length")) > 100);
  assert.equal(await response.text(), "");
  rig.close();
});

Deno.test("nothing but the page's files is served, by GET and HEAD", async () => {
  const rig = await Rig.open();
  for (const path of ["/cli.ts", "/../deno.json", "/%2e%2e/deno.json", "//etc/passwd", "/assets/page.js"]) {
    const response = await rig.ask(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    assert.equal(statusOf(response), 404, path);
  }
  const response = await rig.ask("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc");
  assert.equal(statusOf(response), 405);
  assert.match(response, /\r\nAllow: GET, HEAD\r\n/);
  rig.close();
});

Deno.test("what is not HTTP gets a 400, what is too much a 431", async () => {
  const rig = await Rig.open();
  assert.equal(statusOf(await rig.ask("RFB 003.008\n\r\n\r\n")), 400);
  assert.equal(statusOf(await rig.ask("GET / HTTP/1.1\r\n\r\n")), 400);
  const long = `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${"x".repeat(100_000)}\r\n\r\n`;
  assert.equal(statusOf(await rig.ask(long)), 431);
  rig.close();
});

Deno.test("a page asked for under another name is refused and logged", async () => {
  const rig = await Rig.open();
  assert.equal(statusOf(await rig.ask("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n")), 403);
  assert.equal(rig.log.length, 1);
  assert.match(rig.log[0] ?? "", /^vncd: warn: refused a browser at 127\.0\.0\.1:\d+: "evil\.example" is not/);
  rig.close();
});

Deno.test("a WebSocket of the door's own page is let in, at both paths", async () => {
  const rig = await Rig.open();
  for (const path of ["/websockify", "/", "/websockify?token=1"]) {
    const response = await rig.ask(upgradeRequest({ Origin: "http://127.0.0.1:5700" }, path));
    assert.equal(statusOf(response), 101);
    assert.match(response, /\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=\r\n/);
    assert.doesNotMatch(response, /Sec-WebSocket-Protocol/);
  }
  assert.equal(rig.streams.length, 3);
  rig.close();
});

Deno.test("the sub-protocol binary is accepted where it is offered", async () => {
  const rig = await Rig.open();
  const response = await rig.ask(upgradeRequest({ "Sec-WebSocket-Protocol": "base64, binary" }));
  assert.match(response, /^HTTP\/1\.1 101 [^]*\r\nSec-WebSocket-Protocol: binary\r\n/);
  rig.close();
});

Deno.test("a WebSocket of another page gets a 403 and a line in the log, and nobody gets a stream", async () => {
  const rig = await Rig.open();
  for (const origin of ["http://evil.example", "null", "http://127.0.0.1:9", "http://evil.example\t"]) {
    const response = await rig.ask(upgradeRequest({ Origin: origin }));
    assert.equal(statusOf(response), 403, origin);
  }
  assert.equal(statusOf(await rig.ask(upgradeRequest({ Host: "evil.example", Origin: "http://evil.example" }))), 403);
  assert.equal(rig.streams.length, 0);
  assert.equal(rig.log.length, 5);
  assert.match(
    rig.log[0] ?? "",
    /refused a WebSocket from 127\.0\.0\.1:\d+: its page is from "http:\/\/evil\.example"$/,
  );
  rig.close();
});

Deno.test("a WebSocket of an allowed origin is let in", async () => {
  const rig = await Rig.open(["https://vnc.example"]);
  assert.equal(statusOf(await rig.ask(upgradeRequest({ Origin: "https://vnc.example" }))), 101);
  assert.equal(statusOf(await rig.ask(upgradeRequest({ Origin: "https://evil.example" }))), 403);
  rig.close();
});

const BAD_UPGRADES: readonly (readonly [string, Record<string, string | undefined>, number])[] = [
  ["of another version", { "Sec-WebSocket-Version": "8" }, 426],
  ["without a version", { "Sec-WebSocket-Version": undefined }, 426],
  ["without a key", { "Sec-WebSocket-Key": undefined }, 400],
  ["with a short key", { "Sec-WebSocket-Key": "dGVzdA==" }, 400],
  ["without Connection: Upgrade", { Connection: "keep-alive" }, 400],
];

for (const [what, headers, status] of BAD_UPGRADES) {
  Deno.test(`an upgrade ${what} gets a ${status}`, async () => {
    const rig = await Rig.open();
    assert.equal(statusOf(await rig.ask(upgradeRequest(headers))), status);
    assert.equal(rig.streams.length, 0);
    rig.close();
  });
}

Deno.test("an upgrade at a path without a WebSocket gets a 404", async () => {
  const rig = await Rig.open();
  assert.equal(statusOf(await rig.ask(upgradeRequest({}, "/other"))), 404);
  rig.close();
});

Deno.test("bytes go both ways between a platform's WebSocket and the stream", async () => {
  const rig = await Rig.open();
  const socket = new WebSocket(`ws://${rig.door.address}/websockify`, "binary");
  socket.binaryType = "arraybuffer";
  await new Promise((resolve) => socket.onopen = resolve);
  assert.equal(socket.protocol, "binary");
  const stream = rig.streams[0] as ByteStream;
  assert.equal(stream.kind, "websocket");
  const echoed = new Promise<MessageEvent>((resolve) => socket.onmessage = resolve);
  socket.send(new Uint8Array([1, 2, 3]));
  await stream.write(await stream.read() as Uint8Array);
  assert.deepEqual(new Uint8Array((await echoed).data), new Uint8Array([1, 2, 3]));
  const closed = new Promise<CloseEvent>((resolve) => socket.onclose = resolve);
  stream.close();
  const { wasClean, code } = await closed;
  assert.deepEqual({ wasClean, code }, { wasClean: true, code: 1000 });
  rig.close();
});

Deno.test("a request that does not come in time is dropped", async () => {
  const rig = await Rig.open();
  const stream = await rig.connect();
  await stream.write(new TextEncoder().encode("GET / HTTP/1.1\r\n"));
  while (rig.clock.timerCount === 0) await new Promise((resolve) => setTimeout(resolve));
  rig.clock.advance(10_000);
  assert.equal(await stream.read(), null);
  stream.close();
  rig.close();
});

Deno.test("connections beyond the limit are dropped, and the page comes again when there are fewer", async () => {
  const rig = await Rig.open();
  const idle = await Promise.all(Array.from({ length: MAX_HTTP_CONNECTIONS }, () => rig.connect()));
  while (rig.clock.timerCount < MAX_HTTP_CONNECTIONS) await new Promise((resolve) => setTimeout(resolve));
  const late = await rig.connect();
  assert.equal(await late.read(), null);
  late.close();
  for (const stream of idle) stream.close();
  while (rig.clock.timerCount > 0) await new Promise((resolve) => setTimeout(resolve));
  const page = await rig.get("/");
  assert.equal(page.status, 200);
  await page.body?.cancel();
  rig.close();
});

Deno.test("a closed door lets nobody in and keeps what it handed over", async () => {
  const rig = await Rig.open();
  const socket = new WebSocket(`ws://${rig.door.address}/`);
  socket.binaryType = "arraybuffer";
  await new Promise((resolve) => socket.onopen = resolve);
  rig.door.close();
  rig.door.close();
  await assert.rejects(rig.connect());
  const stream = rig.streams[0] as ByteStream;
  const told = new Promise<MessageEvent>((resolve) => socket.onmessage = resolve);
  await stream.write(new Uint8Array([9]));
  assert.deepEqual(new Uint8Array((await told).data), new Uint8Array([9]));
  const closed = new Promise((resolve) => socket.onclose = resolve);
  socket.close();
  await stream.read();
  await closed;
  rig.close();
});
