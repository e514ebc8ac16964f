/** PNG files of a size known before (PNG, W3C): palettes and RGB, not interlaced, inflated no further than their rows. */

import { crc32 } from "node:zlib";
import { ProtocolError } from "../base/errors.ts";
import { ByteReader } from "../rfb/byte_reader.ts";
import { InflateStream } from "./inflate_stream.ts";
import { FilteredRows } from "./png_filter.ts";

const SIGNATURE = [0x89504e47, 0x0d0a1a0a] as const;
const HEADER_BYTES = 13;
const CHUNK_OVERHEAD_BYTES = 12;
const ColourType = { RGB: 2, Palette: 3 } as const;
/** A chunk whose type begins with a small letter may be passed over [PNG §5.4]. */
const ANCILLARY_BIT = 0x20000000;

/** What the chunks before the pixels say. */
interface PngHeader {
  /** Bits of an index, 0 for pixels of three bytes. */
  readonly indexBits: number;
  /** Bytes of a row without its filter's number. */
  readonly rowBytes: number;
}

/** Decodes PNG files one after the other. */
export class PngDecoder {
  readonly #stream = new InflateStream();

  /**
   * Decodes a file of `width` x `height` pixels, at most 2048 wide, giving each row to `paint` as colours 0xRRGGBB,
   * valid until the next. ProtocolError for any other file, whatever is wrong with it.
   */
  decode(file: Uint8Array, width: number, height: number, paint: (y: number, row: Uint32Array) => void): void {
    const chunks = new ChunkReader(file);
    const header = parseHeader(chunks.next("IHDR"), width, height);
    const palette = header.indexBits === 0 ? [] : parsePalette(chunks.next("PLTE"), header.indexBits);
    const data = chunks.dataUntilEnd();
    this.#stream.reset();
    this.#stream.begin(data, "TightPNG");
    const rows = new FilteredRows(this.#stream, header.rowBytes, header.indexBits === 0 ? 3 : 1);
    const colours = new Uint32Array(width);
    for (let y = 0; y < height; y++) {
      const row = rows.next();
      if (header.indexBits === 0) readPixels(row, colours);
      else readIndices(row, header.indexBits, palette, colours);
      paint(y, colours);
    }
    this.#stream.end();
  }
}

function fault(reason: string): ProtocolError {
  return new ProtocolError(`Cannot decode a PNG file: ${reason}`);
}

/** The chunks of a file in order, each with its checksum verified. */
class ChunkReader {
  readonly #reader: ByteReader;

  constructor(file: Uint8Array) {
    this.#reader = new ByteReader(file);
    const isPng = this.#reader.has(8) && SIGNATURE.every((word) => this.#reader.u32() === word);
    if (!isPng) throw fault("it has no signature");
  }

  /** The payload of the next chunk that matters, which must be of a type. */
  next(type: string): Uint8Array {
    const chunk = this.#nextCritical();
    if (chunk.type !== type) throw fault(`${chunk.type} is where ${type} belongs`);
    return chunk.bytes;
  }

  /** The payloads of all IDAT chunks, up to the end of the file. */
  dataUntilEnd(): Uint8Array {
    const pieces: Uint8Array[] = [this.next("IDAT")];
    for (let chunk = this.#nextCritical(); chunk.type !== "IEND"; chunk = this.#nextCritical()) {
      if (chunk.type !== "IDAT") throw fault(`${chunk.type} is between its pixels and its end`);
      pieces.push(chunk.bytes);
    }
    if (this.#reader.available > 0) throw fault("it goes on behind its end");
    return pieces.length === 1 ? pieces[0]! : join(pieces);
  }

  #nextCritical(): { readonly type: string; readonly bytes: Uint8Array } {
    const reader = this.#reader;
    for (;;) {
      if (!reader.has(CHUNK_OVERHEAD_BYTES)) throw fault("it is cut off");
      const length = reader.u32();
      if (!reader.has(length + 8)) throw fault("it is cut off");
      const typed = reader.view(4 + length);
      if (crc32(typed) !== reader.u32()) throw fault("a checksum is wrong");
      const type = String.fromCharCode(...typed.subarray(0, 4));
      if ((typed[0]! << 24 & ANCILLARY_BIT) === 0) return { type, bytes: typed.subarray(4) };
    }
  }
}

function join(pieces: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}

function parseHeader(bytes: Uint8Array, width: number, height: number): PngHeader {
  if (bytes.length !== HEADER_BYTES) throw fault(`its header has ${bytes.length} bytes`);
  const reader = new ByteReader(bytes);
  const size = `${reader.u32()}x${reader.u32()}`;
  if (size !== `${width}x${height}`) throw fault(`it is ${size}, its rect ${width}x${height}`);
  const [depth, colourType] = [reader.u8(), reader.u8()];
  if (reader.u8() !== 0 || reader.u8() !== 0) throw fault("its compression or filter method is unknown");
  if (reader.u8() !== 0) throw fault("it is interlaced");
  if (colourType === ColourType.RGB && depth === 8) return { indexBits: 0, rowBytes: width * 3 };
  if (colourType !== ColourType.Palette || ![1, 2, 4, 8].includes(depth)) {
    throw fault(`colour type ${colourType} of ${depth} bits is not what TightPNG sends`);
  }
  return { indexBits: depth, rowBytes: Math.ceil(width * depth / 8) };
}

/** Colours 0xRRGGBB. */
function parsePalette(bytes: Uint8Array, bits: number): number[] {
  const size = bytes.length / 3;
  if (size < 1 || size > 2 ** bits || !Number.isInteger(size)) throw fault(`its palette has ${bytes.length} bytes`);
  return Array.from({ length: size }, (_, at) => bytes[at * 3]! << 16 | bytes[at * 3 + 1]! << 8 | bytes[at * 3 + 2]!);
}

function readPixels(row: Uint8Array, colours: Uint32Array): void {
  for (let x = 0; x < colours.length; x++) colours[x] = row[x * 3]! << 16 | row[x * 3 + 1]! << 8 | row[x * 3 + 2]!;
}

function readIndices(row: Uint8Array, bits: number, palette: readonly number[], colours: Uint32Array): void {
  const mask = (1 << bits) - 1;
  for (let x = 0; x < colours.length; x++) {
    const bit = x * bits;
    const index = row[bit >> 3]! >> (8 - bits - (bit & 7)) & mask;
    const colour = palette[index];
    if (colour === undefined) throw fault(`colour ${index} of a palette of ${palette.length}`);
    colours[x] = colour;
  }
}
