/** Text mode: characters and attributes of planes 0 and 1 drawn with the font of plane 2, cell by cell as they change. */

import { rect } from "../base/rect.ts";
import type { Display } from "../display/display.ts";
import {
  type CellShape,
  GLYPH_BYTES,
  paintGlyph,
  paintLines,
  type PixelWords,
  PLANE_BYTES,
  PLANES,
} from "./text_glyph.ts";
import type { VgaDac } from "./vga_dac.ts";
import type { VgaRegisters } from "./vga_registers.ts";
import type { VideoMemory } from "./video_memory.ts";

/** Characters and dots of a text screen. */
export interface TextGeometry extends CellShape {
  readonly columns: number;
  readonly rows: number;
}

/** The parts of a card that a text screen is made of. */
export interface TextHardware {
  readonly registers: VgaRegisters;
  readonly dac: VgaDac;
  readonly vram: VideoMemory;
  /** Gives another number than before when the font plane was written. */
  fontVersion(): number;
}

/** How long the cursor is shown, and then hidden: 16 pairs of frames at 60 Hz [QEMU]. */
const CURSOR_HALF_PERIOD_MS = 1_000 * 2 * 16 / 60;
const FONT_PLANE = 2;
const FONT_BYTES = 256 * GLYPH_BYTES;
/** Characters whose ninth dot repeats the eighth, so that lines join [QEMU]. */
const FIRST_LINE_CHARACTER = 0xb0;
const LAST_LINE_CHARACTER = 0xdf;

/** The text screen that the registers describe, undefined when they describe none. */
export function textGeometry(registers: VgaRegisters): TextGeometry | undefined {
  const { crtc, sequencer } = registers;
  const clockingMode = sequencer[1]!;
  const cellHeight = (crtc[0x09]! & 0x1f) + 1;
  const lines = (crtc[0x12]! | ((crtc[0x07]! & 0x02) << 7) | ((crtc[0x07]! & 0x40) << 3)) + 1;
  const columns = crtc[0x01]! + 1;
  const rows = Math.floor(lines / cellHeight);
  const cellWidth = (clockingMode & 0x08) !== 0 ? 16 : (clockingMode & 0x01) !== 0 ? 8 : 9;
  return columns * rows > 1 ? { columns, rows, cellWidth, cellHeight } : undefined;
}

/** What is remembered of a drawn cell: character in bits 0-7, attribute in bits 8-15, cursor from bit 16 on. */
const CELL_CURSOR = 1 << 26;
const CURSOR_FIRST_SHIFT = 16;
const CURSOR_LAST_SHIFT = 21;
const NOTHING_DRAWN = 0xffff_ffff;

/** What every cell's look depends on. */
interface Appearance {
  /** Colours of the 16 attribute values. */
  readonly palette: readonly number[];
  /** Offsets in video memory of the fonts for attribute bit 3 clear and set. */
  readonly fonts: readonly number[];
  readonly fontVersion: number;
  readonly joinsLines: boolean;
}

/** The cursor: the address of its cell, -1 when it is not to be seen, and what to add to the cell's word. */
interface TextCursor {
  readonly address: number;
  readonly cellBits: number;
}

interface Pass {
  readonly target: PixelWords;
  readonly look: Appearance;
  readonly cursor: TextCursor;
}

/** One text screen on a display. It remembers what it has drawn in each cell; only cells that differ are drawn again. */
export class TextMode {
  readonly geometry: TextGeometry;
  readonly #display: Display;
  readonly #hardware: TextHardware;
  readonly #drawn: Uint32Array;
  #look: Appearance | undefined;

  /** Takes the display: its surface is the screen's from now on. */
  constructor(display: Display, hardware: TextHardware, geometry: TextGeometry) {
    this.geometry = geometry;
    this.#display = display;
    this.#hardware = hardware;
    this.#drawn = new Uint32Array(geometry.columns * geometry.rows);
    display.resize(geometry.columns * geometry.cellWidth, geometry.rows * geometry.cellHeight);
  }

