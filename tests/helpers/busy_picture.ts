/** A picture of which no pixel stands still. */

import type { Display } from "../../lib/display/display.ts";

/** Noise for the rows at the top; what an encoding cannot make smaller. */
const NOISE = crypto.getRandomValues(new Uint8Array(65_536));
const BAND_ROWS = 64;

/** Changes every pixel, other than any of the last hundred times: noise in the topmost rows, bands of one colour below. */
export function paintBusyFrame(display: Display, frame: number, noiseRows: number): void {
  const { pixels, strideBytes, width, height } = display;
  const shift = frame * 4_099 % (NOISE.length / 2);
  const noiseEnd = Math.min(noiseRows, height) * strideBytes;
  for (let at = 0; at < noiseEnd;) {
    const piece = NOISE.subarray(shift, shift + Math.min(NOISE.length / 2, noiseEnd - at));
    pixels.set(piece, at);
    at += piece.length;
  }
  for (let y = Math.min(noiseRows, height); y < height; y++) {
    const band = Math.floor(y / BAND_ROWS);
    pixels.fill((band * 7 + frame * 13) & 0xff, y * strideBytes, (y + 1) * strideBytes);
  }
  display.update({ x: 0, y: 0, width, height });
}

/** Paints so many frames a second until the returned function is called. */
export function keepBusy(display: Display, fps: number, noiseRows: number): () => void {
  let frame = 0;
  const timer = setInterval(() => paintBusyFrame(display, frame++, noiseRows), 1_000 / fps);
  return () => clearInterval(timer);
}
