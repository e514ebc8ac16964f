/** What a client's SetEncodings says it understands, and what of it is used. */

import type { EncodingPolicy, JpegSettings } from "../encode/job.ts";
import { knowsGradients, type OfferedEncodings, pickEncodings } from "../encode/offered_encodings.ts";
import { COMPRESS_LEVEL_0, Encoding, firstLevel, PseudoEncoding } from "../rfb/encodings.ts";
import type { ZywrleDepth } from "../rfb/zywrle.ts";
import { qualityOf } from "./client_quality.ts";
import { CURSOR_ENCODINGS, type CursorEncoding } from "./cursor_rects.ts";

/** What the server may send one client. */
export interface ClientFeatures extends OfferedEncodings {
  /** What is used instead while the client has a byte a pixel. */
  readonly withBytePixels: OfferedEncodings;
  /** 0–9; undefined for the encoding's default. */
  readonly compressLevel: number | undefined;
  /** Whether the client is sent Tight and knows its gradient filter. */
  readonly gradients: boolean;
  /** 0–9; undefined when the client wants its pixels as they are. */
  readonly qualityLevel: number | undefined;
  /** Undefined when the client takes no JPEG. */
  readonly jpeg: JpegSettings | undefined;
  /** Undefined when the client gets ZRLE instead. */
  readonly zywrleDepth: ZywrleDepth | undefined;
  readonly copyRect: boolean;
  /** Whether Hextile was listed, chosen or not. */
  readonly hextile: boolean;
  readonly desktopSize: boolean;
  readonly lastRect: boolean;
  /** How the client wants the pointer that it draws itself; undefined when it does not. */
  readonly cursor: CursorEncoding | undefined;
  readonly extendedKeyEvent: boolean;
}

/** What a client understands that has said nothing. */
export const NO_FEATURES: ClientFeatures = featuresOf([]);

/** The features of an encoding list, the most wanted first. */
export function featuresOf(encodings: readonly number[], policy: EncodingPolicy = "best"): ClientFeatures {
  const listed = new Set(encodings);
  const quality = qualityOf(encodings);
  const takesJpeg = quality.jpeg !== undefined;
  const picked = pickEncodings(encodings, policy, takesJpeg);
  return {
    ...picked,
    withBytePixels: pickEncodings(encodings, policy, takesJpeg, true),
    compressLevel: firstLevel(encodings, COMPRESS_LEVEL_0),
    gradients: picked.encoding === Encoding.Tight && knowsGradients(encodings),
    ...quality,
    copyRect: listed.has(Encoding.CopyRect),
    hextile: listed.has(Encoding.Hextile),
    desktopSize: listed.has(PseudoEncoding.DesktopSize),
    lastRect: listed.has(PseudoEncoding.LastRect),
    cursor: CURSOR_ENCODINGS.find((encoding) => listed.has(encoding)),
    extendedKeyEvent: listed.has(PseudoEncoding.QEMUExtendedKeyEvent),
  };
}
