/** Tight before zlib (rfbproto.rst "Tight Encoding"): a part as rects of one colour, two, a palette or any. */

import { MAX_COLOURS } from "./colour_table";
import { Conversion, packWords } from "./conversion";
import { gradientPays, HISTOGRAM_BYTES, writeGradient } from "./gradient";
import { findArea, findLargeArea } from "./tight_areas";
import {
  AREA_PALETTE_BYTES,
  areaColours,
  AreaPalette,
  takeTwoColours,
  takeUsedColours,
  writeBits,
  writeIndices,
} from "./tight_indices";
import {
  FULL,
  lookAtTiles,
  MAX_TILES,
  MONO as MONO_TILES,
  SOLID as SOLID_TILES,
  TILE_PIXELS,
  TILE_SIDE,
  Tiles,
  TILES_BYTES,
  wordAt,
} from "./tight_tiles";

const MAX_WIDTH: usize = 2048;

/** Filters of a rect; as lib/encode/tight.ts has them. */
export const FILL: u32 = 0;
export const MONO: u32 = 1;
export const PALETTE: u32 = 2;
export const COPY: u32 = 3;
export const GRADIENT: u32 = 4;
export const JPEG: u32 = 5;

/** Fewer pixels take more bytes as a JPEG, for its tables, than as they are; a tile that has as many keeps no words. */
const MIN_JPEG_PIXELS: u32 = TILE_PIXELS;
/** More colours than this are left to JPEG where they may be [QEMU]. */
const MAX_KEPT_COLOURS: u32 = 96;
/** Wider rects of many colours hold fewer of the rows in which zlib finds what it saw before; a JPEG does not care. */
const MAX_FULL_COLUMNS: u32 = 4;
/** Values of Conversion.jpeg. */
const JPEG_NEVER: u32 = 0;
const JPEG_PALETTES: u32 = 2;

/** A rect that was found, read by lib/encode/tight.ts. Positions are in the part. */
@unmanaged
export class TightRect {
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

export const RECT_BYTES: usize = 28;

/** Where everything is in the scratch memory; the rects lie behind their count, in front of all. */
@unmanaged
class Plan {
  count: u32;
  wireBytes: u32;
  /** Whether the client takes gradients. */
  mayFilter: u16;
  /** What is left to JPEG. */
  jpeg: u16;
  output: u32;
  at: u32;
}

const RECTS: usize = 32;
const PALETTE_OF_AREA: usize = RECTS + RECT_BYTES * MAX_TILES;
const HISTOGRAMS: usize = PALETTE_OF_AREA + AREA_PALETTE_BYTES;
const LINE: usize = HISTOGRAMS + HISTOGRAM_BYTES;
const TILES: usize = LINE + 4 * MAX_WIDTH + 128;
/** Bytes of scratch memory `encodeTight` needs. */
export const TIGHT_SCRATCH_BYTES: usize = TILES + TILES_BYTES;

/**
 * Writes palettes and filtered pixels of the rects that a part becomes, and leaves the list of them in the scratch
 * memory. Returns the number of bytes: at most one a tile and the wire bytes of every pixel. Writes up to 64 bytes behind them.
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
  plan.output = <u32>output;
  plan.at = <u32>output;
  const maxColours = plan.jpeg == JPEG_PALETTES ? MAX_KEPT_COLOURS : MAX_COLOURS;
  lookAtTiles(tiles, conversion, surface, strideBytes, width, height, maxColours, plan.jpeg != JPEG_NEVER);
  tiles.maxFullColumns = plan.jpeg == JPEG_NEVER ? MAX_FULL_COLUMNS : <u32>MAX_TILES;
  while (findLargeArea(tiles, SOLID_TILES)) addArea(plan, tiles);
  while (findLargeArea(tiles, MONO_TILES)) addArea(plan, tiles);
  while (findArea(tiles)) addArea(plan, tiles);
  return plan.at - plan.output;
}

/** Adds the area found last. */
function addArea(plan: Plan, tiles: Tiles): void {
  const found = changetype<TightRect>(changetype<usize>(plan) + RECTS + <usize>plan.count * RECT_BYTES);
  found.x = tiles.x * TILE_SIDE;
  found.y = tiles.y * TILE_SIDE;
  found.width = min(tiles.width * TILE_SIDE, tiles.partWidth - found.x);
  found.height = min(tiles.height * TILE_SIDE, tiles.partHeight - found.y);
  found.colours = 0;
  if (tiles.kind != FULL) writePalette(plan, tiles, found);
  else if (becomesJpeg(plan, found)) found.filter = JPEG;
  else writeFull(plan, tiles, found);
  plan.count++;
  found.end = plan.at - plan.output;
}

/** Whether an area of tiles of many colours is left to JPEG, which is none of this kernel's bytes. */
@inline
function becomesJpeg(plan: Plan, found: TightRect): bool {
  return plan.jpeg != JPEG_NEVER && found.width * found.height >= MIN_JPEG_PIXELS;
}

/** Writes the colours of an area and, unless there is only one, which pixel has which. */
function writePalette(plan: Plan, tiles: Tiles, found: TightRect): void {
  const palette = changetype<AreaPalette>(changetype<usize>(plan) + PALETTE_OF_AREA);
  if (tiles.kind <= MONO_TILES) takeTwoColours(palette, tiles);
  else takeUsedColours(palette, tiles);
  found.colours = palette.size;
  found.filter = palette.size == 1 ? FILL : palette.size == 2 ? MONO : PALETTE;
  let at = packWords(plan.wireBytes, areaColours(palette), palette.size, plan.at);
  if (found.filter == MONO) at = writeBits(tiles, found.width, at);
  else if (found.filter == PALETTE) at = writeIndices(palette, tiles, found.width, at);
  plan.at = <u32>at;
}

/** Only pixels of three bytes are filtered: decoders do not agree on what the filter does to others. */
function writeFull(plan: Plan, tiles: Tiles, found: TightRect): void {
  const scratch = changetype<usize>(plan);
  const stride = tiles.partWidth << 2;
  const words = wordAt(tiles, found.x, found.y);
  const isFiltered = plan.mayFilter != 0 &&
    gradientPays(words, stride, found.width, found.height, scratch + LINE, scratch + HISTOGRAMS);
  found.filter = isFiltered ? GRADIENT : COPY;
  if (isFiltered) plan.at = <u32>writeGradient(words, stride, found.width, found.height, scratch + LINE, plan.at);
  else plan.at = <u32>writeCopy(plan, found, words, stride);
}

function writeCopy(plan: Plan, found: TightRect, words: usize, strideBytes: u32): usize {
  let at = <usize>plan.at;
  for (let y: u32 = 0; y < found.height; y++) {
    at = packWords(plan.wireBytes, words, found.width, at);
    words += strideBytes;
  }
  return at;
}
