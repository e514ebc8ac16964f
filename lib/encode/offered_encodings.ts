/** Which of the encodings that a client lists are used for it. */

import { Encoding, PseudoEncoding } from "../rfb/encodings.ts";
import type { EncodingPolicy } from "./job.ts";

/** What a client is sent. */
export interface OfferedEncodings {
  /** What everything is sent in, unless it is better off with one of the others. */
  readonly encoding: number;
  /** Those that can take single rects: they keep nothing from one rect to the next. */
  readonly beside: readonly number[];
}

/** Encodings in groups, from what takes the fewest bytes [measured]; of one group the client's order counts. */
const BEST_FIRST: readonly (readonly number[])[] = [
  [Encoding.Tight, Encoding.ZRLE],
  // behind ZRLE: more bytes where nothing may be lost
  [Encoding.ZYWRLE],
  [Encoding.TightPNG],
  [Encoding.Zlib],
  // the one is better for pictures, the other for text
  [Encoding.TRLE, Encoding.Hextile],
  [Encoding.CoRRE],
  [Encoding.RRE],
  [Encoding.Raw],
  // last: it can send nothing as it is
  [Encoding.JPEG],
];
const STATELESS: ReadonlySet<number> = new Set<number>([
  Encoding.Raw,
  Encoding.RRE,
  Encoding.CoRRE,
  Encoding.Hextile,
  Encoding.JPEG,
]);
/** Files, whose colours a client with a byte a pixel has nothing to show with. */
const FILES: ReadonlySet<number> = new Set<number>([Encoding.TightPNG, Encoding.JPEG]);

/**
 * What is used of an encoding list, the most wanted first, for a client that sets a quality for JPEG or does not, and
 * has a byte a pixel or more. Everybody understands Raw.
 */
export function pickEncodings(
  listed: readonly number[],
  policy: EncodingPolicy,
  takesJpeg: boolean,
  hasBytePixels = false,
): OfferedEncodings {
  const served = listed.filter((encoding) => {
    if (hasBytePixels && FILES.has(encoding)) return false;
    return BEST_FIRST.some((group) => group.includes(encoding)) && (encoding !== Encoding.JPEG || takesJpeg);
  });
  if (policy === "qemu") return { encoding: firstWanted(served), beside: [] };
  const best = BEST_FIRST.map((group) => served.find((encoding) => group.includes(encoding)));
  const encoding = best.find((found) => found !== undefined) ?? Encoding.Raw;
  return { encoding, beside: served.filter((other) => other !== encoding && STATELESS.has(other)) };
}

/**
 * Zlib is passed over where ZRLE is listed as well, which compresses better [QEMU set_encodings]. JPEG is passed over
 * where another but Raw is listed.
 */
function firstWanted(served: readonly number[]): number {
  const hasZrle = served.includes(Encoding.ZRLE);
  const usable = served.filter((encoding) => encoding !== Encoding.Zlib || !hasZrle);
  const first = usable[0] ?? Encoding.Raw;
  if (first !== Encoding.JPEG) return first;
  return usable.find((encoding) => encoding !== Encoding.JPEG && encoding !== Encoding.Raw) ?? first;
}

/**
 * Whether a client knows Tight's gradient filter, as far as its list tells. Every noVNC lists TightPNG, and no other
 * viewer does. Those before 1.5 end the session at a gradient; a list that has what came with 1.6 is from a later one.
 * Of the others only small ones do not know the filter (vnc-rs), and they list no extension either.
 */
export function knowsGradients(listed: readonly number[]): boolean {
  if (listed.includes(Encoding.TightPNG)) return listed.includes(PseudoEncoding.ExtendedMouseButtons);
  return listed.includes(PseudoEncoding.LastRect) || listed.includes(PseudoEncoding.QEMUExtendedKeyEvent);
}
