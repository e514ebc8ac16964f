/** Moving pixels inside one surface, and the clipping that belongs to it. */

import { EMPTY_RECT, intersectRects, isEmptyRect, type Rect, rect, translateRect } from "../base/rect.ts";
import type { DisplaySurface } from "./display_surface.ts";
import type { FrameMemory } from "./frame_memory.ts";

const BYTES_PER_PIXEL = 4;

/** A move of pixels; both ends lie inside the surface. */
export interface PixelMove {
  /** Where the pixels are taken from. */
  readonly source: Rect;
  /** Where they go: as many. */
  readonly destination: Rect;
}

/** The part of a move of `source` to (x, y) whose both ends lie inside a surface, or undefined when there is none. */
export function clipMove(source: Rect, x: number, y: number, surface: DisplaySurface): PixelMove | undefined {
  const bounds = rect(0, 0, surface.width, surface.height);
  const whole = rect(Math.trunc(source.x), Math.trunc(source.y), Math.trunc(source.width), Math.trunc(source.height));
  const dx = Math.trunc(x) - whole.x;
  const dy = Math.trunc(y) - whole.y;
  const visible = intersectRects(whole, bounds);
  const destination = isEmptyRect(visible) ? EMPTY_RECT : intersectRects(translateRect(visible, dx, dy), bounds);
  return isEmptyRect(destination) ? undefined : { source: translateRect(destination, -dx, -dy), destination };
}

/** Moves pixels inside a surface; source and destination may overlap. */
export function movePixels(memory: FrameMemory, surface: DisplaySurface, move: PixelMove): void {
  const { source, destination } = move;
  const { strideBytes } = surface;
  const length = strideBytes * (surface.height - 1) + surface.width * BYTES_PER_PIXEL;
  const bytes = memory.bytes(surface.pointer, length);
  const rowBytes = source.width * BYTES_PER_PIXEL;
  const downwards = destination.y > source.y;
  for (let i = 0; i < source.height; i++) {
    const row = downwards ? source.height - 1 - i : i;
    const from = (source.y + row) * strideBytes + source.x * BYTES_PER_PIXEL;
    bytes.copyWithin((destination.y + row) * strideBytes + destination.x * BYTES_PER_PIXEL, from, from + rowBytes);
  }
}
