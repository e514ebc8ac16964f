/** A baseline JPEG of a part of a surface (ITU-T T.81, JFIF 1.02), with the Huffman tables of Annex K. */

import { BLOCK_BYTES, chromaBlocksOfPairs, chromaBlocksOfSquares, colourBlocks, lumaBlock } from "./jpeg_colour";
import { forwardDct, quantize } from "./jpeg_dct";
import { endScan, putBlock, Scan } from "./jpeg_huffman";
import { GREY, headerBytes, JpegTables, reciprocals, SCAN_BYTES, YCC_420, YCC_422, YCC_444 } from "./jpeg_tables";

/** Room for the output: that of a part's pixels, and what a unit may take. */
const OUTPUT_BYTES: usize = 2048 * 64 * 4;
const UNIT_BYTES: usize = 4096;

const BLOCKS: usize = 64;
const SCANNED: usize = BLOCKS + 3 * BLOCK_BYTES;
const PADDED: usize = SCANNED + 64;
/** Bytes of scratch memory `encodeJpeg` needs. */
export const JPEG_SCRATCH_BYTES: usize = PADDED + 16 * 16 * 4;

/**
 * Writes a whole JPEG; the pixels are read once, unit by unit, so it may be of a surface that changes. Returns the number
 * of bytes, 0 when they are more than the pixels of the largest part take.
 */
export function encodeJpeg(
  tables: JpegTables,
  surface: usize,
  strideBytes: usize,
  width: u32,
  height: u32,
  scratch: usize,
  output: usize,
): u32 {
  const scan = changetype<Scan>(scratch);
  startScan(scan, tables, width, height, output);
  const unitWidth: u32 = tables.subsampling >= YCC_422 ? 16 : 8;
  const unitHeight: u32 = tables.subsampling == YCC_420 ? 16 : 8;
  const limit = output + OUTPUT_BYTES - UNIT_BYTES;
  for (let y: u32 = 0; y < height; y += unitHeight) {
    const rows = min(unitHeight, height - y);
    let pixels = surface + <usize>y * strideBytes;
    for (let x: u32 = 0; x < width; x += unitWidth) {
      if (<usize>scan.at > limit) return 0;
      const columns = min(unitWidth, width - x);
      if (columns == unitWidth && rows == unitHeight) {
        putUnit(scan, tables, pixels, strideBytes);
      } else {
        padUnit(pixels, strideBytes, columns, rows, scratch + PADDED, unitWidth, unitHeight);
        putUnit(scan, tables, scratch + PADDED, unitWidth << 2);
      }
      pixels += unitWidth << 2;
    }
  }
  endScan(scan);
  return scan.at - <u32>output;
}

function startScan(scan: Scan, tables: JpegTables, width: u32, height: u32, output: usize): void {
  memory.copy(output, headerBytes(tables), tables.headerBytes);
  const size = output + tables.sizeOffset;
  store<u16>(size, bswap<u16>(<u16>height));
  store<u16>(size, bswap<u16>(<u16>width), 2);
  scan.bits = 0;
  scan.pending = 0;
  scan.at = <u32>output + tables.headerBytes;
  scan.lastY = 0;
  scan.lastCb = 0;
  scan.lastCr = 0;
}

/** Copies a unit at the right or lower edge and repeats its last column and row. */
function padUnit(
  pixels: usize,
  strideBytes: usize,
  columns: u32,
  rows: u32,
  into: usize,
  unitWidth: u32,
  unitHeight: u32,
): void {
  const rowBytes = <usize>unitWidth << 2;
  for (let y: u32 = 0; y < unitHeight; y++) {
    const row = into + <usize>y * rowBytes;
    const from = y < rows ? pixels + <usize>y * strideBytes : row - rowBytes;
    memory.copy(row, from, <usize>columns << 2);
    const last = load<u32>(row + (<usize>(columns - 1) << 2));
    for (let x = columns; x < unitWidth; x++) store<u32>(row + (<usize>x << 2), last);
  }
}

/** Appends the blocks of a minimum coded unit: luminance row by row, then Cb and Cr. */
function putUnit(scan: Scan, tables: JpegTables, pixels: usize, strideBytes: usize): void {
  const luma = changetype<usize>(scan) + BLOCKS;
  const chroma = luma + BLOCK_BYTES;
  if (tables.subsampling == YCC_444) {
    colourBlocks(pixels, strideBytes, luma);
    scan.lastY = encodeBlock(scan, tables, 0, luma, scan.lastY);
  } else {
    putLuma(scan, tables, pixels, strideBytes, luma);
    if (tables.subsampling == GREY) return;
    putLuma(scan, tables, pixels + 32, strideBytes, luma);
    if (tables.subsampling == YCC_422) {
      chromaBlocksOfPairs(pixels, strideBytes, chroma);
    } else {
      putLuma(scan, tables, pixels + (strideBytes << 3), strideBytes, luma);
      putLuma(scan, tables, pixels + (strideBytes << 3) + 32, strideBytes, luma);
      chromaBlocksOfSquares(pixels, strideBytes, chroma);
    }
  }
  scan.lastCb = encodeBlock(scan, tables, 1, chroma, scan.lastCb);
  scan.lastCr = encodeBlock(scan, tables, 1, chroma + BLOCK_BYTES, scan.lastCr);
}

function putLuma(scan: Scan, tables: JpegTables, pixels: usize, strideBytes: usize, block: usize): void {
  lumaBlock(pixels, strideBytes, block);
  scan.lastY = encodeBlock(scan, tables, 0, block, scan.lastY);
}

/** Appends a block of samples. Returns its DC coefficient. */
function encodeBlock(scan: Scan, tables: JpegTables, table: usize, block: usize, last: i32): i32 {
  const scanned = changetype<usize>(scan) + SCANNED;
  forwardDct(block);
  const nonZero = quantize(block, reciprocals(tables, table), changetype<usize>(tables) + SCAN_BYTES, scanned);
  const coefficient = <i32>load<i16>(block);
  putBlock(scan, tables, table, block, scanned, nonZero, coefficient - last);
  return coefficient;
}
