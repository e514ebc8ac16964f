/** A baseline JPEG of a part of a surface (ITU-T T.81, JFIF 1.02), with the Huffman tables of Annex K. */

import { BLOCK_BYTES, colourBlocks, halveAcross, halveBoth } from "./jpeg_colour";
import { IS_LARGE, transformBlock } from "./jpeg_dct";
import { fillByte, putBlock, putLargeBlock, Scan, stuffBytes } from "./jpeg_huffman";
import {
  codeWords,
  GREY,
  headerBytes,
  JpegTables,
  reciprocals,
  YCC_420,
  YCC_422,
  YCC_444,
} from "./jpeg_tables";

/** Room for the output: that of a part's pixels, and for the end of the picture. */
const OUTPUT_BYTES: usize = 2048 * 64 * 4;
const END_BYTES: usize = 4;
const END_OF_PICTURE: u16 = 0xd9ff;
/** Blocks of a row of units: three for each 8 pixels. */
const MAX_ROW_BLOCKS: usize = 2048 / 8 * 3;
/** Bytes of a block: 64 codes of 27 bits, with the values behind them. */
const MAX_BLOCK_BYTES: usize = 64 * 27 / 8;

/** Up to four blocks of luminance, and as many pairs of chrominance. */
const LUMA: usize = 64;
const CHROMA: usize = LUMA + 4 * BLOCK_BYTES;
const CHROMA_STEP: usize = 2 * BLOCK_BYTES;
const SCANNED: usize = CHROMA + 4 * CHROMA_STEP;
const PADDED: usize = SCANNED + 64;
/** Where a row of units begins, downwards, before zeros are put behind bytes of ones. */
const ROW: usize = PADDED + 16 * 16 * 4 + MAX_ROW_BLOCKS * MAX_BLOCK_BYTES + 64;
/** Bytes of scratch memory `encodeJpeg` needs. */
export const JPEG_SCRATCH_BYTES: usize = ROW;

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
  memory.fill(scratch, 0, LUMA);
  writeHeader(tables, width, height, output);
  const unitHeight: u32 = tables.subsampling == YCC_420 ? 16 : 8;
  const end = output + OUTPUT_BYTES - END_BYTES;
  let at = output + tables.headerBytes;
  for (let y: u32 = 0; y < height; y += unitHeight) {
    scan.at = <u32>(scratch + ROW - 8);
    putRow(scan, tables, surface, strideBytes, width, min(unitHeight, height - y), unitHeight);
    if (y + unitHeight >= height) fillByte(scan);
    const rowBytes = scratch + ROW - 8 - <usize>scan.at;
    if (at + 2 * rowBytes > end) return 0;
    at = stuffBytes(scratch + ROW, rowBytes, at);
    surface += <usize>unitHeight * strideBytes;
  }
  store<u16>(at, END_OF_PICTURE);
  return <u32>(at + 2 - output);
}

function writeHeader(tables: JpegTables, width: u32, height: u32, output: usize): void {
  memory.copy(output, headerBytes(tables), tables.headerBytes);
  const size = output + tables.sizeOffset;
  store<u16>(size, bswap<u16>(<u16>height));
  store<u16>(size, bswap<u16>(<u16>width), 2);
}

/** Appends a row of minimum coded units, of which the part has `rows` rows of pixels. */
function putRow(
  scan: Scan,
  tables: JpegTables,
  pixels: usize,
  strideBytes: usize,
  width: u32,
  rows: u32,
  unitHeight: u32,
): void {
  const padded = changetype<usize>(scan) + PADDED;
  const unitWidth: u32 = tables.subsampling >= YCC_422 ? 16 : 8;
  for (let x: u32 = 0; x < width; x += unitWidth) {
    const columns = min(unitWidth, width - x);
    if (columns == unitWidth && rows == unitHeight) {
      putUnit(scan, tables, pixels, strideBytes);
    } else {
      padUnit(pixels, strideBytes, columns, rows, padded, unitWidth, unitHeight);
      putUnit(scan, tables, padded, unitWidth << 2);
    }
    pixels += unitWidth << 2;
  }
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
  const luma = changetype<usize>(scan) + LUMA;
  const chroma = changetype<usize>(scan) + CHROMA;
  const subsampling = tables.subsampling;
  colourBlocks(tables, pixels, strideBytes, luma, chroma);
  if (subsampling >= YCC_422) colourBlocks(tables, pixels + 32, strideBytes, luma + BLOCK_BYTES, chroma + CHROMA_STEP);
  if (subsampling == YCC_420) {
    const below = pixels + (strideBytes << 3);
    colourBlocks(tables, below, strideBytes, luma + 2 * BLOCK_BYTES, chroma + 2 * CHROMA_STEP);
    colourBlocks(tables, below + 32, strideBytes, luma + 3 * BLOCK_BYTES, chroma + 3 * CHROMA_STEP);
  }
  const blocks: u32 = subsampling == YCC_420 ? 4 : subsampling == YCC_422 ? 2 : 1;
  for (let block: usize = 0; block < blocks; block++) {
    scan.lastY = encodeBlock(scan, tables, 0, luma + block * BLOCK_BYTES, scan.lastY);
  }
  if (subsampling == GREY) return;
  if (subsampling != YCC_444) halveChroma(chroma, subsampling);
  scan.lastCb = encodeBlock(scan, tables, 1, chroma, scan.lastCb);
  scan.lastCr = encodeBlock(scan, tables, 1, chroma + BLOCK_BYTES, scan.lastCr);
}

/** One pair of blocks out of those of all pixels, in place of the first. */
function halveChroma(chroma: usize, subsampling: u32): void {
  for (let block = chroma; block < chroma + CHROMA_STEP; block += BLOCK_BYTES) {
    if (subsampling == YCC_422) halveAcross(block, block + CHROMA_STEP);
    else halveBoth(block, CHROMA_STEP);
  }
}

/** Appends a block of samples. Returns its DC coefficient. */
function encodeBlock(scan: Scan, tables: JpegTables, table: usize, block: usize, last: i32): i32 {
  const scanned = changetype<usize>(scan) + SCANNED;
  const codes = codeWords(tables, table);
  const nonZero = transformBlock(tables, reciprocals(tables, table), block, scanned);
  const coefficient = <i32>load<i16>(block);
  const difference = coefficient - last;
  if ((nonZero & IS_LARGE) == 0) putBlock(scan, codes, scanned, nonZero, difference);
  else putLargeBlock(scan, tables, codes, block, nonZero & ~IS_LARGE, difference);
  return coefficient;
}
