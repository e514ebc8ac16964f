/** Shows the line that is being typed: it may wrap over several rows and scroll the screen up. */

import type { TextScreen } from "../../firmware/text_screen.ts";
import type { LineBuffer } from "./line_buffer.ts";

/** One line's place on the screen, from where the cursor was when it was made. */
export class LineView {
  readonly #text: TextScreen;
  /** Cell the line starts in, counted row by row from the top left; moves up when the screen scrolls. */
  #start: number;
  #shown: readonly string[] = [];

  constructor(text: TextScreen) {
    this.#text = text;
    this.#start = text.cursorRow * text.columns + text.cursorColumn;
  }

  /** Brings the screen up to date with the line, and puts the cursor where the next character goes. */
  update(line: LineBuffer): void {
    const characters = [...line.text];
    this.#makeRoom(characters.length);
    const length = Math.max(characters.length, this.#shown.length);
    for (let index = 0; index < length; index++) {
      const character = characters[index] ?? " ";
      if (character !== this.#shown[index]) this.#put(index, character);
    }
    this.#shown = characters;
    this.#moveCursor(line.position);
  }

  /** Puts the cursor behind the line, writes `suffix` and goes to a new one. */
  leave(suffix = ""): void {
    this.#moveCursor(this.#shown.length);
    this.#text.write(`${suffix}\n`);
  }

  /** The cursor needs a cell behind the last character too. */
  #makeRoom(length: number): void {
    const { columns, rows } = this.#text;
    const excessRows = Math.floor((this.#start + length) / columns) - (rows - 1);
    if (excessRows <= 0) return;
    this.#text.scroll(excessRows);
    this.#start -= excessRows * columns;
  }

  #put(index: number, character: string): void {
    const cell = this.#start + index;
    this.#text.put(cell % this.#text.columns, Math.floor(cell / this.#text.columns), character);
  }

  #moveCursor(index: number): void {
    const cell = this.#start + index;
    this.#text.moveCursor(cell % this.#text.columns, Math.floor(cell / this.#text.columns));
  }
}
