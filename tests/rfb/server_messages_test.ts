import assert from "node:assert/strict";
import fc from "fast-check";
import { LimitError, ProtocolError } from "../../lib/base/errors.ts";
import { ByteReader } from "../../lib/rfb/byte_reader.ts";
import { ByteWriter } from "../../lib/rfb/byte_writer.ts";
import { decodeLatin1, encodeLatin1 } from "../../lib/rfb/latin1.ts";
import { X8R8G8B8 } from "../../lib/rfb/pixel_format.ts";
import {
  parseBell,
  parseDictatedSecurityType,
  parseFramebufferUpdateHeader,
  parseReason,
  parseRectHeader,
  parseSecurityResult,
  parseSecurityTypes,
  parseServerCutText,
  parseServerInit,
  parseSetColourMapEntries,
  parseVncAuthChallenge,
  peekMessageType,
  writeBell,
  writeDictatedSecurityType,
  writeFramebufferUpdateHeader,
  writeReason,
  writeRectHeader,
  writeSecurityResult,
  writeSecurityTypes,
  writeServerCutText,
  writeServerInit,
  writeSetColourMapEntries,
} from "../../lib/rfb/server_messages.ts";

type Parser = (reader: ByteReader) => unknown;

function written(write: (writer: ByteWriter) => void): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  write(writer);
  return writer.finish();
}

/** The message whole, byte by byte, and with another behind it gives one value; cut anywhere it asks for more. */
function parsesTo(parse: Parser, bytes: Uint8Array, expected: unknown): void {
  const whole = new ByteReader(bytes);
  assert.deepEqual(parse(whole), expected);
  assert.equal(whole.available, 0);
  const piecewise = new ByteReader();
  for (let at = 0; at < bytes.length; at++) {
    const before = piecewise.available;
    assert.equal(parse(piecewise), undefined, `cut at ${at} of ${bytes.length}`);
    assert.equal(piecewise.available, before, "bytes of a cut message were taken");
    piecewise.append(bytes.slice(at, at + 1));
  }
  assert.deepEqual(parse(piecewise), expected);
  const followed = new ByteReader(Uint8Array.from([...bytes, 0x55]));
  assert.deepEqual(parse(followed), expected);
  assert.equal(followed.available, 1);
}

const U8 = fc.integer({ min: 0, max: 0xff });
const U16 = fc.integer({ min: 0, max: 0xffff });
const U32 = fc.integer({ min: 0, max: 0xffffffff });
const S32 = fc.integer({ min: -0x80000000, max: 0x7fffffff });
const TEXT = fc.string({ maxLength: 50, unit: "grapheme" });
const LATIN1 = fc.array(U8, { maxLength: 50 }).map((codes) => String.fromCharCode(...codes));

Deno.test("parseSecurityTypes reads what writeSecurityTypes wrote", () => {
  fc.assert(fc.property(fc.array(U8, { maxLength: 255 }), (types) => {
    parsesTo(parseSecurityTypes, written((w) => writeSecurityTypes(w, types)), types);
  }));
});

Deno.test("parseDictatedSecurityType and parseSecurityResult read what was written", () => {
  fc.assert(fc.property(U32, (value) => {
    parsesTo(parseDictatedSecurityType, written((w) => writeDictatedSecurityType(w, value)), value);
    parsesTo(parseSecurityResult, written((w) => writeSecurityResult(w, value)), value);
  }));
});

Deno.test("parseVncAuthChallenge reads sixteen bytes", () => {
  const challenge = crypto.getRandomValues(new Uint8Array(16));
  parsesTo(parseVncAuthChallenge, challenge, challenge);
});

Deno.test("parseReason reads what writeReason wrote", () => {
  fc.assert(fc.property(TEXT, (text) => parsesTo(parseReason, written((w) => writeReason(w, text)), text)));
});

Deno.test("parseReason refuses a length over the cap before the text is there", () => {
  for (const length of [4_097, 0x7fffffff, 0x80000000, 0xffffffff]) {
    const bytes = written((w) => w.u32(length));
    assert.throws(() => parseReason(new ByteReader(bytes)), LimitError);
  }
});

