/**
 * ZRLE (RFC 6143 §7.7.6): tiles of 64x64 as raw, palette or runs, through one zlib stream for the whole connection; and
 * ZYWRLE, whose raw tiles are tiles of wavelet coefficients.
 */

import type { Rect } from "../base/rect.ts";
import type { ByteReader } from "../rfb/byte_reader.ts";
import type { ZywrleDepth } from "../rfb/zywrle.ts";
import type { PixelTarget, RectDecoder } from "./decoder.ts";
import { InflateStream, parseCompressed } from "./inflate_stream.ts";
import { type PixelWords, pixelWords } from "./pixel_target.ts";
import { CPIXEL_BYTES, TilePainter, type TileSource } from "./run_length_tiles.ts";
import { WaveletDecoder } from "./wavelet.ts";

const TILE_SIDE = 64;
/** A tile's subencoding bytes and its largest palette; its pixels are at most four bytes each, as runs of one. */
const TILE_OVERHEAD_BYTES = 2 + 127 * CPIXEL_BYTES;

/** Paints one tile, all of whose bytes are there. */
interface Painter {
  paintTile(source: TileSource, surface: PixelWords, tile: Rect): void;
}

/** Paints tile by tile from the inflated bytes. */
export class ZRLEDecoder implements RectDecoder {
  readonly #stream: InflateStream;
  readonly #what: string;
  readonly #painter: Painter;

  /** A decoder on a stream, which ZRLE and ZYWRLE share. */
  constructor(
    stream: InflateStream = new InflateStream(),
    what: string = "ZRLE",
    painter: Painter = new TilePainter("ZRLE"),
  ) {
    this.#stream = stream;
    this.#what = what;
    this.#painter = painter;
  }

  decodeRect(reader: ByteReader, rect: Rect, target: PixelTarget): boolean {
    const tiles = Math.ceil(rect.width / TILE_SIDE) * Math.ceil(rect.height / TILE_SIDE);
    const plainBytes = rect.width * rect.height * 4 + tiles * TILE_OVERHEAD_BYTES;
    const compressed = parseCompressed(reader, plainBytes, this.#what);
    if (compressed === undefined) return false;
    this.#stream.begin(compressed, this.#what);
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

/** The decoder of ZYWRLE for a client that asked for coefficients of some depth. */
export function zywrleDecoder(stream: InflateStream, depth: ZywrleDepth): ZRLEDecoder {
  return new ZRLEDecoder(stream, "ZYWRLE", new WaveletPainter(depth));
}

/** Paints tiles whose raw form is a tile of coefficients in any form. */
class WaveletPainter implements Painter {
  readonly #tiles = new TilePainter("ZYWRLE", (...parameters) => this.#paintCoefficients(...parameters));
  readonly #coefficients = new TilePainter("ZYWRLE");
  readonly #wavelet = new WaveletDecoder();
  readonly #words = new Uint32Array(TILE_SIDE * TILE_SIDE);
  readonly #depth: ZywrleDepth;

  constructor(depth: ZywrleDepth) {
    this.#depth = depth;
  }

  paintTile(source: TileSource, surface: PixelWords, tile: Rect): void {
    this.#tiles.paintTile(source, surface, tile);
  }

  #paintCoefficients(source: TileSource, surface: PixelWords, { x, y, width, height }: Rect): void {
    this.#coefficients.paintTile(source, { words: this.#words, strideWords: width }, { x: 0, y: 0, width, height });
    const pixels = this.#wavelet.decode(this.#words, width, height, this.#depth);
    for (let row = 0; row < height; row++) {
      surface.words.set(pixels.subarray(row * width, (row + 1) * width), (y + row) * surface.strideWords + x);
    }
  }
}
