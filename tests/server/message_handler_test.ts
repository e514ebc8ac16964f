import assert from "node:assert/strict";
import { once } from "node:events";
import { MAX_CUT_TEXT_BYTES, MAX_INPUT_BYTES } from "../../lib/base/limits.ts";
import { rect } from "../../lib/base/rect.ts";
import {
  writeClientCutText,
  writeKeyEvent,
  writePointerEvent,
  writeQEMUExtendedKeyEvent,
} from "../../lib/rfb/client_messages.ts";
import { Encoding, PseudoEncoding } from "../../lib/rfb/encodings.ts";
import { ClientMessageType } from "../../lib/rfb/message_types.ts";
import { type PixelFormat, R3G3B2, X8R8G8B8 } from "../../lib/rfb/pixel_format.ts";
import { parseBell, parseServerCutText, parseSetColourMapEntries } from "../../lib/rfb/server_messages.ts";
import { memoryPipe } from "../../lib/transport/memory_pipe.ts";
import { settle } from "../helpers/fake_clock.ts";
import { RawClient } from "../helpers/raw_client.ts";
import { FakeDevice, RIG_HEIGHT, RIG_WIDTH, ServerRig, serverTest } from "../helpers/server_rig.ts";

/** What the server's owner is told, as text. */
function listen(rig: ServerRig): string[] {
  const events: string[] = [];
  const codeText = (keycode: number | undefined) => keycode === undefined ? "" : ` ${keycode.toString(16)}`;
  rig.server.on("key", ({ client, keysym, down, keycode }) => {
    events.push(`${client.id} key ${keysym.toString(16)}${codeText(keycode)} ${down ? "down" : "up"}`);
  });
  rig.server.on("pointer", ({ client, x, y, buttonMask }) => events.push(`${client.id} at ${x},${y} ${buttonMask}`));
  rig.server.on("cutText", ({ client, text }) => events.push(`${client.id} cut ${JSON.stringify(text)}`));
  return events;
}

serverTest("keys, pointer and cut texts are told to the owner", async (rig) => {
  const events = listen(rig);
  const client = await RawClient.initialized(rig.server);
  await client.send((writer) => {
    writeKeyEvent(writer, 0x61, true);
    writeKeyEvent(writer, 0x61, false);
    writePointerEvent(writer, 3, 4, 1);
    writePointerEvent(writer, 60_000, 60_000, 0);
    writeClientCutText(writer, "zwei\r\nZeilen");
  });
  await settle();
  const edge = `${RIG_WIDTH - 1},${RIG_HEIGHT - 1}`;
  assert.deepEqual(events, [
    "1 key 61 down",
    "1 key 61 up",
    "1 at 3,4 1",
    `1 at ${edge} 0`,
    `1 cut "zwei\\nZeilen"`,
  ]);
});

const device = new FakeDevice();

serverTest("a key that two clients hold goes up with the last of them, however they go", async (rig) => {
  const events = listen(rig);
  const first = await RawClient.initialized(rig.server);
  const second = await RawClient.initialized(rig.server);
  for (const client of [first, second]) await client.send((writer) => writeKeyEvent(writer, 0xffe3, true));
  await first.send((writer) => writeKeyEvent(writer, 0x61, true));
  await settle();
  device.take();
  first.close();
  await once(rig.server, "disconnected");
  assert.deepEqual(device.take(), ["-1e"]);
  second.close();
  await once(rig.server, "disconnected");
  assert.deepEqual(device.take(), ["-1d"]);
  assert.deepEqual(events.slice(3), ["1 key ffe3 up", "1 key 61 up", "2 key ffe3 up"]);
}, { input: device });

serverTest("a button that is held when the line breaks is released", async (rig) => {
  const events = listen(rig);
  const client = await RawClient.initialized(rig.server);
  await client.send((writer) => writePointerEvent(writer, 10, 10, 5));
  await settle();
  client.close();
  await once(rig.server, "disconnected");
  assert.deepEqual(events, ["1 at 10,10 5", "1 at 10,10 0"]);
});

const watched = new FakeDevice();

serverTest("a client that only watches moves nothing and is told so in its info", async (rig) => {
  const events = listen(rig);
  const client = await RawClient.initialized(rig.server);
  await client.setEncodings(PseudoEncoding.QEMUExtendedKeyEvent);
  await client.send((writer) => {
    writeKeyEvent(writer, 0x61, true);
    writeQEMUExtendedKeyEvent(writer, 0x61, 0x1e, true);
    writePointerEvent(writer, 3, 4, 1);
    writeClientCutText(writer, "text");
  });
  await settle();
  client.close();
  await once(rig.server, "disconnected");
  assert.deepEqual(events, []);
  assert.deepEqual(watched.log.filter((line) => line.startsWith("+")), []);
  assert.equal(rig.disconnected[0]?.viewOnly, true);
}, { viewOnly: true, input: watched });

