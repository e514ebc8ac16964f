/** What the JPEG kernel works with: struct JpegTables of kernels/assembly/jpeg_tables.ts. */

import type { JpegSettings, Subsampling } from "./job.ts";
import { AC_TABLES, BASE_STEPS, DC_TABLES, type HuffmanTable, ZIGZAG } from "./jpeg_table.ts";

/** Bytes of the struct and everything behind it. */
export const JPEG_TABLES_BYTES = 36_384;

const SUBSAMPLING_NUMBER: Readonly<Record<Subsampling, number>> = { grey: 0, "4:4:4": 1, "4:2:2": 2, "4:2:0": 3 };
/** How many times the luminance samples of a unit are those of chrominance, across and down, as SOF has it. */
const SAMPLING_FACTORS: Readonly<Record<Subsampling, number>> = { grey: 17, "4:4:4": 17, "4:2:2": 33, "4:2:0": 34 };
const VECTORS_OFFSET = 16;
/** The bytes of four pixels B,G,R,X as four of blue, of green and of red. */
const PLANES = [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 0x80, 0x80, 0x80, 0x80];
/** The weights of blue, green and red in Y, 2048 for 1, and 0.5643 and 0.7133, 32768 for 1 (JFIF 1.02). */
const COLOUR_WEIGHTS = [234, 1202, 612, 18_492, 23_372];
/** tan 2, tan 1, and cos 3 and sin 3 by cos 1, of pi / 16 each, 32768 for 1. */
const ROTATIONS = [13_573, 6518, 27_779, 18_562];
const RECIPROCALS_OFFSET = VECTORS_OFFSET + 16 * (1 + COLOUR_WEIGHTS.length + ROTATIONS.length);
const ORDER_OFFSET = RECIPROCALS_OFFSET + 2 * 128;
const SCAN_BYTES_OFFSET = ORDER_OFFSET + 64;
const CODES_OFFSET = SCAN_BYTES_OFFSET + 4 * 4 * 16;
const AC_CODES_OFFSET = 4 * 16;
const VALUE_CODES_OFFSET = AC_CODES_OFFSET + 4 * 256;
const CODES_BYTES = VALUE_CODES_OFFSET + 4 * 16 * 256;
/** A swizzle's index for a zero byte. */
const NO_BYTE = 0x80;
/** Coefficients beyond this are not told apart as bytes. */
const MAX_BYTE_VALUE = 126;
const HEADER_OFFSET = CODES_OFFSET + 2 * CODES_BYTES;

const tables = new Map<string, Uint8Array>();

/** The tables for a quality and subsampling: made when first asked for, always the same object. */
export function jpegTables({ quality, subsampling }: JpegSettings): Uint8Array {
  const key = `${quality} ${subsampling}`;
  const made = tables.get(key) ?? makeTables(quality, subsampling);
  tables.set(key, made);
  return made;
}

/** The steps of both quantization tables, row by row: libjpeg's jpeg_quality_scaling. Quality is 1 to 100. */
export function quantizationSteps(quality: number): number[][] {
  const scale = quality < 50 ? Math.floor(5000 / quality) : 200 - quality * 2;
  return BASE_STEPS.map((steps) =>
    steps.map((step) => Math.min(255, Math.max(1, Math.floor((step * scale + 50) / 100))))
  );
}

function makeTables(quality: number, subsampling: Subsampling): Uint8Array {
  const bytes = new Uint8Array(JPEG_TABLES_BYTES);
  const view = new DataView(bytes.buffer);
  const steps = quantizationSteps(quality);
  const header = writeHeader(steps, subsampling);
  view.setUint32(0, SUBSAMPLING_NUMBER[subsampling], true);
  view.setUint32(4, header.bytes.length, true);
  view.setUint32(8, header.sizeOffset, true);
  bytes.set(header.bytes, HEADER_OFFSET);
  bytes.set(PLANES, VECTORS_OFFSET);
  [...COLOUR_WEIGHTS, ...ROTATIONS].forEach((weight, at) => {
    for (let lane = 0; lane < 8; lane++) view.setInt16(VECTORS_OFFSET + 16 * (at + 1) + lane * 2, weight, true);
  });
  steps.forEach((table, at) => writeReciprocals(view, RECIPROCALS_OFFSET + at * 128, table));
  writeOrder(view);
  for (const at of [0, 1]) {
    const offset = CODES_OFFSET + at * CODES_BYTES;
    writeCodes(view, offset, DC_TABLES[at]!);
    writeCodes(view, offset + AC_CODES_OFFSET, AC_TABLES[at]!);
    writeValueCodes(view, offset);
  }
  return bytes;
}

