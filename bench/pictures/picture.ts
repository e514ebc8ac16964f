/** A picture and what paints in it. All pictures are the same at every run. */

import { FONT_8X16 } from "../../lib/guest/font_table.ts";

/** A picture as bytes R,G,B,X. */
export interface BenchPicture {
  readonly width: number;
  readonly height: number;
  readonly rgbx: Uint8Array;
}

/** Red, green and blue. */
export type Colour = readonly [number, number, number];

/** A picture filled with one colour. */
export function blankPicture(width: number, height: number, colour: Colour): BenchPicture {
  const picture = { width, height, rgbx: new Uint8Array(width * height * 4) };
  fillRect(picture, 0, 0, width, height, colour);
  return picture;
}

/** A small linear congruential generator: numbers from 0 up to 1. */
export function randomSource(seed: number): () => number {
  let state = seed >>> 0;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 0x1_0000_0000;
}

/** A whole number a byte can hold. */
export function clamp(value: number): number {
  return Math.max(0, Math.min(255, Math.round(value)));
}

/** Between two colours: all of the first at 0, of the second at 1. */
export function mix(from: Colour, to: Colour, share: number): Colour {
  return [0, 1, 2].map((i) => clamp(from[i]! + (to[i]! - from[i]!) * share)) as unknown as Colour;
}

/** Fills a rect, clipped. */
export function fillRect(picture: BenchPicture, x: number, y: number, w: number, h: number, colour: Colour): void {
  fillWith(picture, x, y, w, h, () => colour);
}

/** Fills a rect from one colour at the top to another at the bottom. */
export function fillGradient(
  picture: BenchPicture,
  x: number,
  y: number,
  w: number,
  h: number,
  [top, bottom]: readonly [Colour, Colour],
): void {
  fillWith(picture, x, y, w, h, (row) => mix(top, bottom, row / Math.max(1, h - 1)));
}

function fillWith(
  { width, height, rgbx }: BenchPicture,
  left: number,
  top: number,
  w: number,
  h: number,
  colourOf: (row: number) => Colour,
): void {
  const [start, end] = [Math.max(0, left), Math.min(width, left + w)];
  for (let y = Math.max(0, top); y < Math.min(height, top + h); y++) {
    const [red, green, blue] = colourOf(y - top);
    for (let x = start, i = (y * width + start) * 4; x < end; x++, i += 4) {
      rgbx[i] = red;
      rgbx[i + 1] = green;
      rgbx[i + 2] = blue;
    }
  }
}

/** How text looks. */
export interface TextLook {
  readonly colour: Colour;
  /** Times the font's 8x16 dots; whole numbers give hard dots, others soft edges as of a smoothed font. */
  readonly scale: number;
}

/** Writes one line; what is behind it stays. */
export function writeText(picture: BenchPicture, left: number, top: number, text: string, look: TextLook): void {
  for (let i = 0; i < text.length; i++) {
    const x = Math.round(left + i * 8 * look.scale);
    if (x < picture.width) writeCharacter(picture, x, top, text.charCodeAt(i), look);
  }
}

function writeCharacter(picture: BenchPicture, left: number, top: number, code: number, look: TextLook): void {
  const { width, height, rgbx } = picture;
  const [cellWidth, cellHeight] = [Math.ceil(8 * look.scale), Math.ceil(16 * look.scale)];
  for (let y = 0; y < cellHeight && top + y < height; y++) {
    for (let x = 0; x < cellWidth && left + x < width; x++) {
      const ink = coverage(code, x / look.scale, y / look.scale, 1 / look.scale);
      if (ink === 0 || top + y < 0 || left + x < 0) continue;
      const at = ((top + y) * width + left + x) * 4;
      for (let i = 0; i < 3; i++) rgbx[at + i] = clamp(rgbx[at + i]! * (1 - ink) + look.colour[i]! * ink);
    }
  }
}

/** How much of a square of side `size` at (x, y), in the font's dots, is inked: 0 to 1. */
function coverage(code: number, x: number, y: number, size: number): number {
  let inked = 0;
  for (let row = Math.floor(y); row < y + size && row < 16; row++) {
    const dots = FONT_8X16[code * 16 + row] ?? 0;
    const tall = Math.min(row + 1, y + size) - Math.max(row, y);
    for (let column = Math.floor(x); column < x + size && column < 8; column++) {
      if (dots & (0x80 >> column)) inked += tall * (Math.min(column + 1, x + size) - Math.max(column, x));
    }
  }
  return Math.min(1, Math.round(inked / (size * size) * 255) / 255);
}

const WORDS = ("the of and to in is that for it as was with be by on not he his but at are this have from or had an " +
  "they which one you were all her she there would their we him been has when who will no more if out so up said " +
  "what its about than into them can only other time new some could these two may first then do any like my now " +
  "over such our man me even most made after also did many off before must well back through years much where your " +
  "way down should because long each just state those people too little good world make very year still see own " +
  "work men day get here between both being under three never know same last another while us might great go come")
  .split(" ");

/** Words until a line of that many characters is full. */
export function lineOfWords(characters: number, random: () => number): string {
  let line = "";
  while (line.length < characters) line += `${WORDS[Math.floor(random() * WORDS.length)]} `;
  return line.slice(0, line.lastIndexOf(" ", characters));
}
