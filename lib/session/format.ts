/** Strict FBS 001.000, as existing players read it: magic, four header blocks, one RFB message a block. */

import { MAX_RECORDED_NAME_BYTES } from "../base/limits.ts";
import { ByteWriter } from "../rfb/byte_writer.ts";
import { SecurityType } from "../rfb/message_types.ts";
import { writePixelFormat, X8R8G8B8 } from "../rfb/pixel_format.ts";

/** First bytes of a recording; the only version that every player takes. */
export const FBS_MAGIC = "FBS 001.000\n";
/** Bytes of the magic. */
export const FBS_MAGIC_BYTES = 12;
/** Bytes of a block besides its payload and padding: a length before, a timestamp behind. */
export const BLOCK_OVERHEAD_BYTES = 8;
/** The last millisecond a timestamp can name, 49.7 days. */
export const MAX_TIMESTAMP_MS = 0xffffffff;

/** The recorded desktop. */
export interface SessionGeometry {
  /** Pixels, at the recording's start. */
  readonly width: number;
  /** Pixels, at the recording's start. */
  readonly height: number;
  /** The desktop's name; what of it is over 192 bytes of UTF-8 is cut off. */
  readonly name: string;
}

/** Where the index of a recording lies. */
export function indexPath(path: string): string {
  return `${path}.idx`;
}

/** Bytes of padding that bring a payload to a multiple of four. */
export function paddingBytes(length: number): number {
  return -length & 3;
}

/** A block: u32 length, payload, zero padding, u32 timestamp in milliseconds. */
export function encodeBlock(payload: Uint8Array, timeMs: number): Uint8Array<ArrayBuffer> {
  const padding = paddingBytes(payload.length);
  const writer = new ByteWriter(payload.length + padding + BLOCK_OVERHEAD_BYTES);
  return writer.u32(payload.length).bytes(payload).pad(padding).u32(timeMs).finish();
}

/**
 * A desktop name as players can read it: UTF-8, 4 to 192 bytes, padded with spaces to a multiple of four. Some find the
 * first message by the name's unpadded length.
 */
export function recordedName(name: string): Uint8Array<ArrayBuffer> {
  const cut = new Uint8Array(MAX_RECORDED_NAME_BYTES);
  const { written } = new TextEncoder().encodeInto(name, cut);
  const bytes = new Uint8Array(Math.max(4, written + paddingBytes(written))).fill(0x20);
  bytes.set(cut.subarray(0, written));
  return bytes;
}

/**
 * The start of a recording: magic, then version, security, ServerInit and name in a block each, all at time 0. Some
 * players count on these blocks, some on the 3.3 handshake, and all on this pixel format.
 */
export function encodeHeader(geometry: SessionGeometry): Uint8Array<ArrayBuffer> {
  const name = recordedName(geometry.name);
  const init = new ByteWriter().u16(geometry.width).u16(geometry.height);
  writePixelFormat(init, X8R8G8B8);
  const blocks = [
    new ByteWriter().text("RFB 003.003\n").finish(),
    new ByteWriter().u32(SecurityType.None).finish(),
    init.u32(name.length).finish(),
    name,
  ];
  return blocks.reduce((writer, block) => writer.bytes(encodeBlock(block, 0)), new ByteWriter().text(FBS_MAGIC))
    .finish();
}
