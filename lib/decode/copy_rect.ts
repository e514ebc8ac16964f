/** CopyRect (RFC 6143 §7.7.2): the rect's pixels are elsewhere in the picture already. */

import { ProtocolError } from "../base/errors.ts";
import type { Point, Rect } from "../base/rect.ts";
import type { ByteReader } from "../rfb/byte_reader.ts";
import type { PixelTarget, RectDecoder } from "./decoder.ts";
import { movePixels } from "./pixel_target.ts";

/** Reads where the pixels come from. Undefined when short; ProtocolError when not all of them are in the picture. */
export function parseCopyRect(reader: ByteReader, rect: Rect, target: PixelTarget): Point | undefined {
  if (!reader.has(4)) return undefined;
  const source = { x: reader.u16(), y: reader.u16() };
  if (source.x + rect.width > target.width || source.y + rect.height > target.height) {
    const from = `${rect.width}x${rect.height} at ${source.x},${source.y}`;
    throw new ProtocolError(`Cannot copy ${from}: the framebuffer is ${target.width}x${target.height}`);
  }
  return source;
}

/** Moves the pixels. */
export class CopyRectDecoder implements RectDecoder {
  decodeRect(reader: ByteReader, rect: Rect, target: PixelTarget): boolean {
    const source = parseCopyRect(reader, rect, target);
    if (source !== undefined) movePixels(target, source, rect);
    return source !== undefined;
  }
}
