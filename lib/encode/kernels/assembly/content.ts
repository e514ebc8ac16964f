/** What the cells of a rect look like; read by lib/encode/content.ts. */

import { clearTable, COLOUR_TABLE_BYTES, ColourTable, MAX_COLOURS, openTable, scanColours } from "./colour_table";
import { Conversion, convertRect } from "./conversion";
import { countRuns } from "./palette";
import { isOneColour } from "./solid";

const CELL_SIDE: u32 = 64;
/** Of so many rows one is looked at to tell few colours from many. */
const SAMPLE_STEP: u32 = 8;
/** With fewer pixels to go by a cell counts as one of few colours. */
const MIN_SAMPLE: u32 = 256;
/** More colours than this in the sample are many. */
const MAX_FEW_COLOURS: u32 = 64;

const FEW_COLOURS: u32 = 0 << 24;
const SOLID: u32 = 1 << 24;
const MANY_COLOURS: u32 = 2 << 24;
const NOISE: u32 = 3 << 24;

const MAX_SAMPLE: usize = CELL_SIDE * (CELL_SIDE / SAMPLE_STEP);
const COLOURS: usize = COLOUR_TABLE_BYTES;
const INDICES: usize = COLOURS + 4 * MAX_COLOURS;
const WORDS: usize = (INDICES + MAX_SAMPLE + 31) & ~15;
/** Bytes of scratch memory `analyseCells` needs: what is behind the sample is read, and written. */
export const CONTENT_SCRATCH_BYTES: usize = WORDS + 4 * MAX_SAMPLE + 128;

/** Writes a u32 for each cell, row by row. Returns the number of bytes. */
export function analyseCells(
  conversion: Conversion,
  surface: usize,
  strideBytes: u32,
  width: u32,
  height: u32,
  scratch: usize,
  output: usize,
): u32 {
  let at = output;
  openTable(changetype<ColourTable>(scratch), scratch + COLOURS);
  for (let y: u32 = 0; y < height; y += CELL_SIDE) {
    const cellHeight = min(CELL_SIDE, height - y);
    for (let x: u32 = 0; x < width; x += CELL_SIDE) {
      const cellWidth = min(CELL_SIDE, width - x);
      const from = surface + <usize>y * strideBytes + (<usize>x << 2);
      const word = load<u32>(from) & 0xffffff;
      const isSolid = isOneColour(from, strideBytes, cellWidth, cellHeight, word);
      store<u32>(at, isSolid ? SOLID | word : sampleKind(conversion, from, strideBytes, cellWidth, cellHeight, scratch));
      at += 4;
    }
  }
  return <u32>(at - output);
}

/** By its colours and by how few pixels are like the one before. */
function sampleKind(
  conversion: Conversion,
  from: usize,
  strideBytes: u32,
  width: u32,
  height: u32,
  scratch: usize,
): u32 {
  const rows = height / SAMPLE_STEP;
  if (width * rows < MIN_SAMPLE) return FEW_COLOURS;
  const words = scratch + WORDS;
  convertRect(conversion, from, strideBytes * SAMPLE_STEP, width, rows, words, width << 2);
  const table = changetype<ColourTable>(scratch);
  const count = width * rows;
  clearTable(table, scratch + COLOURS);
  if (scanColours(table, words, count, MAX_FEW_COLOURS, scratch + INDICES)) return FEW_COLOURS;
  return countRuns(words, count) * 8 >= count * 7 ? NOISE : MANY_COLOURS;
}
