/** What a client's SetEncodings says it understands, and what of it is used. */

import type { JpegSettings } from "../encode/job.ts";
import { COMPRESS_LEVEL_0, Encoding, firstLevel, PseudoEncoding } from "../rfb/encodings.ts";
import { type ClientQuality, qualityOf } from "./client_quality.ts";
import { CURSOR_ENCODINGS, type CursorEncoding } from "./cursor_rects.ts";

/** What the server may send one client. */
export interface ClientFeatures {
  /** How changed rects are encoded: one of the encodings that are served. */
  readonly encoding: number;
  /** 0–9; undefined for the encoding's default. */
  readonly compressLevel: number | undefined;
  /** 0–9; undefined when the client wants its pixels as they are. */
  readonly qualityLevel: number | undefined;
  /** Undefined when the client takes no JPEG. */
  readonly jpeg: JpegSettings | undefined;
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
  Encoding.ZYWRLE,
  Encoding.TightPNG,
  Encoding.JPEG,
];

/** What a client understands that has said nothing. */
export const NO_FEATURES: ClientFeatures = featuresOf([]);

/**
 * The features of an encoding list, the most wanted first. The first encoding that is served wins; Zlib is passed over
 * where ZRLE is listed as well, which compresses better [QEMU set_encodings]. JPEG, which can send nothing as it is, is
 * passed over where another but Raw is listed, and by clients that set no quality. Everybody understands Raw.
 */
export function featuresOf(encodings: readonly number[]): ClientFeatures {
  const listed = new Set(encodings);
  const quality = qualityOf(encodings);
  return {
    encoding: chooseEncoding(encodings, listed, quality),
    compressLevel: firstLevel(encodings, COMPRESS_LEVEL_0),
    ...quality,
    copyRect: listed.has(Encoding.CopyRect),
    hextile: listed.has(Encoding.Hextile),
    desktopSize: listed.has(PseudoEncoding.DesktopSize),
    lastRect: listed.has(PseudoEncoding.LastRect),
    cursor: CURSOR_ENCODINGS.find((encoding) => listed.has(encoding)),
    extendedKeyEvent: listed.has(PseudoEncoding.QEMUExtendedKeyEvent),
  };
}

function chooseEncoding(encodings: readonly number[], listed: ReadonlySet<number>, { jpeg }: ClientQuality): number {
  const usable = encodings.filter((encoding) =>
    SERVED.includes(encoding) &&
    (encoding !== Encoding.Zlib || !listed.has(Encoding.ZRLE)) &&
    (encoding !== Encoding.JPEG || jpeg !== undefined)
  );
  const first = usable[0] ?? Encoding.Raw;
  if (first !== Encoding.JPEG) return first;
  return usable.find((encoding) => encoding !== Encoding.JPEG && encoding !== Encoding.Raw) ?? first;
}
