/** Round shapes on a canvas, their edges smoothed. */

import { rect } from "../../base/rect.ts";
import type { Canvas } from "./canvas.ts";
import type { Colour } from "./colour.ts";

/**
 * Draws a circle line `thickness` pixels wide around the point (centreX, centreY), which may lie between pixels.
 *
 * @example
 * ```ts
 * import { Canvas, defineScene, drawRing, serveScene } from "@vncd/vncd";
 * import assert from "node:assert/strict";
 *
 * const scene = defineScene({
 *   name: "ring",
 *   start({ firmware, machine }) {
 *     const canvas = new Canvas(machine.vram, firmware.setLinearMode(320, 200));
 *     drawRing(canvas, 160, 100, 60, 5, 0x40c0ff);
 *   },
 * });
 * const { display, stop } = await serveScene({ scene });
 * assert.equal(display.pixels[100 * display.strideBytes + 100 * 4], 0xff); // B, G, R, X
 * await stop();
 * ```
 */
export function drawRing(
  canvas: Canvas,
  centreX: number,
  centreY: number,
  radius: number,
  thickness: number,
  colour: Colour,
): void {
  const reach = radius + thickness / 2 + 1;
  const left = Math.floor(centreX - reach);
  const top = Math.floor(centreY - reach);
  const side = Math.ceil(2 * reach) + 1;
  const row = new Uint32Array(side);
  for (let y = top; y < top + side; y++) {
    if (!canvas.isVisible(rect(left, y, side, 1))) continue;
    for (let i = 0; i < side; i++) {
      const distance = Math.sqrt((left + i - centreX) ** 2 + (y - centreY) ** 2);
      const cover = Math.max(0, Math.min(1, thickness / 2 + 0.5 - Math.abs(distance - radius)));
      row[i] = ((Math.round(cover * 255) << 24) | colour) >>> 0;
    }
    canvas.blendRow(left, y, row);
  }
}
