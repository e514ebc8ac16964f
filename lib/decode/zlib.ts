/** Zlib (rfbproto.rst "Zlib Encoding"): Raw through one zlib stream for the whole connection. */

import type { Rect } from "../base/rect.ts";
import type { ByteReader } from "../rfb/byte_reader.ts";
import type { PixelTarget, RectDecoder } from "./decoder.ts";
import { InflateStream, parseCompressed } from "./inflate_stream.ts";

/** Inflates row by row. */
export class ZlibDecoder implements RectDecoder {
  readonly #stream = new InflateStream();

  decodeRect(reader: ByteReader, rect: Rect, target: PixelTarget): boolean {
    const rowBytes = rect.width * 4;
    const compressed = parseCompressed(reader, rowBytes * rect.height, "Zlib");
    if (compressed === undefined) return false;
    this.#stream.begin(compressed, "Zlib");
    for (let y = rect.y; y < rect.y + rect.height; y++) {
      target.pixels.set(this.#stream.view(rowBytes), y * target.strideBytes + rect.x * 4);
    }
    this.#stream.end();
    return true;
  }
}
