/** A page of text: white, headings and two columns in smoothed letters of several sizes, a listing in hard dots. */

import { type BenchPicture, blankPicture, fillRect, lineOfWords, randomSource, writeText } from "./picture.ts";

const INK = [32, 33, 36] as const;
const LINK = [26, 13, 171] as const;
const FAINT = [112, 117, 122] as const;

/** Sizes of paragraphs in turn, times 8x16 dots. */
const SCALES = [0.875, 1.125, 1, 1.3];

/** Paints it. */
export function textPage(width: number, height: number): BenchPicture {
  const picture = blankPicture(width, height, [255, 255, 255]);
  const margin = Math.round(width * 0.04);
  const column = Math.round(width * 0.44);
  writeText(picture, margin, Math.round(height * 0.03), "What a page says", { colour: INK, scale: 2.75 });
  const top = Math.round(height * 0.03) + 64;
  paintColumn(picture, margin, top, column, 11);
  paintColumn(picture, width - margin - column, top, column, 12);
  return picture;
}

function paintColumn(picture: BenchPicture, left: number, top: number, width: number, seed: number): void {
  const random = randomSource(seed);
  for (let y = top, paragraph = 0; y < picture.height - 24; paragraph++) {
    const heading = lineOfWords(Math.floor(width / 24), random);
    writeText(picture, left, y, heading, { colour: paragraph % 3 === 1 ? LINK : INK, scale: 1.6 });
    y = paragraph % 4 === 3
      ? paintListing(picture, left, y + 32, width, random)
      : paintParagraph(picture, left, y + 32, width, SCALES[paragraph % SCALES.length]!, random);
  }
}

function paintParagraph(
  picture: BenchPicture,
  left: number,
  top: number,
  width: number,
  scale: number,
  random: () => number,
): number {
  const lineHeight = Math.round(19 * scale);
  const lines = 4 + Math.floor(random() * 5);
  for (let line = 0; line < lines; line++) {
    const text = lineOfWords(Math.floor(width / (8 * scale) * (line === lines - 1 ? 0.6 : 1)), random);
    writeText(picture, left, top + line * lineHeight, text, { colour: line === 2 ? FAINT : INK, scale });
  }
  return top + lines * lineHeight + 14;
}

function paintListing(picture: BenchPicture, left: number, top: number, width: number, random: () => number): number {
  const lines = 9;
  fillRect(picture, left, top, width, lines * 18 + 12, [246, 248, 250]);
  for (let line = 0; line < lines; line++) {
    const indent = " ".repeat(2 * Math.floor(random() * 4));
    const text = `${indent}${lineOfWords(20 + Math.floor(random() * (width / 8 - 44)), random)};`;
    writeText(picture, left + 10, top + 6 + line * 18, text, { colour: [36, 41, 47], scale: 1 });
  }
  return top + lines * 18 + 30;
}
