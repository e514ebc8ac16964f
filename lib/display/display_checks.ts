/** What a display refuses: sizes, surfaces and pointer shapes that cannot be. */

import { LimitError } from "../base/errors.ts";
import { MAX_CURSOR_SIDE, MAX_FRAMEBUFFER_PIXELS, MAX_FRAMEBUFFER_SIDE } from "../base/limits.ts";
import type { CursorShape } from "./cursor.ts";
import type { DisplaySurface } from "./display_surface.ts";

const BYTES_PER_PIXEL = 4;

/** Bytes from the first pixel of a surface to behind its last. */
export function surfaceByteLength(surface: DisplaySurface): number {
  return surface.strideBytes * (surface.height - 1) + surface.width * BYTES_PER_PIXEL;
}

/** Throws RangeError or LimitError for a size that no surface can have. */
export function checkSize(width: number, height: number): void {
  for (const side of [width, height]) {
    if (!Number.isSafeInteger(side) || side < 1) throw new RangeError(`Cannot make a surface: ${side} is not a size`);
    if (side > MAX_FRAMEBUFFER_SIDE) {
      throw new LimitError(
        `Cannot make a surface: ${side} pixels are over MAX_FRAMEBUFFER_SIDE (${MAX_FRAMEBUFFER_SIDE})`,
      );
    }
  }
  const pixels = width * height;
  if (pixels > MAX_FRAMEBUFFER_PIXELS) {
    throw new LimitError(
      `Cannot make a surface: ${pixels} pixels are over MAX_FRAMEBUFFER_PIXELS (${MAX_FRAMEBUFFER_PIXELS})`,
    );
  }
}

/** Throws for a surface that does not lie inside a memory of `memoryByteLength` bytes with rows long enough. */
export function checkSurface(surface: DisplaySurface, memoryByteLength: number): void {
  const { width, height, strideBytes, pointer } = surface;
  checkSize(width, height);
  const isInMemory = pointer >= 0 && pointer + surfaceByteLength(surface) <= memoryByteLength;
  if (!isInMemory || strideBytes < width * BYTES_PER_PIXEL) {
    throw new RangeError(`Cannot switch surfaces: ${width}x${height} does not fit where it is said to be`);
  }
}

/** Throws RangeError or LimitError for a pointer shape that cannot be. */
export function checkCursor({ width, height, hotX, hotY, pixels }: CursorShape): void {
  if (width > MAX_CURSOR_SIDE || height > MAX_CURSOR_SIDE) {
    throw new LimitError(`Cannot set the cursor: ${width}x${height} is over MAX_CURSOR_SIDE (${MAX_CURSOR_SIDE})`);
  }
  if (pixels.length !== width * height * BYTES_PER_PIXEL) {
    throw new RangeError(`Cannot set the cursor: ${pixels.length} bytes are not ${width}x${height} pixels`);
  }
  const isHotSpotInside = hotX >= 0 && hotY >= 0 && (hotX < width || width === 0) && (hotY < height || height === 0);
  if (!isHotSpotInside) {
    throw new RangeError(`Cannot set the cursor: hot spot ${hotX},${hotY} is outside ${width}x${height}`);
  }
}
