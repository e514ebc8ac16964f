import assert from "node:assert/strict";
import { ConnectionError, LimitError, ProtocolError } from "../../lib/base/errors.ts";
import { MAX_CLIENT_OUTPUT_BYTES } from "../../lib/base/limits.ts";
import { createLogger } from "../../lib/base/log.ts";
import { type ConnectOptions, openVnc } from "../../lib/client/open_vnc.ts";
import type { VncClient } from "../../lib/client/vnc_client.ts";
import type { ServerMessage } from "../../lib/decode/message_decoder.ts";
import { Encoding, PseudoEncoding } from "../../lib/rfb/encodings.ts";
import { writeBell, writeServerCutText } from "../../lib/rfb/server_messages.ts";
import { settle } from "../helpers/fake_clock.ts";
import { FakeServer, updateMessage, type WireRect, written } from "../helpers/fake_server.ts";
import { concat, DeflateStream, encodeHextile, encodeRaw, firstZlibRect, zrleTiles } from "../helpers/rects.ts";

async function connected(
  options: ConnectOptions = {},
  maxReadBytes?: number,
): Promise<{ client: VncClient; server: FakeServer }> {
  const { server, stream } = FakeServer.create(maxReadBytes);
  const opening = openVnc(stream, options);
  await server.welcome(8, 6, "lab");
  return { client: await opening, server };
}

function solid(width: number, height: number, value: number) {
  return { width, height, values: new Array<number>(width * height).fill(value) };
}

function rawRect(width: number, height: number, value: number, x = 0, y = 0): WireRect {
  return { x, y, width, height, encoding: Encoding.Raw, payload: encodeRaw(solid(width, height, value)) };
}

function colourAt(client: VncClient, x: number, y: number): number {
  const { pixels, strideBytes } = client.framebuffer;
  const at = y * strideBytes + x * 4;
  return pixels[at]! | pixels[at + 1]! << 8 | pixels[at + 2]! << 16;
}

const NO_PIXELS = { width: 0, height: 0 };

Deno.test("VncClient paints updates of every encoding, whatever pieces they arrive in", async () => {
  for (const maxReadBytes of [1, Infinity]) {
    const { client, server } = await connected({}, maxReadBytes);
    const update = client.nextUpdate();
    await server.send(updateMessage([
      rawRect(8, 6, 0x112233),
      { width: 2, height: 2, encoding: Encoding.Hextile, payload: encodeHextile(solid(2, 2, 0xff0000)) },
      { x: 2, width: 2, height: 2, encoding: Encoding.Zlib, payload: firstZlibRect(encodeRaw(solid(2, 2, 0xff00))) },
      { x: 4, width: 2, height: 2, encoding: Encoding.ZRLE, payload: firstZlibRect(zrleTiles(solid(2, 2, 0xff))) },
      { x: 0, y: 4, width: 6, height: 2, encoding: Encoding.CopyRect, payload: Uint8Array.of(0, 0, 0, 0) },
      { ...NO_PIXELS, encoding: PseudoEncoding.LastRect },
    ], 0xffff));
    const { rects } = await update;
    assert.deepEqual(rects.map(({ encoding }) => encoding), [0, 5, 6, 16, 1]);
    const row = (y: number) => [0, 2, 4, 6].map((x) => colourAt(client, x, y));
    assert.deepEqual(row(0), [0xff0000, 0xff00, 0xff, 0x112233]);
    assert.deepEqual(row(4), [0xff0000, 0xff00, 0xff, 0x112233]);
    assert.deepEqual(row(3), [0x112233, 0x112233, 0x112233, 0x112233]);
    client.close();
  }
});

Deno.test("VncClient sends what it is told, byte by byte as specified", async () => {
  const { client, server } = await connected();
  client.requestUpdate(false);
  client.requestUpdate(true, { x: 1, y: 2, width: 3, height: 4 });
  client.sendKey(0x61, true);
  client.sendPointer(258, 3, 5);
  client.sendCutText("hé€");
  await server.expect([3, 0, 0, 0, 0, 0, 0, 8, 0, 6]);
  await server.expect([3, 1, 0, 1, 0, 2, 0, 3, 0, 4]);
  await server.expect([4, 1, 0, 0, 0, 0, 0, 0x61]);
  await server.expect([5, 5, 1, 2, 0, 3]);
  await server.expect([6, 0, 0, 0, 0, 0, 0, 3, 0x68, 0xe9, 0x3f]);
  client.close();
});

