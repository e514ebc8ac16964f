/** A picture with something of everything that encoders treat differently. */

import type { Display } from "../../lib/display/display.ts";
import { paintPicture } from "./random_picture.ts";

/** Paints a photo on a display, with text, flat colours and a few pixels of noise to the right of it. */
export function paintMixedPicture(display: Display): void {
  const { width, height } = display;
  const words = new Uint32Array(display.pixels.buffer, display.pixels.byteOffset);
  const stride = display.strideBytes / 4;
  const mixed = paintPicture("mixed", width, height, 4);
  const photoWidth = Math.round(width * 0.75);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [red, green] = [128 + 90 * Math.sin(x / 23) * Math.cos(y / 31), 110 + 80 * Math.sin((x + y) / 40)];
      const photo = red << 16 | green << 8 | 90 + 60 * Math.cos(y / 17);
      words[y * stride + x] = x < photoWidth ? photo : mixed[y * width + x]!;
    }
  }
  display.update({ x: 0, y: 0, width, height });
}
