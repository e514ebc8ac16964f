/** Pictures of the kinds that encoders treat differently, from a seed. */

import fc from "fast-check";
import type { PixelFormat } from "../../lib/rfb/pixel_format.ts";

/** What a picture looks like. */
export const PICTURE_KINDS = ["noise", "flat", "fewColours", "text", "gradient", "blocks", "mixed"] as const;

/** One of {@link PICTURE_KINDS}. */
export type PictureKind = typeof PICTURE_KINDS[number];

/** Numbers below 2^32 from a seed. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ state >>> 16, 0x21f0aaad);
    mixed = Math.imul(mixed ^ mixed >>> 15, 0x735a2d97);
    return (mixed ^ mixed >>> 15) >>> 0;
  };
}

/** Colours 0xRRGGBB, row by row. */
export function paintPicture(kind: PictureKind, width: number, height: number, seed: number): Uint32Array {
  const random = randomNumbers(seed);
  const picture = new Uint32Array(width * height);
  const painters = [painter(kind, random), painter("noise", random), painter("text", random), painter("flat", random)];
  for (let at = 0; at < picture.length; at++) {
    const [x, y] = [at % width, Math.floor(at / width)];
    const which = kind === "mixed" ? (Math.floor(x / 50) + Math.floor(y / 40) * 7) % painters.length : 0;
    picture[at] = painters[which]!(x, y);
  }
  return picture;
}

function painter(kind: PictureKind, random: () => number): (x: number, y: number) => number {
  const colours = Array.from({ length: 1 + random() % 200 }, () => random() & 0xffffff);
  const few = colours.slice(0, 1 + random() % 17);
  const [a, b] = [random() & 0xffffff, random() & 0xffffff];
  switch (kind) {
    case "noise":
      return () => random() & 0xffffff;
    case "flat":
      return () => a;
    case "fewColours":
      return () => few[random() % few.length]!;
    case "text":
      return (x, y) => y % 14 < 10 && (x * 7919 ^ y * 104729) % 5 === 0 ? b : a;
    case "gradient":
      return (x, y) => (a + (x >> 1) * 0x010000 + (y >> 1) * 0x000100 + (x + y >> 2)) & 0xffffff;
    case "blocks":
      return (x, y) => colours[(Math.floor(x / 9) * 31 + Math.floor(y / 5)) % colours.length]!;
    case "mixed":
      return (x, y) => (random() % 9 === 0 ? b : colours[(x >> 3) + (y >> 4) & 127] ?? a);
  }
}

/** Any pixel format that can be served: channels of 0 to 8 bits anywhere in the pixel, apart from each other. */
export const pixelFormats: fc.Arbitrary<PixelFormat> = fc.record({
  bitsPerPixel: fc.constantFrom(8, 16, 32),
  bigEndianFlag: fc.boolean(),
  bits: fc.tuple(fc.nat(8), fc.nat(8), fc.nat(8)),
  gaps: fc.tuple(fc.nat(3), fc.nat(3), fc.nat(8)),
  order: fc.constantFrom([0, 1, 2], [2, 1, 0], [1, 0, 2]),
  deep: fc.boolean(),
}).map(({ bitsPerPixel, bigEndianFlag, bits, gaps, order, deep }) => {
  const shifts = [0, 0, 0];
  const kept = [0, 0, 0];
  let next = 0;
  order.forEach((channel, at) => {
    const shift = Math.min(bitsPerPixel - 1, next + (deep ? gaps[at]! : 0));
    kept[channel] = Math.min(bits[channel]!, bitsPerPixel - shift);
    shifts[channel] = shift;
    next = shift + kept[channel];
  });
  return {
    bitsPerPixel,
    depth: deep ? bitsPerPixel : Math.min(24, bitsPerPixel),
    bigEndianFlag,
    trueColourFlag: true,
    redMax: (1 << kept[0]!) - 1,
    greenMax: (1 << kept[1]!) - 1,
    blueMax: (1 << kept[2]!) - 1,
    redShift: shifts[0]!,
    greenShift: shifts[1]!,
    blueShift: shifts[2]!,
  };
});

/** The formats that viewers ask for. */
export const usualPixelFormats: fc.Arbitrary<PixelFormat> = fc.constantFrom(
  format(32, 24, 8, 8, 8, 16, 8, 0),
  format(32, 24, 8, 8, 8, 0, 8, 16),
  format(32, 24, 8, 8, 8, 24, 16, 8),
  format(16, 16, 5, 6, 5, 11, 5, 0),
  format(16, 15, 5, 5, 5, 10, 5, 0),
  format(8, 8, 3, 3, 2, 0, 3, 6),
  format(8, 6, 2, 2, 2, 4, 2, 0),
).chain((littleEndian) => fc.boolean().map((bigEndianFlag) => ({ ...littleEndian, bigEndianFlag })));

function format(
  bitsPerPixel: number,
  depth: number,
  red: number,
  green: number,
  blue: number,
  redShift: number,
  greenShift: number,
  blueShift: number,
): PixelFormat {
  return {
    bitsPerPixel,
    depth,
    bigEndianFlag: false,
    trueColourFlag: true,
    redMax: (1 << red) - 1,
    greenMax: (1 << green) - 1,
    blueMax: (1 << blue) - 1,
    redShift,
    greenShift,
    blueShift,
  };
}
