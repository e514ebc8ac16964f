import assert from "node:assert/strict";
import { AuthError, ConnectionError, TimeoutError, UsageError } from "../../lib/base/errors.ts";
import { MEASURABLE_ENCODINGS, measureServer, type MeasureServerOptions } from "../../lib/client/measure_server.ts";
import { Display } from "../../lib/display/display.ts";
import { COMPRESS_LEVEL_0, Encoding, PseudoEncoding, QUALITY_LEVEL_0 } from "../../lib/rfb/encodings.ts";
import { serveVnc, type ServeVncOptions } from "../../lib/run/serve_vnc.ts";
import { connStream } from "../../lib/transport/conn_stream.ts";
import { FakeServer, updateMessage } from "../helpers/fake_server.ts";

const [WIDTH, HEIGHT] = [64, 48];
const RAW_BYTES = WIDTH * HEIGHT * 4;

async function withServer(options: ServeVncOptions, use: (address: string) => Promise<void>): Promise<void> {
  const display = new Display({ width: WIDTH, height: HEIGHT });
  const service = await serveVnc(display, options);
  try {
    await use(service.addresses[0]!);
  } finally {
    await service.stop();
    display.close();
  }
}

/** A server that `play` plays for each connection, after a handshake. */
async function withFake(
  play: (server: FakeServer, encodings: readonly number[]) => Promise<void>,
  use: (address: string) => Promise<void>,
): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepting = (async () => {
    for await (const conn of listener) {
      const server = new FakeServer(connStream(conn, "tcp", "viewer"));
      const encodings = await server.welcome(WIDTH, HEIGHT);
      await play(server, encodings).finally(() => server.stream.close());
    }
  })();
  try {
    await use(`127.0.0.1::${listener.addr.port}`);
  } finally {
    listener.close();
    await accepting;
  }
}

const FULL_REQUEST = [3, 0, 0, 0, 0, 0, 0, WIDTH, 0, HEIGHT];
const REST_REQUEST = [3, 1, 0, 0, 0, 0, 0, WIDTH, 0, HEIGHT];

function rawRect(y: number, height: number): Uint8Array {
  const payload = new Uint8Array(WIDTH * height * 4);
  return updateMessage([{ y, width: WIDTH, height, encoding: Encoding.Raw, payload }]);
}

Deno.test("every encoding that a server answers in is measured, and the size of its updates", async () => {
  await withServer({ name: "measured", lossy: "on", adaptive: false }, async (address) => {
    const told: number[] = [];
    const connected: unknown[] = [];
    const options: MeasureServerOptions = {
      updates: 2,
      qualityLevel: 5,
      onConnected: (server) => connected.push(server),
      onMeasured: ({ encoding }) => told.push(encoding),
    };
    const { measured, unanswered, name, width, height } = await measureServer(address, options);
    assert.deepEqual(connected, [{ name: "measured", width: WIDTH, height: HEIGHT }]);
    assert.deepEqual([name, width, height], ["measured", WIDTH, HEIGHT]);
    assert.deepEqual(measured.map(({ encoding }) => encoding), told);
    const asked = [...told, ...unanswered.map(({ encoding }) => encoding)];
    assert.deepEqual(asked.toSorted(), MEASURABLE_ENCODINGS.toSorted());
    const raw = measured.find(({ encoding }) => encoding === Encoding.Raw)!;
    assert.equal(raw.updates, 2);
    assert(raw.bytesPerUpdate >= RAW_BYTES + 16 && raw.bytesPerUpdate < RAW_BYTES * 1.01);
    const zrle = measured.find(({ encoding }) => encoding === Encoding.ZRLE)!;
    assert(zrle.ratioToRaw > 50 && raw.ratioToRaw > 0.99 && raw.ratioToRaw < 1);
    for (const { firstByteMs, lastByteMs, updatesPerSecond } of measured) {
      assert(firstByteMs > 0 && firstByteMs <= lastByteMs && updatesPerSecond > 0);
    }
  });
});

