import assert from "node:assert/strict";
import { ConnectionError, ProtocolError } from "../../lib/base/errors.ts";
import { MAX_WEBSOCKET_FRAME_BYTES, MAX_WEBSOCKET_QUEUE_BYTES } from "../../lib/base/limits.ts";
import type { ByteStream } from "../../lib/transport/byte_stream.ts";
import { webSocketStream } from "../../lib/transport/websocket_stream.ts";

/** A stream of the platform's server side, and the browser's end as a plain WebSocket. */
async function withSocket(use: (stream: ByteStream, socket: WebSocket) => Promise<void>): Promise<void> {
  const served = Promise.withResolvers<ByteStream>();
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    served.resolve(webSocketStream(socket, "browser"));
    return response;
  });
  const socket = new WebSocket(`ws://127.0.0.1:${server.addr.port}/`);
  socket.binaryType = "arraybuffer";
  const closed = new Promise((resolve) => socket.addEventListener("close", resolve));
  await new Promise((resolve) => socket.addEventListener("open", resolve));
  try {
    await use(await served.promise, socket);
  } finally {
    (await served.promise).close();
    await closed;
    await server.shutdown();
  }
}

function closeCode(socket: WebSocket): Promise<number> {
  return new Promise((resolve) => socket.addEventListener("close", (event) => resolve(event.code)));
}

Deno.test("a platform's WebSocket that gets a text message is closed with 1003", () =>
  withSocket(async (stream, socket) => {
    const code = closeCode(socket);
    socket.send("text");
    await assert.rejects(stream.read(), ProtocolError);
    assert.equal(await code, 1003);
    await assert.rejects(stream.write(new Uint8Array(1)), ConnectionError);
  }));

Deno.test("a platform's WebSocket that gets a message over the limit is closed with 1009", () =>
  withSocket(async (stream, socket) => {
    const code = closeCode(socket);
    socket.send(new Uint8Array(MAX_WEBSOCKET_FRAME_BYTES));
    assert.equal((await stream.read())?.length, MAX_WEBSOCKET_FRAME_BYTES);
    socket.send(new Uint8Array(MAX_WEBSOCKET_FRAME_BYTES + 1));
    await assert.rejects(stream.read(), /a message of 1048577 bytes came/);
    assert.equal(await code, 1009);
  }));

Deno.test("a platform's WebSocket whose messages nobody reads is closed with 1008", () =>
  withSocket(async (stream, socket) => {
    const code = closeCode(socket);
    const messages = MAX_WEBSOCKET_QUEUE_BYTES / MAX_WEBSOCKET_FRAME_BYTES;
    for (let i = 0; i < messages; i++) socket.send(new Uint8Array(MAX_WEBSOCKET_FRAME_BYTES));
    assert.equal(await code, 1008);
    await assert.rejects(stream.read(), ProtocolError);
  }));

Deno.test("messages that came before the close are read, together, and then null", () =>
  withSocket(async (stream, socket) => {
    socket.send(new Uint8Array([1]));
    socket.send(new Uint8Array([2, 3]));
    const code = closeCode(socket);
    socket.close(1000);
    await code;
    assert.deepEqual(await stream.read(), new Uint8Array([1, 2, 3]));
    assert.equal(await stream.read(), null);
  }));

Deno.test("a write to a platform's WebSocket that is still opening waits for it", async () => {
  const received = Promise.withResolvers<unknown>();
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onmessage = (event) => received.resolve(event.data);
    return response;
  });
  const socket = new WebSocket(`ws://127.0.0.1:${server.addr.port}/`);
  const closed = new Promise((resolve) => socket.addEventListener("close", resolve));
  const stream = webSocketStream(socket, "server");
  await stream.write(new Uint8Array([7]));
  assert.deepEqual(new Uint8Array(await received.promise as ArrayBuffer), new Uint8Array([7]));
  stream.close();
  await closed;
  await server.shutdown();
});

Deno.test("a platform's WebSocket that cannot be opened is a lost connection", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const socket = new WebSocket(`ws://127.0.0.1:${listener.addr.port}/`);
  const stream = webSocketStream(socket, "server");
  (await listener.accept()).close();
  await assert.rejects(stream.read(), ConnectionError);
  await assert.rejects(stream.write(new Uint8Array(1)), ConnectionError);
  listener.close();
});
