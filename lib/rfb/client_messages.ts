/** What a client sends, both ways: `parseX` for the server, `writeX` for a client (RFC 6143 §7.1–§7.5). */

import { ProtocolError } from "../base/errors.ts";
import { MAX_CUT_TEXT_BYTES, MAX_ENCODINGS, MAX_INPUT_BYTES } from "../base/limits.ts";
import { escapeText } from "../base/log.ts";
import type { Rect } from "../base/rect.ts";
import type { ByteReader } from "./byte_reader.ts";
import type { ByteWriter } from "./byte_writer.ts";
import { decodeLatin1, encodeLatin1 } from "./latin1.ts";
import { ClientMessageType, QEMUClientMessageType } from "./message_types.ts";
import { parsePixelFormat, PIXEL_FORMAT_BYTES, type PixelFormat, writePixelFormat } from "./pixel_format.ts";

/** The dialects of RFB there are. */
export type ProtocolVersion = "3.3" | "3.7" | "3.8";

/** The dialect a server offers first. */
export const NEWEST_VERSION: ProtocolVersion = "3.8";

/** Bytes of a ProtocolVersion message. */
export const PROTOCOL_VERSION_BYTES = 12;

/** Minor number of Apple's own dialect of 3.8, which leaves messages out after None [LibVNCServer rfbVncAuthNone]. */
export const APPLE_MINOR_VERSION = 889;

/** What a peer said it speaks, and which dialect that amounts to. */
export interface PeerVersion {
  readonly version: ProtocolVersion;
  readonly major: number;
  readonly minor: number;
}

/** One message of an initialized client, its type by the specification's name. */
export type ClientMessage =
  | { readonly type: "SetPixelFormat"; readonly pixelFormat: PixelFormat }
  | { readonly type: "SetEncodings"; readonly encodings: readonly number[] }
  | { readonly type: "FramebufferUpdateRequest"; readonly incremental: boolean; readonly rect: Rect }
  | { readonly type: "KeyEvent"; readonly keysym: number; readonly down: boolean }
  | { readonly type: "PointerEvent"; readonly x: number; readonly y: number; readonly buttonMask: number }
  | { readonly type: "ClientCutText"; readonly text: string }
  /** A cut text over the cap: the reader stands at its first byte, and `byteLength` bytes are to be passed over. */
  | { readonly type: "ClientCutTextTooLong"; readonly byteLength: number }
  | {
    readonly type: "QEMUExtendedKeyEvent";
    readonly keysym: number;
    readonly keycode: number;
    readonly down: boolean;
  };

/**
 * Reads a ProtocolVersion of either side. 3.3 to 3.6 mean 3.3; everything from 3.8 on means 3.8, UltraVNC's and Apple's
 * numbers and 4.x and 5.0 included. Undefined when short; ProtocolError as soon as it cannot become a version.
 */
export function parseProtocolVersion(reader: ByteReader): PeerVersion | undefined {
  const start = reader.position;
  const text = decodeLatin1(reader.view(Math.min(reader.available, PROTOCOL_VERSION_BYTES)));
  const match = /^RFB (\d{3})\.(\d{3})\n$/.exec(text);
  if (match !== null) return peerVersion(Number(match[1]), Number(match[2]));
  const isPrefix = text.length < PROTOCOL_VERSION_BYTES && "RFB ".startsWith(text.slice(0, 4));
  if (!isPrefix) throw new ProtocolError(`Cannot read a protocol version: "${escapeText(text)}" is none`);
  return reader.rewind(start);
}

function peerVersion(major: number, minor: number): PeerVersion {
  if (major < 3 || (major === 3 && minor < 3)) {
    throw new ProtocolError(`Cannot agree on a protocol version: ${major}.${minor} is older than 3.3`);
  }
  if (major > 3 || minor >= 8) return { version: "3.8", major, minor };
  return { version: minor === 7 ? "3.7" : "3.3", major, minor };
}

/** Writes a ProtocolVersion. */
export function writeProtocolVersion(writer: ByteWriter, version: ProtocolVersion): void {
  writer.text(`RFB 003.00${version.slice(2)}\n`);
}

/** Reads a ClientInit. Undefined when short. */
export function parseClientInit(reader: ByteReader): { readonly shared: boolean } | undefined {
  return reader.has(1) ? { shared: reader.u8() !== 0 } : undefined;
}

/** Writes a ClientInit. */
export function writeClientInit(writer: ByteWriter, shared: boolean): void {
  writer.u8(shared ? 1 : 0);
}

/** Reads the next message of an initialized client. Undefined when short; ProtocolError for what RFB does not have. */
export function parseClientMessage(reader: ByteReader): ClientMessage | undefined {
  const start = reader.position;
  if (!reader.has(1)) return undefined;
  return parseBody(reader, reader.u8()) ?? reader.rewind(start);
}

function parseBody(reader: ByteReader, type: number): ClientMessage | undefined {
  switch (type) {
    case ClientMessageType.SetPixelFormat:
      return parseSetPixelFormat(reader);
    case ClientMessageType.SetEncodings:
      return parseSetEncodings(reader);
    case ClientMessageType.FramebufferUpdateRequest:
      return parseFramebufferUpdateRequest(reader);
    case ClientMessageType.KeyEvent:
      return parseKeyEvent(reader);
    case ClientMessageType.PointerEvent:
      return parsePointerEvent(reader);
    case ClientMessageType.ClientCutText:
      return parseClientCutText(reader);
    case ClientMessageType.QEMU:
      return parseQEMUMessage(reader);
    default:
      throw new ProtocolError(`Cannot read a message of type ${type}: there is no such type`);
  }
}

