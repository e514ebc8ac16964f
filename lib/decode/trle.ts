/** TRLE (RFC 6143 §7.7.5): tiles of 16x16 as raw, palette or runs; a tile may use the palette of one before. */

import type { Rect } from "../base/rect.ts";
import type { ByteReader } from "../rfb/byte_reader.ts";
import type { PixelTarget, RectDecoder } from "./decoder.ts";
import { pixelWords } from "./pixel_target.ts";
import { CPIXEL_BYTES, MAX_PACKED_PALETTE, packedRowBytes, TileKind, TilePainter } from "./run_length_tiles.ts";

const TILE_SIDE = 16;

/** Paints whole tiles as they arrive; the palette carries over from tile to tile of a rect. */
export class TRLEDecoder implements RectDecoder {
  readonly #painter = new TilePainter("TRLE");
  #nextTile = 0;

  decodeRect(reader: ByteReader, rect: Rect, target: PixelTarget): boolean {
    const surface = pixelWords(target);
    const columns = Math.ceil(rect.width / TILE_SIDE);
    const count = columns * Math.ceil(rect.height / TILE_SIDE);
    for (; this.#nextTile < count; this.#nextTile++) {
      const left = this.#nextTile % columns * TILE_SIDE;
      const top = Math.floor(this.#nextTile / columns) * TILE_SIDE;
      const width = Math.min(TILE_SIDE, rect.width - left);
      const height = Math.min(TILE_SIDE, rect.height - top);
      if (!hasTile(reader, width, height, this.#painter.paletteSize)) return false;
      this.#painter.paintTile(reader, surface, { x: rect.x + left, y: rect.y + top, width, height });
    }
    this.#nextTile = 0;
    this.#painter.forgetPalette();
    return true;
  }
}

/** Whether a whole tile is there; a tile that cannot be painted counts as there. Consumes nothing. */
function hasTile(reader: ByteReader, width: number, height: number, lastPaletteSize: number): boolean {
  if (!reader.has(1)) return false;
  const start = reader.position;
  const kind = reader.u8();
  const isReused = kind === TileKind.PackedReused || kind === TileKind.RunsReused;
  const paletteSize = isReused ? lastPaletteSize : kind & 127;
  const paletteBytes = isReused ? 0 : paletteSize * CPIXEL_BYTES;
  let isThere: boolean;
  if (kind === TileKind.Raw) isThere = reader.has(width * height * CPIXEL_BYTES);
  else if (kind === TileKind.Solid) isThere = reader.has(CPIXEL_BYTES);
  else if (kind === TileKind.PlainRuns) isThere = hasRuns(reader, width * height, true);
  else if (kind > TileKind.PlainRuns) isThere = skip(reader, paletteBytes) && hasRuns(reader, width * height, false);
  else if (paletteSize > MAX_PACKED_PALETTE) isThere = true;
  else isThere = reader.has(paletteBytes + packedRowBytes(paletteSize, width) * height);
  reader.rewind(start);
  return isThere;
}

/** Whether runs of so many pixels are there: of colours, or of indices of which only some have a length. */
function hasRuns(reader: ByteReader, pixels: number, areColours: boolean): boolean {
  for (let left = pixels; left > 0; left--) {
    if (!skip(reader, areColours ? CPIXEL_BYTES - 1 : 0) || !reader.has(1)) return false;
    const last = reader.u8();
    if (!areColours && last < 128) continue;
    let byte: number;
    do {
      if (!reader.has(1)) return false;
      byte = reader.u8();
      left -= byte;
    } while (byte === 255 && left > 0);
  }
  return true;
}

function skip(reader: ByteReader, count: number): boolean {
  if (!reader.has(count)) return false;
  reader.skip(count);
  return true;
}
