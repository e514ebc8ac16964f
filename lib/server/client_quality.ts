/** How good a client wants its pictures, of what it lists in SetEncodings. */

import type { JpegSettings, Subsampling } from "../encode/job.ts";
import { FINE_QUALITY_0, FINE_QUALITY_100, firstLevel, QUALITY_LEVEL_0, Subsample } from "../rfb/encodings.ts";
import { type ZywrleDepth, zywrleDepth } from "../rfb/zywrle.ts";

/** What the client may be sent with a loss; undefined when nothing. */
export interface ClientQuality {
  /** 0–9. */
  readonly qualityLevel: number | undefined;
  readonly jpeg: JpegSettings | undefined;
  /** Undefined as well when the client is better off with ZRLE. */
  readonly zywrleDepth: ZywrleDepth | undefined;
}

/** The level that stands for pixels as they are where ZYWRLE is meant [QEMU]. */
const FULL_QUALITY = 9;

/** The levels in terms of libjpeg [TigerVNC TightJPEGEncoder, libvncserver tight.c]. */
const LEVELS: readonly JpegSettings[] = [
  { quality: 15, subsampling: "4:2:0" },
  { quality: 29, subsampling: "4:2:0" },
  { quality: 41, subsampling: "4:2:0" },
  { quality: 42, subsampling: "4:2:2" },
  { quality: 62, subsampling: "4:2:2" },
  { quality: 77, subsampling: "4:2:2" },
  { quality: 79, subsampling: "4:4:4" },
  { quality: 86, subsampling: "4:4:4" },
  { quality: 92, subsampling: "4:4:4" },
  { quality: 100, subsampling: "4:4:4" },
];

/** What libjpeg does when it is told nothing. */
const DEFAULT_SUBSAMPLING: Subsampling = "4:2:0";

/** 8X and 16X are coarser than anything that is sent. */
const SUBSAMPLINGS: ReadonlyMap<number, Subsampling> = new Map<number, Subsampling>([
  [Subsample.None, "4:4:4"],
  [Subsample.Twofold, "4:2:2"],
  [Subsample.Fourfold, "4:2:0"],
  [Subsample.Eightfold, "4:2:0"],
  [Subsample.Sixteenfold, "4:2:0"],
  [Subsample.Grey, "grey"],
]);

/**
 * The first quality level, fine quality and subsampling of an encoding list; fine ones go before the level's
 * [TigerVNC]. A client that names no quality, by level or finely, wants its pixels as they are.
 */
export function qualityOf(encodings: readonly number[]): ClientQuality {
  const level = firstLevel(encodings, QUALITY_LEVEL_0);
  const fine = first(encodings, fineQuality);
  if (level === undefined && fine === undefined) {
    return { qualityLevel: undefined, jpeg: undefined, zywrleDepth: undefined };
  }
  const ofLevel = level === undefined ? undefined : LEVELS[level];
  const quality = Math.max(1, fine ?? ofLevel!.quality);
  const subsampling = first(encodings, (encoding) => SUBSAMPLINGS.get(encoding)) ?? ofLevel?.subsampling;
  const jpeg = { quality, subsampling: subsampling ?? DEFAULT_SUBSAMPLING };
  const qualityLevel = level ?? levelOfQuality(quality);
  // the client knows of the level that it named, not of the one that a fine quality comes to
  return { qualityLevel, jpeg, zywrleDepth: qualityLevel >= FULL_QUALITY ? undefined : zywrleDepth(level) };
}

function first<T>(encodings: readonly number[], read: (encoding: number) => T | undefined): T | undefined {
  return encodings.map(read).find((value) => value !== undefined);
}

function fineQuality(encoding: number): number | undefined {
  return encoding >= FINE_QUALITY_0 && encoding <= FINE_QUALITY_100 ? encoding - FINE_QUALITY_0 : undefined;
}

/** The highest level that is not better than a quality. */
function levelOfQuality(quality: number): number {
  return Math.max(0, LEVELS.findLastIndex((level) => level.quality <= quality));
}
