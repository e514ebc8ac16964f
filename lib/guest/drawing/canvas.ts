/** Painting on a linear 32 bpp mode in video memory: whole rows at a time, everything clipped. */

import { intersectRects, isEmptyRect, type Rect, rect } from "../../base/rect.ts";
import { blendColours, type Colour, mixColours } from "./colour.ts";

/** What a canvas needs of video memory; every write marks the pages it touches. */
export interface PixelMemory {
  /** The memory for reading. */
  readonly bytes: Uint8Array;
  /** Writes the 32-bit `value` `count` times from byte `offset` on. */
  fill32(offset: number, count: number, value: number): void;
  /** Writes bytes from `offset` on. */
  writeBytes(offset: number, bytes: Uint8Array): void;
}

/** Where the pixels of a 32 bpp mode are: 4 bytes B,G,R,X each, rows `strideBytes` apart. */
export interface PixelLayout {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** Bytes from one row to the next. */
  readonly strideBytes: number;
}

/** Which way a gradient runs. */
export type GradientDirection = "horizontal" | "vertical";

/**
 * A drawing surface over video memory. Coordinates may lie anywhere; what is outside the clip rect is not painted.
 *
 * @example A scene that is a sunset
 * ```ts
 * import { Canvas, defineScene, serveScene } from "@vncd/vncd";
 * import assert from "node:assert/strict";
 *
 * const scene = defineScene({
 *   name: "sunset",
 *   start({ firmware, machine }) {
 *     const canvas = new Canvas(machine.vram, firmware.setLinearMode(640, 480));
 *     canvas.gradient({ x: 0, y: 0, width: 640, height: 300 }, 0x203060, 0xff8040, "vertical");
 *     canvas.fillRect({ x: 0, y: 300, width: 640, height: 180 }, 0x102030);
 *   },
 * });
 * const { display, stop } = await serveScene({ scene });
 * assert.equal(display.pixels[299 * display.strideBytes], 0x40); // B, G, R, X
 * await stop();
 * ```
 */
export class Canvas {
  /** Pixels across. */
  readonly width: number;
  /** Pixels down. */
  readonly height: number;
  readonly #memory: PixelMemory;
  readonly #strideBytes: number;
  readonly #row: Uint32Array;
  readonly #rowBytes: Uint8Array;
  #clip: Rect;

  /** A canvas over the mode whose first pixel is the memory's first byte. */
  constructor(memory: PixelMemory, layout: PixelLayout) {
    this.width = layout.width;
    this.height = layout.height;
    this.#memory = memory;
    this.#strideBytes = layout.strideBytes;
    this.#row = new Uint32Array(layout.width);
    this.#rowBytes = new Uint8Array(this.#row.buffer);
    this.#clip = rect(0, 0, layout.width, layout.height);
  }

  /** The rect that painting is limited to at present. */
  get clip(): Rect {
    return this.#clip;
  }

