/** Pictures as tests compare them: plain RGB, whatever program or surface they come from. */

import assert from "node:assert/strict";
import type { Display } from "../../lib/display/display.ts";

/** `rgb` holds three bytes a pixel, row by row. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

/** Bytes B,G,R,X with rows `strideBytes` apart as a picture. */
export function pictureOfPixels(width: number, height: number, strideBytes: number, pixels: Uint8Array): Picture {
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0, to = 0; y < height; y++) {
    for (let from = y * strideBytes, end = from + width * 4; from < end; from += 4, to += 3) {
      rgb[to] = pixels[from + 2]!;
      rgb[to + 1] = pixels[from + 1]!;
      rgb[to + 2] = pixels[from]!;
    }
  }
  return { width, height, rgb };
}

/** What the guest has painted. */
export function pictureOfDisplay(display: Display): Picture {
  return pictureOfPixels(display.width, display.height, display.strideBytes, display.pixels);
}

/** Pixels that differ, or Infinity when the sizes do. */
export function differingPixels(a: Picture, b: Picture): number {
  if (a.width !== b.width || a.height !== b.height) return Infinity;
  let count = 0;
  for (let i = 0; i < a.rgb.length; i += 3) {
    if (a.rgb[i] !== b.rgb[i] || a.rgb[i + 1] !== b.rgb[i + 1] || a.rgb[i + 2] !== b.rgb[i + 2]) count++;
  }
  return count;
}

/** Fails unless both pictures are the same, and says where they first differ. */
export function assertSamePicture(actual: Picture, expected: Picture, what: string): void {
  assert.deepEqual([actual.width, actual.height], [expected.width, expected.height], `${what}: size`);
  const count = differingPixels(actual, expected);
  if (count === 0) return;
  const at = actual.rgb.findIndex((value, i) => value !== expected.rgb[i]);
  const pixel = Math.floor(at / 3);
  const [x, y] = [pixel % actual.width, Math.floor(pixel / actual.width)];
  assert.fail(
    `${what}: ${count} pixels differ, the first at ${x},${y}: ` +
      `${actual.rgb.slice(pixel * 3, pixel * 3 + 3)} instead of ${expected.rgb.slice(pixel * 3, pixel * 3 + 3)}`,
  );
}

/** Bits a channel keeps in a viewer's pixel format. */
export interface ChannelBits {
  readonly red: number;
  readonly green: number;
  readonly blue: number;
}

/**
 * Pixels that a viewer with fewer bits a channel shows wrong: the shown value must be a function of the kept top bits
 * of the expected one, and must itself have these top bits.
 */
export function pixelsWrongAfterTruncation(actual: Picture, expected: Picture, bits: ChannelBits): number {
  if (actual.width !== expected.width || actual.height !== expected.height) return Infinity;
  const kept = [bits.red, bits.green, bits.blue];
  const shownAs = [new Map<number, number>(), new Map<number, number>(), new Map<number, number>()];
  let wrong = 0;
  for (let i = 0; i < actual.rgb.length; i++) {
    const channel = i % 3;
    const shift = 8 - kept[channel]!;
    const top = expected.rgb[i]! >> shift;
    const shown = actual.rgb[i]!;
    const before = shownAs[channel]!.get(top);
    if (before === undefined) shownAs[channel]!.set(top, shown);
    if (shown >> shift !== top || (before !== undefined && before !== shown)) wrong++;
  }
  return wrong;
}

/** Peak signal-to-noise ratio in dB; Infinity when equal. */
export function psnr(a: Picture, b: Picture): number {
  assert.deepEqual([a.width, a.height], [b.width, b.height]);
  let sum = 0;
  for (let i = 0; i < a.rgb.length; i++) sum += (a.rgb[i]! - b.rgb[i]!) ** 2;
  return sum === 0 ? Infinity : 10 * Math.log10(255 ** 2 / (sum / a.rgb.length));
}
