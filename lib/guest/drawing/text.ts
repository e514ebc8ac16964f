/** Text on a canvas in the machine's own 8x16 font. */

import { rect } from "../../base/rect.ts";
import { toCp437 } from "../cp437.ts";
import { FONT_8X16, FONT_HEIGHT, FONT_WIDTH } from "../font_table.ts";
import type { Canvas } from "./canvas.ts";
import type { Colour } from "./colour.ts";

/** Pixels across one character cell at scale 1. */
export const CELL_WIDTH: number = FONT_WIDTH;
/** Pixels down one character cell at scale 1. */
export const CELL_HEIGHT: number = FONT_HEIGHT;

/** How text looks. */
export interface TextStyle {
  /** Of the dots. */
  readonly colour: Colour;
  /** Colour of the cells behind the text; without it the text is laid over what is there. */
  readonly background?: Colour | undefined;
  /** Pixels to one dot of the font, 1 by default. */
  readonly scale?: number;
}

/**
 * The size in pixels of one line of text.
 *
 * @example
 * ```ts
 * import { measureText } from "@vncd/vncd";
 * import assert from "node:assert/strict";
 *
 * const { width, height } = measureText("vncd", 2);
 * assert(width === 64 && height === 32);
 * ```
 */
export function measureText(text: string, scale = 1): { readonly width: number; readonly height: number } {
  return { width: [...text].length * CELL_WIDTH * scale, height: CELL_HEIGHT * scale };
}

/**
 * Draws one line of text with its left top corner at (x, y).
 *
 * @example A scene that shows a word in the middle of the screen
 * ```ts
 * import { Canvas, defineScene, drawText, measureText, serveScene } from "@vncd/vncd";
 * import assert from "node:assert/strict";
 *
 * const scene = defineScene({
 *   name: "word",
 *   start({ firmware, machine }) {
 *     const mode = firmware.setLinearMode(320, 200);
 *     const { width, height } = measureText("Hello", 4);
 *     const [x, y] = [(mode.width - width) / 2, (mode.height - height) / 2];
 *     drawText(new Canvas(machine.vram, mode), x, y, "Hello", { colour: 0xffd040, scale: 4 });
 *   },
 * });
 * const { display, stop } = await serveScene({ scene });
 * assert(display.pixels.includes(0xd0));
 * await stop();
 * ```
 */
export function drawText(canvas: Canvas, x: number, y: number, text: string, style: TextStyle): void {
  const scale = style.scale ?? 1;
  const { width, height } = measureText(text, scale);
  if (!canvas.isVisible(rect(x, y, width, height))) return;
  const glyphs = [...text].map(toCp437);
  const row = new Uint32Array(width);
  for (let dotRow = 0; dotRow < CELL_HEIGHT; dotRow++) {
    rasterRow(row, glyphs, dotRow, style, scale);
    for (let line = 0; line < scale; line++) canvas.blendRow(x, y + dotRow * scale + line, row);
  }
}

/** One row of dots of a line of glyphs as pixels 0xAARRGGBB. */
function rasterRow(row: Uint32Array, glyphs: readonly number[], dotRow: number, style: TextStyle, scale: number): void {
  const ink = (0xff000000 | style.colour) >>> 0;
  const paper = style.background === undefined ? 0 : (0xff000000 | style.background) >>> 0;
  row.fill(paper);
  glyphs.forEach((glyph, cell) => {
    const dots = FONT_8X16[glyph * CELL_HEIGHT + dotRow]!;
    for (let column = 0; column < CELL_WIDTH; column++) {
      if ((dots & (0x80 >>> column)) === 0) continue;
      const start = (cell * CELL_WIDTH + column) * scale;
      row.fill(ink, start, start + scale);
    }
  });
}
