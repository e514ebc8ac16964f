/** What a server sends, both ways: `parseX` for clients and recordings, `writeX` for the server (RFC 6143 §7.1–§7.6). */

import { LimitError, ProtocolError } from "../base/errors.ts";
import { MAX_CUT_TEXT_BYTES, MAX_NAME_BYTES, MAX_REASON_BYTES } from "../base/limits.ts";
import type { Rect } from "../base/rect.ts";
import type { ByteReader } from "./byte_reader.ts";
import type { ByteWriter } from "./byte_writer.ts";
import { decodeLatin1, encodeLatin1 } from "./latin1.ts";
import { ServerMessageType } from "./message_types.ts";
import { parsePixelFormat, PIXEL_FORMAT_BYTES, type PixelFormat, writePixelFormat } from "./pixel_format.ts";

/** Bytes of a VncAuth challenge and of its response (RFC 6143 §7.2.2). */
export const VNC_AUTH_CHALLENGE_BYTES = 16;
/** Bytes of a FramebufferUpdate before its first rect. */
export const UPDATE_HEADER_BYTES = 4;
/** Where its rect count is in it. */
export const RECT_COUNT_OFFSET = 2;
/** Bytes of a rect before its payload. */
export const RECT_HEADER_BYTES = 12;
/** The rect count of an update that ends with a LastRect (rfbproto.rst "LastRect Pseudo-encoding"). */
export const UNTIL_LAST_RECT = 0xffff;

/** The session as the server announces it (RFC 6143 §7.3.2). */
export interface ServerInit {
  readonly width: number;
  readonly height: number;
  readonly pixelFormat: PixelFormat;
  readonly name: string;
}

/** Where a rect lies and how its payload is encoded (RFC 6143 §7.6.1). */
export interface RectHeader {
  /** Where the rect is in the framebuffer, in pixels. */
  readonly rect: Rect;
  /** How it is sent, or what else it tells: a number of Encoding or PseudoEncoding. */
  readonly encoding: number;
}

/** One colour of a map, 0–65535 a channel. */
export interface ColourMapEntry {
  readonly red: number;
  readonly green: number;
  readonly blue: number;
}

/** A part of the colour map (RFC 6143 §7.6.2). */
export interface SetColourMapEntries {
  readonly firstColour: number;
  readonly colours: readonly ColourMapEntry[];
}

/** Reads the security types of 3.7 and later; an empty list is followed by a reason. Undefined when short. */
export function parseSecurityTypes(reader: ByteReader): number[] | undefined {
  const start = reader.position;
  if (!reader.has(1)) return undefined;
  const count = reader.u8();
  return reader.has(count) ? [...reader.view(count)] : reader.rewind(start);
}

/** Writes the security types of 3.7 and later; write a reason behind an empty list. */
export function writeSecurityTypes(writer: ByteWriter, types: readonly number[]): void {
  writer.u8(types.length);
  for (const type of types) writer.u8(type);
}

/** Reads the one security type that a 3.3 server decides on; 0 is followed by a reason. Undefined when short. */
export function parseDictatedSecurityType(reader: ByteReader): number | undefined {
  return reader.has(4) ? reader.u32() : undefined;
}

/** Writes the one security type of a 3.3 session; write a reason behind 0. */
export function writeDictatedSecurityType(writer: ByteWriter, type: number): void {
  writer.u32(type);
}

/** Reads a VncAuth challenge as a copy. Undefined when short. */
export function parseVncAuthChallenge(reader: ByteReader): Uint8Array<ArrayBuffer> | undefined {
  return reader.has(VNC_AUTH_CHALLENGE_BYTES) ? reader.bytes(VNC_AUTH_CHALLENGE_BYTES) : undefined;
}

/** Reads a SecurityResult: 0 is OK, in 3.8 anything else is followed by a reason. Undefined when short. */
export function parseSecurityResult(reader: ByteReader): number | undefined {
  return reader.has(4) ? reader.u32() : undefined;
}

/** Writes a SecurityResult. */
export function writeSecurityResult(writer: ByteWriter, result: number): void {
  writer.u32(result);
}

/** Reads why a handshake failed. Undefined when short; LimitError when longer than a reason can be. */
export function parseReason(reader: ByteReader): string | undefined {
  return parseCountedText(reader, "a failure reason", MAX_REASON_BYTES);
}

/** Writes why a handshake failed. */
export function writeReason(writer: ByteWriter, reason: string): void {
  const bytes = new TextEncoder().encode(reason);
  writer.u32(bytes.length).bytes(bytes);
}

/** Reads a ServerInit. Undefined when short; LimitError when the name is longer than a name can be. */
export function parseServerInit(reader: ByteReader): ServerInit | undefined {
  const start = reader.position;
  if (!reader.has(4 + PIXEL_FORMAT_BYTES)) return undefined;
  const width = reader.u16();
  const height = reader.u16();
  const pixelFormat = parsePixelFormat(reader);
  const name = parseCountedText(reader, "a desktop name", MAX_NAME_BYTES);
  if (pixelFormat === undefined || name === undefined) return reader.rewind(start);
  return { width, height, pixelFormat, name };
}

