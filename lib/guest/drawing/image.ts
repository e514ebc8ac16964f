/** Pictures with alpha, drawn on a canvas. */

import { isEmptyRect, rect } from "../../base/rect.ts";
import type { Canvas } from "./canvas.ts";
import type { Colour } from "./colour.ts";

/** A picture; `pixels` are straight (not premultiplied) bytes R,G,B,A, row by row, no padding. */
export interface RgbaImage {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** `width` * `height` * 4 bytes. */
  readonly pixels: Uint8Array;
}

/**
 * Lays the picture over the canvas with its left top corner at (x, y).
 *
 * @example A scene with a small arrow
 * ```ts
 * import { Canvas, defineScene, drawImage, imageFromDots, serveScene } from "@vncd/vncd";
 * import assert from "node:assert/strict";
 *
 * const arrow = imageFromDots(["  #  ", " ### ", "#####"], { "#": 0xff0000 });
 * const scene = defineScene({
 *   name: "arrow",
 *   start({ firmware, machine }) {
 *     const canvas = new Canvas(machine.vram, firmware.setLinearMode(320, 200));
 *     canvas.fillRect({ x: 0, y: 0, width: 320, height: 200 }, 0xffffff);
 *     drawImage(canvas, 100, 50, arrow);
 *   },
 * });
 * const { display, stop } = await serveScene({ scene });
 * assert.equal(display.pixels[50 * display.strideBytes + 102 * 4], 0x00); // B, G, R, X
 * await stop();
 * ```
 */
export function drawImage(canvas: Canvas, x: number, y: number, image: RgbaImage): void {
  const { width, height, pixels } = image;
  if (!canvas.isVisible(rect(x, y, width, height)) || isEmptyRect(canvas.clip)) return;
  const row = new Uint32Array(width);
  const first = Math.max(0, canvas.clip.y - y);
  const end = Math.min(height, canvas.clip.y + canvas.clip.height - y);
  for (let line = first; line < end; line++) {
    let at = line * width * 4;
    for (let i = 0; i < width; i++, at += 4) {
      row[i] = ((pixels[at + 3]! << 24) | (pixels[at]! << 16) | (pixels[at + 1]! << 8) | pixels[at + 2]!) >>> 0;
    }
    canvas.blendRow(x, y + line, row);
  }
}

/**
 * A picture from rows of characters and the colours (0xRRGGBB) they stand for. Characters that the palette does not
 * have are transparent.
 *
 * @example
 * ```ts
 * import { imageFromDots } from "@vncd/vncd";
 * import assert from "node:assert/strict";
 *
 * const { width, height, pixels } = imageFromDots(["#.", ".#"], { "#": 0x336699 });
 * assert(width === 2 && height === 2 && pixels.subarray(0, 5).join() === "51,102,153,255,0");
 * ```
 */
export function imageFromDots(rows: readonly string[], palette: Readonly<Record<string, Colour>>): RgbaImage {
  const width = rows.reduce((widest, row) => Math.max(widest, row.length), 0);
  const pixels = new Uint8Array(width * rows.length * 4);
  rows.forEach((row, y) => {
    for (let x = 0; x < row.length; x++) {
      const colour = palette[row[x]!];
      if (colour === undefined) continue;
      pixels.set([colour >>> 16, (colour >>> 8) & 0xff, colour & 0xff, 0xff], (y * width + x) * 4);
    }
  });
  return { width, height: rows.length, pixels };
}
