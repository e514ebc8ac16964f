/** Reading a text screen off its picture, whoever shows it. */

import { FONT_8X16, FONT_HEIGHT } from "../../lib/guest/font_table.ts";
import type { Picture } from "./pictures.ts";

const CELL_WIDTH = 9;
const [COLUMNS, ROWS] = [80, 25];

/** The printable characters by their dots, a byte a line. */
const CHARACTERS: ReadonlyMap<string, string> = new Map(
  Array.from({ length: 95 }, (_, i) => i + 0x20).map((code) => {
    const dots = FONT_8X16.subarray(code * FONT_HEIGHT, (code + 1) * FONT_HEIGHT);
    return [dots.join(), String.fromCharCode(code)];
  }),
);

/** The rows of an 80x25 text screen on black, without blanks at their ends; what is no printable character is `?`. */
export function readScreenText(picture: Picture): string[] {
  if (picture.width !== COLUMNS * CELL_WIDTH || picture.height !== ROWS * FONT_HEIGHT) return [];
  return Array.from({ length: ROWS }, (_, row) => {
    const cells = Array.from({ length: COLUMNS }, (_, column) => CHARACTERS.get(dotsOf(picture, column, row)) ?? "?");
    return cells.join("").trimEnd();
  });
}

function dotsOf({ width, rgb }: Picture, column: number, row: number): string {
  const lines = Array.from({ length: FONT_HEIGHT }, (_, line) => {
    const start = (row * FONT_HEIGHT + line) * width + column * CELL_WIDTH;
    let dots = 0;
    for (let x = 0; x < 8; x++) {
      const at = (start + x) * 3;
      if ((rgb[at]! | rgb[at + 1]! | rgb[at + 2]!) !== 0) dots |= 0x80 >> x;
    }
    return dots;
  });
  return lines.join();
}
