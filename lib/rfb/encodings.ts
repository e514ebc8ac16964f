/** Encoding numbers (RFC 6143 §7.7, rfbproto.rst "Encodings") and their names for log lines. */

/** Encodings: how the pixels of a rect are written. */
export const Encoding = {
  Raw: 0,
  CopyRect: 1,
  RRE: 2,
  CoRRE: 4,
  Hextile: 5,
  Zlib: 6,
  Tight: 7,
  TRLE: 15,
  ZRLE: 16,
  ZYWRLE: 17,
  JPEG: 21,
  TightPNG: -260,
} as const;

/** One number of {@link Encoding}. */
export type Encoding = typeof Encoding[keyof typeof Encoding];

/** Pseudo-encodings: what else a client understands. */
export const PseudoEncoding = {
  DesktopSize: -223,
  LastRect: -224,
  Cursor: -239,
  XCursor: -240,
  QEMUPointerMotionChange: -257,
  QEMUExtendedKeyEvent: -258,
  QEMUAudio: -259,
  QEMULEDState: -261,
  DesktopName: -307,
  ExtendedDesktopSize: -308,
  Xvp: -309,
  Fence: -312,
  ContinuousUpdates: -313,
  CursorWithAlpha: -314,
  ExtendedMouseButtons: -316,
  ExtendedClipboard: 0xc0a1e5ce | 0,
} as const;

/** One number of {@link PseudoEncoding}. */
export type PseudoEncoding = typeof PseudoEncoding[keyof typeof PseudoEncoding];

/** -256 … -247 ask for compress level 0 … 9. */
export const COMPRESS_LEVEL_0 = -256;
/** -32 … -23 ask for quality level 0 … 9. */
export const QUALITY_LEVEL_0 = -32;

/** -512 … -412 ask for a JPEG quality of 0 … 100. */
export const FINE_QUALITY_0 = -512;
export const FINE_QUALITY_100 = -412;

/** How many pixels may share a chrominance sample of JPEG (rfbproto.rst "JPEG Subsampling Level"). */
export const Subsample = {
  None: -768,
  Fourfold: -767,
  Twofold: -766,
  Grey: -765,
  Eightfold: -764,
  Sixteenfold: -763,
} as const;

/** The level 0–9 that an encoding number asks for, counted from `base`, or undefined. */
export function encodingLevel(encoding: number, base: number): number | undefined {
  const level = encoding - base;
  return level >= 0 && level <= 9 ? level : undefined;
}

/** The first level 0–9 that a list of encodings asks for, or undefined. */
export function firstLevel(encodings: readonly number[], base: number): number | undefined {
  return encodings.map((encoding) => encodingLevel(encoding, base)).find((level) => level !== undefined);
}

/** Whether an encoding number sets a quality, by level or finely, and so takes JPEG where an encoding can bring it. */
export function asksForQuality(encoding: number): boolean {
  return encodingLevel(encoding, QUALITY_LEVEL_0) !== undefined ||
    encoding >= FINE_QUALITY_0 && encoding <= FINE_QUALITY_100;
}

/**
 * Name and number of an encoding, for people.
 *
 * @example
 * ```ts
 * import { Encoding, encodingName } from "@vncd/vncd";
 * import assert from "node:assert/strict";
 *
 * assert(encodingName(Encoding.ZRLE) === "ZRLE (16)");
 * assert(encodingName(-250) === "CompressLevel6 (-250)");
 * ```
 */
export function encodingName(encoding: number): string {
  for (const table of [Encoding, PseudoEncoding]) {
    for (const [name, number] of Object.entries(table)) {
      if (number === encoding) return `${name} (${encoding})`;
    }
  }
  const compress = encodingLevel(encoding, COMPRESS_LEVEL_0);
  if (compress !== undefined) return `CompressLevel${compress} (${encoding})`;
  const quality = encodingLevel(encoding, QUALITY_LEVEL_0);
  if (quality !== undefined) return `QualityLevel${quality} (${encoding})`;
  if (encoding >= FINE_QUALITY_0 && encoding <= FINE_QUALITY_100) {
    return `FineQuality${encoding - FINE_QUALITY_0} (${encoding})`;
  }
  const subsample = Object.entries(Subsample).find(([, number]) => number === encoding);
  return subsample === undefined ? `unknown (${encoding})` : `Subsample${subsample[0]} (${encoding})`;
}
