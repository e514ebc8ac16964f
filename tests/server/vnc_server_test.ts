import assert from "node:assert/strict";
import { once } from "node:events";
import { UsageError } from "../../lib/base/errors.ts";
import {
  AUTH_BLOCK_MS,
  AUTH_FAILURES_FREE,
  LOGIN_DEADLINE_MS,
  MAX_CONNECTIONS,
  MAX_UNAUTHENTICATED,
  MAX_UNAUTHENTICATED_PER_ADDRESS,
  STALL_DEADLINE_MS,
  TAKEOVER_INTERVAL_MS,
  THROTTLE_FLOOR_BYTES,
} from "../../lib/base/limits.ts";
import { rect } from "../../lib/base/rect.ts";
import { X8R8G8B8 } from "../../lib/rfb/pixel_format.ts";
import { vncAuthResponse } from "../../lib/security/vnc_auth.ts";
import type { ClientInfo } from "../../lib/server/events.ts";
import { VncServer } from "../../lib/server/vnc_server.ts";
import type { ByteStream, Listener } from "../../lib/transport/byte_stream.ts";
import { memoryPipe } from "../../lib/transport/memory_pipe.ts";
import { settle } from "../helpers/fake_clock.ts";
import { fakeUpdate } from "../helpers/fake_encoder.ts";
import { FakeStream } from "../helpers/fake_stream.ts";
import { RawClient } from "../helpers/raw_client.ts";
import { RIG_HEIGHT, RIG_WIDTH, ServerRig, serverTest } from "../helpers/server_rig.ts";
import { SlowStream } from "../helpers/slow_stream.ts";

const HANDSHAKE = [...new TextEncoder().encode("RFB 003.008\n"), 1, 1];
const REQUEST_ALL = [3, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff];

serverTest("ServerInit tells the true width, the name and the server's own format", async ({ server }) => {
  const client = RawClient.connect(server);
  const init = await client.initialize();
  assert.deepEqual(init, { width: RIG_WIDTH, height: RIG_HEIGHT, pixelFormat: X8R8G8B8, name: "Hän" });
}, { name: "Hän" });

serverTest("a client is connected, initialized and disconnected, and the list shows it between", async (rig) => {
  const events: string[] = [];
  for (const name of ["connected", "initialized", "disconnected"] as const) {
    rig.server.on(name, (client: ClientInfo) => events.push(`${name} ${JSON.stringify(client)}`));
  }
  const client = await RawClient.initialized(rig.server);
  const info = { id: 1, address: "memory", transport: "memory" };
  const initialized = { ...info, version: "3.8", securityType: "None", shared: true, viewOnly: false };
  assert.deepEqual(rig.server.clients, [initialized]);
  client.close();
  await once(rig.server, "disconnected");
  assert.deepEqual(rig.server.clients, []);
  assert.deepEqual(events, [
    `connected ${JSON.stringify({ ...info, shared: false, viewOnly: false })}`,
    `initialized ${JSON.stringify(initialized)}`,
    `disconnected ${JSON.stringify({ ...initialized, reason: "closed by the client" })}`,
  ]);
  assert.equal(rig.lines.length, 3);
});

serverTest("a client that leaves in the middle of an update is no trouble to anybody", async (rig) => {
  const [near, far] = memoryPipe();
  const server = new SlowStream(far);
  rig.server.addStream(server);
  const client = new RawClient(near);
  await client.initialize();
  // the end of what the client says is heard later than the line breaks
  server.hold();
  await client.request(true);
  await settle();
  await rig.pool.encoders[0]!.answer(4 << 20);
  await settle();
  client.close();
  await once(rig.server, "disconnected");
  assert.match(rig.lines.at(-1)!, /^vncd: client 1 disconnected: Cannot write to memory: the peer has closed it$/);
});

serverTest("a wrong password ends the connection after its reason, and is logged in full", async (rig) => {
  const client = RawClient.connect(rig.server);
  await client.writeText("RFB 003.008\n");
  await client.read(12 + 2);
  await client.write([2]);
  await client.write(vncAuthResponse("falsch", Uint8Array.from(await client.read(16))));
  await settle();
  rig.clock.advance(100);
  const told = String.fromCharCode(...await client.readToEnd());
  assert.equal(told, "\0\0\0\x01\0\0\0\x15Authentication failed");
  assert.deepEqual(rig.reasons, ["wrong password"]);
  assert.match(rig.lines.at(-1)!, /^vncd: warn: client 1 disconnected: wrong password$/);
}, { password: "geheim" });

