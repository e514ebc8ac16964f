/** Scenes that say what size their picture has and how much video memory that takes. */

import { UsageError } from "../../base/errors.ts";
import { MAX_FRAMEBUFFER_PIXELS, MAX_VBE_HEIGHT, MAX_VBE_WIDTH, MIN_VRAM_BYTES } from "../../base/limits.ts";
import type { Scene } from "../scene.ts";

/** A scene in one 32 bpp mode that is known before it starts. */
export interface SizedScene extends Scene {
  /** Pixels across the mode. */
  readonly width: number;
  /** Pixels down the mode. */
  readonly height: number;
  /** Video memory the machine has to have at least. */
  readonly vramBytes: number;
}

/** What video memory comes in [Bochs VBE index 0xA counts 64 KiB]. */
const VRAM_UNIT_BYTES = 64 * 1024;

/** Bytes of video memory, whole 64 KiB, that a machine needs for a 32 bpp mode of that size. */
export function requiredVramBytes(width: number, height: number): number {
  const units = Math.ceil((width * height * 4) / VRAM_UNIT_BYTES);
  return Math.max(MIN_VRAM_BYTES, units * VRAM_UNIT_BYTES);
}

/** Whether there is a mode of that size: whole pixels, within what the card and a framebuffer may have. */
export function isModeSize(width: number, height: number): boolean {
  return Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0 &&
    width <= MAX_VBE_WIDTH && height <= MAX_VBE_HEIGHT && width * height <= MAX_FRAMEBUFFER_PIXELS;
}

/** Throws a UsageError when `what` cannot be shown at that size. */
export function checkSceneSize(what: string, width: number, height: number, minimum: readonly [number, number]): void {
  const [leastWidth, leastHeight] = minimum;
  if (width < leastWidth || height < leastHeight) {
    throw new UsageError(
      `Cannot show ${what} at ${width}x${height}: it needs ${leastWidth}x${leastHeight} pixels at least`,
    );
  }
  if (!isModeSize(width, height)) {
    throw new UsageError(`Cannot show ${what} at ${width}x${height}: there is no such mode`);
  }
}
