/** What no client should send once it is in: each closes that client, or is survived where RFB allows it. */

import assert from "node:assert/strict";
import { MAX_CUT_TEXT_BYTES, MAX_INPUT_BYTES } from "../../lib/base/limits.ts";
import { rect } from "../../lib/base/rect.ts";
import { ByteWriter } from "../../lib/rfb/byte_writer.ts";
import {
  writeClientCutText,
  writeFramebufferUpdateRequest,
  writeKeyEvent,
  writePointerEvent,
  writeSetEncodings,
  writeSetPixelFormat,
} from "../../lib/rfb/client_messages.ts";
import { Encoding, PseudoEncoding } from "../../lib/rfb/encodings.ts";
import { type PixelFormat, R3G3B2, X8R8G8B8 } from "../../lib/rfb/pixel_format.ts";
import {
  parseFramebufferUpdateHeader,
  parseRectHeader,
  parseSetColourMapEntries,
} from "../../lib/rfb/server_messages.ts";
import { FAULT_RIG_SIZE, type FaultRig, faultTest } from "../helpers/fault_rig.ts";
import type { FaultClient } from "../helpers/fault_client.ts";
import { waitUntil } from "../helpers/peers.ts";

const KEYSYM_A = 0x61;

function message(write: (writer: ByteWriter) => void): Uint8Array {
  const writer = new ByteWriter();
  write(writer);
  return writer.finish();
}

/** Sends bytes behind a handshake; the server closes that client for that reason. */
async function assertCloses(rig: FaultRig, bytes: Iterable<number>, reason: RegExp): Promise<void> {
  const client = await rig.initialized();
  await client.write(bytes);
  await rig.assertClosed(client, reason);
}

/** Sends bytes behind a handshake; the server takes them and goes on with that client. */
async function assertSurvives(rig: FaultRig, bytes: Iterable<number>): Promise<void> {
  const client = await rig.initialized();
  await client.write(bytes);
  await assertObeyed(rig, client);
  await rig.assertServes(client);
  client.close();
}

/** What a client sends now is understood: nothing before it has been left over. */
async function assertObeyed(rig: FaultRig, client: FaultClient): Promise<void> {
  const keys: string[] = [];
  rig.service.on("key", ({ client: { address }, keysym }) => keys.push(`${address} ${keysym}`));
  await client.send((writer) => writeKeyEvent(writer, KEYSYM_A, true));
  await waitUntil(() => keys.includes(`${client.address} ${KEYSYM_A}`), "the key");
  rig.service.removeAllListeners("key");
}

faultTest("every first byte that is no message closes its client", async (rig) => {
  for (let first = 0; first < 256; first += 8) {
    const types = Array.from({ length: 8 }, (_, at) => first + at);
    await Promise.all(types.map((type) => assertTypeCloses(rig, type)));
    await rig.assertWitnessServed();
  }
  assert.equal(rig.disconnected.length, 256);
});

async function assertTypeCloses(rig: FaultRig, type: number): Promise<void> {
  // zeros behind a message are a SetPixelFormat of 0 bits per pixel
  if ([0, 2, 3, 4, 5, 6, 255].includes(type)) {
    await assertCloses(rig, [type, ...new Uint8Array(64)], /^Cannot (set|read) /);
  } else {
    const tail = crypto.getRandomValues(new Uint8Array(64));
    await assertCloses(rig, [type, ...tail], new RegExp(`^Cannot read a message of type ${type}: `));
  }
}

faultTest("a QEMU message that was not offered closes its client", async (rig) => {
  for (let subtype = 0; subtype < 256; subtype += 15) {
    const reason = subtype === 0 ? /it was not asked for|it was not offered/ : /it was not offered/;
    await assertCloses(rig, [255, subtype, ...new Uint8Array(10)], reason);
  }
});

for (const length of [MAX_INPUT_BYTES + 1, 0x7fffffff, 0x80000000, 0xfffffffc, 0xffffffff]) {
  faultTest(`a cut text that claims ${length} bytes closes its client before they are sent`, async (rig) => {
    const head = message((writer) => writer.u8(6).pad(3).u32(length));
    await assertCloses(rig, head, new RegExp(`^Cannot read a cut text of ${length} bytes: `));
    await assertCloses(rig, [...head, ...new Uint8Array(300_000)], /^Cannot read a cut text /);
  });
}

