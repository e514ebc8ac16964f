/** The 8x16 font of the machine: 256 glyphs of CP437, of our own drawing. */

import { toCp437 } from "./cp437.ts";
import { accentedGlyphs, parseDots } from "./font_accents.ts";
import { GLYPH_DOTS, type GlyphDots } from "./font_dots_table.ts";
import { lineGlyphs } from "./font_lines.ts";

/** Columns of a glyph. */
export const FONT_WIDTH = 8;

/** Rows of a glyph, and bytes of it in {@link FONT_8X16}. */
export const FONT_HEIGHT = 16;

/** 256 glyphs of 16 bytes, one byte a row, the leftmost dot in bit 7. Read only, by convention. */
export const FONT_8X16: Uint8Array = buildFont();

/** The sixteen rows of the glyph that shows `character`. A view: not to be written to. */
export function glyphRows(character: string): Uint8Array {
  return rowsOf(FONT_8X16, character);
}

function rowsOf(font: Uint8Array, character: string): Uint8Array {
  const offset = toCp437(character) * FONT_HEIGHT;
  return font.subarray(offset, offset + FONT_HEIGHT);
}

function buildFont(): Uint8Array {
  const font = new Uint8Array(256 * FONT_HEIGHT);
  for (const group of GLYPH_DOTS) putGlyphs(font, parseGroup(group));
  putGlyphs(font, accentedGlyphs((character) => rowsOf(font, character)));
  putGlyphs(font, lineGlyphs());
  putGlyphs(font, [["◘", inverse(rowsOf(font, "•"))], ["◙", inverse(rowsOf(font, "○"))]]);
  return font;
}

function putGlyphs(font: Uint8Array, glyphs: readonly (readonly [string, Uint8Array])[]): void {
  for (const [character, rows] of glyphs) rowsOf(font, character).set(rows);
}

function parseGroup(group: GlyphDots): [string, Uint8Array][] {
  const lines = group.rows.trim().split("\n").map((line) => line.split(" "));
  return [...group.characters].map((character, index) => [
    character,
    Uint8Array.from(lines, (line) => parseDots(line[index]!)),
  ]);
}

function inverse(glyph: Uint8Array): Uint8Array {
  return glyph.map((row) => ~row & 0xff);
}
