import assert from "node:assert/strict";
import fc from "fast-check";
import { ProtocolError } from "../../lib/base/errors.ts";
import { MAX_CUT_TEXT_BYTES, MAX_ENCODINGS, MAX_INPUT_BYTES } from "../../lib/base/limits.ts";
import { ByteReader } from "../../lib/rfb/byte_reader.ts";
import { ByteWriter } from "../../lib/rfb/byte_writer.ts";
import {
  type ClientMessage,
  parseClientInit,
  parseClientMessage,
  parseProtocolVersion,
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
import { ClientMessageType } from "../../lib/rfb/message_types.ts";

const u8 = fc.nat(0xff);
const u16 = fc.nat(0xffff);
const u32 = fc.nat(0xffffffff);

/** Records as a parser makes them: with Object's prototype. */
function plain<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true }) as fc.Arbitrary<T>;
}

const anyPixelFormat = plain({
  bitsPerPixel: u8,
  depth: u8,
  bigEndianFlag: fc.boolean(),
  trueColourFlag: fc.boolean(),
  redMax: u16,
  greenMax: u16,
  blueMax: u16,
  redShift: u8,
  greenShift: u8,
  blueShift: u8,
});

const latin1Text = fc.array(u8, { maxLength: 300 }).map((codes) => String.fromCharCode(...codes));

const anyMessage: fc.Arbitrary<ClientMessage> = fc.oneof(
  plain({ type: fc.constant("SetPixelFormat" as const), pixelFormat: anyPixelFormat }),
  plain({
    type: fc.constant("SetEncodings" as const),
    encodings: fc.uniqueArray(fc.integer({ min: -0x80000000, max: 0x7fffffff }), { maxLength: 40 }),
  }),
  plain({
    type: fc.constant("FramebufferUpdateRequest" as const),
    incremental: fc.boolean(),
    rect: plain({ x: u16, y: u16, width: u16, height: u16 }),
  }),
  plain({ type: fc.constant("KeyEvent" as const), keysym: u32, down: fc.boolean() }),
  plain({ type: fc.constant("PointerEvent" as const), x: u16, y: u16, buttonMask: u8 }),
  plain({ type: fc.constant("ClientCutText" as const), text: latin1Text }),
  plain({ type: fc.constant("QEMUExtendedKeyEvent" as const), keysym: u32, keycode: u32, down: fc.boolean() }),
);

function writeMessage(writer: ByteWriter, message: ClientMessage): void {
  switch (message.type) {
    case "SetPixelFormat":
      return writeSetPixelFormat(writer, message.pixelFormat);
    case "SetEncodings":
      return writeSetEncodings(writer, message.encodings);
    case "FramebufferUpdateRequest":
      return writeFramebufferUpdateRequest(writer, message.incremental, message.rect);
    case "KeyEvent":
      return writeKeyEvent(writer, message.keysym, message.down);
    case "PointerEvent":
      return writePointerEvent(writer, message.x, message.y, message.buttonMask);
    case "ClientCutText":
      return writeClientCutText(writer, message.text);
    case "QEMUExtendedKeyEvent":
      return writeQEMUExtendedKeyEvent(writer, message.keysym, message.keycode, message.down);
    case "ClientCutTextTooLong":
      throw new Error("no test writes it as a value");
  }
}

/** Everything the parser makes of bytes that arrive in pieces of `step`, and the error that ended it. */
function parseInPieces(bytes: Uint8Array, step: number): { messages: ClientMessage[]; error: string | undefined } {
  const reader = new ByteReader();
  const messages: ClientMessage[] = [];
  try {
    for (let at = 0; at < bytes.length; at += step) {
      reader.append(bytes.subarray(at, at + step));
      for (let message = parseClientMessage(reader); message !== undefined; message = parseClientMessage(reader)) {
        messages.push(message);
      }
    }
  } catch (error) {
    assert(error instanceof ProtocolError, String(error));
    return { messages, error: error.message };
  }
  return { messages, error: undefined };
}

function bytesOf(write: (writer: ByteWriter) => void): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  write(writer);
  return writer.finish();
}

Deno.test("every client message is read as it was written, whole and one byte at a time", () => {
  fc.assert(fc.property(fc.array(anyMessage, { maxLength: 8 }), (messages) => {
    const bytes = bytesOf((writer) => messages.forEach((message) => writeMessage(writer, message)));
    assert.deepEqual(parseInPieces(bytes, bytes.length + 1), { messages, error: undefined });
    assert.deepEqual(parseInPieces(bytes, 1), { messages, error: undefined });
  }));
});

Deno.test("a message cut anywhere is not read, and nothing of it is consumed", () => {
  fc.assert(fc.property(anyMessage, fc.double({ min: 0, max: 0.999, noNaN: true }), (message, cut) => {
    const bytes = bytesOf((writer) => writeMessage(writer, message));
    const length = Math.floor(bytes.length * cut);
    const reader = new ByteReader(bytes.slice(0, length));
    assert.equal(parseClientMessage(reader), undefined);
    assert.equal(reader.available, length);
  }));
});

Deno.test("messages with bytes changed give messages, a wait or a ProtocolError, the same in any pieces", () => {
  const mutation = plain({ at: fc.nat(400), to: u8 });
  fc.assert(fc.property(fc.array(anyMessage, { minLength: 1, maxLength: 4 }), mutation, (messages, { at, to }) => {
    const bytes = bytesOf((writer) => messages.forEach((message) => writeMessage(writer, message)));
    bytes[at % bytes.length] = to;
    assert.deepEqual(parseInPieces(bytes, 1), parseInPieces(bytes, bytes.length));
  }));
});