faultTest("a cut text over the cap is passed over, one of the cap is not", async (rig) => {
  const texts: number[] = [];
  rig.service.on("cutText", ({ text }) => texts.push(text.length));
  for (const length of [MAX_CUT_TEXT_BYTES + 1, MAX_INPUT_BYTES, MAX_CUT_TEXT_BYTES, 0]) {
    await assertSurvives(rig, message((writer) => writeClientCutText(writer, "x".repeat(length))));
  }
  assert.deepEqual(texts, [MAX_CUT_TEXT_BYTES, 0]);
});

const ENCODINGS: Readonly<Record<string, (at: number) => number>> = {
  "of numbers nobody knows": (at) => 0x40000000 + at,
  "of one known number": () => Encoding.ZRLE,
  "of all small numbers": (at) => at - 1_000,
  "of pseudo-encodings": (at) => Object.values<number>(PseudoEncoding)[at % Object.values(PseudoEncoding).length]!,
};

for (const [what, encodingAt] of Object.entries(ENCODINGS)) {
  faultTest(`a list of 65535 encodings ${what} is survived`, async (rig) => {
    const list = Array.from({ length: 0xffff }, (_, at) => encodingAt(at));
    await assertSurvives(rig, message((writer) => writeSetEncodings(writer, list)));
  });
}

faultTest("a list of 65535 encodings that never ends holds up nobody", async (rig) => {
  const client = await rig.initialized();
  await client.write([2, 0, 0xff, 0xff, ...new Uint8Array(100_000)]);
  await rig.assertWitnessServed();
  await rig.assertWitnessServed();
  assert.equal(rig.service.server.clients.length, 2);
  client.close();
  await rig.assertClosed(client, /closed by the client/);
});

function format(changes: Partial<PixelFormat>): Uint8Array {
  return message((writer) => writeSetPixelFormat(writer, { ...X8R8G8B8, ...changes }));
}

const BAD_FORMATS: readonly [what: string, changes: Partial<PixelFormat>][] = [
  ["0 bits per pixel", { bitsPerPixel: 0, depth: 0 }],
  ["1 bit per pixel", { bitsPerPixel: 1, depth: 1 }],
  ["24 bits per pixel", { bitsPerPixel: 24 }],
  ["64 bits per pixel", { bitsPerPixel: 64 }],
  ["255 bits per pixel", { bitsPerPixel: 255 }],
  ["a depth of more bits than a pixel", { bitsPerPixel: 16, depth: 24 }],
  ["a maximum that is no 2^n - 1", { redMax: 200 }],
  ["a maximum of 65535", { greenMax: 65535 }],
  ["a maximum of 511", { blueMax: 511, blueShift: 0 }],
  ["a shift of 255", { redShift: 255 }],
  ["a shift that leaves the pixel", { redShift: 25 }],
  ["channels that overlap", { redShift: 4 }],
  ["channels for 32 bits in 8", { bitsPerPixel: 8, depth: 8 }],
  ["a colour map of 16 bits", { bitsPerPixel: 16, depth: 16, trueColourFlag: false }],
  ["a colour map of 32 bits", { trueColourFlag: false }],
];

faultTest("a pixel format that makes no sense closes its client", async (rig) => {
  for (const [what, changes] of BAD_FORMATS) {
    const client = await rig.initialized();
    await client.request(false);
    await client.write(format(changes));
    await rig.assertClosed(client, /^Cannot set the pixel format: it has /);
    assert.ok(rig.disconnected.length > 0, what);
  }
});

faultTest("an odd pixel format that makes sense is served", async (rig) => {
  const odd: Partial<PixelFormat>[] = [
    { redMax: 0, greenMax: 0, blueMax: 0, redShift: 0, greenShift: 0, blueShift: 0 },
    { depth: 0 },
    { bigEndianFlag: true },
    { redMax: 1, greenMax: 1, blueMax: 1, redShift: 31, greenShift: 30, blueShift: 29, depth: 3 },
  ];
  for (const changes of odd) await assertSurvives(rig, format(changes));
});

faultTest("a colour-map format with nonsense for channels gets its map and is served", async (rig) => {
  const client = await rig.initialized();
  await client.write(format({ ...R3G3B2, trueColourFlag: false, redMax: 60_000, redShift: 255 }));
  assert.equal((await client.readParsed(parseSetColourMapEntries)).colours.length, 256);
  await rig.assertServes(client);
  client.close();
});

