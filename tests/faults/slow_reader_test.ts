/** Viewers that stop reading while the display goes on: what that costs the server, and whom it costs anything. */

import assert from "node:assert/strict";
import { STALL_DEADLINE_MS } from "../../lib/base/limits.ts";
import { rect } from "../../lib/base/rect.ts";
import { connectVnc } from "../../lib/client/open_vnc.ts";
import type { VncClient } from "../../lib/client/vnc_client.ts";
import { ByteWriter } from "../../lib/rfb/byte_writer.ts";
import {
  writeClientInit,
  writeFramebufferUpdateRequest,
  writeProtocolVersion,
  writeSetEncodings,
} from "../../lib/rfb/client_messages.ts";
import { Encoding } from "../../lib/rfb/encodings.ts";
import { BusyServer } from "../helpers/busy_server.ts";
import { waitUntil } from "../helpers/peers.ts";
import { clientFrame } from "../transport/websocket_frames.ts";

const WIDTH = 3_840;
const HEIGHT = 2_160;
const FRAME_BYTES = WIDTH * HEIGHT * 4;
/** Few enough that a loaded machine keeps up with them. */
const FPS = 5;
/** So many updates of every witness come before memory and rate are taken for the usual ones. */
const WARM_UPDATES = 15;
const BINARY_FRAME = 2;

/** The line of somebody who writes and never reads, not even what the handshake answers. */
interface DeafLine {
  /** As the server names it. */
  readonly address: string;
  write(bytes: Uint8Array): Promise<void>;
  close(): void;
}

async function tcpLine(port: number): Promise<DeafLine> {
  const conn = await Deno.connect({ hostname: "127.0.0.1", port });
  const { hostname, port: ownPort } = conn.localAddr;
  return {
    address: `${hostname}:${ownPort}`,
    async write(bytes): Promise<void> {
      for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
    },
    close: () => conn.close(),
  };
}

/** A WebSocket by hand: the platform's own would read. */
async function webSocketLine(port: number): Promise<DeafLine> {
  const line = await tcpLine(port);
  const upgrade = [
    "GET /websockify HTTP/1.1",
    `Host: 127.0.0.1:${port}`,
    `Origin: http://127.0.0.1:${port}`,
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  ];
  await line.write(new TextEncoder().encode(`${upgrade.join("\r\n")}\r\n\r\n`));
  return { ...line, write: (bytes) => line.write(clientFrame(BINARY_FRAME, bytes)) };
}

/** For what has changed, or for everything. */
type Request = "incremental" | "whole";

/** How one viewer is bad. */
interface Deafness {
  /** What it asks for again and again. */
  readonly requests: readonly Request[];
  /** How much faster than real time the server's deadlines pass. */
  readonly clockSpeed: number;
  open(server: BusyServer): Promise<DeafLine>;
}

/** Gets in blindly, and wants Raw: a whole frame an update. */
async function enter(line: DeafLine): Promise<void> {
  const writer = new ByteWriter();
  writeProtocolVersion(writer, "3.8");
  writer.u8(1);
  writeClientInit(writer, true);
  writeSetEncodings(writer, [Encoding.Raw]);
  await line.write(writer.finish());
}

async function ask(line: DeafLine, requests: readonly Request[]): Promise<void> {
  const writer = new ByteWriter();
  for (const request of requests) {
    writeFramebufferUpdateRequest(writer, request === "incremental", rect(0, 0, 0xffff, 0xffff));
  }
  await line.write(writer.finish());
}

/** A viewer that keeps up, and counts. */
class Witness implements Disposable {
  updates = 0;
  readonly #client: VncClient;

  private constructor(client: VncClient) {
    this.#client = client;
    client.on("update", () => {
      this.updates++;
      client.requestUpdate(true);
    });
    client.requestUpdate(true);
  }

  static async enter(port: number, encoding: number): Promise<Witness> {
    return new Witness(await connectVnc(`127.0.0.1::${port}`, { encodings: [encoding] }));
  }

