/** The 80x25 text screen, written through the legacy window at B8000. */

import { fromCp437, toCp437 } from "../cp437.ts";
import type { GuestMachine } from "./hardware.ts";
import { VgaPort } from "./ports.ts";

/** The sixteen colours of text: bits 0-3 of an attribute are the character's, bits 4-7 the background's. */
export const TextColour = {
  Black: 0,
  Blue: 1,
  Green: 2,
  Cyan: 3,
  Red: 4,
  Magenta: 5,
  Brown: 6,
  LightGrey: 7,
  DarkGrey: 8,
  LightBlue: 9,
  LightGreen: 10,
  LightCyan: 11,
  LightRed: 12,
  LightMagenta: 13,
  Yellow: 14,
  White: 15,
} as const;

/**
 * The attribute of `foreground` on `background`, each 0…15.
 *
 * @example
 * ```ts
 * import { textAttribute, TextColour } from "@vncd/vncd";
 * import assert from "node:assert/strict";
 *
 * assert.equal(textAttribute(TextColour.Yellow, TextColour.Blue), 0x1e);
 * ```
 */
export function textAttribute(foreground: number, background = 0): number {
  return (foreground & 15) | (background & 15) << 4;
}

/** What one place of the screen shows. */
export interface TextCell {
  /** The character in Unicode. */
  readonly character: string;
  /** The character's CP437 code. */
  readonly code: number;
  /** Its colours: see {@link textAttribute}. */
  readonly attribute: number;
}

/** A part of the text screen in cells. */
export interface TextWindow {
  /** The first column, 0…79. */
  readonly column: number;
  /** The first row, 0…24. */
  readonly row: number;
  /** How many columns. */
  readonly columns: number;
  /** How many rows. */
  readonly rows: number;
}

/** A text screen put aside. */
export interface SavedText {
  /** Code and attribute of each cell, row by row. */
  readonly cells: Uint8Array;
  /** Column of the cursor. */
  readonly cursorColumn: number;
  /** Row of the cursor. */
  readonly cursorRow: number;
  /** The cursor's shape. */
  readonly cursorShape: TextCursorShape;
  /** The attribute of what is written next. */
  readonly attribute: number;
}

/** What the blinking cursor looks like. */
export type TextCursorShape = "underline" | "half" | "block" | "hidden";

/** Columns of the screen. */
export const TEXT_COLUMNS = 80;
/** Rows of the screen. */
export const TEXT_ROWS = 25;

const TEXT_MEMORY = 0xb8000;
const WHOLE_SCREEN: TextWindow = { column: 0, row: 0, columns: TEXT_COLUMNS, rows: TEXT_ROWS };
const TAB_COLUMNS = 8;
const BLANK = 0x20;

/** First and last scan line of each cursor; bit 5 of the first hides it. */
const CURSOR_LINES: Readonly<Record<TextCursorShape, readonly [number, number]>> = {
  underline: [13, 14],
  half: [8, 15],
  block: [0, 15],
  hidden: [0x20, 0],
};

/** CRTC registers of the cursor. */
const Crtc = { CursorStart: 0x0a, CursorEnd: 0x0b, CursorHigh: 0x0e, CursorLow: 0x0f } as const;

/**
 * Text as a terminal takes it, and cells as VGA shows them. Positions are cells from the top left corner.
 *
 * @example A scene with a framed greeting
 * ```ts
 * import { defineScene, textAttribute, TextColour } from "@vncd/vncd";
 *
 * const scene = defineScene({
 *   name: "greeting",
 *   start({ firmware: { text } }) {
 *     text.attribute = textAttribute(TextColour.White, TextColour.Blue);
 *     text.clear();
 *     text.frame({ column: 30, row: 10, columns: 20, rows: 3 }, "double");
 *     text.put(32, 11, "Grüße aus CP437 ☺");
 *     text.setCursorShape("hidden");
 *   },
 * });
 * ```
 */
export class TextScreen {
  /** Columns of the screen. */
  readonly columns: number = TEXT_COLUMNS;
  /** Rows of the screen. */
  readonly rows: number = TEXT_ROWS;
  /** Of what is written next: see {@link textAttribute}. */
  attribute: number = textAttribute(TextColour.LightGrey);
  readonly #machine: GuestMachine;
  readonly #isShown: () => boolean;
  #column = 0;
  #row = 0;
  #shape: TextCursorShape = "underline";

