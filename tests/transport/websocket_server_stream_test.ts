import assert from "node:assert/strict";
import type { Clock } from "../../lib/base/clock.ts";
import { ConnectionError } from "../../lib/base/errors.ts";
import type { ByteStream } from "../../lib/transport/byte_stream.ts";
import { memoryPipe } from "../../lib/transport/memory_pipe.ts";
import {
  CloseCode,
  closeCodeOf,
  closePayload,
  Opcode,
  WebSocketFrameError,
} from "../../lib/transport/websocket_frame.ts";
import { webSocketServerStream } from "../../lib/transport/websocket_server_stream.ts";
import { clientFrame, concat, type ServerFrame, serverFrames } from "./websocket_frames.ts";

const NO_BYTES = new Uint8Array(0);

/** Timers that only the test lets go off. */
class ManualClock implements Clock {
  readonly timers: (() => void)[] = [];
  nowMs(): number {
    return 0;
  }
  setTimer(callback: () => void): { cancel: () => void } {
    this.timers.push(callback);
    return { cancel: () => {} };
  }
}

interface Rig {
  readonly client: ByteStream;
  readonly stream: ByteStream;
  readonly clock: ManualClock;
}

function rig(capacityBytes?: number, received?: Uint8Array): Rig {
  const [client, carrier] = memoryPipe({ capacityBytes });
  const clock = new ManualClock();
  return { client, stream: webSocketServerStream(carrier, { clock, received }), clock };
}

async function framesUntilEnd(client: ByteStream): Promise<ServerFrame[]> {
  const chunks: Uint8Array[] = [];
  for (let chunk = await client.read(); chunk !== null; chunk = await client.read()) chunks.push(chunk);
  return serverFrames(concat(chunks));
}

function isClosed(error: unknown): boolean {
  return error instanceof ConnectionError && /the connection is closed$/.test(error.message);
}

Deno.test("a WebSocket's payloads are what read gives", async () => {
  const { client, stream } = rig();
  await client.write(clientFrame(Opcode.Binary, new Uint8Array([1, 2])));
  await client.write(clientFrame(Opcode.Binary, NO_BYTES));
  await client.write(clientFrame(Opcode.Binary, new Uint8Array([3])));
  assert.deepEqual(await stream.read(), new Uint8Array([1, 2]));
  assert.deepEqual(await stream.read(), new Uint8Array([3]));
});

Deno.test("frames that came together are read together", async () => {
  const { client, stream } = rig();
  await client.write(concat(Array.from({ length: 1_000 }, (_, i) => clientFrame(Opcode.Binary, new Uint8Array([i])))));
  assert.deepEqual(await stream.read(), new Uint8Array(1_000).map((_, i) => i));
});

Deno.test("what came behind the handshake is read first", async () => {
  const { client, stream } = rig(undefined, clientFrame(Opcode.Binary, new Uint8Array([1])));
  await client.write(clientFrame(Opcode.Binary, new Uint8Array([2])));
  assert.deepEqual(await stream.read(), new Uint8Array([1]));
  assert.deepEqual(await stream.read(), new Uint8Array([2]));
});

Deno.test("a write becomes binary frames of 64 KiB at most and bytesTaken counts their payload", async () => {
  const { client, stream } = rig();
  const sent = new Uint8Array(150_000).map((_, i) => i * 7);
  const writing = stream.write(sent);
  writing.then(() => client.write(clientFrame(Opcode.Close, NO_BYTES)));
  const reading = stream.read();
  const frames = await framesUntilEnd(client);
  assert.equal(await reading, null);
  const data = frames.filter((frame) => frame.opcode === Opcode.Binary);
  assert.deepEqual(concat(data.map((frame) => frame.payload)), sent);
  assert.ok(data.every((frame) => frame.payload.length <= 65_536));
  assert.equal(stream.bytesTaken, sent.length);
});

/** Notes whose memory each write was; fails those that `isTaken` does not let through. */
function notingCarrier(
  isTaken: (write: number) => boolean,
): { readonly carrier: ByteStream; memory: ArrayBufferLike[] } {
  const memory: ArrayBufferLike[] = [];
  const [carrier] = memoryPipe({ capacityBytes: 2 ** 30 });
  const write = (bytes: Uint8Array): Promise<void> => {
    memory.push(bytes.buffer);
    return isTaken(memory.length) ? carrier.write(bytes) : Promise.reject(new ConnectionError("Cannot write", "lost"));
  };
  return {
    carrier: new Proxy(carrier, { get: (of, name) => name === "write" ? write : Reflect.get(of, name, of) }),
    memory,
  };
}

Deno.test("frames are written in memory that is used again", async () => {
  const { carrier, memory } = notingCarrier(() => true);
  const stream = webSocketServerStream(carrier);
  for (let i = 0; i < 20; i++) await stream.write(new Uint8Array(200_000));
  assert.equal(memory.length, 80);
  assert.equal(new Set(memory).size, 1);
});

Deno.test("memory that two streams write from at a time is not the same", async () => {
  const both = [notingCarrier(() => true), notingCarrier(() => true)];
  const streams = both.map(({ carrier }) => webSocketServerStream(carrier));
  await Promise.all(streams.map((stream) => stream.write(new Uint8Array(60_000))));
  assert.notEqual(both[0]!.memory[0], both[1]!.memory[0]);
});

