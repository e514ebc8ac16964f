/** What viewers ask for: encodings, levels and pixel formats. */

import { asksForQuality, COMPRESS_LEVEL_0, Encoding, encodingName, QUALITY_LEVEL_0 } from "../../lib/rfb/encodings.ts";
import { type PixelFormat, R3G3B2, R8G8B8, X8R8G8B8 } from "../../lib/rfb/pixel_format.ts";

/** Encodings that every viewer comes to, one after the other; with qualities or without. */
const TURNS: readonly { readonly encodings: readonly number[]; readonly qualities: "none" | "any" | "fine" }[] = [
  { encodings: [Encoding.Raw], qualities: "none" },
  { encodings: [Encoding.RRE], qualities: "none" },
  { encodings: [Encoding.CoRRE], qualities: "none" },
  { encodings: [Encoding.Hextile], qualities: "none" },
  { encodings: [Encoding.Zlib], qualities: "none" },
  { encodings: [Encoding.ZRLE], qualities: "none" },
  { encodings: [Encoding.ZYWRLE], qualities: "fine" },
  { encodings: [Encoding.TRLE], qualities: "none" },
  { encodings: [Encoding.Tight], qualities: "none" },
  { encodings: [Encoding.Tight], qualities: "any" },
  { encodings: [Encoding.TightPNG], qualities: "none" },
  { encodings: [Encoding.TightPNG], qualities: "any" },
  { encodings: [Encoding.JPEG], qualities: "any" },
  { encodings: [Encoding.Tight, Encoding.ZRLE, Encoding.Hextile, Encoding.Zlib], qualities: "any" },
  { encodings: [Encoding.ZRLE, Encoding.Tight, Encoding.TRLE, Encoding.RRE], qualities: "none" },
];

/** From this quality on ZYWRLE has one level of coefficients, whatever the quality. */
const ONE_LEVEL_QUALITY = 6;

let turns = TURNS;
let turn = 0;

/** From now on only turns that begin with the encoding of that name are taken. */
export function askOnlyFor(name: string): void {
  turns = TURNS.filter(({ encodings }) =>
    encodingName(encodings[0]!).toLowerCase().startsWith(`${name.toLowerCase()} `)
  );
  if (turns.length === 0) throw new Error(`Cannot ask for ${name} only: no viewer asks for that`);
}

/** A whole number from 0 on. */
export function random(below: number): number {
  return Math.floor(Math.random() * below);
}

/** One of several. */
export function oneOf<T>(values: readonly T[]): T {
  return values[random(values.length)]!;
}

/** The next viewer's encodings, with a compress level now and then, CopyRect mostly, and what it `always` asks for. */
export function nextEncodings(always: readonly number[]): readonly number[] {
  const { encodings, qualities } = turns[turn++ % turns.length]!;
  const lowest = qualities === "fine" ? ONE_LEVEL_QUALITY : 0;
  return [
    ...encodings,
    ...random(4) > 0 ? [Encoding.CopyRect] : [],
    ...random(2) > 0 ? [COMPRESS_LEVEL_0 + random(10)] : [],
    ...qualities === "none" ? [] : [QUALITY_LEVEL_0 + lowest + random(10 - lowest)],
    ...always,
  ];
}

/** The quality level in a list. */
export function qualityIn(encodings: readonly number[]): number | undefined {
  const quality = encodings.find(asksForQuality);
  return quality === undefined ? undefined : quality - QUALITY_LEVEL_0;
}

function sixteenBits(greenMax: number, bigEndianFlag: boolean): PixelFormat {
  const greenBits = greenMax === 63 ? 6 : 5;
  const channels = { redMax: 31, greenMax, blueMax: 31, redShift: 5 + greenBits, greenShift: 5, blueShift: 0 };
  return { bitsPerPixel: 16, depth: 10 + greenBits, bigEndianFlag, trueColourFlag: true, ...channels };
}

/** Formats beside the server's own. */
export const FORMATS: readonly PixelFormat[] = [
  X8R8G8B8,
  R8G8B8,
  { ...X8R8G8B8, bigEndianFlag: true },
  { ...X8R8G8B8, redShift: 24, greenShift: 16, blueShift: 8 },
  { ...X8R8G8B8, depth: 32 },
  sixteenBits(63, false),
  sixteenBits(63, true),
  sixteenBits(31, false),
  R3G3B2,
  { ...R3G3B2, redShift: 5, greenShift: 2, blueShift: 0 },
  { ...R3G3B2, trueColourFlag: false },
];
