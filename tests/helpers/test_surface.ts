/** A surface in frame memory that a test paints. */

import { FrameMemory } from "../../lib/display/frame_memory.ts";
import type { EncodeJob, EncodeSettings, SurfaceView } from "../../lib/encode/job.ts";
import type { Rect } from "../../lib/base/rect.ts";
import { type PixelFormat, pixelValue } from "../../lib/rfb/pixel_format.ts";

/** Colours 0xRRGGBB in a server surface. */
export class TestSurface {
  readonly view: SurfaceView;

  constructor(readonly memory: FrameMemory, readonly width: number, readonly height: number) {
    const strideBytes = Math.ceil(width / 16) * 64;
    const { pointer } = memory.allocate(strideBytes * height);
    this.view = { pointer, width, height, strideBytes };
  }

  /** A surface in memory of its own. */
  static create(width: number, height: number): TestSurface {
    return new TestSurface(new FrameMemory(), width, height);
  }

  /** Paints colours row by row, with nothing in the X byte, as the compare pass leaves it. */
  paint(picture: Uint32Array): void {
    const { pointer, strideBytes } = this.view;
    const pixels = new Uint32Array(this.memory.memory.buffer, pointer, strideBytes / 4 * this.height);
    for (let at = 0; at < picture.length; at++) {
      const into = Math.floor(at / this.width) * (strideBytes / 4) + at % this.width;
      pixels[into] = picture[at]! & 0xffffff;
    }
  }

  /** A job that sends `rects`, by default everything. */
  job(settings: EncodeSettings, rects: readonly Rect[] = [this.bounds]): EncodeJob {
    return { surface: this.view, settings, copies: [], rects };
  }

  get bounds(): Rect {
    return { x: 0, y: 0, width: this.width, height: this.height };
  }
}

/** What a client with a format sees of colours. */
export function pixelValues(format: PixelFormat, picture: Uint32Array): Uint32Array {
  return picture.map((colour) => pixelValue(format, colour >> 16 & 255, colour >> 8 & 255, colour & 255));
}
