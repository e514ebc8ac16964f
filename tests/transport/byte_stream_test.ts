import assert from "node:assert/strict";
import fc from "fast-check";
import { ConnectionError } from "../../lib/base/errors.ts";
import { readBytes, STREAM_PAIRS, type StreamPair } from "../helpers/stream_pairs.ts";

function testEveryKind(fact: string, check: (pair: StreamPair) => Promise<void>): void {
  for (const [kind, makePair] of Object.entries(STREAM_PAIRS)) {
    Deno.test(`${kind} stream: ${fact}`, async () => {
      const pair = await makePair();
      try {
        await check(pair);
      } finally {
        await pair.end();
      }
    });
  }
}

function noise(byteLength: number): Uint8Array {
  const bytes = new Uint8Array(byteLength);
  let state = 1;
  for (let i = 0; i < byteLength; i++) bytes[i] = (state = (state * 1_103_515_245 + 12_345) >>> 0) >>> 16;
  return bytes;
}

function isLost(error: unknown): boolean {
  return error instanceof ConnectionError && error.stage === "lost" &&
    /^Cannot [^\n]+: [^\n.]+$/.test(error.message);
}

testEveryKind("bytes come out in order, whatever the sizes of the writes", async ({ near, far }) => {
  const sizes = fc.sample(fc.nat(70_000), { numRuns: 20, seed: 7 });
  const sent = noise(sizes.reduce((sum, size) => sum + size, 0));
  const received = readBytes(far, sent.length);
  let offset = 0;
  for (const size of sizes) {
    await near.write(sent.subarray(offset, offset + size));
    offset += size;
  }
  assert.deepEqual(await received, sent);
});

testEveryKind("both directions work at once", async ({ near, far }) => {
  const sent = noise(300_000);
  const [there, back] = await Promise.all([
    readBytes(far, sent.length),
    readBytes(near, sent.length),
    near.write(sent),
    far.write(sent),
  ]);
  assert.deepEqual(there, sent);
  assert.deepEqual(back, sent);
});

testEveryKind("a write waits for a reader and bytesTaken tells how far it got", async ({ near, far }) => {
  const sent = noise(24 << 20);
  let isDone = false;
  const writing = near.write(sent).then(() => isDone = true);
  const first = await far.read() as Uint8Array;
  assert.equal(isDone, false);
  assert.ok(near.bytesTaken > 0 && near.bytesTaken < sent.length, `${near.bytesTaken}`);
  const rest = await readBytes(far, sent.length - first.length);
  await writing;
  assert.equal(first.length + rest.length, sent.length);
});

testEveryKind("bytesTaken counts every byte once all are read", async ({ near, far }) => {
  const received = readBytes(far, 200_000);
  await near.write(noise(150_000));
  await near.write(noise(50_000));
  await received;
  await far.write(noise(1));
  await near.read();
  assert.equal(near.bytesTaken, 200_000);
});

testEveryKind("close ends a pending read with null", async ({ near }) => {
  const reading = near.read();
  near.close();
  assert.equal(await reading, null);
  assert.equal(await near.read(), null);
});

testEveryKind("close ends a pending write with an error", async ({ near }) => {
  const writing = near.write(noise(32 << 20));
  await new Promise((resolve) => setTimeout(resolve));
  near.close();
  await assert.rejects(writing, isLost);
  await assert.rejects(near.write(noise(1)), isLost);
});

testEveryKind("a write after close throws, an empty one too", async ({ near }) => {
  near.close();
  near.close();
  await assert.rejects(near.write(noise(1)), isLost);
  await assert.rejects(near.write(new Uint8Array(0)), isLost);
});

testEveryKind("what was written before close arrives, then null", async ({ near, far }) => {
  const sent = noise(50_000);
  await near.write(sent);
  near.close();
  assert.deepEqual(await readBytes(far, sent.length + 1), sent);
  assert.equal(await far.read(), null);
});

testEveryKind("writes to a peer that has closed fail in the end", async ({ near, far }) => {
  far.close();
  await assert.rejects(async () => {
    for (let i = 0; i < 1_000; i++) await near.write(noise(64 * 1024));
  }, isLost);
});

Deno.test("tcp stream: a peer that has finished writing can still be written to", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { connect } = await import("../../lib/transport/connect.ts");
  const { hostname: host, port } = listener.addr;
  const [peer, stream] = await Promise.all([listener.accept(), connect({ kind: "tcp", host, port })]);
  await peer.closeWrite();
  assert.equal(await stream.read(), null);
  await stream.write(new Uint8Array([1, 2, 3]));
  const buffer = new Uint8Array(8);
  assert.equal(await peer.read(buffer), 3);
  stream.close();
  peer.close();
  listener.close();
});

Deno.test("tcp stream: a reset by the peer is a lost connection", async () => {
  const { createServer } = await import("node:net");
  const { connect } = await import("../../lib/transport/connect.ts");
  const server = createServer((socket) => socket.on("data", () => socket.resetAndDestroy()));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const port = (server.address() as { port: number }).port;
  const stream = await connect({ kind: "tcp", host: "127.0.0.1", port });
  const reading = stream.read();
  await stream.write(new Uint8Array([1]));
  await assert.rejects(reading, isLost);
  stream.close();
  await new Promise((resolve) => server.close(resolve));
});