Deno.test("VncClient sends extended key events only after the server has announced them", async () => {
  const { client, server } = await connected();
  assert.equal(client.extendedKeyEventSupported, false);
  client.sendExtendedKey(0x61, 0x1e, true);
  await server.expect([4, 1, 0, 0, 0, 0, 0, 0x61]);
  const announced = new Promise((resolve) => client.once("bell", () => resolve(undefined)));
  await server.send(updateMessage([{ ...NO_PIXELS, encoding: PseudoEncoding.QEMUExtendedKeyEvent }]));
  await server.send(written(writeBell));
  await announced;
  assert.equal(client.extendedKeyEventSupported, true);
  client.sendExtendedKey(0x61, 0x1e, false);
  await server.expect([255, 0, 0, 0, 0, 0, 0, 0x61, 0, 0, 0, 0x1e]);
  client.close();
});

Deno.test("VncClient asks again when a request is answered without pixels, and only then", async () => {
  const { client, server } = await connected();
  const news = updateMessage([{ ...NO_PIXELS, encoding: PseudoEncoding.QEMUExtendedKeyEvent }]);
  const rang = new Promise((resolve) => client.once("bell", () => resolve(undefined)));
  await server.send(news, written(writeBell));
  await rang;
  client.requestUpdate(false);
  await server.expect([3, 0, 0, 0, 0, 0, 0, 8, 0, 6]);
  const update = client.nextUpdate();
  await server.send(news);
  await server.expect([3, 1, 0, 0, 0, 0, 0, 8, 0, 6]);
  await server.send(updateMessage([]));
  assert.deepEqual((await update).rects, []);
  await server.send(news);
  client.sendKey(1, true);
  await server.expect([4, 1, 0, 0, 0, 0, 0, 1]);
  client.close();
});

Deno.test("VncClient resizes, begins with a black picture, and asks for the whole picture next", async () => {
  const { client, server } = await connected();
  const first = client.nextUpdate();
  await server.send(updateMessage([rawRect(8, 6, 0x445566)]));
  await first;
  const sizes: number[][] = [];
  client.on("resize", (width, height) => sizes.push([width, height]));
  const old = client.framebuffer;
  const second = client.nextUpdate();
  await server.send(updateMessage([{ width: 10, height: 4, encoding: PseudoEncoding.DesktopSize }]));
  await server.send(updateMessage([rawRect(1, 1, 0x778899, 9, 3)]));
  await second;
  assert.deepEqual(sizes, [[10, 4]]);
  assert.notEqual(client.framebuffer, old);
  assert.deepEqual([client.width, client.height], [10, 4]);
  assert.deepEqual([colourAt(client, 7, 3), colourAt(client, 8, 3), colourAt(client, 9, 3)], [0, 0, 0x778899]);
  client.requestUpdate(true, { x: 0, y: 0, width: 1, height: 1 });
  client.requestUpdate(true, { x: 0, y: 0, width: 1, height: 1 });
  await server.expect([3, 0, 0, 0, 0, 0, 0, 10, 0, 4]);
  await server.expect([3, 1, 0, 0, 0, 0, 0, 1, 0, 1]);
  client.close();
});

Deno.test("VncClient tells of bells, cut texts and pointer shapes", async () => {
  const { client, server } = await connected({ localCursor: true });
  const told: unknown[] = [];
  client.on("bell", () => told.push("bell"));
  client.on("cutText", (text) => told.push(text));
  client.on("cursor", (image) => told.push(image.pixels));
  const payload = Uint8Array.of(1, 2, 3, 0, 0x80);
  const update = client.nextUpdate();
  await server.send(written(writeBell), written((w) => writeServerCutText(w, "cut é")));
  await server.send(updateMessage([{ width: 1, height: 1, encoding: PseudoEncoding.Cursor, payload }]));
  await server.send(updateMessage([]));
  await update;
  assert.deepEqual(told, ["bell", "cut é", Uint8Array.of(3, 2, 1, 255)]);
  client.close();
});

