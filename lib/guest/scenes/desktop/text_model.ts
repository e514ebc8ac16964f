/** The text of a field: lines, a caret, and how lines break into rows. Knows no pixels. */

import { MAX_FIELD_LINE_CHARACTERS, MAX_FIELD_LINES } from "../../../base/limits.ts";

/** A row of a field: the part of a line that fits across it. */
export interface TextRow {
  readonly line: number;
  /** Index in the line of the row's first character. */
  readonly start: number;
  readonly text: string;
}

/** Where the next character goes. */
export interface Caret {
  readonly line: number;
  readonly column: number;
}

/** Editable text. There is always at least one line. */
export class TextModel {
  #lines: string[];
  #line: number;
  #column: number;

  /** A text with the caret behind its last character. */
  constructor(text = "") {
    this.#lines = text.split("\n");
    this.#line = this.#lines.length - 1;
    this.#column = this.#current.length;
  }

  /** All of the text. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** Where it is. */
  get caret(): Caret {
    return { line: this.#line, column: this.#column };
  }

  /** Puts the caret as near to that place as there is text. */
  moveTo(line: number, column: number): void {
    this.#line = clamp(line, this.#lines.length - 1);
    this.#column = clamp(column, this.#current.length);
  }

  /** Types a character at the caret; a line that is full takes no more. */
  insert(character: string): void {
    const line = this.#current;
    if (line.length >= MAX_FIELD_LINE_CHARACTERS) return;
    this.#lines[this.#line] = line.slice(0, this.#column) + character + line.slice(this.#column);
    this.#column += character.length;
  }

  /** Breaks the line at the caret; returns the lines that went away because there are too many. */
  breakLine(): string[] {
    const line = this.#current;
    this.#lines.splice(this.#line, 1, line.slice(0, this.#column), line.slice(this.#column));
    this.#line++;
    this.#column = 0;
    const surplus = this.#lines.splice(0, Math.max(0, this.#lines.length - MAX_FIELD_LINES));
    this.#line = Math.max(0, this.#line - surplus.length);
    return surplus;
  }

  /** Deletes the character, or the line's end, before the caret. */
  backspace(): void {
    if (this.#column === 0 && this.#line === 0) return;
    this.moveBy(-1);
    this.deleteForward();
  }

  /** Deletes the character, or the line's end, behind the caret. */
  deleteForward(): void {
    const line = this.#current;
    if (this.#column < line.length) {
      this.#lines[this.#line] = line.slice(0, this.#column) + line.slice(this.#column + 1);
    } else if (this.#line + 1 < this.#lines.length) {
      this.#lines.splice(this.#line, 2, line + this.#lines[this.#line + 1]!);
    }
  }

  /** Moves the caret one character, over the ends of lines. */
  moveBy(step: -1 | 1): void {
    const column = this.#column + step;
    if (column >= 0 && column <= this.#current.length) this.#column = column;
    else if (step < 0 && this.#line > 0) this.moveTo(this.#line - 1, Infinity);
    else if (step > 0 && this.#line + 1 < this.#lines.length) this.moveTo(this.#line + 1, 0);
  }

  get #current(): string {
    return this.#lines[this.#line] ?? "";
  }
}

function clamp(value: number, highest: number): number {
  return Math.max(0, Math.min(highest, value));
}

/** The rows of lines that break after `columns` characters; a line without a character is one row. */
export function breakRows(lines: readonly string[], columns: number): TextRow[] {
  const rows: TextRow[] = [];
  lines.forEach((text, line) => {
    let start = 0;
    do {
      rows.push({ line, start, text: text.slice(start, start + columns) });
      start += columns;
    } while (start < text.length);
  });
  return rows;
}

/** The row that shows the caret, and its column there. */
export function locateCaret(rows: readonly TextRow[], caret: Caret): { readonly row: number; readonly column: number } {
  const row = rows.findLastIndex(({ line, start }) => line === caret.line && start <= caret.column);
  return { row, column: caret.column - (rows[row]?.start ?? 0) };
}