  /** Draws the cells that have changed and reports them, one rect a row. `nowMs` decides whether the cursor is lit. */
  update(nowMs: number): void {
    this.#hardware.vram.takeDirty(0, PLANE_BYTES * PLANES);
    const look = readAppearance(this.#hardware);
    if (this.#look === undefined || !isSameLook(look, this.#look)) this.#drawn.fill(NOTHING_DRAWN);
    this.#look = look;
    const pass = { target: surfaceWords(this.#display), look, cursor: readCursor(this.#hardware.registers, nowMs) };
    for (let row = 0; row < this.geometry.rows; row++) this.#updateRow(row, pass);
  }

  #updateRow(row: number, pass: Pass): void {
    const { columns, cellWidth, cellHeight } = this.geometry;
    const memory = this.#hardware.vram.bytes;
    const start = rowAddress(this.#hardware.registers, row, cellHeight);
    let first = columns;
    let last = -1;
    for (let column = 0; column < columns; column++) {
      const address = (start + column) % PLANE_BYTES;
      const cursorBits = address === pass.cursor.address ? pass.cursor.cellBits : 0;
      const cell = memory[address * PLANES]! | (memory[address * PLANES + 1]! << 8) | cursorBits;
      if (this.#drawn[row * columns + column] === cell) continue;
      this.#drawn[row * columns + column] = cell;
      this.#drawCell(row, column, cell, pass);
      first = Math.min(first, column);
      last = column;
    }
    if (last < 0) return;
    this.#display.update(rect(first * cellWidth, row * cellHeight, (last + 1 - first) * cellWidth, cellHeight));
  }

  #drawCell(row: number, column: number, cell: number, { target, look }: Pass): void {
    const { cellWidth, cellHeight } = this.geometry;
    const at = row * cellHeight * target.strideWords + column * cellWidth;
    const character = cell & 0xff;
    const foreground = look.palette[(cell >>> 8) & 0x0f]!;
    paintGlyph(target, at, this.geometry, {
      memory: this.#hardware.vram.bytes,
      offset: look.fonts[(cell >>> 11) & 1]! + character * GLYPH_BYTES * PLANES,
      joinsLines: look.joinsLines && character >= FIRST_LINE_CHARACTER && character <= LAST_LINE_CHARACTER,
      foreground,
      background: look.palette[(cell >>> 12) & 0x0f]!,
    });
    if ((cell & CELL_CURSOR) === 0) return;
    const lastLine = Math.min((cell >>> CURSOR_LAST_SHIFT) & 0x1f, cellHeight - 1);
    paintLines(target, at, cellWidth, (cell >>> CURSOR_FIRST_SHIFT) & 0x1f, lastLine, foreground);
  }
}

function surfaceWords(display: Display): PixelWords {
  const { buffer, byteOffset, byteLength } = display.pixels;
  return { words: new Uint32Array(buffer, byteOffset, byteLength / 4), strideWords: display.strideBytes / 4 };
}

/** The address of a row's first cell; from the line compare on, memory is shown from its beginning again. */
function rowAddress({ crtc }: VgaRegisters, row: number, cellHeight: number): number {
  const lineCompare = crtc[0x18]! | ((crtc[0x07]! & 0x10) << 4) | ((crtc[0x09]! & 0x40) << 3);
  const splitRow = Math.ceil(lineCompare / cellHeight);
  const rowAddresses = crtc[0x13]! * 2;
  if (splitRow > 0 && row >= splitRow) return (row - splitRow) * rowAddresses;
  return ((crtc[0x0c]! << 8) | crtc[0x0d]!) + row * rowAddresses;
}

function readCursor({ crtc }: VgaRegisters, nowMs: number): TextCursor {
  const isLit = Math.floor(nowMs / CURSOR_HALF_PERIOD_MS) % 2 === 0;
  const isOn = (crtc[0x0a]! & 0x20) === 0;
  const firstLine = crtc[0x0a]! & 0x1f;
  const lastLine = crtc[0x0b]! & 0x1f;
  if (!isLit || !isOn || firstLine > lastLine) return { address: -1, cellBits: 0 };
  return {
    address: (crtc[0x0e]! << 8) | crtc[0x0f]!,
    cellBits: CELL_CURSOR | (firstLine << CURSOR_FIRST_SHIFT) | (lastLine << CURSOR_LAST_SHIFT),
  };
}

function readAppearance(hardware: TextHardware): Appearance {
  const { attribute, sequencer } = hardware.registers;
  const select = sequencer[3]!;
  const fontNumbers = [((select >>> 4) & 1) | ((select << 1) & 6), ((select >>> 5) & 1) | ((select >>> 1) & 6)];
  return {
    palette: Array.from({ length: 16 }, (_, value) => hardware.dac.colours[dacIndex(attribute, value)]!),
    fonts: fontNumbers.map((font) => font * FONT_BYTES * PLANES + FONT_PLANE),
    fontVersion: hardware.fontVersion(),
    joinsLines: (attribute[0x10]! & 0x04) !== 0,
  };
}

/** An attribute's colour goes through the palette registers, and the colour select register fills the upper bits. */
function dacIndex(attribute: Uint8Array, value: number): number {
  const select = attribute[0x14]!;
  const entry = attribute[value]!;
  if ((attribute[0x10]! & 0x80) !== 0) return ((select & 0x0f) << 4) | (entry & 0x0f);
  return ((select & 0x0c) << 4) | entry;
}

function isSameLook(a: Appearance, b: Appearance): boolean {
  return a.fontVersion === b.fontVersion && a.joinsLines === b.joinsLines &&
    a.palette.every((colour, i) => colour === b.palette[i]) && a.fonts.every((font, i) => font === b.fonts[i]);
}