  /** `isShown` tells whether the machine is in text mode; cells are not touched when it is not. */
  constructor(machine: GuestMachine, isShown: () => boolean = () => true) {
    this.#machine = machine;
    this.#isShown = isShown;
  }

  /** Column of the cursor, 0…79. */
  get cursorColumn(): number {
    return this.#column;
  }

  /** Row of the cursor, 0…24. */
  get cursorRow(): number {
    return this.#row;
  }

  /**
   * Writes at the cursor and moves it: `\n` to the next line's start, `\r` to this line's, `\b` one back, `\t` to the
   * next multiple of eight. Wraps after column 79, scrolls after row 24.
   */
  write(text: string, attribute: number = this.attribute): void {
    for (const character of text) this.#writeCharacter(character, attribute);
    this.#showCursor();
  }

  /** {@link write} and the next line. */
  writeLine(text = "", attribute: number = this.attribute): void {
    this.write(`${text}\n`, attribute);
  }

  /** Puts text without moving the cursor, cut at the right edge. Control codes show their glyphs. */
  put(column: number, row: number, text: string, attribute: number = this.attribute): void {
    for (const [index, character] of [...text].entries()) {
      this.#putCell(column + index, row, toCp437(character), attribute);
    }
  }

  /** Puts the glyph of a CP437 code without moving the cursor. */
  putCode(column: number, row: number, code: number, attribute: number = this.attribute): void {
    this.#putCell(column, row, code & 0xff, attribute);
  }

  /** Moves the cursor; outside the screen it stays at the edge. */
  moveCursor(column: number, row: number): void {
    this.#column = clamp(column, TEXT_COLUMNS - 1);
    this.#row = clamp(row, TEXT_ROWS - 1);
    this.#showCursor();
  }

  /** Gives the cursor one of its shapes. */
  setCursorShape(shape: TextCursorShape): void {
    this.#shape = shape;
    const [start, end] = CURSOR_LINES[shape];
    this.#writeCrtc(Crtc.CursorStart, start);
    this.#writeCrtc(Crtc.CursorEnd, end);
  }

  /** Blanks the screen in the current attribute and puts the cursor to the top left. */
  clear(): void {
    this.fill(WHOLE_SCREEN);
    this.moveCursor(0, 0);
  }

  /** Fills a window with one character. */
  fill(window: TextWindow, character = " ", attribute: number = this.attribute): void {
    const code = toCp437(character);
    for (let row = window.row; row < window.row + window.rows; row++) {
      for (let column = window.column; column < window.column + window.columns; column++) {
        this.#putCell(column, row, code, attribute);
      }
    }
  }

  /** Draws a frame of box lines along the inner edge of a window. */
  frame(window: TextWindow, style: "single" | "double" = "single", attribute: number = this.attribute): void {
    const [topLeft, across, topRight, down, bottomLeft, bottomRight] = style === "single" ? "┌─┐│└┘" : "╔═╗║╚╝";
    const right = window.column + window.columns - 1;
    const bottom = window.row + window.rows - 1;
    const middle = across!.repeat(Math.max(0, window.columns - 2));
    this.put(window.column, window.row, `${topLeft}${middle}${topRight}`, attribute);
    for (let row = window.row + 1; row < bottom; row++) {
      this.put(window.column, row, down!, attribute);
      this.put(right, row, down!, attribute);
    }
    this.put(window.column, bottom, `${bottomLeft}${middle}${bottomRight}`, attribute);
  }

  /** Moves what a window shows up by `lines`, down when negative; the lines that come free are blank. */
  scroll(lines: number, window: TextWindow = WHOLE_SCREEN): void {
    const height = window.rows - Math.min(Math.abs(lines), window.rows);
    const { column, row: top, columns, rows } = window;
    for (let step = 0; step < height; step++) {
      const row = lines > 0 ? top + step : top + rows - 1 - step;
      this.#copyRow(column, row + lines, row, columns);
    }
    const freeTop = lines > 0 ? top + height : top;
    this.fill({ column, row: freeTop, columns, rows: rows - height });
  }

