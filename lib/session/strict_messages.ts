/** What of a server's messages may stand in a strict recording, and in which form. */

import { ProtocolError } from "../base/errors.ts";
import type { DecodedRect, ServerMessage } from "../decode/message_decoder.ts";
import { ByteWriter } from "../rfb/byte_writer.ts";
import { Encoding, encodingName, PseudoEncoding } from "../rfb/encodings.ts";
import { ServerMessageType } from "../rfb/message_types.ts";
import { UPDATE_HEADER_BYTES, writeFramebufferUpdateHeader, writeRectHeader } from "../rfb/server_messages.ts";

/**
 * What to ask a server for whose messages are to be recorded as they are: encodings that need no state from before and
 * that every player knows.
 */
export const RECORDING_ENCODINGS: readonly number[] = [
  Encoding.CopyRect,
  Encoding.Hextile,
  Encoding.Raw,
  PseudoEncoding.DesktopSize,
  PseudoEncoding.LastRect,
];

const RECORDED: ReadonlySet<number> = new Set<number>([Encoding.Raw, Encoding.CopyRect, Encoding.Hextile]);
const LEFT_OUT: ReadonlySet<number> = new Set<number>([
  PseudoEncoding.LastRect,
  PseudoEncoding.Cursor,
  PseudoEncoding.XCursor,
  PseudoEncoding.CursorWithAlpha,
  PseudoEncoding.QEMUExtendedKeyEvent,
]);

/** A message as it is recorded. */
export interface RecordableMessage {
  readonly bytes: Uint8Array;
  /** The size it gives the framebuffer, when it does that. */
  readonly size: { readonly width: number; readonly height: number } | undefined;
}

/**
 * The messages to record for one that a server sent: a bell as it is; an update without its pseudo-rects, split so that
 * a new size stands alone; nothing for the clipboard, for colour maps and for what is empty. Throws ProtocolError for
 * an encoding that a strict recording cannot hold. The message must have its bytes.
 */
export function recordableMessages(message: ServerMessage): RecordableMessage[] {
  const { bytes, rects } = message;
  if (bytes === undefined) throw new TypeError("Cannot record a message: its bytes were not kept");
  if (message.type === ServerMessageType.Bell) return [{ bytes, size: undefined }];
  if (message.type !== ServerMessageType.FramebufferUpdate) return [];
  const kept = rects.filter(isKept);
  const isStrictAlready = kept.length === rects.length && kept.length > 0 && !kept.some(isSize);
  return isStrictAlready ? [{ bytes, size: undefined }] : splitAtSizes(bytes, kept);
}

/** An update that does nothing but set the size. */
export function sizeMessage(width: number, height: number): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  writeFramebufferUpdateHeader(writer, 1);
  writeRectHeader(writer, { x: 0, y: 0, width, height }, PseudoEncoding.DesktopSize);
  return writer.finish();
}

function isSize({ encoding }: DecodedRect): boolean {
  return encoding === PseudoEncoding.DesktopSize;
}

function isKept(rect: DecodedRect): boolean {
  if (isSize(rect) || RECORDED.has(rect.encoding)) return true;
  if (LEFT_OUT.has(rect.encoding)) return false;
  throw new ProtocolError(`Cannot record a rect: encoding ${encodingName(rect.encoding)} is not for recordings`);
}

function splitAtSizes(bytes: Uint8Array, rects: readonly DecodedRect[]): RecordableMessage[] {
  const messages: RecordableMessage[] = [];
  let run: DecodedRect[] = [];
  for (const rect of rects) {
    if (!isSize(rect)) {
      run.push(rect);
      continue;
    }
    if (run.length > 0) messages.push(updateOf(bytes, run));
    const { width, height } = rect.rect;
    messages.push({ bytes: sizeMessage(width, height), size: { width, height } });
    run = [];
  }
  if (run.length > 0) messages.push(updateOf(bytes, run));
  return messages;
}

function updateOf(bytes: Uint8Array, rects: readonly DecodedRect[]): RecordableMessage {
  const length = rects.reduce((sum, { start, end }) => sum + end - start, UPDATE_HEADER_BYTES);
  const writer = new ByteWriter(length);
  writeFramebufferUpdateHeader(writer, rects.length);
  for (const { start, end } of rects) writer.bytes(bytes.subarray(start, end));
  return { bytes: writer.finish(), size: undefined };
}