function parseSetPixelFormat(reader: ByteReader): ClientMessage | undefined {
  if (!reader.has(3 + PIXEL_FORMAT_BYTES)) return undefined;
  reader.skip(3);
  const pixelFormat = parsePixelFormat(reader);
  return pixelFormat && { type: "SetPixelFormat", pixelFormat };
}

/** Keeps the first {@link MAX_ENCODINGS} different ones: the order is the client's preference. */
function parseSetEncodings(reader: ByteReader): ClientMessage | undefined {
  if (!reader.has(3)) return undefined;
  reader.skip(1);
  const count = reader.u16();
  if (!reader.has(count * 4)) return undefined;
  const encodings = new Set<number>();
  for (let i = 0; i < count; i++) {
    const encoding = reader.s32();
    if (encodings.size < MAX_ENCODINGS) encodings.add(encoding);
  }
  return { type: "SetEncodings", encodings: [...encodings] };
}

function parseFramebufferUpdateRequest(reader: ByteReader): ClientMessage | undefined {
  if (!reader.has(9)) return undefined;
  const incremental = reader.u8() !== 0;
  const rect = { x: reader.u16(), y: reader.u16(), width: reader.u16(), height: reader.u16() };
  return { type: "FramebufferUpdateRequest", incremental, rect };
}

function parseKeyEvent(reader: ByteReader): ClientMessage | undefined {
  if (!reader.has(7)) return undefined;
  const down = reader.u8() !== 0;
  reader.skip(2);
  return { type: "KeyEvent", keysym: reader.u32(), down };
}

function parsePointerEvent(reader: ByteReader): ClientMessage | undefined {
  if (!reader.has(5)) return undefined;
  const buttonMask = reader.u8();
  return { type: "PointerEvent", x: reader.u16(), y: reader.u16(), buttonMask };
}

/** A length with the sign bit set is the extended clipboard's, which nobody was offered. */
function parseClientCutText(reader: ByteReader): ClientMessage | undefined {
  if (!reader.has(7)) return undefined;
  reader.skip(3);
  const byteLength = reader.u32();
  if (byteLength > MAX_INPUT_BYTES) {
    throw new ProtocolError(`Cannot read a cut text of ${byteLength} bytes: limit is ${MAX_INPUT_BYTES}`);
  }
  if (byteLength > MAX_CUT_TEXT_BYTES) return { type: "ClientCutTextTooLong", byteLength };
  return reader.has(byteLength) ? { type: "ClientCutText", text: decodeLatin1(reader.view(byteLength)) } : undefined;
}

function parseQEMUMessage(reader: ByteReader): ClientMessage | undefined {
  if (!reader.has(1)) return undefined;
  const subtype = reader.u8();
  if (subtype !== QEMUClientMessageType.ExtendedKeyEvent) {
    throw new ProtocolError(`Cannot read a QEMU message of type ${subtype}: it was not offered`);
  }
  if (!reader.has(10)) return undefined;
  const down = reader.u16() !== 0;
  return { type: "QEMUExtendedKeyEvent", keysym: reader.u32(), keycode: reader.u32(), down };
}

/** Writes a SetPixelFormat. */
export function writeSetPixelFormat(writer: ByteWriter, pixelFormat: PixelFormat): void {
  writer.u8(ClientMessageType.SetPixelFormat).pad(3);
  writePixelFormat(writer, pixelFormat);
}

/** Writes a SetEncodings, the most wanted first. */
export function writeSetEncodings(writer: ByteWriter, encodings: readonly number[]): void {
  writer.u8(ClientMessageType.SetEncodings).pad(1).u16(encodings.length);
  for (const encoding of encodings) writer.s32(encoding);
}

/** Writes a FramebufferUpdateRequest. */
export function writeFramebufferUpdateRequest(writer: ByteWriter, incremental: boolean, rect: Rect): void {
  writer.u8(ClientMessageType.FramebufferUpdateRequest).u8(incremental ? 1 : 0);
  writer.u16(rect.x).u16(rect.y).u16(rect.width).u16(rect.height);
}

/** Writes a KeyEvent. */
export function writeKeyEvent(writer: ByteWriter, keysym: number, down: boolean): void {
  writer.u8(ClientMessageType.KeyEvent).u8(down ? 1 : 0).pad(2).u32(keysym);
}

/** Writes a PointerEvent. */
export function writePointerEvent(writer: ByteWriter, x: number, y: number, buttonMask: number): void {
  writer.u8(ClientMessageType.PointerEvent).u8(buttonMask).u16(x).u16(y);
}

/** Writes a ClientCutText; characters that Latin-1 does not have become "?". */
export function writeClientCutText(writer: ByteWriter, text: string): void {
  const bytes = encodeLatin1(text);
  writer.u8(ClientMessageType.ClientCutText).pad(3).u32(bytes.length).bytes(bytes);
}

/** Writes a QEMU extended key event; `keycode` is an XT scancode, bit 7 set for an E0 prefix. */
export function writeQEMUExtendedKeyEvent(writer: ByteWriter, keysym: number, keycode: number, down: boolean): void {
  writer.u8(ClientMessageType.QEMU).u8(QEMUClientMessageType.ExtendedKeyEvent);
  writer.u16(down ? 1 : 0).u32(keysym).u32(keycode);
}
