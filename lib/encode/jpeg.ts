/** JPEG: the encoding of that name (rfbproto.rst "JPEG Encoding"), and pictures for whoever else can carry them. */

import type { Rect } from "../base/rect.ts";
import { Encoding } from "../rfb/encodings.ts";
import type { Arena } from "./arena.ts";
import type { EncodeSettings, JpegSettings, SurfaceView } from "./job.ts";
import { jpegTables } from "./jpeg_tables.ts";
import { encodeRawRect } from "./raw.ts";
import type { RectContext } from "./rect_encoder.ts";
import type { Part } from "./rect_plan.ts";

/** Whether a part may go out as a JPEG, and how. Clients with a byte a pixel have nothing to show one with. */
export function jpegOf({ jpeg, pixelFormat }: EncodeSettings, { lossy }: Part): JpegSettings | undefined {
  return lossy === "forbidden" || pixelFormat.bitsPerPixel === 8 ? undefined : jpeg;
}

/**
 * A part of a surface as a JFIF file. Undefined when the file is longer than the same pixels of `pixelBytes` are. Valid
 * until the arena is used again.
 */
export function encodeJpeg(
  arena: Arena,
  surface: SurfaceView,
  part: Rect,
  settings: JpegSettings,
  pixelBytes: number,
): Uint8Array | undefined {
  const file = arena.encodeJpeg(jpegTables(settings), surface, part);
  return file.length === 0 || file.length > part.width * part.height * pixelBytes ? undefined : file;
}

/** Writes a JPEG rect: the file is the payload. Where that may not be, or does not pay, a Raw rect. */
export function encodeJpegRect(context: RectContext, part: Part): void {
  const { arena, settings, surface, update } = context;
  const jpeg = jpegOf(settings, part);
  const pixelBytes = settings.pixelFormat.bitsPerPixel / 8;
  const file = jpeg && encodeJpeg(arena, surface, part, jpeg, pixelBytes);
  if (file === undefined) return encodeRawRect(context, part);
  update.beginRect(part, Encoding.JPEG);
  update.append(file);
  update.noteLossy(part);
}
