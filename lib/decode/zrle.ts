/** ZRLE (RFC 6143 §7.7.6): tiles of 64x64 as raw, palette or runs, through one zlib stream for the whole connection. */

import { ProtocolError } from "../base/errors.ts";
import type { Rect } from "../base/rect.ts";
import type { ByteReader } from "../rfb/byte_reader.ts";
import type { PixelTarget, RectDecoder } from "./decoder.ts";
import { InflateStream, parseCompressed } from "./inflate_stream.ts";
import { fillPixels, type PixelWords, pixelWords } from "./pixel_target.ts";

const TILE_SIDE = 64;
/** Of a 32 bpp pixel of depth 24 the three bytes B,G,R are sent. */
const CPIXEL_BYTES = 3;
const MAX_PACKED_PALETTE = 16;
const PLAIN_RUNS = 128;
const FIRST_PALETTE_RUNS = 130;
/** A tile's subencoding byte and its largest palette; its pixels are at most four bytes each, as runs of one. */
const TILE_OVERHEAD_BYTES = 1 + 127 * CPIXEL_BYTES;

/** Paints tile by tile from the inflated bytes. */
export class ZRLEDecoder implements RectDecoder {
  readonly #stream = new InflateStream();
  readonly #palette = new Uint32Array(128);

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
        this.#paintTile(surface, { x: rect.x + x, y: rect.y + y, width, height });
      }
    }
    this.#stream.end();
    return true;
  }

  #paintTile(surface: PixelWords, tile: Rect): void {
    const subencoding = this.#stream.u8();
    if (subencoding === 0) return this.#paintRaw(surface, tile);
    if (subencoding === 1) return fillPixels(surface, tile.x, tile.y, tile.width, tile.height, this.#readPixel());
    if (subencoding <= MAX_PACKED_PALETTE) return this.#paintPacked(surface, tile, subencoding);
    if (subencoding === PLAIN_RUNS) return this.#paintRuns(surface, tile, 0);
    if (subencoding >= FIRST_PALETTE_RUNS) return this.#paintRuns(surface, tile, subencoding - PLAIN_RUNS);
    throw new ProtocolError(`Cannot decode a ZRLE tile: there is no subencoding ${subencoding}`);
  }

  #readPixel(): number {
    const blue = this.#stream.u8();
    const green = this.#stream.u8();
    return blue | green << 8 | this.#stream.u8() << 16;
  }

  #readPalette(size: number): void {
    for (let i = 0; i < size; i++) this.#palette[i] = this.#readPixel();
  }

  #paintRaw(surface: PixelWords, tile: Rect): void {
    for (let y = tile.y; y < tile.y + tile.height; y++) {
      const bytes = this.#stream.view(tile.width * CPIXEL_BYTES);
      let at = y * surface.strideWords + tile.x;
      for (let i = 0; i < bytes.length; i += CPIXEL_BYTES) {
        surface.words[at++] = (bytes[i] ?? 0) | (bytes[i + 1] ?? 0) << 8 | (bytes[i + 2] ?? 0) << 16;
      }
    }
  }

  #paintPacked(surface: PixelWords, tile: Rect, size: number): void {
    this.#readPalette(size);
    const bits = size <= 2 ? 1 : size <= 4 ? 2 : 4;
    const rowBytes = Math.ceil(tile.width * bits / 8);
    for (let y = tile.y; y < tile.y + tile.height; y++) {
      const row = this.#stream.view(rowBytes);
      const at = y * surface.strideWords + tile.x;
      for (let x = 0; x < tile.width; x++) {
        const bit = x * bits;
        const index = (row[bit >> 3] ?? 0) >> (8 - bits - (bit & 7)) & ((1 << bits) - 1);
        surface.words[at + x] = this.#colour(index, size);
      }
    }
  }

  #colour(index: number, size: number): number {
    if (index >= size) throw new ProtocolError(`Cannot decode a ZRLE tile: colour ${index} of a palette of ${size}`);
    return this.#palette[index] ?? 0;
  }

  /** Runs of pixels, or of indices when there is a palette. */
  #paintRuns(surface: PixelWords, tile: Rect, paletteSize: number): void {
    this.#readPalette(paletteSize);
    const count = tile.width * tile.height;
    for (let at = 0; at < count;) {
      const index = paletteSize === 0 ? 128 : this.#stream.u8();
      const pixel = paletteSize === 0 ? this.#readPixel() : this.#colour(index & 127, paletteSize);
      const length = index < 128 ? 1 : this.#readRunLength(count - at);
      paintRun(surface, tile, at, length, pixel);
      at += length;
    }
  }

  #readRunLength(limit: number): number {
    let length = 1;
    let byte: number;
    do {
      byte = this.#stream.u8();
      length += byte;
      if (length > limit) throw new ProtocolError(`Cannot decode a ZRLE tile: a run passes its last ${limit} pixels`);
    } while (byte === 255);
    return length;
  }
}

/** Paints `length` pixels of a tile from its pixel `start` on, over the ends of its rows. */
function paintRun(surface: PixelWords, tile: Rect, start: number, length: number, pixel: number): void {
  let x = start % tile.width;
  let row = (tile.y + Math.floor(start / tile.width)) * surface.strideWords + tile.x;
  for (let left = length; left > 0;) {
    const count = Math.min(left, tile.width - x);
    surface.words.fill(pixel, row + x, row + x + count);
    left -= count;
    x = 0;
    row += surface.strideWords;
  }
}