/** Where the kernel's transposed DCT has a coefficient that is counted row by row. */
function transposed(coefficient: number): number {
  return coefficient % 8 * 8 + Math.floor(coefficient / 8);
}

/** What the kernel's transform takes the coefficients of each frequency by in one direction, beside what is common to all. */
const FREQUENCY_SCALES: readonly number[] = [0, 1, 2, 3, 4, 5, 6, 7].map((frequency) => {
  if (frequency % 4 === 0) return 1;
  if (frequency % 2 === 0) return Math.SQRT1_2 / Math.cos(Math.PI / 8);
  return (frequency % 8 === 1 || frequency === 7 ? 1 : Math.SQRT1_2) / Math.cos(Math.PI / 16);
});

function writeReciprocals(view: DataView, offset: number, steps: readonly number[]): void {
  steps.forEach((step, at) => {
    const scale = FREQUENCY_SCALES[at % 8]! * FREQUENCY_SCALES[Math.floor(at / 8)]!;
    view.setInt16(offset + transposed(at) * 2, Math.round(2048 / (scale * step)), true);
  });
}

function writeOrder(view: DataView): void {
  for (let at = SCAN_BYTES_OFFSET; at < CODES_OFFSET; at++) view.setUint8(at, NO_BYTE);
  ZIGZAG.forEach((coefficient, position) => {
    const from = transposed(coefficient);
    view.setUint8(ORDER_OFFSET + position, from);
    view.setUint8(SCAN_BYTES_OFFSET + (position & ~15) * 4 + (from & ~15) + (position & 15), from & 15);
  });
}

/** A word for each symbol: its code, shifted left by the bits of the value behind it, and how many bits both have. */
function writeCodes(view: DataView, offset: number, { counts, symbols }: HuffmanTable): void {
  let code = 0;
  let next = 0;
  for (const [at, count] of counts.entries()) {
    for (let left = count; left > 0; left--) {
      const symbol = symbols[next++]!;
      const size = symbol & 15;
      view.setUint32(offset + symbol * 4, code++ * 2 ** (size + 5) + at + 1 + size, true);
    }
    code *= 2;
  }
}

/** A word for each run of zeros and small coefficient: the code of both, and the bits of the coefficient behind it. */
function writeValueCodes(view: DataView, offset: number): void {
  for (let run = 0; run < 16; run++) {
    for (let value = 1; value <= MAX_BYTE_VALUE; value++) {
      const size = 32 - Math.clz32(value);
      const word = view.getUint32(offset + AC_CODES_OFFSET + (run * 16 + size) * 4, true);
      const at = offset + VALUE_CODES_OFFSET + run * 1024;
      view.setUint32(at + value * 4, word + value * 32, true);
      // a negative one is written as itself less 1, in as many bits
      view.setUint32(at + (256 - value) * 4, word + (2 ** size - 1 - value) * 32, true);
    }
  }
}

/** Everything in front of the scan; height and width are still to be written at `sizeOffset`. */
function writeHeader(steps: readonly number[][], subsampling: Subsampling): { bytes: Uint8Array; sizeOffset: number } {
  const isGrey = subsampling === "grey";
  const used = isGrey ? [0] : [0, 1];
  const factors = SAMPLING_FACTORS[subsampling];
  const components = isGrey ? [[1, factors, 0]] : [[1, factors, 0], [2, 17, 1], [3, 17, 1]];
  const front = [
    [0xff, 0xd8],
    segment(0xe0, [0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0]),
    ...used.map((at) => segment(0xdb, [at, ...ZIGZAG.map((coefficient) => steps[at]![coefficient]!)])),
  ].flat();
  const rest = [
    segment(0xc0, [8, 0, 0, 0, 0, components.length, ...components.flat()]),
    ...used.map((at) => huffmanSegment(at, DC_TABLES[at]!)),
    ...used.map((at) => huffmanSegment(0x10 | at, AC_TABLES[at]!)),
    segment(0xda, [components.length, ...components.flatMap(([id, , table]) => [id!, table! * 17]), 0, 63, 0]),
  ].flat();
  return { bytes: Uint8Array.from([...front, ...rest]), sizeOffset: front.length + 5 };
}

/** A marker segment: its length counts itself. */
function segment(marker: number, content: readonly number[]): number[] {
  const length = content.length + 2;
  return [0xff, marker, length >> 8, length & 255, ...content];
}

function huffmanSegment(classAndNumber: number, { counts, symbols }: HuffmanTable): number[] {
  return segment(0xc4, [classAndNumber, ...counts, ...symbols]);
}
