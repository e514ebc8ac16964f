/** The parts of the test card that stand still. */

import { type Rect, rect } from "../../../base/rect.ts";
import type { Canvas } from "../../drawing/canvas.ts";
import { type Colour, rgb } from "../../drawing/colour.ts";
import { drawRing } from "../../drawing/shapes.ts";
import { CELL_HEIGHT, drawText, measureText } from "../../drawing/text.ts";

const GROUND: Colour = 0x3b3f46;
const GRID: Colour = 0x5b6069;
const GRID_PITCH = 32;
const WHITE: Colour = 0xffffff;
const BLACK: Colour = 0x000000;

/** White, yellow, cyan, green, magenta, red, blue, black: full, and below at three quarters. */
const BARS: readonly Colour[] = [0xffffff, 0xffff00, 0x00ffff, 0x00ff00, 0xff00ff, 0xff0000, 0x0000ff, 0x000000];
const BARS_75: readonly Colour[] = [0xbfbfbf, 0xbfbf00, 0x00bfbf, 0x00bf00, 0xbf00bf, 0xbf0000, 0x0000bf, 0x101010];
const GRADIENT_ENDS: readonly Colour[] = [0xff0000, 0x00ff00, 0x0000ff, 0xffffff];
const WEDGE_STEPS = 16;
const SAMPLE = "The quick brown fox jumps over the lazy dog 0123456789";

/** Paints ground, grid, edge and circles over the whole screen. */
export function paintGround(canvas: Canvas): void {
  const { width, height } = canvas;
  canvas.fillRect(rect(0, 0, width, height), GROUND);
  const left = (width >> 1) % GRID_PITCH;
  const top = (height >> 1) % GRID_PITCH;
  for (let x = left; x < width; x += GRID_PITCH) canvas.fillRect(rect(x, 0, 1, height), GRID);
  for (let y = top; y < height; y += GRID_PITCH) canvas.fillRect(rect(0, y, width, 1), GRID);
  const centreX = (width - 1) / 2;
  const centreY = (height - 1) / 2;
  drawRing(canvas, centreX, centreY, Math.min(width, height) * 0.47, 2, WHITE);
  paintCorners(canvas);
  paintEdge(canvas);
}

/** One white line on the outermost pixels and castles inside it: a picture that is cut off shows it. */
function paintEdge(canvas: Canvas): void {
  const { width, height } = canvas;
  for (let x = 0; x < width; x += 16) {
    const colour = (x >> 4) & 1 ? BLACK : WHITE;
    canvas.fillRect(rect(x, 1, 16, 5), colour);
    canvas.fillRect(rect(x, height - 6, 16, 5), colour);
  }
  for (let y = 0; y < height; y += 16) {
    const colour = (y >> 4) & 1 ? BLACK : WHITE;
    canvas.fillRect(rect(1, y, 5, 16), colour);
    canvas.fillRect(rect(width - 6, y, 5, 16), colour);
  }
  canvas.frame(rect(0, 0, width, height), WHITE);
}

/** A ring, a cross and the corner's own colour in every corner: a picture that is mirrored or turned shows it. */
function paintCorners(canvas: Canvas): void {
  const { width, height } = canvas;
  const radius = Math.round(Math.min(width, height) * 0.075);
  const inset = radius + 20;
  const corners: readonly [number, number, Colour][] = [
    [inset, inset, 0xff5a4d],
    [width - 1 - inset, inset, 0x58d068],
    [inset, height - 1 - inset, 0x5b9bff],
    [width - 1 - inset, height - 1 - inset, 0xffd24d],
  ];
  for (const [x, y, colour] of corners) {
    drawRing(canvas, x, y, radius, 2, WHITE);
    drawRing(canvas, x, y, radius * 0.55, radius * 0.25, colour);
    canvas.fillRect(rect(x - radius, y, 2 * radius + 1, 1), WHITE);
    canvas.fillRect(rect(x, y - radius, 1, 2 * radius + 1), WHITE);
  }
}

/** Name and size of the picture on a black panel. */
export function paintTitle(canvas: Canvas, area: Rect, name: string): void {
  canvas.fillRect(area, BLACK);
  canvas.frame(area, WHITE);
  const scale = Math.max(1, Math.min(4, Math.floor(area.height / 26)));
  if (area.height < 2 * CELL_HEIGHT + 8) {
    const top = area.y + Math.round((area.height - CELL_HEIGHT) / 2);
    return paintCentred(canvas, area, top, `${name} ${canvas.width} x ${canvas.height}`, 1, WHITE);
  }
  const size = `${canvas.width} x ${canvas.height}, 32 bits a pixel`;
  const top = area.y + Math.round((area.height - CELL_HEIGHT * scale - CELL_HEIGHT - 2) / 2);
  paintCentred(canvas, area, top, name, scale, WHITE);
  paintCentred(canvas, area, top + CELL_HEIGHT * scale + 2, size, 1, 0x9fc3ea);
}