/** Answers the challenge with a password; what the server says then is the client's to read. */
async function tryPassword(client: RawClient, password: string): Promise<void> {
  await client.write([2]);
  await client.write(vncAuthResponse(password, Uint8Array.from(await client.read(16))));
}

serverTest("five wrong passwords make the address wait, idle connections do not", async (rig) => {
  for (let i = 0; i < 20; i++) {
    await RawClient.connect(rig.server).writeText("RFB 003.008\n");
  }
  for (let i = 0; i < AUTH_FAILURES_FREE; i++) {
    const client = RawClient.connect(rig.server);
    await client.writeText("RFB 003.008\n");
    assert.deepEqual((await client.read(12 + 2)).slice(12), [1, 2]);
    await tryPassword(client, "falsch");
    await settle();
    rig.clock.advance(100);
    await client.readToEnd();
  }
  const refused = RawClient.connect(rig.server);
  await refused.writeText("RFB 003.008\n");
  assert.match(String.fromCharCode(...await refused.readToEnd()), /Too many authentication failures$/);
  rig.clock.advance(AUTH_BLOCK_MS);
  const owner = RawClient.connect(rig.server);
  await owner.writeText("RFB 003.008\n");
  await owner.read(12 + 2);
  await tryPassword(owner, "geheim");
  assert.deepEqual(await owner.read(4), [0, 0, 0, 0]);
}, { password: "geheim" });

serverTest("the right password gets in, and skipAuth needs none", async (rig) => {
  const client = RawClient.connect(rig.server);
  await client.writeText("RFB 003.008\n");
  await client.read(12 + 2);
  await client.write([2]);
  await client.write(vncAuthResponse("geheim", Uint8Array.from(await client.read(16))));
  assert.deepEqual(await client.read(4), [0, 0, 0, 0]);
  await client.write([1]);
  await client.read(24 + 4);
  await RawClient.connect(rig.server, { skipAuth: true }).initialize();
  assert.deepEqual(rig.server.clients.map(({ securityType }) => securityType), ["VncAuth", "None"]);
}, { password: "geheim" });

serverTest("a type that was not offered with a ClientInit right behind it gets no ServerInit", async (rig) => {
  const client = RawClient.connect(rig.server);
  await client.write([...HANDSHAKE, ...REQUEST_ALL]);
  await settle();
  rig.clock.advance(100);
  const told = await client.readToEnd();
  assert.deepEqual(told.slice(12, 14 + 4), [1, 2, 0, 0, 0, 1]);
  assert.equal(told.length, 14 + 8 + "Authentication failed".length);
  assert.match(rig.reasons[0]!, /None \(1\) was not offered/);
  assert.equal(rig.pool.encoders.length, 0);
}, { password: "geheim" });