  /** What a place shows; undefined outside the screen. */
  readCell(column: number, row: number): TextCell | undefined {
    if (!isOnScreen(column, row)) return undefined;
    const address = cellAddress(column, row);
    const code = this.#machine.legacyMemory.read8(address);
    return { character: fromCp437(code), code, attribute: this.#machine.legacyMemory.read8(address + 1) };
  }

  /** What a row shows, without the blanks at its end. */
  readRow(row: number): string {
    const cells = Array.from({ length: TEXT_COLUMNS }, (_, column) => this.readCell(column, row)?.character ?? " ");
    return cells.join("").trimEnd();
  }

  /** All cells and the cursor, to come back to after another mode. */
  save(): SavedText {
    this.#requireTextMode();
    const cells = Uint8Array.from(
      { length: TEXT_COLUMNS * TEXT_ROWS * 2 },
      (_, offset) => this.#machine.legacyMemory.read8(TEXT_MEMORY + offset),
    );
    const { attribute } = this;
    return { cells, cursorColumn: this.#column, cursorRow: this.#row, cursorShape: this.#shape, attribute };
  }

  /** Brings back what {@link save} returned. */
  restore(saved: SavedText): void {
    this.#requireTextMode();
    saved.cells.forEach((byte, offset) => this.#machine.legacyMemory.write8(TEXT_MEMORY + offset, byte));
    this.attribute = saved.attribute;
    this.setCursorShape(saved.cursorShape);
    this.moveCursor(saved.cursorColumn, saved.cursorRow);
  }

  #writeCharacter(character: string, attribute: number): void {
    if (character === "\n") return this.#newLine();
    if (character === "\r") this.#column = 0;
    else if (character === "\b") this.#column = Math.max(0, this.#column - 1);
    else if (character === "\t") this.#tab(attribute);
    else this.#typeCell(toCp437(character), attribute);
  }

  #tab(attribute: number): void {
    do this.#typeCell(BLANK, attribute); while (this.#column % TAB_COLUMNS !== 0);
  }

  #typeCell(code: number, attribute: number): void {
    this.#putCell(this.#column, this.#row, code, attribute);
    this.#column++;
    if (this.#column === TEXT_COLUMNS) this.#newLine();
  }

  #newLine(): void {
    this.#column = 0;
    if (this.#row < TEXT_ROWS - 1) this.#row++;
    else this.scroll(1);
  }

  #copyRow(column: number, fromRow: number, toRow: number, columns: number): void {
    this.#requireTextMode();
    const { legacyMemory } = this.#machine;
    const from = cellAddress(column, fromRow);
    const to = cellAddress(column, toRow);
    for (let offset = 0; offset < columns * 2; offset++) {
      legacyMemory.write8(to + offset, legacyMemory.read8(from + offset));
    }
  }

  #putCell(column: number, row: number, code: number, attribute: number): void {
    this.#requireTextMode();
    if (!isOnScreen(column, row)) return;
    const address = cellAddress(column, row);
    this.#machine.legacyMemory.write8(address, code);
    this.#machine.legacyMemory.write8(address + 1, attribute);
  }

  #showCursor(): void {
    const position = this.#row * TEXT_COLUMNS + this.#column;
    this.#writeCrtc(Crtc.CursorHigh, position >> 8);
    this.#writeCrtc(Crtc.CursorLow, position & 0xff);
  }

  #writeCrtc(index: number, value: number): void {
    this.#machine.io.outb(VgaPort.Crtc, index);
    this.#machine.io.outb(VgaPort.Crtc + 1, value);
  }

  /** In a linear mode the same memory holds pixels. */
  #requireTextMode(): void {
    if (!this.#isShown()) throw new Error("Cannot write text: the machine is in a linear mode, call setTextMode first");
  }
}

function isOnScreen(column: number, row: number): boolean {
  return column >= 0 && column < TEXT_COLUMNS && row >= 0 && row < TEXT_ROWS;
}

function cellAddress(column: number, row: number): number {
  return TEXT_MEMORY + (row * TEXT_COLUMNS + column) * 2;
}

function clamp(value: number, max: number): number {
  return Math.min(Math.max(value, 0), max);
}
