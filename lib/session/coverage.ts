/** Whether every pixel of a picture has been painted once. */

import type { Rect } from "../base/rect.ts";

/** Counts the pixels that painted rects have reached. */
export class Coverage {
  readonly #width: number;
  #painted: Uint8Array;
  #missing: number;

  constructor(width: number, height: number) {
    this.#width = width;
    this.#painted = new Uint8Array(width * height);
    this.#missing = width * height;
  }

  /** Whether no pixel is missing. */
  get isComplete(): boolean {
    return this.#missing === 0;
  }

  /** A rect inside the picture has been painted. */
  add(rect: Rect): void {
    if (this.isComplete) return;
    for (let y = rect.y; y < rect.y + rect.height; y++) {
      const row = this.#painted.subarray(y * this.#width + rect.x, y * this.#width + rect.x + rect.width);
      for (const painted of row) this.#missing -= 1 - painted;
      row.fill(1);
    }
    // it is never asked for again
    if (this.isComplete) this.#painted = new Uint8Array(0);
  }
}
