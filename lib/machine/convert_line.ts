/** Pixels of the depths a surface does not have, made into those it has. */

import type { LinearDepth } from "./vbe.ts";

/**
 * Converts as many pixels as `target` holds from `source` at byte `offset` to words 0x00RRGGBB. Little endian: 15 bpp is
 * 5-5-5, 16 bpp 5-6-5, 24 bpp bytes B,G,R; 8 bpp goes through `palette`.
 */
export function convertLine(
  depth: LinearDepth,
  source: Uint8Array,
  offset: number,
  target: Uint32Array,
  palette: Uint32Array,
): void {
  switch (depth) {
    case 8:
      for (let x = 0; x < target.length; x++) target[x] = palette[source[offset + x]!]!;
      return;
    case 15:
      for (let x = 0; x < target.length; x++) target[x] = from555(read16(source, offset + x * 2));
      return;
    case 16:
      for (let x = 0; x < target.length; x++) target[x] = from565(read16(source, offset + x * 2));
      return;
    case 24:
      for (let x = 0; x < target.length; x++) {
        target[x] = read16(source, offset + x * 3) | (source[offset + x * 3 + 2]! << 16);
      }
      return;
    case 32:
      throw new RangeError("Cannot convert 32 bpp: it is shown as it is");
  }
}

function read16(source: Uint8Array, offset: number): number {
  return source[offset]! | (source[offset + 1]! << 8);
}

function from555(pixel: number): number {
  return (widen5((pixel >>> 10) & 0x1f) << 16) | (widen5((pixel >>> 5) & 0x1f) << 8) | widen5(pixel & 0x1f);
}

function from565(pixel: number): number {
  const green = (pixel >>> 5) & 0x3f;
  return (widen5(pixel >>> 11) << 16) | (((green << 2) | (green >>> 4)) << 8) | widen5(pixel & 0x1f);
}

function widen5(level: number): number {
  return (level << 3) | (level >>> 2);
}
