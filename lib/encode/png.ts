/** PNG files of rects: RGB, or a palette in as few bits as its colours need. */

import { Buffer } from "node:buffer";
import { constants, crc32, deflateSync } from "node:zlib";
import type { Rect } from "../base/rect.ts";
import type { Arena } from "./arena.ts";

/** Level when the client asks for none, as Tight's. */
const DEFAULT_COMPRESS_LEVEL = 2;
/** Clients that ask for less want speed: their rows are not filtered [QEMU]. */
const MIN_FILTER_LEVEL = 5;
const RGB_BYTES = 3;
const COLOUR_TYPE_RGB = 2;
const COLOUR_TYPE_PALETTE = 3;
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
  /** Whether the pixels hardly repeat each other. */
  readonly noisy: boolean;
}

/** Encodes a picture as a complete PNG file. Uses the arena's scratch memory. */
export function encodePng(arena: Arena, picture: PngPicture, compressLevel?: number): Uint8Array {
  const { colours, bytes, paletteBytes } = picture;
  const bits = sampleBits(colours);
  const level = compressLevel ?? DEFAULT_COMPRESS_LEVEL;
  const strategy = picture.noisy ? constants.Z_HUFFMAN_ONLY : constants.Z_DEFAULT_STRATEGY;
  const data = deflateSync(pngRows(arena, picture, bits, level), { level: deflateLevel(level), strategy });
  const chunks: readonly (readonly [string, Uint8Array])[] = [
    ["IHDR", header(picture, bits)],
    ...(colours > 0 ? [["PLTE", bytes.subarray(0, paletteBytes)] as const] : []),
    ["IDAT", data],
    ["IEND", new Uint8Array(0)],
  ];
  const byteLength = chunks.reduce((sum, [, bytes]) => sum + CHUNK_OVERHEAD_BYTES + bytes.length, SIGNATURE.length);
  const file = Buffer.alloc(byteLength);
  file.set(SIGNATURE);
  let at = SIGNATURE.length;
  for (const [type, bytes] of chunks) at = writeChunk(file, at, type, bytes);
  return file;
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

/** Writes a chunk; the checksum is that of its type and bytes. Returns its end. */
function writeChunk(file: Buffer, at: number, type: string, bytes: Uint8Array): number {
  const end = at + 8 + bytes.length;
  file.writeUInt32BE(bytes.length, at);
  file.write(type, at + 4, "latin1");
  file.set(bytes, at + 8);
  file.writeUInt32BE(crc32(file.subarray(at + 4, end)), end);
  return end + 4;
}

/** Deno's zlib is zlib-ng, whose level 1 has fixed codes and makes a third more bytes than the level 1 of any other. */
function deflateLevel(compressLevel: number): number {
  return compressLevel === 1 ? 2 : compressLevel;
}
