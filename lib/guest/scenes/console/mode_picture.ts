/** The picture the console shows in a linear mode, at any depth: colour bars, ramps, a border, its own size in words. */

import type { GuestMachine } from "../../firmware/hardware.ts";
import type { LinearDepth, LinearMode } from "../../firmware/vbe.ts";
import { FONT_HEIGHT, FONT_WIDTH, glyphRows } from "../../font_table.ts";

/** Red, green, blue, each 0…255. */
type Rgb = readonly [number, number, number];

const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [0, 0, 0];
/** White, yellow, cyan, green, magenta, red, blue, black: the bars of a test card, as bits red, green, blue. */
const BARS: readonly number[] = [0b111, 0b110, 0b011, 0b010, 0b101, 0b100, 0b001, 0b000];
/** Red, green, blue and grey, as the same bits. */
const RAMPS: readonly number[] = [0b100, 0b010, 0b001, 0b111];
const HINT = " any key returns ";

/** One line of text in the middle of the picture. */
interface Caption {
  readonly text: string;
  readonly left: number;
  readonly top: number;
  readonly scale: number;
}

/** Paints the whole mode. */
export function drawModePicture(vram: GuestMachine["vram"], mode: LinearMode): void {
  drawBackground(vram, mode);
  for (const caption of layOutCaptions(mode)) drawCaption(vram, mode, caption);
}

/** Rows of one band are alike, so each is made once. */
function drawBackground(vram: GuestMachine["vram"], mode: LinearMode): void {
  const { width, height, bitsPerPixel, strideBytes } = mode;
  const edge = packRow(bitsPerPixel, width, () => WHITE);
  const bars = packRow(bitsPerPixel, width, (x) => isEdge(x, width) ? WHITE : colourOfBits(barAt(x, width), 255));
  const ramps = RAMPS.map((bits) =>
    packRow(bitsPerPixel, width, (x) => isEdge(x, width) ? WHITE : colourOfBits(bits, levelAt(x, width)))
  );
  const middle = height >> 1;
  for (let y = 0; y < height; y++) {
    const ramp = Math.floor((y - middle) * RAMPS.length / (height - middle));
    vram.writeBytes(y * strideBytes, isEdge(y, height) ? edge : ramps[ramp] ?? bars);
  }
}

function isEdge(position: number, size: number): boolean {
  return position === 0 || position === size - 1;
}

function barAt(x: number, width: number): number {
  return BARS[Math.floor(x * BARS.length / width)]!;
}

function levelAt(x: number, width: number): number {
  return Math.round(x * 255 / (width - 1));
}

function colourOfBits(bits: number, level: number): Rgb {
  return [bits & 4 ? level : 0, bits & 2 ? level : 0, bits & 1 ? level : 0];
}

/** The size large, depth and hint half as large, one under the other in the middle; without those that do not fit. */
function layOutCaptions({ width, height, bitsPerPixel }: LinearMode): Caption[] {
  const title = ` ${width}x${height} `;
  const widest = Math.floor(width * 0.6 / (title.length * FONT_WIDTH));
  const scale = Math.max(1, Math.min(widest, Math.floor(height / 6 / FONT_HEIGHT)));
  const small = Math.max(1, scale >> 1);
  const lines: [string, number][] = [[title, scale], [` ${bitsPerPixel} bits per pixel `, small], [HINT, small]];
  let top = (height - (scale + 2 * small) * FONT_HEIGHT) >> 1;
  const captions = lines.map(([text, lineScale]): Caption => {
    const left = (width - text.length * FONT_WIDTH * lineScale) >> 1;
    const caption = { text, left, top, scale: lineScale };
    top += FONT_HEIGHT * lineScale;
    return caption;
  });
  return captions.filter((caption) => caption.left >= 0 && caption.top >= 0);
}

/** White on black, each dot of the font `scale` pixels square. */
function drawCaption(vram: GuestMachine["vram"], mode: LinearMode, { text, left, top, scale }: Caption): void {
  const pixelBytes = (mode.bitsPerPixel + 7) >> 3;
  const glyphs = [...text].map(glyphRows);
  for (let dotRow = 0; dotRow < FONT_HEIGHT; dotRow++) {
    const row = packRow(mode.bitsPerPixel, glyphs.length * FONT_WIDTH * scale, (x) => {
      const column = Math.floor(x / scale);
      const dots = glyphs[Math.floor(column / FONT_WIDTH)]![dotRow]!;
      return dots & (0x80 >> column % FONT_WIDTH) ? WHITE : BLACK;
    });
    for (let line = 0; line < scale; line++) {
      vram.writeBytes((top + dotRow * scale + line) * mode.strideBytes + left * pixelBytes, row);
    }
  }
}

function packRow(bitsPerPixel: LinearDepth, width: number, colourAt: (x: number) => Rgb): Uint8Array {
  const pixelBytes = (bitsPerPixel + 7) >> 3;
  const row = new Uint8Array(width * pixelBytes);
  for (let x = 0; x < width; x++) {
    const value = packPixel(bitsPerPixel, colourAt(x));
    for (let index = 0; index < pixelBytes; index++) row[x * pixelBytes + index] = value >> index * 8 & 0xff;
  }
  return row;
}

/** A colour as a pixel of the depth; with 8 bits the nearest of the 6x6x6 colour cube that the firmware loads. */
function packPixel(bitsPerPixel: LinearDepth, [red, green, blue]: Rgb): number {
  switch (bitsPerPixel) {
    case 8:
      return 16 + Math.round(red / 51) * 36 + Math.round(green / 51) * 6 + Math.round(blue / 51);
    case 15:
      return red >> 3 << 10 | green >> 3 << 5 | blue >> 3;
    case 16:
      return red >> 3 << 11 | green >> 2 << 5 | blue >> 3;
    case 24:
    case 32:
      return red << 16 | green << 8 | blue;
  }
}