Deno.test("VncClient gives the bytes of every message to those who listen for them", async () => {
  const { client, server } = await connected({}, 3);
  const messages: ServerMessage[] = [];
  client.on("serverMessage", (message) => messages.push(message));
  const bytes = updateMessage([rawRect(2, 2, 1), rawRect(1, 1, 2)]);
  const sent = concat([written(writeBell), written((w) => writeServerCutText(w, "x")), bytes]);
  const update = client.nextUpdate();
  await server.send(sent);
  await update;
  assert.deepEqual(messages.map((message) => message.type), [2, 3, 0]);
  assert.deepEqual(concat(messages.map((message) => message.bytes!)), sent);
  assert.deepEqual(messages[2]!.rects.map(({ start, end }) => [start, end]), [[4, 32], [32, 48]]);
  client.close();
});

Deno.test("VncClient stops reading while it is paused", async () => {
  const { client, server } = await connected();
  const first = client.nextUpdate();
  await settle();
  client.pause();
  // the read that was under way already gets this one
  await server.send(updateMessage([rawRect(1, 1, 1)]));
  await first;
  const update = client.nextUpdate();
  let isUpdated = false;
  update.then(() => isUpdated = true);
  await server.send(updateMessage([rawRect(1, 1, 2)]));
  await settle();
  assert.equal(isUpdated, false, "went on reading");
  client.resume();
  await update;
  assert.equal(colourAt(client, 0, 0), 2);
  client.close();
});

Deno.test("VncClient lets others have their turn while a server makes it work", async () => {
  const { client, server } = await connected();
  const side = 8_000;
  const solid = concat([Uint8Array.of(1, 1, 2, 3)]);
  const tiles = concat(new Array<Uint8Array>(Math.ceil(side / 64) ** 2).fill(solid));
  const stream = new DeflateStream();
  const rects = Array.from({ length: 40 }, (): WireRect => {
    return { width: side, height: side, encoding: Encoding.ZRLE, payload: stream.rect(tiles) };
  });
  const resize: WireRect = { width: side, height: side, encoding: PseudoEncoding.DesktopSize };
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  const update = client.nextUpdate();
  await server.send(updateMessage([resize, ...rects]));
  await Promise.race([update, waitForTurns(() => turns)]);
  clearInterval(timer);
  client.close();
  await assert.rejects(update, ConnectionError);
});

/** Resolves after several turns of the timers. */
async function waitForTurns(turns: () => number): Promise<void> {
  while (turns() < 5) await settle();
}

/** What the client ends with when the server sends these bytes. */
async function endsWith(bytes: Uint8Array, options: ConnectOptions = {}): Promise<Error> {
  const { client, server } = await connected(options);
  const update = client.nextUpdate();
  await server.send(bytes).catch(() => {});
  const error = await client.closed;
  assert.ok(error instanceof Error);
  await assert.rejects(update, (rejected) => rejected === error);
  assert.equal(await server.isAbandoned(), true);
  return error;
}

Deno.test("VncClient ends with what a hostile server did wrong", async () => {
  const whole = { width: 8, height: 6 };
  const bomb = firstZlibRect(new Uint8Array(1_000_000));
  const cases: [WireRect, RegExp][] = [
    [{ width: 9, height: 1, encoding: Encoding.Raw }, /9x1 at 0,0: the framebuffer is 8x6/],
    [{ x: 65_535, width: 0, height: 0, encoding: Encoding.Raw }, /the framebuffer is 8x6/],
    [{ ...whole, encoding: Encoding.CopyRect, payload: Uint8Array.of(0, 1, 0, 0) }, /Cannot copy 8x6 at 1,0/],
    [{ ...whole, encoding: Encoding.Zlib, payload: bomb }, /more than its pixels|8 bytes|its pixels take/],
    [{ ...whole, encoding: Encoding.ZRLE, payload: firstZlibRect(Uint8Array.of(2, 0, 0, 0)) }, /less than its pixels/],
    [{ ...whole, encoding: Encoding.ZRLE, payload: firstZlibRect(Uint8Array.of(128, 0, 0, 0, 60)) }, /a run passes/],
    [{ ...whole, encoding: Encoding.Hextile, payload: Uint8Array.of(77) }, /flags are 77/],
    [{ ...whole, encoding: 2 }, /RRE \(2\) was not asked for/],
    [{ ...whole, encoding: PseudoEncoding.Cursor }, /Cursor \(-239\) was not asked for/],
  ];
  for (const [rect, message] of cases) {
    const error = await endsWith(updateMessage([rect]));
    assert.ok(error instanceof ProtocolError, `${error}`);
    assert.match(error.message, message);
  }
});