/** Writes a ServerInit. */
export function writeServerInit(writer: ByteWriter, init: ServerInit): void {
  const name = new TextEncoder().encode(init.name);
  writer.u16(init.width).u16(init.height);
  writePixelFormat(writer, init.pixelFormat);
  writer.u32(name.length).bytes(name);
}

/** The type of the message at the cursor, which stays. Undefined when there is no byte. */
export function peekMessageType(reader: ByteReader): number | undefined {
  if (!reader.has(1)) return undefined;
  const start = reader.position;
  const type = reader.u8();
  reader.rewind(start);
  return type;
}

/** Reads the head of a FramebufferUpdate and returns its rect count. Undefined when short. */
export function parseFramebufferUpdateHeader(reader: ByteReader): number | undefined {
  if (!reader.has(UPDATE_HEADER_BYTES)) return undefined;
  expectType(reader, ServerMessageType.FramebufferUpdate);
  reader.skip(1);
  return reader.u16();
}

/** Writes the head of a FramebufferUpdate; {@link UNTIL_LAST_RECT} only for a client that listed LastRect. */
export function writeFramebufferUpdateHeader(writer: ByteWriter, rectCount: number): void {
  writer.u8(ServerMessageType.FramebufferUpdate).pad(1).u16(rectCount);
}

/** Reads the head of a rect. Undefined when short. */
export function parseRectHeader(reader: ByteReader): RectHeader | undefined {
  if (!reader.has(RECT_HEADER_BYTES)) return undefined;
  const rect: Rect = { x: reader.u16(), y: reader.u16(), width: reader.u16(), height: reader.u16() };
  return { rect, encoding: reader.s32() };
}

/** Writes the head of a rect. */
export function writeRectHeader(writer: ByteWriter, rect: Rect, encoding: number): void {
  writer.u16(rect.x).u16(rect.y).u16(rect.width).u16(rect.height).s32(encoding);
}

/** Reads a SetColourMapEntries. Undefined when short. */
export function parseSetColourMapEntries(reader: ByteReader): SetColourMapEntries | undefined {
  const start = reader.position;
  if (!reader.has(6)) return undefined;
  expectType(reader, ServerMessageType.SetColourMapEntries);
  reader.skip(1);
  const firstColour = reader.u16();
  const count = reader.u16();
  if (!reader.has(count * 6)) return reader.rewind(start);
  const colours: ColourMapEntry[] = [];
  for (let i = 0; i < count; i++) colours.push({ red: reader.u16(), green: reader.u16(), blue: reader.u16() });
  return { firstColour, colours };
}

/** Writes a SetColourMapEntries. */
export function writeSetColourMapEntries(writer: ByteWriter, entries: SetColourMapEntries): void {
  writer.u8(ServerMessageType.SetColourMapEntries).pad(1).u16(entries.firstColour).u16(entries.colours.length);
  for (const { red, green, blue } of entries.colours) writer.u16(red).u16(green).u16(blue);
}

/** Reads a Bell and returns true. Undefined when short. */
export function parseBell(reader: ByteReader): true | undefined {
  if (!reader.has(1)) return undefined;
  expectType(reader, ServerMessageType.Bell);
  return true;
}

/** Writes a Bell. */
export function writeBell(writer: ByteWriter): void {
  writer.u8(ServerMessageType.Bell);
}

/** Reads the text of a ServerCutText. Undefined when short; LimitError when longer than a cut text may be. */
export function parseServerCutText(reader: ByteReader): string | undefined {
  const start = reader.position;
  if (!reader.has(8)) return undefined;
  expectType(reader, ServerMessageType.ServerCutText);
  reader.skip(3);
  const length = reader.u32();
  requireLength(length, "a cut text", MAX_CUT_TEXT_BYTES);
  return reader.has(length) ? decodeLatin1(reader.view(length)) : reader.rewind(start);
}

/** Writes a ServerCutText; characters that Latin-1 does not have become "?". */
export function writeServerCutText(writer: ByteWriter, text: string): void {
  const bytes = encodeLatin1(text);
  writer.u8(ServerMessageType.ServerCutText).pad(3).u32(bytes.length).bytes(bytes);
}

function expectType(reader: ByteReader, type: number): void {
  const found = reader.u8();
  if (found !== type) throw new ProtocolError(`Cannot read server message ${type}: its type is ${found}`);
}

function requireLength(length: number, what: string, limit: number): void {
  if (length > limit) throw new LimitError(`Cannot read ${what} of ${length} bytes: limit is ${limit}`);
}

function parseCountedText(reader: ByteReader, what: string, limit: number): string | undefined {
  const start = reader.position;
  if (!reader.has(4)) return undefined;
  const length = reader.u32();
  requireLength(length, what, limit);
  return reader.has(length) ? new TextDecoder().decode(reader.view(length)) : reader.rewind(start);
}