function paintCentred(canvas: Canvas, area: Rect, y: number, text: string, scale: number, colour: Colour): void {
  const { width } = measureText(text, scale);
  canvas.clipTo(area, () => {
    drawText(canvas, area.x + Math.round((area.width - width) / 2), y, text, { colour, scale });
  });
}

/** The colour bars, full above and three quarters below. */
export function paintBars(canvas: Canvas, area: Rect): void {
  const half = Math.floor(area.height * 0.6);
  paintRow(canvas, rect(area.x, area.y, area.width, half), BARS);
  paintRow(canvas, rect(area.x, area.y + half, area.width, area.height - half), BARS_75);
}

/** A wedge of greys from black to white. */
export function paintWedge(canvas: Canvas, area: Rect): void {
  const greys = Array.from({ length: WEDGE_STEPS }, (_, step) => {
    const grey = (255 * step) / (WEDGE_STEPS - 1);
    return rgb(grey, grey, grey);
  });
  paintRow(canvas, area, greys);
}

function paintRow(canvas: Canvas, area: Rect, colours: readonly Colour[]): void {
  colours.forEach((colour, index) => {
    const left = Math.floor((area.width * index) / colours.length);
    const right = Math.floor((area.width * (index + 1)) / colours.length);
    canvas.fillRect(rect(area.x + left, area.y, right - left, area.height), colour);
  });
}

/** Black to red, green, blue and white. */
export function paintGradients(canvas: Canvas, area: Rect): void {
  GRADIENT_ENDS.forEach((end, index) => {
    const top = Math.floor((area.height * index) / GRADIENT_ENDS.length);
    const bottom = Math.floor((area.height * (index + 1)) / GRADIENT_ENDS.length);
    canvas.gradient(rect(area.x, area.y + top, area.width, bottom - top), BLACK, end, "horizontal");
  });
}

/** Whether the pixel (x, y) of a fine pattern is white, or how grey it is. */
type Pattern = (x: number, y: number) => Colour;

function monochrome(isWhite: (x: number, y: number) => boolean): Pattern {
  return (x, y) => isWhite(x, y) ? WHITE : BLACK;
}

/** Rings that get ever finer outwards. */
function zonePlate(area: Rect): Pattern {
  return (x, y) => {
    const dx = 2 * x - area.width + 1;
    const dy = 2 * y - area.height + 1;
    const phase = Math.floor(((dx * dx + dy * dy) * 64) / Math.max(1, area.height)) & 511;
    const grey = phase < 256 ? phase : 511 - phase;
    return rgb(grey, grey, grey);
  };
}

/** Checkerboards of one, two and four pixels, lines of one pixel, a zone plate: what moire is seen on. */
export function paintFinePatterns(canvas: Canvas, area: Rect): void {
  const count = 6;
  for (let index = 0; index < count; index++) {
    const left = Math.floor((area.width * index) / count);
    const right = Math.floor((area.width * (index + 1)) / count);
    const cell = rect(area.x + left, area.y, right - left, area.height);
    paintPattern(canvas, cell, finePattern(index, cell));
  }
}

function finePattern(index: number, area: Rect): Pattern {
  if (index < 3) return monochrome((x, y) => (((x >> index) ^ (y >> index)) & 1) === 0);
  if (index === 3) return monochrome((x) => (x & 1) === 0);
  if (index === 4) return monochrome((_, y) => (y & 1) === 0);
  return zonePlate(area);
}

function paintPattern(canvas: Canvas, area: Rect, pattern: Pattern): void {
  const row = new Uint32Array(area.width);
  for (let y = 0; y < area.height; y++) {
    for (let x = 0; x < area.width; x++) row[x] = pattern(x, y);
    canvas.putRow(area.x, area.y + y, row);
  }
}

/** A sample of text at one, two and three dots a dot, light on dark and dark on light. */
export function paintTexts(canvas: Canvas, area: Rect): void {
  const split = Math.round(area.width * 0.5);
  paintSamples(canvas, rect(area.x, area.y, split, area.height), BLACK, WHITE);
  paintSamples(canvas, rect(area.x + split, area.y, area.width - split, area.height), 0xfffdf6, 0x1d3152);
}

function paintSamples(canvas: Canvas, area: Rect, paper: Colour, ink: Colour): void {
  canvas.fillRect(area, paper);
  let y = area.y + 4;
  canvas.clipTo(area, () => {
    for (const scale of [1, 2, 3]) {
      drawText(canvas, area.x + 6, y, SAMPLE, { colour: ink, scale });
      y += CELL_HEIGHT * scale + 2;
    }
  });
}
