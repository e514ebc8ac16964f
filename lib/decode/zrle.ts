/** ZRLE (RFC 6143 §7.7.6): tiles of 64x64 as raw, palette or runs, through one zlib stream for the whole connection. */

import type { Rect } from "../base/rect.ts";
import type { ByteReader } from "../rfb/byte_reader.ts";
import type { PixelTarget, RectDecoder } from "./decoder.ts";
import { InflateStream, parseCompressed } from "./inflate_stream.ts";
import { pixelWords } from "./pixel_target.ts";
import { CPIXEL_BYTES, TilePainter } from "./run_length_tiles.ts";

const TILE_SIDE = 64;
/** A tile's subencoding byte and its largest palette; its pixels are at most four bytes each, as runs of one. */
const TILE_OVERHEAD_BYTES = 1 + 127 * CPIXEL_BYTES;

/** Paints tile by tile from the inflated bytes. */
export class ZRLEDecoder implements RectDecoder {
  readonly #stream = new InflateStream();
  readonly #painter = new TilePainter("ZRLE");

  decodeRect(reader: ByteReader, rect: Rect, target: PixelTarget): boolean {
    const tiles = Math.ceil(rect.width / TILE_SIDE) * Math.ceil(rect.height / TILE_SIDE);
    const plainBytes = rect.width * rect.height * 4 + tiles * TILE_OVERHEAD_BYTES;
    const compressed = parseCompressed(reader, plainBytes, "ZRLE");
    if (compressed === undefined) return false;
    this.#stream.begin(compressed, "ZRLE");
    const surface = pixelWords(target);
    for (let y = 0; y < rect.height; y += TILE_SIDE) {
      for (let x = 0; x < rect.width; x += TILE_SIDE) {
        const width = Math.min(TILE_SIDE, rect.width - x);
        const height = Math.min(TILE_SIDE, rect.height - y);
        this.#painter.paintTile(this.#stream, surface, { x: rect.x + x, y: rect.y + y, width, height });
      }
    }
    this.#stream.end();
    return true;
  }
}
