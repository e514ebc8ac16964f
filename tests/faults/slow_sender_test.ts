/** Clients whose bytes come one by one are clients like any other. */

import assert from "node:assert/strict";
import { ByteWriter } from "../../lib/rfb/byte_writer.ts";
import {
  type ProtocolVersion,
  writeClientCutText,
  writeClientInit,
  writeFramebufferUpdateRequest,
  writeKeyEvent,
  writePointerEvent,
  writeProtocolVersion,
  writeQEMUExtendedKeyEvent,
  writeSetEncodings,
  writeSetPixelFormat,
} from "../../lib/rfb/client_messages.ts";
import { Encoding, PseudoEncoding } from "../../lib/rfb/encodings.ts";
import { X8R8G8B8 } from "../../lib/rfb/pixel_format.ts";
import type { FaultClient } from "../helpers/fault_client.ts";
import { FAULT_RIG_SIZE, type FaultRig, faultTest } from "../helpers/fault_rig.ts";

const RGB565 = { bitsPerPixel: 16, depth: 16, redMax: 31, greenMax: 63, blueMax: 31, redShift: 11, greenShift: 5 };

/** Everything a client may say, from its version to a request. */
function session(version: ProtocolVersion): Uint8Array {
  const writer = new ByteWriter();
  writeProtocolVersion(writer, version);
  if (version !== "3.3") writer.u8(1);
  writeClientInit(writer, true);
  writeSetPixelFormat(writer, { ...X8R8G8B8, ...RGB565 });
  const pseudo = [PseudoEncoding.DesktopSize, PseudoEncoding.Cursor, PseudoEncoding.QEMUExtendedKeyEvent];
  writeSetEncodings(writer, [Encoding.Hextile, Encoding.CopyRect, ...pseudo]);
  for (const down of [true, false]) writeKeyEvent(writer, 0x61, down);
  for (const down of [true, false]) writeQEMUExtendedKeyEvent(writer, 0x62, 0x30, down);
  writePointerEvent(writer, 17, 23, 1);
  writePointerEvent(writer, 18, 23, 0);
  writeClientCutText(writer, "one byte\nafter the other");
  writeFramebufferUpdateRequest(writer, false, { x: 0, y: 0, ...FAULT_RIG_SIZE });
  return writer.finish();
}

interface Dialogue {
  readonly replies: readonly number[];
  readonly events: readonly string[];
}

/** What a client is told, and what the server's owner hears of it. */
async function talk(rig: FaultRig, write: (client: FaultClient) => Promise<void>): Promise<Dialogue> {
  const events: string[] = [];
  rig.service.on("key", ({ keysym, down, keycode }) => events.push(`key ${keysym} ${down} ${keycode}`));
  rig.service.on("pointer", ({ x, y, buttonMask }) => events.push(`pointer ${x} ${y} ${buttonMask}`));
  rig.service.on("cutText", ({ text }) => events.push(`text ${text}`));
  const client = await rig.connect();
  const replies = client.readToEnd();
  await write(client);
  await client.endWriting();
  const dialogue = { replies: await replies, events };
  await rig.assertClosed(client, /closed by the client/);
  for (const event of ["key", "pointer", "cutText"] as const) rig.service.removeAllListeners(event);
  return dialogue;
}

for (const version of ["3.3", "3.7", "3.8"] as const) {
  faultTest(`a session of ${version} one byte at a time has the replies of one piece`, async (rig) => {
    const bytes = session(version);
    rig.display.pixels.set(crypto.getRandomValues(new Uint8Array(rig.display.pixels.length)));
    rig.display.update({ x: 0, y: 0, ...FAULT_RIG_SIZE });
    await rig.assertWitnessServed();
    const atOnce = await talk(rig, (client) => client.write(bytes));
    const bytewise = await talk(rig, (client) => client.writeSlowly(bytes));
    assert.deepEqual(bytewise, atOnce);
    assert.equal(atOnce.events.length, 7);
    assert.ok(atOnce.replies.length > 30_000, `${atOnce.replies.length} bytes of replies`);
  });
}

faultTest("a message that is cut at any byte holds up nobody", async (rig) => {
  const bytes = session("3.8");
  const clients: FaultClient[] = [];
  for (let length = 14; length < bytes.length; length += 7) {
    const client = await rig.connect();
    await client.write(bytes.subarray(0, length));
    clients.push(client);
  }
  await rig.assertWitnessServed();
  await rig.assertWitnessServed();
  for (const client of clients) client.close();
  for (const client of clients) await rig.assertClosed(client, /closed by the client|reset/);
});