  /** Runs `paint` with the clip rect narrowed to what it shares with `limit`, then restores it. */
  clipTo(limit: Rect, paint: () => void): void {
    const before = this.#clip;
    this.#clip = intersectRects(before, limit);
    try {
      if (!isEmptyRect(this.#clip)) paint();
    } finally {
      this.#clip = before;
    }
  }

  /** Whether any pixel of the rect would be painted. */
  isVisible(area: Rect): boolean {
    return !isEmptyRect(intersectRects(area, this.#clip));
  }

  /** Fills a rect with one colour. */
  fillRect(area: Rect, colour: Colour): void {
    const { x, y, width, height } = intersectRects(area, this.#clip);
    for (let row = y; row < y + height; row++) this.#memory.fill32(this.#offset(x, row), width, colour);
  }

  /** Lays a colour over a rect with `alpha` 0…255. */
  shadeRect(area: Rect, colour: Colour, alpha: number): void {
    const { x, y, width, height } = intersectRects(area, this.#clip);
    for (let row = y; row < y + height; row++) {
      const pixels = this.#readRow(x, row, width);
      for (let i = 0; i < width; i++) pixels[i] = blendColours(pixels[i]!, colour, alpha);
      this.#writeRow(x, row, width);
    }
  }

  /** Fills a rect with a gradient whose first and last row (or column) have exactly the given colours. */
  gradient(area: Rect, from: Colour, to: Colour, direction: GradientDirection): void {
    const cut = intersectRects(area, this.#clip);
    if (isEmptyRect(cut)) return;
    if (direction === "vertical") {
      for (let row = cut.y; row < cut.y + cut.height; row++) {
        const colour = mixColours(from, to, row - area.y, area.height - 1);
        this.#memory.fill32(this.#offset(cut.x, row), cut.width, colour);
      }
      return;
    }
    const row = this.#row.subarray(0, cut.width);
    for (let i = 0; i < cut.width; i++) row[i] = mixColours(from, to, cut.x + i - area.x, area.width - 1);
    for (let y = cut.y; y < cut.y + cut.height; y++) this.#writeRow(cut.x, y, cut.width);
  }

  /** Draws the border of a rect inwards, `thickness` pixels wide. */
  frame(area: Rect, colour: Colour, thickness = 1): void {
    this.bevel(area, colour, colour, thickness);
  }

  /** Draws a border inwards: `light` at the left and top, `dark` at the right and bottom, mitred at the corners. */
  bevel(area: Rect, light: Colour, dark: Colour, thickness = 1): void {
    for (let inset = 0; inset < thickness; inset++) {
      const width = area.width - 2 * inset;
      const height = area.height - 2 * inset;
      if (width <= 0 || height <= 0) return;
      const x = area.x + inset;
      const y = area.y + inset;
      this.fillRect(rect(x, y, width, 1), light);
      this.fillRect(rect(x, y, 1, height), light);
      this.fillRect(rect(x, y + height - 1, width, 1), dark);
      this.fillRect(rect(x + width - 1, y, 1, height), dark);
    }
  }

  /** Copies colours into the row `y` from `x` on. */
  putRow(x: number, y: number, colours: Uint32Array): void {
    const cut = intersectRects(rect(x, y, colours.length, 1), this.#clip);
    if (isEmptyRect(cut)) return;
    const start = cut.x - x;
    for (let i = 0; i < cut.width; i++) this.#row[i] = colours[start + i]! & 0xffffff;
    this.#writeRow(cut.x, y, cut.width);
  }

  /** Lays pixels 0xAARRGGBB (straight alpha) over the row `y` from `x` on. */
  blendRow(x: number, y: number, pixels: Uint32Array): void {
    const cut = intersectRects(rect(x, y, pixels.length, 1), this.#clip);
    if (isEmptyRect(cut)) return;
    const start = cut.x - x;
    const row = this.#readRow(cut.x, y, cut.width);
    for (let i = 0; i < cut.width; i++) {
      const pixel = pixels[start + i]!;
      const alpha = pixel >>> 24;
      if (alpha === 255) row[i] = pixel & 0xffffff;
      else if (alpha !== 0) row[i] = blendColours(row[i]!, pixel & 0xffffff, alpha);
    }
    this.#writeRow(cut.x, y, cut.width);
  }

  /** The colour at a pixel of the mode; undefined outside. */
  colourAt(x: number, y: number): Colour | undefined {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return undefined;
    return this.#readRow(x, y, 1)[0]! & 0xffffff;
  }

  #offset(x: number, y: number): number {
    return y * this.#strideBytes + x * 4;
  }

  #readRow(x: number, y: number, width: number): Uint32Array {
    const offset = this.#offset(x, y);
    this.#rowBytes.set(this.#memory.bytes.subarray(offset, offset + width * 4));
    return this.#row;
  }

  #writeRow(x: number, y: number, width: number): void {
    this.#memory.writeBytes(this.#offset(x, y), this.#rowBytes.subarray(0, width * 4));
  }
}
