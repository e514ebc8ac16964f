/** What a client's SetEncodings says it understands, and what of it is used. */

import { COMPRESS_LEVEL_0, Encoding, encodingLevel, PseudoEncoding, QUALITY_LEVEL_0 } from "../rfb/encodings.ts";
import { CURSOR_ENCODINGS, type CursorEncoding } from "./cursor_rects.ts";

/** What the server may send one client. */
export interface ClientFeatures {
  /** How changed rects are encoded: one of the encodings that are served. */
  readonly encoding: number;
  /** 0–9; undefined for the encoding's default. */
  readonly compressLevel: number | undefined;
  /** 0–9; undefined for pixels as they are. */
  readonly qualityLevel: number | undefined;
  readonly copyRect: boolean;
  /** Whether Hextile was listed, chosen or not. */
  readonly hextile: boolean;
  readonly desktopSize: boolean;
  readonly lastRect: boolean;
  /** How the client wants the pointer that it draws itself; undefined when it does not. */
  readonly cursor: CursorEncoding | undefined;
  readonly extendedKeyEvent: boolean;
}

const SERVED: readonly number[] = [
  Encoding.Raw,
  Encoding.RRE,
  Encoding.CoRRE,
  Encoding.Hextile,
  Encoding.Zlib,
  Encoding.Tight,
  Encoding.TRLE,
  Encoding.ZRLE,
  Encoding.TightPNG,
];

/** What a client understands that has said nothing. */
export const NO_FEATURES: ClientFeatures = featuresOf([]);

/**
 * The features of an encoding list, the most wanted first. The first encoding that is served wins; Zlib is passed over
 * where ZRLE is listed as well, which compresses better [QEMU set_encodings]. Everybody understands Raw.
 */
export function featuresOf(encodings: readonly number[]): ClientFeatures {
  const listed = new Set(encodings);
  const usable = encodings.filter((encoding) => encoding !== Encoding.Zlib || !listed.has(Encoding.ZRLE));
  return {
    encoding: usable.find((encoding) => SERVED.includes(encoding)) ?? Encoding.Raw,
    compressLevel: firstLevel(encodings, COMPRESS_LEVEL_0),
    qualityLevel: firstLevel(encodings, QUALITY_LEVEL_0),
    copyRect: listed.has(Encoding.CopyRect),
    hextile: listed.has(Encoding.Hextile),
    desktopSize: listed.has(PseudoEncoding.DesktopSize),
    lastRect: listed.has(PseudoEncoding.LastRect),
    cursor: CURSOR_ENCODINGS.find((encoding) => listed.has(encoding)),
    extendedKeyEvent: listed.has(PseudoEncoding.QEMUExtendedKeyEvent),
  };
}

function firstLevel(encodings: readonly number[], base: number): number | undefined {
  return encodings.map((encoding) => encodingLevel(encoding, base)).find((level) => level !== undefined);
}