  [Symbol.dispose](): void {
    this.#client.close();
  }
}

/** Updates a second of the slower of the witnesses while `work` goes on. */
async function slowestRate(witnesses: readonly Witness[], work: () => Promise<void>): Promise<number> {
  const before = witnesses.map(({ updates }) => updates);
  const startMs = performance.now();
  await work();
  const seconds = (performance.now() - startMs) / 1_000;
  return Math.min(...witnesses.map(({ updates }, at) => updates - before[at]!)) / seconds;
}

async function warmUp(witnesses: readonly Witness[]): Promise<void> {
  const ends = witnesses.map(({ updates }) => updates + WARM_UPDATES);
  await waitUntil(() => witnesses.every(({ updates }, at) => updates >= ends[at]!), "updates of the witnesses");
}

/** Asks and asks until the server has had enough; the most memory it took, in frames above what it had before. */
async function stayDeaf(server: BusyServer, line: DeafLine, { requests, clockSpeed }: Deafness): Promise<number> {
  const residentBefore = server.residentBytes;
  let mostResident = residentBefore;
  await enter(line);
  await waitUntil(
    async () => {
      mostResident = Math.max(mostResident, server.residentBytes);
      await ask(line, requests).catch(() => {});
      return droppedLines(server).length > 0;
    },
    `the end of the client that does not read; the server said: ${server.output}`,
    STALL_DEADLINE_MS / clockSpeed + 20_000,
  );
  return (mostResident - residentBefore) / FRAME_BYTES;
}

function droppedLines(server: BusyServer): string[] {
  return server.linesOf(/disconnected: /);
}

async function testDeaf(deafness: Deafness): Promise<void> {
  const { clockSpeed } = deafness;
  await using server = await BusyServer.start({ width: WIDTH, height: HEIGHT, fps: FPS, clockSpeed });
  using zrle = await Witness.enter(server.port, Encoding.ZRLE);
  using hextile = await Witness.enter(server.port, Encoding.Hextile);
  const witnesses = [zrle, hextile];
  await warmUp(witnesses);
  const usualRate = await slowestRate(witnesses, () => warmUp(witnesses));
  const line = await deafness.open(server);
  let frames = Infinity;
  const rate = await slowestRate(witnesses, async () => {
    frames = await stayDeaf(server, line, deafness);
  });
  line.close();
  assert.ok(frames <= 3, `memory grew by ${frames} frames`);
  assertDropped(server, line);
  // the machine may have become slower meanwhile, for reasons of its own
  const laterRate = await slowestRate(witnesses, () => warmUp(witnesses));
  const told = `the witnesses had ${usualRate} updates a second, then ${rate}, and ${laterRate} when it was gone`;
  assert.ok(rate >= Math.min(usualRate, laterRate) / 2, told);
  assert.equal(droppedLines(server).length, 1);
}

function assertDropped(server: BusyServer, { address }: DeafLine): void {
  const [id] = /client \d+ (?=connected from )/.exec(server.linesOf(new RegExp(`from ${address} `))[0] ?? "") ?? [];
  const dropped = droppedLines(server);
  assert.equal(dropped.length, 1, server.output);
  assert.ok(id !== undefined && dropped[0]!.includes(id), server.output);
  assert.match(dropped[0]!, /: \d+ bytes of output pending, (and none taken for \d+ s|limit is \d+)$/);
}

Deno.test("a viewer that stops reading 3840x2160 costs three frames at most, nobody else, and is dropped", async () => {
  await testDeaf({
    requests: ["whole", "incremental", "incremental", "whole"],
    clockSpeed: 1,
    open: (server) => tcpLine(server.port),
  });
});

Deno.test("so does one whose WebSocket stops reading, and that asks for changes only", async () => {
  await testDeaf({ requests: ["incremental"], clockSpeed: 4, open: (server) => webSocketLine(server.webPort) });
});