serverTest("input wakes the display, requests for updates do not", async (rig) => {
  const client = await RawClient.initialized(rig.server);
  const backOff = () => {
    for (let i = 0; i < 20; i++) rig.display.refresh();
    return rig.display.refreshIntervalMs;
  };
  const idleMs = backOff();
  await client.request(true);
  await settle();
  assert(rig.display.refreshIntervalMs >= idleMs);
  await client.send((writer) => writeKeyEvent(writer, 0x61, true));
  await settle();
  assert(rig.display.refreshIntervalMs < 20);
  backOff();
  await client.send((writer) => writePointerEvent(writer, 1, 1, 0));
  await settle();
  assert(rig.display.refreshIntervalMs < 20);
});

const extended = new FakeDevice();

serverTest("an extended key event goes to the machine as the key it is", async (rig) => {
  const events = listen(rig);
  const client = await RawClient.initialized(rig.server);
  await client.setEncodings(PseudoEncoding.QEMUExtendedKeyEvent);
  await client.send((writer) => writeQEMUExtendedKeyEvent(writer, 0xff52, 0xc8, true));
  await client.send((writer) => writeQEMUExtendedKeyEvent(writer, 0xff52, 0xc8, false));
  await settle();
  assert.deepEqual(events, ["1 key ff52 c8 down", "1 key ff52 c8 up"]);
  assert.deepEqual(extended.take(), ["+c8", "-c8"]);
}, { input: extended });

serverTest("an extended key event that was not asked for ends the client", async (rig) => {
  const client = await RawClient.initialized(rig.server);
  await client.send((writer) => writeQEMUExtendedKeyEvent(writer, 0x61, 0x1e, true));
  await client.readToEnd();
  assert.deepEqual(rig.reasons, ["Cannot read an extended key event: it was not asked for"]);
});

serverTest("unknown messages end their client, with the type in the reason, and no other", async (rig) => {
  const other = await RawClient.initialized(rig.server);
  const known: readonly number[] = Object.values(ClientMessageType);
  for (const type of [1, 7, 0x77, 150, 248, 250, 251]) {
    assert(!known.includes(type));
    const client = await RawClient.initialized(rig.server);
    await client.write([type, ...new Uint8Array(64)]);
    assert.deepEqual(await client.readToEnd(), []);
    assert.match(rig.reasons.at(-1)!, new RegExp(`message of type ${type}:`));
  }
  await other.request(false);
  await settle();
  await rig.pool.encoders[0]!.answer(20);
  assert.equal((await other.read(20)).length, 20);
});

serverTest("a cut text over the cap is passed over, and the next message is read", async (rig) => {
  const events = listen(rig);
  const client = await RawClient.initialized(rig.server);
  await client.send((writer) => {
    writeClientCutText(writer, "a".repeat(MAX_CUT_TEXT_BYTES + 1));
    writeClientCutText(writer, "b".repeat(MAX_CUT_TEXT_BYTES));
    writeKeyEvent(writer, 0x61, true);
  });
  for (let i = 0; i < 100 && events.length < 2; i++) await settle();
  assert.deepEqual(events.map((event) => event.slice(0, 12)), ['1 cut "bbbbb', "1 key 61 dow"]);
});

serverTest("a cut text that claims to be huge ends its client at once", async (rig) => {
  for (const byteLength of [MAX_INPUT_BYTES + 1, 0x7fffffff, 0xfffffffc, 0xffffffff]) {
    const client = await RawClient.initialized(rig.server);
    await client.send((writer) => writer.u8(6).pad(3).u32(byteLength));
    assert.deepEqual(await client.readToEnd(), []);
    assert.match(rig.reasons.at(-1)!, new RegExp(`cut text of ${byteLength} bytes`));
  }
});

serverTest("the guest's cut text and bell reach clients that are initialized", async (rig) => {
  const waiting = RawClient.connect(rig.server);
  const client = await RawClient.initialized(rig.server);
  rig.display.cutText("Grüße");
  rig.display.bell();
  assert.equal(await client.readParsed(parseServerCutText), "Grüße");
  assert.equal(await client.readParsed(parseBell), true);
  waiting.close();
  assert.equal((await waiting.readToEnd()).length, 0);
});

const RGB565: PixelFormat = {
  ...X8R8G8B8,
  bitsPerPixel: 16,
  depth: 16,
  redMax: 31,
  greenMax: 63,
  blueMax: 31,
  redShift: 11,
  greenShift: 5,
};

serverTest("every sane pixel format is taken, and its pixels are made in it", async (rig) => {
  const client = await RawClient.initialized(rig.server);
  const bgr222 = { ...R3G3B2, depth: 6, redMax: 3, greenMax: 3, blueMax: 3, redShift: 0, greenShift: 2, blueShift: 4 };
  const formats: PixelFormat[] = [
    X8R8G8B8,
    { ...X8R8G8B8, bigEndianFlag: true },
    { ...X8R8G8B8, redShift: 0, blueShift: 16 },
    { ...X8R8G8B8, redShift: 24, greenShift: 16, blueShift: 8 },
    RGB565,
    { ...RGB565, bigEndianFlag: true },
    { ...RGB565, depth: 15, greenMax: 31, redShift: 10 },
    R3G3B2,
    bgr222,
    { ...X8R8G8B8, redMax: 0, greenMax: 0, blueMax: 0 },
  ];
  const encoder = rig.pool.encoders[0]!;
  for (const format of formats) {
    await client.setPixelFormat(format);
    await client.request(true);
    await settle();
    assert.deepEqual(encoder.last.settings.pixelFormat, format);
    assert.deepEqual(encoder.last.rects, [rect(0, 0, RIG_WIDTH, RIG_HEIGHT)]);
    await encoder.answer(20);
    await client.read(20);
  }
});