faultTest("a thousand pixel formats while updates are under way are survived", async (rig) => {
  const client = await rig.initialized();
  await client.setEncodings(Encoding.Hextile);
  const flood = [format({ bigEndianFlag: true }), format({ redMax: 31, redShift: 16 }), format({})];
  const request = message((writer) => writeFramebufferUpdateRequest(writer, false, rect(0, 0, 0xffff, 0xffff)));
  for (let i = 0; i < 1_000; i++) await client.write([...flood[i % 3]!, ...request]);
  await assertObeyed(rig, client);
  await rig.assertServes(client);
  client.close();
});

faultTest("update requests outside the surface are survived", async (rig) => {
  for (
    const [x, y, width, height] of [
      [60_000, 60_000, 10, 10],
      [0, 0, 0, 0],
      [10, 10, 0, 65_535],
      [65_535, 65_535, 65_535, 65_535],
      [FAULT_RIG_SIZE.width, 0, 1, 1],
      [FAULT_RIG_SIZE.width - 1, FAULT_RIG_SIZE.height - 1, 65_535, 65_535],
    ] as const
  ) {
    for (const incremental of [true, false]) {
      const request = message((writer) => {
        writeFramebufferUpdateRequest(writer, incremental, rect(x, y, width, height));
      });
      await assertSurvives(rig, request);
    }
  }
});

faultTest("no rect of an update lies outside the surface, whatever was asked for", async (rig) => {
  const client = await rig.initialized();
  for (const [x, y] of [[100, 60], [159, 99], [0, 99]] as const) {
    await client.request(false, rect(x, y, 0xffff, 0xffff));
    const count = await client.readParsed(parseFramebufferUpdateHeader);
    for (let i = 0; i < count; i++) {
      const { rect: sent } = await client.readParsed(parseRectHeader);
      assert.ok(sent.x + sent.width <= FAULT_RIG_SIZE.width && sent.y + sent.height <= FAULT_RIG_SIZE.height);
      await client.read(sent.width * sent.height * 4);
    }
  }
  client.close();
});

faultTest("30,000 update requests get as many answers as there is time for, not as many as asked for", async (rig) => {
  const client = await rig.initialized();
  const request = message((writer) => writeFramebufferUpdateRequest(writer, false, rect(0, 0, 0xffff, 0xffff)));
  const flood = new Uint8Array(30_000 * request.length);
  for (let at = 0; at < flood.length; at += request.length) flood.set(request, at);
  const sending = client.write(flood);
  const written = sending.then(() => client.send((writer) => writeKeyEvent(writer, KEYSYM_A, true)));
  let isObeyed = false;
  rig.service.on("key", () => isObeyed = true);
  let bytes = 0;
  while (!isObeyed) bytes += (await client.stream.read())?.length ?? assert.fail("the flood ended the connection");
  await written;
  await rig.assertWitnessServed();
  const updates = bytes / (FAULT_RIG_SIZE.width * FAULT_RIG_SIZE.height * 4);
  assert.ok(updates < 3_000, `${updates} updates`);
  client.close();
});

faultTest("events by the thousand are obeyed to the last", async (rig) => {
  let moves = 0;
  let lastX = 0;
  rig.service.on("pointer", ({ x }) => (moves++, lastX = x));
  const client = await rig.initialized();
  const flood = new ByteWriter();
  for (let i = 0; i < 20_000; i++) {
    writePointerEvent(flood, i % 100, 0xffff, 0);
    writeKeyEvent(flood, 0xffffffff, i % 2 === 0);
  }
  writePointerEvent(flood, 0xffff, 0, 0);
  await client.write(flood.finish());
  await waitUntil(() => moves === 20_001, "the last of 20,001 pointer events");
  assert.equal(lastX, FAULT_RIG_SIZE.width - 1);
  client.close();
});

faultTest("a client that reads nothing is dropped at the hard cap, whatever its output is made of", async (rig) => {
  const client = await rig.initialized();
  const wish = format({ ...R3G3B2, trueColourFlag: false });
  const flood = new Uint8Array(wish.length * 1_000);
  for (let at = 0; at < flood.length; at += wish.length) flood.set(wish, at);
  // each is answered with a colour map of 1.5 kB, of which the sockets take some MiB
  for (let sent = 0; sent < 50 && rig.disconnected.length === 0; sent++) await client.write(flood);
  await rig.assertClosed(client, /^\d+ bytes of output pending, limit is 5242880$/);
});
