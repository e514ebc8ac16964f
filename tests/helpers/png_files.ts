/** PNG files written from the specification alone, with any row filters, for decoder tests. */

import { crc32, deflateSync } from "node:zlib";
import { ByteWriter } from "../../lib/rfb/byte_writer.ts";
import { concat, type Pixels } from "./rects.ts";
import { compactLength, rgbBytes } from "./tight_rects.ts";

/** How a file is written. */
export interface PngStyle {
  /** Row filters 0 to 4, taken in turn. */
  readonly filters?: readonly number[];
  /** Bits of palette indices; RGB when undefined. */
  readonly bits?: 1 | 2 | 4 | 8 | undefined;
  /** Bytes of an IDAT chunk; one for all when undefined. */
  readonly chunkBytes?: number | undefined;
}

/** A chunk. */
export function pngChunk(type: string, payload: Uint8Array): Uint8Array {
  const typed = concat([new TextEncoder().encode(type), payload]);
  return concat([new ByteWriter().u32(payload.length).finish(), typed, new ByteWriter().u32(crc32(typed)).finish()]);
}

export const PNG_SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** An IHDR. */
export function pngHeader(width: number, height: number, depth: number, colourType: number, interlace = 0): Uint8Array {
  const writer = new ByteWriter().u32(width).u32(height).u8(depth).u8(colourType).u8(0).u8(0).u8(interlace);
  return pngChunk("IHDR", writer.finish());
}

/** A file of pixels; the style's bits must be enough for their colours. */
export function pngFile(pixels: Pixels, { filters = [0], bits, chunkBytes }: PngStyle = {}): Uint8Array {
  const { width, height } = pixels;
  const colours = [...new Set(pixels.values)];
  const rows = bits === undefined ? rgbBytes(pixels.values) : packed(pixels, colours, bits);
  const data = deflateSync(filteredRows(rows, height, filters, bits === undefined ? 3 : 1));
  const chunks = [PNG_SIGNATURE, pngHeader(width, height, bits ?? 8, bits === undefined ? 2 : 3)];
  if (bits !== undefined) chunks.push(pngChunk("PLTE", rgbBytes(colours)));
  const step = chunkBytes ?? data.length;
  for (let at = 0; at < data.length; at += step) chunks.push(pngChunk("IDAT", data.subarray(at, at + step)));
  return concat([...chunks, pngChunk("IEND", new Uint8Array(0))]);
}

/** A TightPNG rect around a file. */
export function tightPngRect(file: Uint8Array): Uint8Array {
  return concat([Uint8Array.of(0xa0), compactLength(file.length), file]);
}

function packed({ width, height, values }: Pixels, colours: readonly number[], bits: number): Uint8Array {
  const rowBytes = Math.ceil(width * bits / 8);
  const rows = new Uint8Array(rowBytes * height);
  values.forEach((value, at) => {
    const bit = at % width * bits;
    rows[Math.floor(at / width) * rowBytes + (bit >> 3)]! |= colours.indexOf(value) << (8 - bits - (bit & 7));
  });
  return rows;
}

/** Every row behind its filter and the filter's number. */
export function filteredRows(rows: Uint8Array, height: number, filters: readonly number[], step: number): Uint8Array {
  const rowBytes = rows.length / height;
  const writer = new ByteWriter();
  for (let y = 0; y < height; y++) {
    const filter = filters[y % filters.length]!;
    writer.u8(filter);
    for (let x = 0; x < rowBytes; x++) {
      const at = y * rowBytes + x;
      const left = x >= step ? rows[at - step]! : 0;
      const up = y > 0 ? rows[at - rowBytes]! : 0;
      const corner = x >= step && y > 0 ? rows[at - rowBytes - step]! : 0;
      writer.u8(rows[at]! - predicted(filter, left, up, corner) & 255);
    }
  }
  return writer.finish();
}

function predicted(filter: number, left: number, up: number, corner: number): number {
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return Math.floor((left + up) / 2);
  if (filter !== 4) return 0;
  const wanted = left + up - corner;
  const nearest = Math.min(...[left, up, corner].map((each) => Math.abs(each - wanted)));
  return [left, up, corner].find((each) => Math.abs(each - wanted) === nearest)!;
}
