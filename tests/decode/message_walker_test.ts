import assert from "node:assert/strict";
import { ProtocolError } from "../../lib/base/errors.ts";
import { openVnc } from "../../lib/client/open_vnc.ts";
import { MEASURABLE_ENCODINGS } from "../../lib/client/measure_server.ts";
import type { ServerMessage } from "../../lib/decode/message_decoder.ts";
import { MessageWalker } from "../../lib/decode/message_walker.ts";
import { Display } from "../../lib/display/display.ts";
import { encodingName, PseudoEncoding, QUALITY_LEVEL_0 } from "../../lib/rfb/encodings.ts";
import { ServerMessageType } from "../../lib/rfb/message_types.ts";
import { X8R8G8B8 } from "../../lib/rfb/pixel_format.ts";
import { VncServer } from "../../lib/server/vnc_server.ts";
import { memoryPipe } from "../../lib/transport/memory_pipe.ts";
import { updateMessage } from "../helpers/fake_server.ts";
import { paintPicture, PICTURE_KINDS } from "../helpers/random_picture.ts";

const [WIDTH, HEIGHT] = [203, 117];

/** What a walker says of some bytes, fed in pieces. */
function walk(bytes: Uint8Array, pieceBytes: number): { rects: number[][]; messages: number[][]; pending: number } {
  const [rects, messages]: [number[][], number[][]] = [[], []];
  const walker = new MessageWalker({
    format: () => X8R8G8B8,
    onRect: (...rect) => void rects.push(rect),
    onMessage: (...message) => void messages.push(message),
  });
  for (let at = 0; at < bytes.length; at += pieceBytes) walker.feed(bytes.subarray(at, at + pieceBytes));
  return { rects, messages, pending: walker.pendingBytes };
}

function assertWalked(bytes: Uint8Array, messages: number[][], rects: number[][]): void {
  for (const pieceBytes of [1, 2, 61, bytes.length]) {
    assert.deepEqual(walk(bytes, pieceBytes), { messages, rects, pending: 0 }, `in pieces of ${pieceBytes}`);
  }
}

/** Full updates of pictures of every kind, as a server sends them. */
async function updatesIn(encoding: number): Promise<ServerMessage[]> {
  const display = new Display({ width: WIDTH, height: HEIGHT });
  const server = new VncServer(display, { lossy: "on", adaptive: false });
  const [near, far] = memoryPipe();
  server.addStream(far);
  const messages: ServerMessage[] = [];
  try {
    const client = await openVnc(near, { encodings: [encoding, PseudoEncoding.LastRect, QUALITY_LEVEL_0 + 5] });
    client.on("serverMessage", (message) => messages.push(message));
    for (const [seed, kind] of PICTURE_KINDS.entries()) {
      paint(display, paintPicture(kind, WIDTH, HEIGHT, seed));
      const update = client.nextUpdate();
      client.requestUpdate(false);
      await update;
    }
    client.close();
  } finally {
    await server.stop();
    display.close();
  }
  return messages;
}

function paint(display: Display, colours: Uint32Array): void {
  const view = new DataView(display.pixels.buffer, display.pixels.byteOffset);
  for (const [at, colour] of colours.entries()) {
    view.setUint32(Math.floor(at / WIDTH) * display.strideBytes + at % WIDTH * 4, colour, true);
  }
  display.update({ x: 0, y: 0, width: WIDTH, height: HEIGHT });
}

for (const encoding of MEASURABLE_ENCODINGS) {
  Deno.test(`a walker finds the rects and the end of what a server sends in ${encodingName(encoding)}`, async () => {
    const messages = await updatesIn(encoding);
    const seen = messages.flatMap(({ rects }) => rects).filter((rect) => rect.encoding === encoding);
    assert(messages.length >= PICTURE_KINDS.length && seen.length > 0);
    for (const { bytes, type, rects } of messages) {
      const expected = rects.filter((rect) => rect.encoding !== PseudoEncoding.LastRect)
        .map(({ encoding, rect }) => [encoding, rect.width, rect.height]);
      assertWalked(bytes!, [[type, bytes!.length]], expected);
    }
  });
}

Deno.test("a walker steps over bells, clipboards and colour maps, and stops at a LastRect", () => {
  const bell = [ServerMessageType.Bell];
  const cutText = [ServerMessageType.ServerCutText, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3];
  const colours = [ServerMessageType.SetColourMapEntries, 0, 0, 0, 0, 2, ...new Array(12).fill(9)];
  const rects = [{ width: 2, height: 1, encoding: 0, payload: new Uint8Array(8) }, {
    width: 0,
    height: 0,
    encoding: PseudoEncoding.LastRect,
  }];
  const update = updateMessage(rects, 0xffff);
  const bytes = Uint8Array.of(...bell, ...cutText, ...update, ...colours, ...bell);
  const sizes = [[2, 1], [3, cutText.length], [0, update.length], [1, colours.length], [2, 1]];
  assertWalked(bytes, sizes, [[0, 2, 1]]);
});

Deno.test("a walker counts what is there of a message that has not ended", () => {
  const update = updateMessage([{ width: 2, height: 2, encoding: 0, payload: new Uint8Array(16) }]);
  assert.deepEqual(walk(update.subarray(0, -1), 5), { rects: [[0, 2, 2]], messages: [], pending: update.length - 1 });
});

Deno.test("a walker refuses a message or an encoding that it does not know", () => {
  assert.throws(() => walk(Uint8Array.of(77), 1), ProtocolError);
  assert.throws(() => walk(updateMessage([{ width: 1, height: 1, encoding: 4711 }]), 99), ProtocolError);
});
