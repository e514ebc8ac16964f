/** Hextile (RFC 6143 §7.7.4): tiles of 16x16, each raw or a background with rectangles on it. */

import { ProtocolError } from "../base/errors.ts";
import type { Rect } from "../base/rect.ts";
import type { ByteReader } from "../rfb/byte_reader.ts";
import type { PixelTarget, RectDecoder } from "./decoder.ts";
import { fillPixels, type PixelWords, pixelWords, readPixel } from "./pixel_target.ts";

const TILE_SIDE = 16;
const RAW = 1;
const BACKGROUND_SPECIFIED = 2;
const FOREGROUND_SPECIFIED = 4;
const ANY_SUBRECTS = 8;
const SUBRECTS_COLOURED = 16;
const ALL_FLAGS = 31;

/** Paints whole tiles as they arrive; the colours carry over from tile to tile of a rect. */
export class HextileDecoder implements RectDecoder {
  #nextTile = 0;
  #background = 0;
  #foreground = 0;

  decodeRect(reader: ByteReader, rect: Rect, target: PixelTarget): boolean {
    const surface = pixelWords(target);
    const columns = Math.ceil(rect.width / TILE_SIDE);
    const count = columns * Math.ceil(rect.height / TILE_SIDE);
    for (; this.#nextTile < count; this.#nextTile++) {
      const left = this.#nextTile % columns * TILE_SIDE;
      const top = Math.floor(this.#nextTile / columns) * TILE_SIDE;
      const width = Math.min(TILE_SIDE, rect.width - left);
      const height = Math.min(TILE_SIDE, rect.height - top);
      if (!this.#decodeTile(reader, surface, { x: rect.x + left, y: rect.y + top, width, height })) return false;
    }
    this.#nextTile = this.#background = this.#foreground = 0;
    return true;
  }

  /** Consumes nothing unless the whole tile is there. */
  #decodeTile(reader: ByteReader, surface: PixelWords, tile: Rect): boolean {
    if (!reader.has(1)) return false;
    const start = reader.position;
    const flags = reader.u8();
    if (flags > ALL_FLAGS) throw new ProtocolError(`Cannot decode a Hextile tile: its flags are ${flags}`);
    const done = (flags & RAW) !== 0 ? paintRaw(reader, surface, tile) : this.#paintRects(reader, surface, tile, flags);
    if (!done) reader.rewind(start);
    return done;
  }

  #paintRects(reader: ByteReader, surface: PixelWords, tile: Rect, flags: number): boolean {
    const headBytes = pixelBytesIf(flags, BACKGROUND_SPECIFIED) + pixelBytesIf(flags, FOREGROUND_SPECIFIED);
    const anySubrects = (flags & ANY_SUBRECTS) !== 0;
    if (!reader.has(headBytes + (anySubrects ? 1 : 0))) return false;
    if ((flags & BACKGROUND_SPECIFIED) !== 0) this.#background = readPixel(reader);
    if ((flags & FOREGROUND_SPECIFIED) !== 0) this.#foreground = readPixel(reader);
    const count = anySubrects ? reader.u8() : 0;
    const coloured = (flags & SUBRECTS_COLOURED) !== 0;
    if (!reader.has(count * (coloured ? 6 : 2))) return false;
    fillPixels(surface, tile.x, tile.y, tile.width, tile.height, this.#background);
    for (let i = 0; i < count; i++) {
      paintSubrect(reader, surface, tile, coloured ? readPixel(reader) : this.#foreground);
    }
    return true;
  }
}

function pixelBytesIf(flags: number, flag: number): number {
  return (flags & flag) !== 0 ? 4 : 0;
}

function paintRaw(reader: ByteReader, surface: PixelWords, tile: Rect): boolean {
  if (!reader.has(tile.width * tile.height * 4)) return false;
  for (let y = tile.y; y < tile.y + tile.height; y++) {
    const row = y * surface.strideWords + tile.x;
    for (let i = row; i < row + tile.width; i++) surface.words[i] = readPixel(reader);
  }
  return true;
}

function paintSubrect(reader: ByteReader, surface: PixelWords, tile: Rect, pixel: number): void {
  const position = reader.u8();
  const size = reader.u8();
  const x = position >> 4;
  const y = position & 15;
  const width = (size >> 4) + 1;
  const height = (size & 15) + 1;
  if (x + width > tile.width || y + height > tile.height) {
    const subrect = `${width}x${height} at ${x},${y}`;
    throw new ProtocolError(`Cannot decode a Hextile tile of ${tile.width}x${tile.height}: it has a rect ${subrect}`);
  }
  fillPixels(surface, tile.x + x, tile.y + y, width, height, pixel);
}
