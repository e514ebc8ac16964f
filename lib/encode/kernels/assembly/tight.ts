/** Tight before zlib (rfbproto.rst "Tight Encoding"): a part as rects of one colour, two, a palette or any. */

import { ColourTable, MAX_COLOURS, scanColours, tableColours } from "./colour_table";
import { Conversion, convertRect, packWords } from "./conversion";
import { gradientPays, HISTOGRAM_BYTES, writeGradient } from "./gradient";
import { packIndices } from "./packed_indices";
import {
  findArea,
  findSolidArea,
  hasFewColours,
  lookAtTiles,
  MAX_TILES,
  TILE_SIDE,
  Tiles,
  TILES_BYTES,
  tilesTable,
} from "./tight_tiles";

/** Pixels of the largest part; as lib/encode/rect_plan.ts has it. */
const MAX_PIXELS: usize = 2048 * 64;
const MAX_WIDTH: usize = 2048;

/** Filters of a rect; as lib/encode/tight.ts has them. */
const FILL: u32 = 0;
const MONO: u32 = 1;
const PALETTE: u32 = 2;
const COPY: u32 = 3;
const GRADIENT: u32 = 4;
const JPEG: u32 = 5;

/** A palette must have so many pixels for each of its colours. */
const PIXELS_A_COLOUR: u32 = 8;
/** Fewer pixels take more bytes as a JPEG, for its tables, than as they are. */
const MIN_JPEG_PIXELS: u32 = 1024;
/** More colours than this are left to JPEG where they may be [QEMU]. */
const MAX_KEPT_COLOURS: u32 = 96;
/** Values of Conversion.jpeg. */
const JPEG_NEVER: u32 = 0;
const JPEG_PALETTES: u32 = 2;

/** A rect that was found, read by lib/encode/tight.ts. Positions are in the part. */
@unmanaged
class TightRect {
  x: u32;
  y: u32;
  width: u32;
  height: u32;
  filter: u32;
  /** Colours of the palette, which lies before the pixels in the output. */
  colours: u32;
  /** Where the rect's bytes end in the output. */
  end: u32;
}

const RECT_BYTES: usize = 28;

/** Where everything is in the scratch memory; the rects lie behind their count, in front of all. */
@unmanaged
class Plan {
  count: u32;
  wireBytes: u32;
  /** Whether the client takes gradients. */
  mayFilter: u16;
  /** What is left to JPEG. */
  jpeg: u16;
  partWidth: u32;
  partHeight: u32;
  words: u32;
  output: u32;
  at: u32;
}

const RECTS: usize = 32;
const TILES: usize = RECTS + RECT_BYTES * MAX_TILES;
const HISTOGRAMS: usize = TILES + TILES_BYTES;
const LINE: usize = HISTOGRAMS + HISTOGRAM_BYTES;
const INDICES: usize = LINE + 4 * MAX_WIDTH + 64;
const WORDS: usize = INDICES + MAX_PIXELS + 64;
/** Bytes of scratch memory `encodeTight` needs. */
export const TIGHT_SCRATCH_BYTES: usize = WORDS + 4 * MAX_PIXELS + 128;

/**
 * Writes palettes and filtered pixels of the rects that a part becomes, and leaves the list of them in the scratch
 * memory. Returns the number of bytes: at most the wire bytes of every pixel. Writes up to 64 bytes behind them.
 */
export function encodeTight(
  conversion: Conversion,
  surface: usize,
  strideBytes: u32,
  width: u32,
  height: u32,
  scratch: usize,
  output: usize,
): u32 {
  const plan = changetype<Plan>(scratch);
  const tiles = changetype<Tiles>(scratch + TILES);
  plan.count = 0;
  plan.wireBytes = conversion.wireBytes;
  plan.mayFilter = conversion.wireBytes == 3 ? conversion.mayFilter : 0;
  plan.jpeg = conversion.jpeg;
  plan.partWidth = width;
  plan.partHeight = height;
  plan.words = <u32>(scratch + WORDS);
  plan.output = <u32>output;
  plan.at = <u32>output;
  convertRect(conversion, surface, strideBytes, width, height, scratch + WORDS, width << 2);
  lookAtTiles(tiles, scratch + WORDS, width, height);
  while (findSolidArea(tiles)) addArea(plan, tiles.x, tiles.y, tiles.width, tiles.height);
  while (findArea(tiles)) addArea(plan, tiles.x, tiles.y, tiles.width, tiles.height);
  return plan.at - plan.output;
}

