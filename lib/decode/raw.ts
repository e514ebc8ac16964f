/** Raw (RFC 6143 §7.7.1): the pixels, row by row. */

import type { Rect } from "../base/rect.ts";
import type { ByteReader } from "../rfb/byte_reader.ts";
import type { PixelTarget, RectDecoder } from "./decoder.ts";

/** Paints whole rows as they arrive. */
export class RawDecoder implements RectDecoder {
  #nextRow = 0;

  decodeRect(reader: ByteReader, rect: Rect, target: PixelTarget): boolean {
    const rowBytes = rect.width * 4;
    for (; this.#nextRow < rect.height; this.#nextRow++) {
      if (!reader.has(rowBytes)) return false;
      const at = (rect.y + this.#nextRow) * target.strideBytes + rect.x * 4;
      target.pixels.set(reader.view(rowBytes), at);
    }
    this.#nextRow = 0;
    return true;
  }
}