Deno.test("without a quality no server is asked for what has a loss", async () => {
  await withServer({}, async (address) => {
    const { measured, unanswered } = await measureServer(address, { updates: 1 });
    const asked = [...measured, ...unanswered].map(({ encoding }) => encoding);
    assert(!asked.includes(Encoding.JPEG) && !asked.includes(Encoding.ZYWRLE) && asked.includes(Encoding.Tight));
  });
});

Deno.test("a full update may come in several, and what is not pixels does not count", async () => {
  await withFake(async (server, encodings) => {
    assert.deepEqual(encodings, [Encoding.Raw, PseudoEncoding.LastRect]);
    for (let update = 0; update < 3; update++) {
      assert.deepEqual([...await server.receive(10)], FULL_REQUEST);
      await server.send([2], rawRect(0, 40));
      assert.deepEqual([...await server.receive(10)], REST_REQUEST);
      await server.send(updateMessage([{ width: WIDTH, height: HEIGHT, encoding: PseudoEncoding.DesktopSize }]));
      assert.deepEqual([...await server.receive(10)], REST_REQUEST);
      await server.send(rawRect(40, 8));
    }
  }, async (address) => {
    const { measured } = await measureServer(address, { encodings: [Encoding.Raw], updates: 1 });
    assert.equal(measured[0]!.bytesPerUpdate, 1 + RAW_BYTES + 3 * 16);
  });
});

Deno.test("an encoding that a server does not know or does not stand is not measured, the next one is", async () => {
  await withFake(async (server, [encoding, ...others]) => {
    assert.deepEqual(others, [PseudoEncoding.LastRect, COMPRESS_LEVEL_0 + 3, QUALITY_LEVEL_0 + 4]);
    await server.receive(10);
    if (encoding === Encoding.Tight) return;
    for (let update = 0; update < 3; update++) {
      await server.send(rawRect(0, HEIGHT));
      if (encoding !== Encoding.Raw || update === 2) break;
      await server.receive(10);
    }
  }, async (address) => {
    const encodings = [Encoding.Tight, Encoding.ZRLE, Encoding.Raw];
    const options = { encodings, updates: 1, compressLevel: 3, qualityLevel: 4 };
    const { measured, unanswered } = await measureServer(address, options);
    assert.deepEqual(measured.map(({ encoding }) => encoding), [Encoding.Raw]);
    assert.deepEqual(unanswered.map(({ encoding }) => encoding), [Encoding.Tight, Encoding.ZRLE]);
    assert.match(unanswered[0]!.reason, /the connection was closed$/);
    assert.match(unanswered[1]!.reason, /it answers in Raw \(0\)$/);
  });
});

Deno.test("a server that falls silent is a timeout", async () => {
  await withFake(async (server) => {
    await server.receive(10);
    await server.stream.read();
  }, async (address) => {
    const options = { encodings: [Encoding.Raw], updateTimeoutMs: 50 };
    await assert.rejects(measureServer(address, options), TimeoutError);
  });
});

Deno.test("stopping before anything is measured rejects with the reason, later it keeps what there is", async () => {
  await withServer({}, async (address) => {
    const stop = new AbortController();
    const reason = new Error("enough");
    stop.abort(reason);
    await assert.rejects(measureServer(address, { signal: stop.signal }), reason);
    const later = new AbortController();
    const onMeasured = () => later.abort(reason);
    const { measured, unanswered } = await measureServer(address, { updates: 1, signal: later.signal, onMeasured });
    assert.deepEqual([measured.length, unanswered.length], [1, 0]);
  });
});

Deno.test("a password is asked for once, a wrong one is an AuthError, nobody there a ConnectionError", async () => {
  await withServer({ password: "secret" }, async (address) => {
    let asked = 0;
    const password = () => `secret${++asked > 1 ? "x" : ""}`;
    const { measured } = await measureServer(address, { encodings: [0, 5, 16], updates: 1, password });
    assert.deepEqual([measured.length, asked], [3, 1]);
    await assert.rejects(measureServer(address, { password: "wrong" }), AuthError);
  });
  await assert.rejects(measureServer("127.0.0.1::1"), ConnectionError);
  await assert.rejects(measureServer("127.0.0.1::1", { encodings: [PseudoEncoding.Cursor] }), UsageError);
});