Deno.test("only the message types of RFB are read, the others are named", () => {
  const known: readonly number[] = Object.values(ClientMessageType);
  for (let type = 0; type < 256; type++) {
    const bytes = new Uint8Array(64);
    bytes[0] = type;
    if (known.includes(type)) assert.equal(parseInPieces(bytes.subarray(0, 1), 1).error, undefined);
    else assert.match(parseInPieces(bytes, 64).error ?? "", new RegExp(`type ${type}:`));
  }
});

Deno.test("QEMU audio is refused: it was not offered", () => {
  assert.match(parseInPieces(Uint8Array.of(255, 1, 0, 0), 4).error ?? "", /QEMU message of type 1/);
});

Deno.test("parseProtocolVersion maps what clients say to the three dialects", () => {
  const dialects: readonly [string, ProtocolVersion][] = [
    ["003.003", "3.3"],
    ["003.004", "3.3"],
    ["003.005", "3.3"],
    ["003.006", "3.3"],
    ["003.007", "3.7"],
    ["003.008", "3.8"],
    ["003.014", "3.8"],
    ["003.016", "3.8"],
    ["003.889", "3.8"],
    ["004.000", "3.8"],
    ["004.001", "3.8"],
    ["005.000", "3.8"],
  ];
  for (const [text, version] of dialects) {
    const reader = new ByteReader(new TextEncoder().encode(`RFB ${text}\nrest`));
    assert.equal(parseProtocolVersion(reader)?.version, version, text);
    assert.equal(reader.available, 4);
  }
});

Deno.test("parseProtocolVersion reads one byte at a time and keeps Apple's minor number", () => {
  const reader = new ByteReader();
  const bytes = new TextEncoder().encode("RFB 003.889\n");
  for (const byte of bytes.subarray(0, 11)) {
    reader.append(Uint8Array.of(byte));
    assert.equal(parseProtocolVersion(reader), undefined);
  }
  reader.append(bytes.subarray(11));
  assert.deepEqual(parseProtocolVersion(reader), { version: "3.8", major: 3, minor: 889 });
});

Deno.test("parseProtocolVersion refuses what cannot become a version, as early as that shows", () => {
  const garbage = [
    "G",
    "RFX",
    "\x16\x03\x01",
    "RFB 003.008\r",
    "RFB 3.8     ",
    "RFB 002.009\n",
    "RFB 003.002\n",
    "\0".repeat(12),
  ];
  for (const text of garbage) {
    const reader = new ByteReader(new TextEncoder().encode(text));
    assert.throws(() => parseProtocolVersion(reader), ProtocolError, JSON.stringify(text));
  }
  assert.throws(
    () => parseProtocolVersion(new ByteReader(new TextEncoder().encode("GET / HTTP/1.1"))),
    /GET \/ HTTP\/1/,
  );
});

Deno.test("every dialect is read as it was written", () => {
  for (const version of ["3.3", "3.7", "3.8"] as const) {
    const bytes = bytesOf((writer) => writeProtocolVersion(writer, version));
    assert.equal(parseProtocolVersion(new ByteReader(bytes))?.version, version);
  }
});

Deno.test("ClientInit is read as it was written, any byte but 0 asks for a shared session", () => {
  for (const shared of [true, false]) {
    const bytes = bytesOf((writer) => writeClientInit(writer, shared));
    assert.deepEqual(parseClientInit(new ByteReader(bytes)), { shared });
  }
  assert.deepEqual(parseClientInit(new ByteReader(Uint8Array.of(7))), { shared: true });
  assert.equal(parseClientInit(new ByteReader()), undefined);
});

Deno.test("SetEncodings of 65535 entries keeps the first different ones, in order", () => {
  const encodings = Array.from({ length: 65_535 }, (_, i) => i >> 1);
  const bytes = bytesOf((writer) => writeSetEncodings(writer, encodings));
  const { messages } = parseInPieces(bytes, bytes.length);
  const expected = Array.from({ length: MAX_ENCODINGS }, (_, i) => i);
  assert.deepEqual(messages, [{ type: "SetEncodings", encodings: expected }]);
});

function cutTextHead(byteLength: number): Uint8Array<ArrayBuffer> {
  return bytesOf((writer) => writer.u8(ClientMessageType.ClientCutText).pad(3).u32(byteLength));
}

Deno.test("a cut text at the cap is read, one over it is announced for passing over", () => {
  const text = "a".repeat(MAX_CUT_TEXT_BYTES);
  const whole = bytesOf((writer) => writeClientCutText(writer, text));
  assert.deepEqual(parseInPieces(whole, whole.length).messages, [{ type: "ClientCutText", text }]);
  for (const byteLength of [MAX_CUT_TEXT_BYTES + 1, MAX_INPUT_BYTES]) {
    const reader = new ByteReader(cutTextHead(byteLength));
    assert.deepEqual(parseClientMessage(reader), { type: "ClientCutTextTooLong", byteLength });
    assert.equal(reader.available, 0);
  }
});

Deno.test("cut texts that are huge or have a negative length are refused before a byte of them comes", () => {
  for (const byteLength of [MAX_INPUT_BYTES + 1, 0x7fffffff, 0x80000000, 0xfffffffc, 0xffffffff]) {
    assert.throws(() => parseClientMessage(new ByteReader(cutTextHead(byteLength))), ProtocolError, String(byteLength));
  }
});

Deno.test("a cut text is Latin-1, not windows-1252", () => {
  const bytes = bytesOf((writer) => writer.u8(6).pad(3).u32(3).bytes(Uint8Array.of(0x80, 0x9f, 0xe9)));
  assert.deepEqual(parseInPieces(bytes, 1).messages, [{ type: "ClientCutText", text: "\x80\x9f\xe9" }]);
  assert.deepEqual([...bytesOf((writer) => writeClientCutText(writer, "é€")).subarray(8)], [0xe9, 0x3f]);
});
