/** A window's content: a text field that is typed into, scrolled by blits. */

import { type Rect, rect } from "../../../base/rect.ts";
import type { Canvas } from "../../drawing/canvas.ts";
import { CELL_HEIGHT, CELL_WIDTH, drawText } from "../../drawing/text.ts";
import type { GuestKeyEvent } from "../../firmware/key_event.ts";
import type { CursorName } from "./cursor_table.ts";
import { paintWell, type WindowContent, type WindowSurface } from "./desktop_window.ts";
import { breakRows, locateCaret, TextModel, type TextRow } from "./text_model.ts";
import { Theme } from "./theme.ts";

/** Pixels from the field's edge to its text. */
const PADDING = 8;
/** Rows one step of the wheel scrolls. */
const WHEEL_ROWS = 3;
const TAB_COLUMNS = 4;

/** Where the rows of text are: `columns` characters fit across, one more cell is the caret's at a full row's end. */
export interface FieldGrid {
  readonly x: number;
  readonly y: number;
  readonly columns: number;
  readonly rows: number;
}

/** The text field. */
export class TextField implements WindowContent {
  readonly cursor: CursorName = "text";
  readonly #model: TextModel;
  #surface: WindowSurface | undefined;
  #rows: TextRow[] = [];
  #top = 0;
  #caretShown = true;

  /** A field with `text` in it and the caret behind it. */
  constructor(text: string) {
    this.#model = new TextModel(text);
  }

