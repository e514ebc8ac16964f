/** Connected pairs of every kind of stream, for tests that hold for all of them. */

import { connect } from "../../lib/transport/connect.ts";
import { listen } from "../../lib/transport/listener.ts";
import { memoryPipe } from "../../lib/transport/memory_pipe.ts";
import { parseAddress } from "../../lib/transport/address.ts";
import type { ByteStream } from "../../lib/transport/byte_stream.ts";
import { webSocketStream } from "../../lib/transport/websocket_stream.ts";

/** Two ends of one connection, and what to do when the test is over. */
export interface StreamPair {
  readonly near: ByteStream;
  readonly far: ByteStream;
  readonly end: () => Promise<void>;
}

/** How to make a pair of each kind. */
export const STREAM_PAIRS: Readonly<Record<string, () => Promise<StreamPair>>> = {
  memory: memoryPair,
  tcp: () => listenerPair("127.0.0.1::0"),
  unix: unixPair,
  websocket: webSocketPair,
};

function memoryPair(): Promise<StreamPair> {
  const [near, far] = memoryPipe();
  return Promise.resolve({ near, far, end: () => closeAll(near, far) });
}

async function listenerPair(address: string): Promise<StreamPair> {
  const listener = await listen(parseAddress(address, 5900));
  const accepted = listener[Symbol.asyncIterator]().next();
  const near = await connect(parseAddress(listener.address, 5900));
  const far = (await accepted).value as ByteStream;
  listener.close();
  return { near, far, end: () => closeAll(near, far) };
}

async function unixPair(): Promise<StreamPair> {
  const folder = await Deno.makeTempDir({ prefix: "vncd-pair-" });
  const pair = await listenerPair(`unix:${folder}/pair.sock`);
  await Deno.remove(folder, { recursive: true });
  return pair;
}

async function webSocketPair(): Promise<StreamPair> {
  const served = Promise.withResolvers<ByteStream>();
  const closed = Promise.withResolvers<void>();
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    served.resolve(webSocketStream(socket, "test"));
    socket.addEventListener("close", () => closed.resolve());
    return response;
  });
  const socket = new WebSocket(`ws://127.0.0.1:${server.addr.port}/`);
  const near = webSocketStream(socket, "test");
  await new Promise<void>((resolve) => socket.addEventListener("open", () => resolve()));
  const far = await served.promise;
  const end = async () => {
    const gone = new Promise<void>((resolve) => {
      if (socket.readyState === WebSocket.CLOSED) resolve();
      else socket.addEventListener("close", () => resolve());
    });
    await closeAll(near, far);
    await Promise.all([gone, closed.promise]);
    await server.shutdown();
  };
  return { near, far, end };
}

function closeAll(...streams: ByteStream[]): Promise<void> {
  for (const stream of streams) stream.close();
  return Promise.resolve();
}

/** Reads until `byteLength` bytes have come; fewer when the stream ends before. */
export async function readBytes(stream: ByteStream, byteLength: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(byteLength);
  let offset = 0;
  while (offset < byteLength) {
    const chunk = await stream.read();
    if (chunk === null) return bytes.subarray(0, offset);
    bytes.set(chunk.subarray(0, byteLength - offset), offset);
    offset += chunk.length;
  }
  return bytes;
}