/** Adds an area of tiles; one with more colours than a palette has, but few for its size, in halves. */
function addArea(plan: Plan, x: u32, y: u32, columns: u32, rows: u32): void {
  const scratch = changetype<usize>(plan);
  const tiles = changetype<Tiles>(scratch + TILES);
  const table = tilesTable(tiles);
  const found = changetype<TightRect>(scratch + RECTS + <usize>plan.count * RECT_BYTES);
  found.x = x * TILE_SIDE;
  found.y = y * TILE_SIDE;
  found.width = min(columns * TILE_SIDE, plan.partWidth - found.x);
  found.height = min(rows * TILE_SIDE, plan.partHeight - found.y);
  const words = rectWords(plan, found);
  const stride = plan.partWidth << 2;
  const pixels = found.width * found.height;
  const isFew = scanColours(table, words, stride, found.width, found.height, MAX_COLOURS, scratch + INDICES);
  const isJpeg = becomesJpeg(plan, pixels, isFew ? table.size : MAX_COLOURS + 1);
  if (!isJpeg && !isFew && hasFewColours(tiles) && columns * rows > 1) return addHalves(plan, x, y, columns, rows);
  plan.count++;
  found.colours = isFew ? table.size : 0;
  if (isJpeg) found.filter = JPEG;
  else if (isFew && table.size == 1) writeFill(plan, found);
  else if (isFew && table.size == 2 && monoBytes(plan, found) <= pixels * plan.wireBytes) writeMono(plan, found);
  else if (isFew && plan.wireBytes > 1 && table.size * PIXELS_A_COLOUR <= pixels) writePalette(plan, found);
  else writeFull(plan, found);
  found.end = plan.at - plan.output;
}

/** Whether an area with so many colours is left to JPEG, which is none of this kernel's bytes. */
function becomesJpeg(plan: Plan, pixels: u32, colours: u32): bool {
  if (plan.jpeg == JPEG_NEVER || pixels < MIN_JPEG_PIXELS) return false;
  if (plan.jpeg == JPEG_PALETTES) return colours > MAX_KEPT_COLOURS;
  return colours > MAX_COLOURS && !hasFewColours(changetype<Tiles>(changetype<usize>(plan) + TILES));
}

@inline
function rectWords(plan: Plan, found: TightRect): usize {
  return <usize>plan.words + (<usize>(found.y * plan.partWidth + found.x) << 2);
}

function addHalves(plan: Plan, x: u32, y: u32, columns: u32, rows: u32): void {
  if (columns > rows) {
    const half = columns >> 1;
    addArea(plan, x, y, half, rows);
    addArea(plan, x + half, y, columns - half, rows);
  } else {
    const half = rows >> 1;
    addArea(plan, x, y, columns, half);
    addArea(plan, x, y + half, columns, rows - half);
  }
}

@inline
function planTable(plan: Plan): ColourTable {
  return tilesTable(changetype<Tiles>(changetype<usize>(plan) + TILES));
}

/** Writes the palette. Returns where the pixels go. */
function writeColours(plan: Plan): usize {
  const table = planTable(plan);
  return packWords(plan.wireBytes, tableColours(table), table.size, plan.at);
}

function writeFill(plan: Plan, found: TightRect): void {
  found.filter = FILL;
  plan.at = <u32>writeColours(plan);
}

/** Bytes of a rect of two colours: the colours, and a bit a pixel, rows padded to whole bytes. */
@inline
function monoBytes(plan: Plan, found: TightRect): u32 {
  return 2 * plan.wireBytes + ((found.width + 7) >> 3) * found.height;
}

function writeMono(plan: Plan, found: TightRect): void {
  found.filter = MONO;
  const at = writeColours(plan);
  plan.at = <u32>packIndices(1, changetype<usize>(plan) + INDICES, found.width, found.height, at);
}

function writePalette(plan: Plan, found: TightRect): void {
  found.filter = PALETTE;
  const at = writeColours(plan);
  const pixels = found.width * found.height;
  memory.copy(at, changetype<usize>(plan) + INDICES, pixels);
  plan.at = <u32>at + pixels;
}

/** Only pixels of three bytes are filtered: decoders do not agree on what the filter does to others. */
function writeFull(plan: Plan, found: TightRect): void {
  const scratch = changetype<usize>(plan);
  const stride = plan.partWidth << 2;
  found.colours = 0;
  const words = rectWords(plan, found);
  const isFiltered = plan.mayFilter != 0 &&
    gradientPays(words, stride, found.width, found.height, scratch + LINE, scratch + HISTOGRAMS);
  found.filter = isFiltered ? GRADIENT : COPY;
  if (isFiltered) plan.at = <u32>writeGradient(words, stride, found.width, found.height, scratch + LINE, plan.at);
  else plan.at = <u32>writeCopy(plan, found, words);
}

function writeCopy(plan: Plan, found: TightRect, words: usize): usize {
  let at = <usize>plan.at;
  for (let y: u32 = 0; y < found.height; y++) {
    at = packWords(plan.wireBytes, words, found.width, at);
    words += <usize>plan.partWidth << 2;
  }
  return at;
}
