/** Pictures that every server under measurement shows. */

import { encode } from "fast-png";
import { FONT_8X16 } from "../lib/guest/font_table.ts";

/** A picture as bytes R,G,B,X. */
export interface BenchPicture {
  readonly width: number;
  readonly height: number;
  readonly rgbx: Uint8Array;
}

const WORDS = "drwxr-xr-x root 4096 Nov lib deno.json README.md const return function ./configure && make -j2 ok 0x7fff"
  .split(
    " ",
  );

/** A desktop: a photograph-like wallpaper (smooth colours with grain) and two terminals full of text. */
export function desktopPicture(width = 1920, height = 1080): BenchPicture {
  const picture = { width, height, rgbx: new Uint8Array(width * height * 4) };
  paintWallpaper(picture);
  paintTerminal(picture, Math.round(width * 0.06), Math.round(height * 0.1), 100, 36, [16, 18, 24], [210, 214, 220]);
  paintTerminal(picture, Math.round(width * 0.5), Math.round(height * 0.28), 100, 40, [250, 250, 246], [30, 34, 40]);
  return picture;
}

/** The picture as PNG. */
export function pictureAsPng(picture: BenchPicture): Uint8Array {
  const { width, height, rgbx } = picture;
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0, j = 0; j < rgb.length; i += 4, j += 3) rgb.set(rgbx.subarray(i, i + 3), j);
  return encode({ width, height, data: rgb, depth: 8, channels: 3 });
}

/** A small linear congruential generator: the same picture at every run. */
function randomSource(seed: number): () => number {
  let state = seed >>> 0;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 0x1_0000_0000;
}

function paintWallpaper({ width, height, rgbx }: BenchPicture): void {
  const random = randomSource(7);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += 4) {
      const ridge = Math.sin(x / 173 + Math.sin(y / 91) * 1.7) * 40 + Math.cos(y / 57 + x / 311) * 30;
      const grain = (random() - 0.5) * 6;
      rgbx[i] = clamp(70 + ridge * 0.6 + (y / height) * 90 + grain);
      rgbx[i + 1] = clamp(105 + ridge * 0.5 + (y / height) * 40 + grain);
      rgbx[i + 2] = clamp(170 + ridge * 0.8 - (y / height) * 60 + grain);
    }
  }
}

function clamp(value: number): number {
  return Math.max(0, Math.min(255, Math.round(value)));
}

type Colour = readonly [number, number, number];

function paintTerminal(
  picture: BenchPicture,
  left: number,
  top: number,
  columns: number,
  rows: number,
  back: Colour,
  text: Colour,
): void {
  const random = randomSource(left);
  for (let row = 0; row < rows; row++) {
    let line = "";
    while (line.length < columns * random()) line += `${WORDS[Math.floor(random() * WORDS.length)]} `;
    line = line.padEnd(columns).slice(0, columns);
    for (let column = 0; column < columns; column++) {
      paintCharacter(picture, left + column * 8, top + row * 16, line.charCodeAt(column), back, text);
    }
  }
}

function paintCharacter(
  { width, height, rgbx }: BenchPicture,
  left: number,
  top: number,
  code: number,
  back: Colour,
  text: Colour,
): void {
  for (let y = 0; y < 16 && top + y < height; y++) {
    const dots = FONT_8X16[code * 16 + y] ?? 0;
    for (let x = 0; x < 8 && left + x < width; x++) {
      rgbx.set(dots & (0x80 >> x) ? text : back, ((top + y) * width + left + x) * 4);
    }
  }
}
