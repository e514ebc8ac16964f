/** PNG files of rects: RGB, or a palette in as few bits as its colours need. */

import { Buffer } from "node:buffer";
import { crc32 } from "node:zlib";
import type { Rect } from "../base/rect.ts";
import type { Arena } from "./arena.ts";
import { ZlibStream } from "./zlib_stream.ts";

/** Level when the client asks for none, as Tight's. */
const DEFAULT_COMPRESS_LEVEL = 2;
/** Clients that ask for less want speed: their rows are not filtered [QEMU]. */
const MIN_FILTER_LEVEL = 5;
const RGB_BYTES = 3;
const COLOUR_TYPE_RGB = 2;
const COLOUR_TYPE_PALETTE = 3;
/** An empty block, not compressed, that is the last of its stream (RFC 1951 §3.2.4). */
const LAST_BLOCK = Uint8Array.of(1, 0, 0, 0xff, 0xff);
const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
/** Length, type and checksum. */
const CHUNK_OVERHEAD_BYTES = 12;
const HEADER_BYTES = 13;

/** What a PNG shows. */
export interface PngPicture {
  readonly bounds: Rect;
  /** Colours of the palette; 0 for pixels of three bytes R,G,B. */
  readonly colours: number;
  /** The palette, R,G,B each, then rows of pixels or of indices: a bit each for two colours, else a byte. In the arena. */
  readonly bytes: Uint8Array;
  readonly paletteBytes: number;
}

/** Encodes a picture as a complete PNG file. Uses the arena's scratch memory. */
export function encodePng(arena: Arena, picture: PngPicture, compressLevel = DEFAULT_COMPRESS_LEVEL): Uint8Array {
  const { colours, bytes, paletteBytes } = picture;
  const bits = sampleBits(colours);
  const rows = pngRows(arena, picture, bits, compressLevel);
  const stream = new ZlibStream();
  try {
    const pixelBytes = colours === 0 ? RGB_BYTES : 1;
    const compressed = stream.compress(rows, [{ end: rows.length, pixelBytes }], compressLevel);
    return joinChunks([
      ["IHDR", [header(picture, bits)]],
      ...(colours > 0 ? [["PLTE", [bytes.subarray(0, paletteBytes)]] as const] : []),
      ["IDAT", [compressed, LAST_BLOCK, checksum(arena, rows)]],
      ["IEND", []],
    ]);
  } finally {
    stream.close();
  }
}

/** Bits of a sample, or of an index into a palette [PNG §11.2.2]. */
function sampleBits(colours: number): number {
  if (colours === 0 || colours > 16) return 8;
  return colours > 4 ? 4 : colours > 2 ? 2 : 1;
}

function pngRows(arena: Arena, picture: PngPicture, bits: number, compressLevel: number): Uint8Array {
  const { kernels } = arena;
  const { bounds: { width, height }, colours, bytes, paletteBytes } = picture;
  const [pixels, scratch] = [bytes.byteOffset + paletteBytes, arena.scratch(0).byteOffset];
  if (bits === 2 || bits === 4) {
    return rowsIn(arena, kernels.pngIndexRows(pixels, width, height, bits, scratch));
  }
  const rowBytes = colours === 0 ? width * RGB_BYTES : width * bits + 7 >> 3;
  const isFiltered = colours === 0 && compressLevel >= MIN_FILTER_LEVEL;
  return rowsIn(arena, kernels.pngRows(pixels, rowBytes, height, isFiltered, scratch));
}

function rowsIn(arena: Arena, byteLength: number): Uint8Array {
  const { buffer, byteOffset } = arena.scratch(0);
  return new Uint8Array(buffer, byteOffset + arena.kernels.pngRowsOffset(), byteLength);
}

/** The payload of IHDR: deflate, adaptive filters and no interlace are the only methods there are. */
function header({ bounds: { width, height }, colours }: PngPicture, bits: number): Uint8Array {
  const bytes = Buffer.alloc(HEADER_BYTES);
  bytes.writeUInt32BE(width, 0);
  bytes.writeUInt32BE(height, 4);
  bytes[8] = bits;
  bytes[9] = colours > 0 ? COLOUR_TYPE_PALETTE : COLOUR_TYPE_RGB;
  return bytes;
}

/** What ends a zlib stream (RFC 1950 §2.2). */
function checksum({ kernels }: Arena, rows: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(kernels.adler32(rows.byteOffset, rows.length));
  return bytes;
}

/** A file of chunks, each a type and the pieces of its bytes; behind them is the checksum of both. */
function joinChunks(chunks: readonly (readonly [type: string, pieces: readonly Uint8Array[]])[]): Uint8Array {
  const lengths = chunks.map(([, pieces]) => pieces.reduce((sum, piece) => sum + piece.length, 0));
  const file = Buffer.alloc(lengths.reduce((sum, length) => sum + CHUNK_OVERHEAD_BYTES + length, SIGNATURE.length));
  file.set(SIGNATURE);
  let at = SIGNATURE.length;
  for (const [index, [type, pieces]] of chunks.entries()) {
    const start = file.writeUInt32BE(lengths[index]!, at);
    at = start + file.write(type, start, "latin1");
    for (const piece of pieces) {
      file.set(piece, at);
      at += piece.length;
    }
    at = file.writeUInt32BE(crc32(file.subarray(start, at)), at);
  }
  return file;
}