  /** Where the text is on the screen at present. */
  get grid(): FieldGrid {
    return gridOf(this.#surface?.area ?? rect(0, 0, 0, 0));
  }

  /** The rows that are in view, the topmost first. */
  get rowsInView(): readonly string[] {
    return this.#rows.slice(this.#top, this.#top + this.grid.rows).map((row) => row.text);
  }

  /** The caret's column and row in the grid; the row may be out of view. */
  get caretCell(): { readonly column: number; readonly row: number } {
    const { row, column } = locateCaret(this.#rows, this.#model.caret);
    return { column, row: row - this.#top };
  }

  attach(surface: WindowSurface): void {
    this.#surface = surface;
    this.onResize();
  }

  onResize(): void {
    this.#breakLines();
    this.#top = this.#clampTop(this.#topWithCaret());
  }

  paint(canvas: Canvas, area: Rect): void {
    paintWell(canvas, rect(area.x + 2, area.y + 1, area.width - 4, area.height - 3), Theme.paper);
    const grid = gridOf(area);
    this.rowsInView.forEach((text, row) => {
      drawText(canvas, grid.x, grid.y + row * CELL_HEIGHT, text, { colour: Theme.ink });
    });
    const caret = this.caretCell;
    if (!this.#caretShown || caret.row < 0 || caret.row >= grid.rows) return;
    canvas.fillRect(
      rect(grid.x + caret.column * CELL_WIDTH, grid.y + caret.row * CELL_HEIGHT + 1, 2, 14),
      Theme.accent,
    );
  }

  /** Shows or hides the caret. */
  showCaret(shown: boolean): void {
    if (shown === this.#caretShown) return;
    this.#caretShown = shown;
    const { column, row } = this.caretCell;
    this.#invalidateCells(row, column, column + 1);
  }

  /** Types a key that went down. */
  onKey(event: GuestKeyEvent): void {
    const edit = this.#editOf(event);
    if (edit !== undefined) this.#change(edit);
  }

  onPress(x: number, y: number): void {
    const { grid } = this;
    const row = Math.max(0, Math.min(this.#rows.length - 1, this.#top + Math.floor((y - grid.y) / CELL_HEIGHT)));
    const { line, start, text } = this.#rows[row]!;
    const column = Math.max(0, Math.min(text.length, Math.round((x - grid.x) / CELL_WIDTH)));
    this.#change(() => this.#model.moveTo(line, start + column));
  }

  onWheel(steps: number): void {
    this.#scrollTo(this.#top + steps * WHEEL_ROWS);
  }

  #editOf(event: GuestKeyEvent): (() => string[] | void) | undefined {
    const model = this.#model;
    const { line, column } = model.caret;
    switch (event.name) {
      case "Enter":
        return () => model.breakLine();
      case "Backspace":
        return () => model.backspace();
      case "Delete":
        return () => model.deleteForward();
      case "Tab":
        return () => model.insert(" ".repeat(TAB_COLUMNS - column % TAB_COLUMNS));
      case "ArrowLeft":
        return () => model.moveBy(-1);
      case "ArrowRight":
        return () => model.moveBy(1);
      case "ArrowUp":
        return () => this.#moveCaretRows(-1);
      case "ArrowDown":
        return () => this.#moveCaretRows(1);
      case "Home":
        return () => model.moveTo(line, 0);
      case "End":
        return () => model.moveTo(line, Infinity);
    }
    const { character } = event;
    return character !== undefined && character >= " " ? () => model.insert(character) : undefined;
  }

  #moveCaretRows(step: number): void {
    const { row, column } = locateCaret(this.#rows, this.#model.caret);
    const target = this.#rows[row + step];
    if (target !== undefined) this.#model.moveTo(target.line, target.start + Math.min(column, target.text.length));
  }

  /** Changes text or caret and brings the screen in step: the characters that differ, then the scroll. */
  #change(edit: () => string[] | void): void {
    this.showCaret(false);
    const before = this.rowsInView;
    const lost = edit() ?? [];
    this.#top = Math.max(0, this.#top - breakRows(lost, this.grid.columns).length);
    this.#breakLines();
    this.#invalidateDifferences(before, this.rowsInView);
    this.#scrollTo(this.#topWithCaret());
    this.showCaret(true);
  }

  #breakLines(): void {
    this.#rows = breakRows(this.#model.lines, this.grid.columns);
  }

  /** The first row in view that is nearest to the present one and has the caret in view. */
  #topWithCaret(): number {
    const { row } = locateCaret(this.#rows, this.#model.caret);
    return Math.max(row - this.grid.rows + 1, Math.min(row, this.#top));
  }

  #clampTop(top: number): number {
    return Math.max(0, Math.min(this.#rows.length - this.grid.rows, top));
  }

  #scrollTo(top: number): void {
    const before = this.#top;
    this.#top = this.#clampTop(top);
    const { x, y, columns, rows } = this.grid;
    const area = rect(x, y, (columns + 1) * CELL_WIDTH, rows * CELL_HEIGHT);
    if (this.#top !== before) this.#surface?.scroll(area, (before - this.#top) * CELL_HEIGHT);
  }

  #invalidateDifferences(before: readonly string[], after: readonly string[]): void {
    for (let row = 0; row < Math.max(before.length, after.length); row++) {
      const [first, end] = differingColumns(before[row] ?? "", after[row] ?? "");
      if (first < end) this.#invalidateCells(row, first, end);
    }
  }

  #invalidateCells(row: number, first: number, end: number): void {
    const { x, y, rows } = this.grid;
    if (row < 0 || row >= rows) return;
    const cells = rect(x + first * CELL_WIDTH, y + row * CELL_HEIGHT, (end - first) * CELL_WIDTH, CELL_HEIGHT);
    this.#surface?.invalidate(cells);
  }
}

/** The columns, first and end, between which two rows differ. */
function differingColumns(a: string, b: string): [first: number, end: number] {
  const length = Math.max(a.length, b.length);
  let first = 0;
  while (first < length && a[first] === b[first]) first++;
  let end = length;
  while (end > first && a[end - 1] === b[end - 1]) end--;
  return [first, end];
}

function gridOf(area: Rect): FieldGrid {
  const width = area.width - 8 - 2 * PADDING;
  const height = area.height - 7 - 2 * PADDING;
  return {
    x: area.x + 4 + PADDING,
    y: area.y + 3 + PADDING,
    columns: Math.max(1, Math.floor(width / CELL_WIDTH) - 1),
    rows: Math.max(1, Math.floor(height / CELL_HEIGHT)),
  };
}