serverTest("an HTTP request ends its connection at once", async (rig) => {
  const client = RawClient.connect(rig.server);
  await client.writeText("GET / HTTP/1.1\r\n\r\n");
  assert.equal((await client.readToEnd()).length, 12);
  assert.match(rig.reasons[0]!, /^Cannot read a protocol version: "GET/);
});

serverTest("a handshake has 30 s in all, however busy it looks", async (rig) => {
  const silent = RawClient.connect(rig.server);
  const slow = RawClient.connect(rig.server);
  for (let i = 0; i < 11; i++) {
    await slow.writeText("RFB 003.008"[i]!);
    rig.clock.advance(LOGIN_DEADLINE_MS / 12);
    await settle();
  }
  assert.deepEqual(rig.reasons, []);
  rig.clock.advance(LOGIN_DEADLINE_MS / 12);
  assert.deepEqual(rig.reasons, Array(2).fill("the handshake took more than 30 s"));
  assert.equal((await silent.readToEnd()).length, 12);
});

serverTest("an initialized client has no deadline", async (rig) => {
  await RawClient.initialized(rig.server);
  await rig.clock.advanceSlowly(100 * LOGIN_DEADLINE_MS, LOGIN_DEADLINE_MS);
  assert.equal(rig.server.clients.length, 1);
});

serverTest("of too many silent connections the oldest goes, so that the next one is heard", async (rig) => {
  for (let i = 0; i < 200; i++) RawClient.connect(rig.server);
  assert.equal(rig.reasons.length, 200 - MAX_UNAUTHENTICATED);
  assert.deepEqual(rig.disconnected.map(({ id }) => id), Array.from(rig.disconnected, (_, i) => i + 1));
  await RawClient.initialized(rig.server);
  assert.equal(rig.server.clients.length, 1);
});

serverTest("a server made for many clients lets as many begin at once", (rig) => {
  for (let i = 0; i < MAX_CONNECTIONS + 20; i++) RawClient.connect(rig.server);
  assert.deepEqual(rig.reasons, []);
  RawClient.connect(rig.server);
  assert.equal(rig.reasons.length, 1);
  return Promise.resolve();
}, { maxConnections: MAX_CONNECTIONS + 20 });

serverTest("one address has few silent connections, this machine's own has all there are", (rig) => {
  for (let i = 0; i < 20; i++) rig.server.addStream(new FakeStream(Infinity, `10.0.0.1:${1_000 + i}`, "tcp"));
  assert.equal(rig.reasons.length, 20 - MAX_UNAUTHENTICATED_PER_ADDRESS);
  rig.server.addStream(new FakeStream(Infinity, "10.0.0.2:1000", "tcp"));
  for (let i = 0; i < 20; i++) rig.server.addStream(new FakeStream(Infinity, `127.0.0.1:${1_000 + i}`, "tcp"));
  assert.equal(rig.reasons.length, 20 - MAX_UNAUTHENTICATED_PER_ADDRESS);
  return Promise.resolve();
});

serverTest("a server that is full says so", async (rig) => {
  await RawClient.initialized(rig.server);
  const late = RawClient.connect(rig.server);
  await late.writeText("RFB 003.007\n");
  assert.equal(String.fromCharCode(...(await late.readToEnd()).slice(12)), "\0\0\0\0\x14Too many connections");
  assert.equal(rig.server.clients.length, 1);
}, { maxConnections: 1 });

serverTest("a server that fills up during a handshake closes it at ClientInit", async (rig) => {
  const late = RawClient.connect(rig.server);
  await late.write(HANDSHAKE.slice(0, -1));
  await late.read(12 + 2 + 4);
  await RawClient.initialized(rig.server);
  await late.write([1]);
  assert.deepEqual(await late.readToEnd(), []);
  assert.deepEqual(rig.reasons, ["Too many connections"]);
}, { maxConnections: 1 });

serverTest("allow-exclusive: a client that does not share drops the others, and nobody joins it", async (rig) => {
  await RawClient.initialized(rig.server);
  await RawClient.initialized(rig.server);
  await RawClient.initialized(rig.server, false);
  assert.deepEqual(rig.reasons, Array(2).fill("client 3 asked for exclusive access"));
  const late = RawClient.connect(rig.server);
  await late.write(HANDSHAKE);
  assert.deepEqual((await late.readToEnd()).slice(12 + 2 + 4), []);
  assert.equal(rig.reasons[2], "another client has exclusive access");
  assert.deepEqual(rig.server.clients.map(({ id }) => id), [3]);
});

serverTest("allow-exclusive: two clients that fight for the display get it once a second", async (rig) => {
  await RawClient.initialized(rig.server);
  await RawClient.initialized(rig.server, false);
  const next = RawClient.initialized(rig.server, false);
  const last = RawClient.initialized(rig.server, false);
  await settle();
  assert.deepEqual(rig.server.clients.map(({ id }) => id), [2]);
  rig.clock.advance(TAKEOVER_INTERVAL_MS);
  await next;
  assert.deepEqual(rig.server.clients.map(({ id }) => id), [3]);
  rig.clock.advance(TAKEOVER_INTERVAL_MS);
  await last;
  assert.deepEqual(rig.server.clients.map(({ id }) => id), [4]);
});

serverTest("force-shared: a client that does not share is refused", async (rig) => {
  await RawClient.initialized(rig.server);
  await assert.rejects(RawClient.initialized(rig.server, false), /connection ended/);
  assert.deepEqual(rig.reasons, ["it asked for exclusive access"]);
  assert.equal(rig.server.clients.length, 1);
}, { share: "force-shared" });

serverTest("ignore: everybody comes in beside everybody", async (rig) => {
  for (const shared of [false, true, false]) await RawClient.initialized(rig.server, shared);
  assert.deepEqual(rig.reasons, []);
  assert.equal(rig.server.clients.length, 3);
}, { share: "ignore" });

serverTest("an encoder that fails ends its own client only", async (rig) => {
  const clients = [await RawClient.initialized(rig.server), await RawClient.initialized(rig.server)];
  for (const client of clients) await client.request(false);
  await settle();
  rig.pool.encoders[0]!.jobs[0]!.reject(new Error("the worker died"));
  await rig.pool.encoders[1]!.answer(20);
  assert.deepEqual(await clients[0]!.readToEnd(), []);
  assert.equal((await clients[1]!.read(20)).length, 20);
  assert.deepEqual(rig.reasons, ["Cannot encode an update: the worker died"]);
  assert.match(rig.lines.at(-1)!, /^vncd: error: client 1 disconnected: Cannot encode/);
});

serverTest("a listener of the owner's that throws costs no client its connection", async (rig) => {
  rig.server.on("initialized", () => {
    throw new Error("mistake");
  });
  await RawClient.initialized(rig.server);
  assert.equal(rig.server.clients.length, 1);
  assert(rig.lines.some((line) => line.includes(`a listener of "initialized" failed: mistake`)));
});

serverTest("a line that breaks is a disconnection like any other", async (rig) => {
  const stream = new FakeStream(Infinity);
  rig.server.addStream(stream);
  stream.push(new Error("reset by peer"));
  await once(rig.server, "disconnected");
  assert.deepEqual(rig.reasons, ["reset by peer"]);
  assert.equal(stream.isClosed, true);
});

/** A client over a stream that takes `room` bytes, initialized and with a full update asked for. */
async function stalledClient(rig: ServerRig, room: number): Promise<FakeStream> {
  const stream = new FakeStream(room);
  rig.server.addStream(stream);
  stream.push(Uint8Array.from([...HANDSHAKE, ...REQUEST_ALL]));
  await settle();
  assert.equal(rig.pool.encoders.length, 1);
  return stream;
}

serverTest("a client that reads nothing is dropped at the stall deadline, with one line", async (rig) => {
  await stalledClient(rig, 100);
  await rig.pool.encoders[0]!.answer(10_000);
  await rig.clock.advanceSlowly(STALL_DEADLINE_MS - 1, 5_000);
  assert.deepEqual(rig.reasons, []);
  await rig.clock.advanceSlowly(5_000, 1_000);
  assert.match(rig.reasons.join(), /^\d+ bytes of output pending, and none taken for 30 s$/);
  assert.equal(rig.lines.filter((line) => line.includes("disconnected")).length, 1);
});

serverTest("a client whose output passes the hard cap is dropped, the others are not", async (rig) => {
  const other = await RawClient.initialized(rig.server);
  await other.request(true);
  await settle();
  await stalledClientBeside(rig);
  const stalled = rig.pool.encoders[1]!;
  await stalled.answer(5 * THROTTLE_FLOOR_BYTES + 1);
  assert.match(rig.reasons.join(), /bytes of output pending, limit is 5242880$/);
  await rig.pool.encoders[0]!.answer(20);
  assert.equal((await other.read(20)).length, 20);
});

async function stalledClientBeside(rig: ServerRig): Promise<void> {
  const stream = new FakeStream(100);
  rig.server.addStream(stream);
  stream.push(Uint8Array.from([...HANDSHAKE, ...REQUEST_ALL]));
  await settle();
}

serverTest("a client that ends its side after a request still gets its update", async (rig) => {
  const stream = await stalledClient(rig, Infinity);
  stream.push(null);
  await settle();
  assert.deepEqual(rig.reasons, []);
  await rig.pool.encoders[0]!.answer(777);
  await once(rig.server, "disconnected");
  assert.equal(stream.writes.at(-1)?.length, 777);
  assert.deepEqual(rig.reasons, ["closed by the client"]);
});

serverTest("a client that ends its side and takes nothing is gone after the grace time", async (rig) => {
  const stream = await stalledClient(rig, 100);
  await rig.pool.encoders[0]!.answer(777);
  stream.push(null);
  await settle();
  await rig.clock.advanceSlowly(4_999, 1_000);
  assert.deepEqual(rig.reasons, []);
  rig.clock.advance(1);
  assert.deepEqual(rig.reasons, ["closed by the client"]);
});

serverTest("a client that goes while its job runs leaves nothing behind", async (rig) => {
  const stream = await stalledClient(rig, Infinity);
  stream.push(new Error("reset by peer"));
  await once(rig.server, "disconnected");
  assert.equal(rig.pool.encoders[0]!.isClosed, true);
  const written = stream.writes.length;
  rig.pool.encoders[0]!.jobs[0]!.resolve(fakeUpdate(20));
  await settle();
  assert.equal(stream.writes.length, written);
});

serverTest("a client that leaves at any step leaves nothing behind", async (rig) => {
  const session = [...HANDSHAKE, ...REQUEST_ALL, 4, 1, 0, 0, 0, 0, 0, 0x61];
  for (let length = 0; length <= session.length; length++) {
    const client = RawClient.connect(rig.server);
    await client.write(session.slice(0, length));
    await settle();
    client.close();
    await settle();
  }
  // those whose job is not answered wait for it
  rig.clock.advance(5_000);
  assert.equal(rig.reasons.length, session.length + 1);
});

serverTest("stop lets clients have what is on its way, and waits for them", async (rig) => {
  const stream = await stalledClient(rig, 100);
  await rig.pool.encoders[0]!.answer(777);
  await settle();
  let stopped = false;
  const stopping = rig.server.stop().then(() => stopped = true);
  await settle();
  assert.equal(stopped, false);
  stream.take(Infinity);
  await stopping;
  assert.deepEqual(rig.reasons, ["the server stops"]);
  assert.equal(stream.isClosed, true);
  assert.equal(rig.pool.isClosed, false);
});

serverTest("stop waits no longer than the grace time, and may be called again", async (rig) => {
  await stalledClient(rig, 0);
  const stopping = Promise.all([rig.server.stop(), rig.server.stop()]);
  await settle();
  rig.clock.advance(5_000);
  await stopping;
  assert.deepEqual(rig.reasons, ["the server stops"]);
  const [near, far] = memoryPipe();
  rig.server.addStream(far);
  assert.equal(await near.read(), null);
});

/** A listener that accepts what a test gives it. */
class FakeListener implements Listener {
  readonly address = "memory";
  readonly port = undefined;
  isClosed = false;
  #accepted: (ByteStream | Error)[] = [];
  #wake: (() => void) | undefined;

  accept(stream: ByteStream | Error): void {
    this.#accepted.push(stream);
    this.#wake?.();
  }

  close(): void {
    this.isClosed = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<ByteStream> {
    while (!this.isClosed) {
      const next = this.#accepted.shift();
      if (next instanceof Error) throw next;
      if (next !== undefined) yield next;
      else await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }
}

serverTest("a server accepts from a listener until it stops, and closes it", async (rig) => {
  const listener = new FakeListener();
  rig.server.serve(listener);
  const [near, far] = memoryPipe();
  listener.accept(far);
  await new RawClient(near).initialize();
  await rig.server.stop();
  assert.equal(listener.isClosed, true);
  const late = new FakeListener();
  rig.server.serve(late);
  assert.equal(late.isClosed, true);
});

serverTest("a listener that breaks is logged and takes nobody with it", async (rig) => {
  const client = await RawClient.initialized(rig.server);
  const listener = new FakeListener();
  rig.server.serve(listener);
  listener.accept(new Error("no more descriptors"));
  await settle();
  assert.match(rig.lines.at(-1)!, /cannot accept connections on memory any more: no more descriptors/);
  await client.request(true, rect(0, 0, 1, 1));
  assert.equal(rig.server.clients.length, 1);
});

Deno.test("options that cannot be meant are a UsageError", () => {
  const { display } = new ServerRig();
  assert.throws(() => new VncServer(display, { password: "" }), UsageError);
  for (const maxConnections of [0, -1, 1.5, NaN]) {
    assert.throws(() => new VncServer(display, { maxConnections }), UsageError);
  }
});

Deno.test("a password of more than eight characters is warned about", () => {
  assert.match(new ServerRig({ password: "123456789" }).lines.join(), /only the first 8 characters/);
  assert.deepEqual(new ServerRig({ password: "12345678" }).lines, []);
});