Deno.test("memory of a frame whose write failed is not used again", async () => {
  const { carrier, memory } = notingCarrier((write) => write !== 2);
  const stream = webSocketServerStream(carrier);
  await stream.write(new Uint8Array(10));
  await assert.rejects(stream.write(new Uint8Array(10)), ConnectionError);
  await stream.write(new Uint8Array(10));
  assert.notEqual(memory[2], memory[1]);
});

Deno.test("a write waits while the client does not read, and fails when the stream is closed", async () => {
  const { stream } = rig(1_000);
  const writing = stream.write(new Uint8Array(5_000));
  await Promise.resolve();
  await Promise.resolve();
  assert.ok(stream.bytesTaken < 1_000);
  stream.close();
  await assert.rejects(writing, isClosed);
  await assert.rejects(stream.write(NO_BYTES), isClosed);
});

Deno.test("a stuck write does not keep a closed connection open", async () => {
  const { client, stream } = rig(1_000);
  const writing = stream.write(new Uint8Array(5_000));
  await Promise.resolve();
  await Promise.resolve();
  stream.close();
  await assert.rejects(writing);
  let bytes = 0;
  for (let chunk = await client.read(); chunk !== null; chunk = await client.read()) bytes += chunk.length;
  assert.equal(bytes, 1_000);
});

Deno.test("a ping is answered, a flood of them by the last one only", async () => {
  const { client, stream } = rig();
  const pings = Array.from({ length: 1_000 }, (_, i) => clientFrame(Opcode.Ping, new Uint8Array([i & 255])));
  await client.write(concat(pings));
  await client.write(clientFrame(Opcode.Close, closePayload(1000)));
  assert.equal(await stream.read(), null);
  const frames = await framesUntilEnd(client);
  const pongs = frames.filter((frame) => frame.opcode === Opcode.Pong);
  assert.ok(pongs.length >= 1 && pongs.length < 10, `${pongs.length} pongs`);
  assert.deepEqual(pongs.at(-1)?.payload, new Uint8Array([999 & 255]));
});

Deno.test("a ping is answered while a write is on its way, between two frames", async () => {
  const { client, stream } = rig(1_000);
  const writing = stream.write(new Uint8Array(200_000));
  const reading = stream.read();
  await client.write(clientFrame(Opcode.Ping, new Uint8Array([5])));
  const chunks: Uint8Array[] = [];
  writing.then(() => client.write(clientFrame(Opcode.Close, NO_BYTES)));
  for (let chunk = await client.read(); chunk !== null; chunk = await client.read()) chunks.push(chunk);
  await reading;
  const frames = serverFrames(concat(chunks));
  assert.deepEqual(frames.map((frame) => frame.opcode), [2, Opcode.Pong, 2, 2, 2, Opcode.Close]);
});

Deno.test("a close frame is answered with its code and ends the stream behind the last data", async () => {
  const { client, stream } = rig();
  await client.write(
    concat([clientFrame(Opcode.Binary, new Uint8Array([1])), clientFrame(Opcode.Close, closePayload(1001))]),
  );
  assert.deepEqual(await stream.read(), new Uint8Array([1]));
  assert.equal(await stream.read(), null);
  const frames = await framesUntilEnd(client);
  assert.deepEqual(frames.map((frame) => [frame.opcode, closeCodeOf(frame.payload)]), [[Opcode.Close, 1001]]);
  await assert.rejects(stream.write(NO_BYTES), isClosed);
});

Deno.test("close tells the client and waits for its close frame", async () => {
  const { client, stream, clock } = rig();
  const reading = stream.read();
  stream.close();
  assert.equal(await reading, null);
  const first = await client.read() as Uint8Array;
  assert.deepEqual(serverFrames(first), [{ opcode: Opcode.Close, payload: closePayload(CloseCode.Normal) }]);
  await client.write(clientFrame(Opcode.Binary, new Uint8Array(100)));
  await client.write(clientFrame(Opcode.Close, closePayload(CloseCode.Normal)));
  assert.equal(await client.read(), null);
  assert.equal(clock.timers.length, 1);
});

Deno.test("close does not wait for ever for a client that keeps silent", async () => {
  const { client, stream, clock } = rig();
  stream.close();
  await client.read();
  clock.timers.forEach((goOff) => goOff());
  assert.equal(await client.read(), null);
});

Deno.test("a client that goes without a close frame ends the stream", async () => {
  const { client, stream } = rig();
  const reading = stream.read();
  client.close();
  assert.equal(await reading, null);
  stream.close();
});

const WRONG: readonly (readonly [string, Uint8Array, number])[] = [
  ["a text frame", clientFrame(Opcode.Text, new Uint8Array([65])), CloseCode.UnsupportedData],
  ["an unmasked frame", clientFrame(Opcode.Binary, NO_BYTES, { isMasked: false }), CloseCode.ProtocolError],
  ["a frame of 2^63 bytes", clientFrame(Opcode.Binary, NO_BYTES, { claimedBytes: 1n << 63n }), CloseCode.TooBig],
];

for (const [what, wire, code] of WRONG) {
  Deno.test(`${what} closes with ${code}, and read throws`, async () => {
    const { client, stream, clock } = rig();
    await client.write(wire);
    await assert.rejects(stream.read(), WebSocketFrameError);
    assert.equal(await stream.read(), null);
    await client.write(new Uint8Array(50_000));
    clock.timers.forEach((goOff) => goOff());
    const frames = await framesUntilEnd(client);
    assert.deepEqual(frames.map((frame) => [frame.opcode, closeCodeOf(frame.payload)]), [[Opcode.Close, code]]);
  });
}