Deno.test("parseServerInit reads what writeServerInit wrote", () => {
  fc.assert(fc.property(U16, U16, TEXT, (width, height, name) => {
    const init = { width, height, pixelFormat: X8R8G8B8, name };
    parsesTo(parseServerInit, written((w) => writeServerInit(w, init)), init);
  }));
});

Deno.test("writeServerInit writes the bytes of the specification", () => {
  const init = { width: 0x0102, height: 0x0304, pixelFormat: X8R8G8B8, name: "vm" };
  const expected = [1, 2, 3, 4, 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0, 0, 0, 0, 2, 0x76, 0x6d];
  assert.deepEqual([...written((w) => writeServerInit(w, init))], expected);
});

Deno.test("parseServerInit refuses a name over the cap before the text is there", () => {
  const bytes = written((w) => w.pad(20).u32(0xffffffff));
  assert.throws(() => parseServerInit(new ByteReader(bytes)), LimitError);
});

Deno.test("parseFramebufferUpdateHeader reads what writeFramebufferUpdateHeader wrote", () => {
  fc.assert(fc.property(U16, (count) => {
    parsesTo(parseFramebufferUpdateHeader, written((w) => writeFramebufferUpdateHeader(w, count)), count);
  }));
});

Deno.test("parseRectHeader reads what writeRectHeader wrote", () => {
  fc.assert(fc.property(U16, U16, U16, U16, S32, (x, y, width, height, encoding) => {
    const rect = { x, y, width, height };
    parsesTo(parseRectHeader, written((w) => writeRectHeader(w, rect, encoding)), { rect, encoding });
  }));
});

Deno.test("parseSetColourMapEntries reads what writeSetColourMapEntries wrote", () => {
  const colour = fc.record({ red: U16, green: U16, blue: U16 }, { noNullPrototype: true });
  const message = fc.record({ firstColour: U16, colours: fc.array(colour, { maxLength: 20 }) }, {
    noNullPrototype: true,
  });
  fc.assert(fc.property(message, (entries) => {
    parsesTo(parseSetColourMapEntries, written((w) => writeSetColourMapEntries(w, entries)), entries);
  }));
});

Deno.test("parseBell reads what writeBell wrote", () => {
  parsesTo(parseBell, written(writeBell), true);
});

Deno.test("parseServerCutText reads what writeServerCutText wrote", () => {
  fc.assert(fc.property(LATIN1, (text) => {
    parsesTo(parseServerCutText, written((w) => writeServerCutText(w, text)), text);
  }));
});

Deno.test("parseServerCutText refuses a length over the cap before the text is there", () => {
  for (const length of [256 * 1024 + 1, 0x80000000, 0xffffffff]) {
    const bytes = written((w) => w.u8(3).pad(3).u32(length));
    assert.throws(() => parseServerCutText(new ByteReader(bytes)), LimitError);
  }
});

Deno.test("server message parsers refuse another message's type", () => {
  const bytes = new Uint8Array(20).fill(9);
  for (const parse of [parseFramebufferUpdateHeader, parseBell, parseServerCutText, parseSetColourMapEntries]) {
    assert.throws(() => parse(new ByteReader(bytes)), ProtocolError);
  }
});

Deno.test("peekMessageType leaves the cursor where it is", () => {
  const reader = new ByteReader(Uint8Array.of(3, 4));
  assert.equal(peekMessageType(reader), 3);
  assert.equal(reader.available, 2);
  assert.equal(peekMessageType(new ByteReader()), undefined);
});

Deno.test("encodeLatin1 writes one byte a character and ? for what there is not", () => {
  assert.deepEqual([...encodeLatin1("aé€😀\x80")], [0x61, 0xe9, 0x3f, 0x3f, 0x80]);
  const bytes = Uint8Array.from({ length: 20_000 }, (_, i) => i);
  assert.deepEqual(encodeLatin1(decodeLatin1(bytes)), bytes);
});