Deno.test("VncClient ends when a size, a cursor or a cut text passes its cap, without allocating it", async () => {
  const resize = updateMessage([{ width: 65_535, height: 65_535, encoding: PseudoEncoding.DesktopSize }]);
  const cursor = updateMessage([{ width: 65_535, height: 65_535, encoding: PseudoEncoding.Cursor }]);
  const cutText = Uint8Array.of(3, 0, 0, 0, 0xff, 0xff, 0xff, 0xff);
  for (const bytes of [resize, cursor, cutText]) {
    assert.ok(await endsWith(bytes, { localCursor: true }) instanceof LimitError);
  }
  assert.ok(await endsWith(Uint8Array.of(150)) instanceof ProtocolError);
});

Deno.test("VncClient ends with a lost connection when the server goes, in mid message as well", async () => {
  for (const bytes of [new Uint8Array(0), updateMessage([rawRect(2, 2, 1)]).subarray(0, 20)]) {
    const { client, server } = await connected();
    await server.send(bytes);
    server.stream.close();
    const error = await client.closed;
    assert.ok(error instanceof ConnectionError && error.stage === "lost", `${error}`);
    await assert.rejects(client.nextUpdate(), ConnectionError);
  }
});

Deno.test("VncClient that is closed ends without an error and sends nothing more", async () => {
  const { client, server } = await connected();
  const closes: unknown[] = [];
  client.on("close", (error) => closes.push(error));
  const update = client.nextUpdate();
  client.close();
  client.close();
  client.requestUpdate(false);
  assert.equal(await client.closed, undefined);
  await assert.rejects(update, ConnectionError);
  assert.deepEqual(closes, [undefined]);
  assert.equal((await server.receive(1)).length, 0);
});

Deno.test("VncClient ends with what a listener threw, not the process", async () => {
  const { client, server } = await connected();
  client.on("bell", () => {
    throw new Error("listener");
  });
  await server.send(written(writeBell));
  assert.equal((await client.closed)?.message, "listener");
});

Deno.test("VncClient logs what a close listener threw", async () => {
  const lines: string[] = [];
  const { client } = await connected({ logger: createLogger("error", (line) => lines.push(line)) });
  client.on("close", () => {
    throw new Error("listener");
  });
  client.close();
  assert.equal(await client.closed, undefined);
  assert.equal(lines.length, 1);
  assert.match(lines[0]!, /"close" listener threw: listener/);
});

Deno.test("VncClient ends when the server does not read and too much waits", async () => {
  const { client } = await connected();
  const text = "x".repeat(200_000);
  for (let sent = 0; sent <= MAX_CLIENT_OUTPUT_BYTES; sent += text.length) client.sendCutText(text);
  const error = await client.closed;
  assert.ok(error instanceof ConnectionError);
  assert.match(error.message, /has not read \d+ bytes/);
});

Deno.test("VncClient reads an update that came right behind the handshake", async () => {
  const { server, stream } = FakeServer.create();
  const opening = openVnc(stream);
  const init = written((w) =>
    w.u16(8).u16(6).bytes(Uint8Array.of(32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0)).pad(3).u32(0)
  );
  await server.send(
    "RFB 003.003\n",
    [0, 0, 0, 1],
    concat([init, updateMessage([rawRect(8, 6, 7)]), written(writeBell)]),
  );
  const client = await opening;
  const rang = new Promise((resolve) => client.once("bell", () => resolve(undefined)));
  await server.receive(13);
  await server.settings();
  await rang;
  assert.equal(colourAt(client, 7, 5), 7);
  client.close();
});
