/** A picture in frame memory. */

/** 32 bpp x8r8g8b8 (bytes B,G,R,X), rows `strideBytes` apart, at `pointer` in the display's memory. */
export interface DisplaySurface {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** Bytes from one row to the next. */
  readonly strideBytes: number;
  /** Byte offset in the display's WebAssembly memory. */
  readonly pointer: number;
}

/** Pixels one dirty bit stands for [QEMU VNC_DIRTY_PIXELS_PER_BIT]. */
export const PIXELS_PER_BIT = 16;

/** `width` rounded up to a multiple of {@link PIXELS_PER_BIT}. */
export function roundUpWidth(width: number): number {
  return Math.ceil(width / PIXELS_PER_BIT) * PIXELS_PER_BIT;
}