serverTest("a pixel format that cannot be ends its client", async (rig) => {
  const formats: PixelFormat[] = [
    { ...X8R8G8B8, bitsPerPixel: 0 },
    { ...X8R8G8B8, bitsPerPixel: 24 },
    { ...X8R8G8B8, bitsPerPixel: 255 },
    { ...X8R8G8B8, depth: 33 },
    { ...X8R8G8B8, redShift: 255 },
    { ...X8R8G8B8, redShift: 25 },
    { ...X8R8G8B8, redMax: 65_535 },
    { ...X8R8G8B8, redMax: 200 },
    { ...X8R8G8B8, redShift: 8 },
    { ...X8R8G8B8, trueColourFlag: false },
    { ...RGB565, redShift: 12 },
    { ...R3G3B2, blueMax: 7 },
  ];
  for (const format of formats) {
    const client = await RawClient.initialized(rig.server);
    await client.setPixelFormat(format);
    assert.deepEqual(await client.readToEnd(), [], JSON.stringify(format));
    assert.match(rig.reasons.at(-1)!, /^Cannot set the pixel format: it has /);
  }
});

serverTest("a colour-map client gets its map before its indices", async (rig) => {
  const client = await RawClient.initialized(rig.server);
  await client.setPixelFormat({ ...X8R8G8B8, bitsPerPixel: 8, depth: 8, trueColourFlag: false });
  await client.request(false);
  const map = await client.readParsed(parseSetColourMapEntries);
  assert.equal(map.colours.length, 256);
  await settle();
  assert.deepEqual(rig.pool.encoders[0]!.last.settings.pixelFormat, R3G3B2);
});

serverTest("65535 encodings, again and again, change nothing but the choice", async (rig) => {
  const client = await RawClient.initialized(rig.server);
  const encodings = Array.from(
    { length: 65_535 },
    (_, i) => i % 2 === 0 ? PseudoEncoding.QEMUExtendedKeyEvent : Encoding.Hextile,
  );
  for (let i = 0; i < 5; i++) await client.setEncodings(...encodings);
  await client.request(true);
  for (let i = 0; i < 100 && rig.pool.encoders[0]!.jobs.length === 0; i++) await settle();
  assert.equal(rig.pool.encoders[0]!.last.settings.encoding, Encoding.Hextile);
  await rig.pool.encoders[0]!.answer(20);
  assert.equal((await client.read(20 + 12))[3], 2);
});

serverTest("half a message holds nobody up, and is read when the rest comes", async (rig) => {
  const events = listen(rig);
  const slow = await RawClient.initialized(rig.server);
  await slow.write([2, 0, 0xff, 0xff, 0, 0]);
  const quick = await RawClient.initialized(rig.server);
  await quick.send((writer) => writeKeyEvent(writer, 0x62, true));
  await settle();
  assert.deepEqual(events, ["2 key 62 down"]);
  await slow.write(new Uint8Array(65_535 * 4 - 2));
  await slow.send((writer) => writeKeyEvent(writer, 0x61, true));
  for (let i = 0; i < 100 && events.length < 2; i++) await settle();
  assert.deepEqual(events, ["2 key 62 down", "1 key 61 down"]);
});

/** A whole session with every message; what the server does and says is a function of the bytes alone. */
async function playSession(maxReadBytes: number | undefined): Promise<{ events: string[]; told: number[] }> {
  const rig = new ServerRig();
  const events = listen(rig);
  const [near, far] = memoryPipe({ maxReadBytes });
  rig.server.addStream(far);
  const client = new RawClient(near);
  await client.initialize();
  await client.setPixelFormat(RGB565);
  await client.setEncodings(Encoding.Hextile, Encoding.CopyRect, PseudoEncoding.Cursor);
  await client.send((writer) => {
    writeKeyEvent(writer, 0x41, true);
    writePointerEvent(writer, 1, 2, 4);
    writeClientCutText(writer, "x".repeat(100));
  });
  await client.request(false, rect(0, 0, 16, 16));
  while ((rig.pool.encoders[0]?.jobs.length ?? 0) === 0) await settle();
  events.push(JSON.stringify(rig.pool.encoders[0]!.last));
  await rig.pool.encoders[0]!.answer(64);
  const told = await client.read(64);
  await client.write([0x77]);
  assert.deepEqual(await client.readToEnd(), []);
  events.push(...rig.reasons);
  await rig.end();
  return { events, told };
}

Deno.test("a session one byte at a time is the same session", async () => {
  const whole = await playSession(undefined);
  assert.deepEqual(await playSession(1), whole);
  assert.match(whole.events.at(-1)!, /type 119/);
});
