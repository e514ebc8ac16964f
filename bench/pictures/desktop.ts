/** A desktop: a photograph-like wallpaper (smooth colours with grain) and two terminals full of text. */

import { type BenchPicture, blankPicture, clamp, type Colour, fillRect, randomSource, writeText } from "./picture.ts";

const WORDS = "drwxr-xr-x root 4096 Nov lib deno.json README.md const return function ./configure && make -j2 ok 0x7fff"
  .split(" ");

/** Paints it. */
export function desktopPicture(width: number, height: number): BenchPicture {
  const picture = blankPicture(width, height, [0, 0, 0]);
  paintWallpaper(picture);
  paintTerminal(picture, Math.round(width * 0.06), Math.round(height * 0.1), 36, [16, 18, 24], [210, 214, 220]);
  paintTerminal(picture, Math.round(width * 0.5), Math.round(height * 0.28), 40, [250, 250, 246], [30, 34, 40]);
  return picture;
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

const COLUMNS = 100;

function paintTerminal(
  picture: BenchPicture,
  left: number,
  top: number,
  rows: number,
  back: Colour,
  colour: Colour,
): void {
  const random = randomSource(left);
  fillRect(picture, left, top, COLUMNS * 8, rows * 16, back);
  for (let row = 0; row < rows; row++) {
    let line = "";
    while (line.length < COLUMNS * random()) line += `${WORDS[Math.floor(random() * WORDS.length)]} `;
    writeText(picture, left, top + row * 16, line.slice(0, COLUMNS), { colour, scale: 1 });
  }
}
