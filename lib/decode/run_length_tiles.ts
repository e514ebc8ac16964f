/** The tiles that TRLE and ZRLE share (RFC 6143 §7.7.5 and §7.7.6): raw, one colour, palettes and runs. */

import { ProtocolError } from "../base/errors.ts";
import type { Rect } from "../base/rect.ts";
import { fillPixels, type PixelWords } from "./pixel_target.ts";

/** Of a 32 bpp pixel of depth 24 the three bytes B,G,R are sent. */
export const CPIXEL_BYTES = 3;
/** The most colours whose indices are packed. */
export const MAX_PACKED_PALETTE = 16;
/** Subencodings (RFC 6143 §7.7.5); those between are palettes by their size. */
export const TileKind = { Raw: 0, Solid: 1, PackedReused: 127, PlainRuns: 128, RunsReused: 129 } as const;

/** Where a tile's bytes come from. Both throw ProtocolError or RangeError when there are not as many. */
export interface TileSource {
  u8(): number;
  /** The next `count` bytes, valid until the next call. */
  view(count: number): Uint8Array;
}

/** Reads and paints what is behind the subencoding of one kind of tile. */
export type TilePaint = (source: TileSource, surface: PixelWords, tile: Rect) => void;

/** Bytes of a row of packed indices into a palette. */
export function packedRowBytes(paletteSize: number, width: number): number {
  return Math.ceil(width * packedBits(paletteSize) / 8);
}

function packedBits(paletteSize: number): number {
  return paletteSize <= 2 ? 1 : paletteSize <= 4 ? 2 : 4;
}

/** Paints tiles of one rect after the other. */
export class TilePainter {
  readonly #what: "TRLE" | "ZRLE" | "ZYWRLE";
  readonly #paintRawTile: TilePaint;
  readonly #palette = new Uint32Array(128);
  #paletteSize = 0;

  /** `what` names the encoding in errors; in TRLE palettes may be used again. `paintRawTile` reads and paints raw tiles. */
  constructor(what: "TRLE" | "ZRLE" | "ZYWRLE", paintRawTile: TilePaint = paintRaw) {
    this.#what = what;
    this.#paintRawTile = paintRawTile;
  }

  /** Colours of the last palette of the rect; 0 when there is none. */
  get paletteSize(): number {
    return this.#paletteSize;
  }

  /** A rect does not begin with the palette of the one before. */
  forgetPalette(): void {
    this.#paletteSize = 0;
  }

  /** Reads and paints one tile, all of whose bytes are there. ProtocolError for what does not fit it. */
  paintTile(source: TileSource, surface: PixelWords, tile: Rect): void {
    const kind = source.u8();
    if (kind === TileKind.Raw) return this.#paintRawTile(source, surface, tile);
    if (kind === TileKind.Solid) return fillPixels(surface, tile.x, tile.y, tile.width, tile.height, readPixel(source));
    if (kind === TileKind.PlainRuns) return this.#paintRuns(source, surface, tile, 0);
    if (kind === TileKind.PackedReused || kind === TileKind.RunsReused) this.#requirePalette(kind);
    else if (kind <= MAX_PACKED_PALETTE || kind > TileKind.RunsReused) this.#readPalette(source, kind & 127);
    else throw new ProtocolError(`Cannot decode a ${this.#what} tile: there is no subencoding ${kind}`);
    if (kind < TileKind.PlainRuns) this.#paintPacked(source, surface, tile);
    else this.#paintRuns(source, surface, tile, this.#paletteSize);
  }

  #readPalette(source: TileSource, size: number): void {
    for (let i = 0; i < size; i++) this.#palette[i] = readPixel(source);
    this.#paletteSize = size;
  }

  #requirePalette(kind: number): void {
    const what = this.#what;
    if (what !== "TRLE") throw new ProtocolError(`Cannot decode a ${what} tile: there is no subencoding ${kind}`);
    const size = this.#paletteSize;
    if (size === 0) throw new ProtocolError(`Cannot decode a ${what} tile: there is no palette to use again`);
    if (kind === TileKind.PackedReused && size > MAX_PACKED_PALETTE) {
      throw new ProtocolError(`Cannot decode a ${what} tile: a palette of ${size} is not packed`);
    }
  }

  #paintPacked(source: TileSource, surface: PixelWords, tile: Rect): void {
    const size = this.#paletteSize;
    const bits = packedBits(size);
    const rowBytes = packedRowBytes(size, tile.width);
    for (let y = tile.y; y < tile.y + tile.height; y++) {
      const row = source.view(rowBytes);
      const at = y * surface.strideWords + tile.x;
      for (let x = 0; x < tile.width; x++) {
        const bit = x * bits;
        const index = (row[bit >> 3] ?? 0) >> (8 - bits - (bit & 7)) & ((1 << bits) - 1);
        surface.words[at + x] = this.#colour(index, size);
      }
    }
  }

  #colour(index: number, size: number): number {
    if (index >= size) {
      throw new ProtocolError(`Cannot decode a ${this.#what} tile: colour ${index} of a palette of ${size}`);
    }
    return this.#palette[index] ?? 0;
  }

  /** Runs of pixels, or of indices when there is a palette. */
  #paintRuns(source: TileSource, surface: PixelWords, tile: Rect, paletteSize: number): void {
    const count = tile.width * tile.height;
    for (let at = 0; at < count;) {
      const index = paletteSize === 0 ? 128 : source.u8();
      const pixel = paletteSize === 0 ? readPixel(source) : this.#colour(index & 127, paletteSize);
      const length = index < 128 ? 1 : this.#readRunLength(source, count - at);
      paintRun(surface, tile, at, length, pixel);
      at += length;
    }
  }

  #readRunLength(source: TileSource, limit: number): number {
    let length = 1;
    let byte: number;
    do {
      byte = source.u8();
      length += byte;
      if (length > limit) {
        throw new ProtocolError(`Cannot decode a ${this.#what} tile: a run passes its last ${limit} pixels`);
      }
    } while (byte === 255);
    return length;
  }
}

function paintRaw(source: TileSource, surface: PixelWords, tile: Rect): void {
  for (let y = tile.y; y < tile.y + tile.height; y++) {
    const bytes = source.view(tile.width * CPIXEL_BYTES);
    let at = y * surface.strideWords + tile.x;
    for (let i = 0; i < bytes.length; i += CPIXEL_BYTES) {
      surface.words[at++] = (bytes[i] ?? 0) | (bytes[i + 1] ?? 0) << 8 | (bytes[i + 2] ?? 0) << 16;
    }
  }
}

function readPixel(source: TileSource): number {
  const blue = source.u8();
  const green = source.u8();
  return blue | green << 8 | source.u8() << 16;
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
