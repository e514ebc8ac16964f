/** The picture the console shows in a linear mode, at any depth: colour bars, ramps, a border, its own size in words. */

import { FONT_HEIGHT, FONT_WIDTH, glyphRows } from "../../font_table.ts";
import type { GuestMachine } from "../../firmware/hardware.ts";
import type { LinearDepth, LinearMode } from "../../firmware/vbe.ts";

/** Red, green, blue, each 0…255. */
type Rgb = readonly [number, number, number];

const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [0, 0, 0];
/** White, yellow, cyan, green, magenta, red, blue, black: the bars of a test card. */
const BARS: readonly Rgb[] = [7, 6, 3, 2, 5, 4, 1, 0].map((
  bits,
) => [bits & 4 ? 255 : 0, bits & 2 ? 255 : 0, bits & 1 ? 255 : 0]);
const HINT = "any key returns";

/** One line of text in the middle of the picture. */
interface Caption {
  readonly text: string;
  readonly left: number;
  readonly top: number;
  readonly scale: number;
}

/** Paints the whole mode, row by row. */
export function drawModePicture(vram: GuestMachine["vram"], mode: LinearMode): void {
  const captions = layOutCaptions(mode);
  const pixelBytes = (mode.bitsPerPixel + 7) >> 3;
  const row = new Uint8Array(mode.width * pixelBytes);
  for (let y = 0; y < mode.height; y++) {
    for (let x = 0; x < mode.width; x++) {
      writePixel(row, x * pixelBytes, pixelBytes, packPixel(mode.bitsPerPixel, colourAt(mode, captions, x, y)));
    }
    vram.writeBytes(y * mode.strideBytes, row);
  }
}

function layOutCaptions({ width, height, bitsPerPixel }: LinearMode): Caption[] {
  const title = `${width}x${height}`;
  const scale = Math.max(
    1,
    Math.min(Math.floor(width * 0.6 / (title.length * FONT_WIDTH)), Math.floor(height / 6 / FONT_HEIGHT)),
  );
  const small = Math.max(1, scale >> 1);
  const lines: [string, number][] = [[title, scale], [`${bitsPerPixel} bits per pixel`, small], [HINT, small]];
  let top = (height - (scale + 2 * small) * FONT_HEIGHT) >> 1;
  return lines.map(([text, lineScale]) => {
    const caption = { text, left: (width - text.length * FONT_WIDTH * lineScale) >> 1, top, scale: lineScale };
    top += FONT_HEIGHT * lineScale;
    return caption;
  });
}

/** A white border, captions on black, bars above, ramps of red, green, blue and grey below. */
function colourAt(mode: LinearMode, captions: readonly Caption[], x: number, y: number): Rgb {
  const { width, height } = mode;
  if (x === 0 || y === 0 || x === width - 1 || y === height - 1) return WHITE;
  for (const caption of captions) {
    const ink = captionDot(caption, x, y);
    if (ink !== undefined) return ink ? WHITE : BLACK;
  }
  if (y < height >> 1) return BARS[Math.floor(x * BARS.length / width)]!;
  const ramp = Math.floor((y - (height >> 1)) * 4 / (height - (height >> 1)));
  const level = Math.floor(x * 255 / Math.max(1, width - 1));
  return [ramp === 0 || ramp === 3 ? level : 0, ramp === 1 || ramp === 3 ? level : 0, ramp >= 2 ? level : 0];
}

/** Whether the caption has ink there; undefined outside its cells. */
function captionDot(caption: Caption, x: number, y: number): boolean | undefined {
  const column = Math.floor((x - caption.left) / caption.scale);
  const row = Math.floor((y - caption.top) / caption.scale);
  if (row < 0 || row >= FONT_HEIGHT || column < 0) return undefined;
  const character = caption.text[Math.floor(column / FONT_WIDTH)];
  if (character === undefined) return undefined;
  return (glyphRows(character)[row]! & (0x80 >> column % FONT_WIDTH)) !== 0;
}

/** A colour as a pixel of the depth; with 8 bits the nearest of the 6x6x6 colour cube that the firmware loads. */
export function packPixel(bitsPerPixel: LinearDepth, [red, green, blue]: Rgb): number {
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

function writePixel(row: Uint8Array, offset: number, pixelBytes: number, value: number): void {
  for (let index = 0; index < pixelBytes; index++) row[offset + index] = value >> index * 8 & 0xff;
}
