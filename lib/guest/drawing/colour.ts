/** Colours as numbers 0xRRGGBB, and what lies between two of them. */

/** A colour 0xRRGGBB. */
export type Colour = number;

/**
 * The colour of three components 0…255; fractions are rounded and what is out of range is clamped.
 *
 * @example
 * ```ts
 * import { rgb } from "@vncd/vncd";
 * import assert from "node:assert/strict";
 *
 * assert(rgb(255, 127.6, -3) === 0xff8000);
 * ```
 */
export function rgb(red: number, green: number, blue: number): Colour {
  return (toByte(red) << 16) | (toByte(green) << 8) | toByte(blue);
}

function toByte(component: number): number {
  return Math.max(0, Math.min(255, Math.round(component)));
}

/**
 * `over` laid on `under` with `alpha` 0…255, rounded as 8-bit blending is.
 *
 * @example
 * ```ts
 * import { blendColours } from "@vncd/vncd";
 * import assert from "node:assert/strict";
 *
 * assert(blendColours(0x000000, 0xffffff, 128) === 0x808080);
 * ```
 */
export function blendColours(under: Colour, over: Colour, alpha: number): Colour {
  const rest = 255 - alpha;
  const red = divideBy255(((over >>> 16) & 0xff) * alpha + ((under >>> 16) & 0xff) * rest);
  const green = divideBy255(((over >>> 8) & 0xff) * alpha + ((under >>> 8) & 0xff) * rest);
  const blue = divideBy255((over & 0xff) * alpha + (under & 0xff) * rest);
  return (red << 16) | (green << 8) | blue;
}

/** `value` / 255 to the nearest integer, for 0…65025. */
function divideBy255(value: number): number {
  const rounded = value + 128;
  return (rounded + (rounded >>> 8)) >>> 8;
}

/**
 * The colour `step` of `steps` of the way from one to another; both ends are met exactly.
 *
 * @example
 * ```ts
 * import { mixColours } from "@vncd/vncd";
 * import assert from "node:assert/strict";
 *
 * assert(mixColours(0x000000, 0x60c000, 1, 3) === 0x204000);
 * ```
 */
export function mixColours(from: Colour, to: Colour, step: number, steps: number): Colour {
  const mix = (shift: number): number => {
    const start = (from >>> shift) & 0xff;
    const end = (to >>> shift) & 0xff;
    return steps <= 0 ? start : start + ((end - start) * step) / steps;
  };
  return rgb(mix(16), mix(8), mix(0));
}
