/** What a JPEG of some quality and subsampling is made with; written by lib/encode/jpeg_tables.ts. */

/** The head of the tables; all others lie behind it. */
@unmanaged
export class JpegTables {
  /** One of the numbers below. */
  readonly subsampling: u32;
  /** Bytes of everything in front of the scan, SOI to SOS. */
  readonly headerBytes: u32;
  /** Where in them height and width stand, as u16 in network order. */
  readonly sizeOffset: u32;
}

export const GREY: u32 = 0;
export const YCC_444: u32 = 1;
export const YCC_422: u32 = 2;
export const YCC_420: u32 = 3;

/**
 * Weights in vectors of 16 bits each: written as constants in the code, V8 would make each anew wherever it is used.
 * Which bytes of four pixels are their blue, green and red; what samples of Y are made of; what B - Y and R - Y are
 * taken by; the rotations of the transform, tan 2, tan 1, and cos 3 and sin 3 by cos 1, of pi / 16 each.
 */
export const PLANES: usize = 16;
export const Y_BLUE: usize = 32;
export const Y_GREEN: usize = 48;
export const Y_RED: usize = 64;
export const CB_SCALE: usize = 80;
export const CR_SCALE: usize = 96;
export const TAN_2: usize = 112;
export const TAN_1: usize = 128;
export const COS_3: usize = 144;
export const SIN_3: usize = 160;

const RECIPROCALS: usize = 176;
/** For each position of the zigzag scan the coefficient that stands there, as a byte. */
export const ORDER: usize = RECIPROCALS + 2 * 128;
/**
 * For each 16 positions of the scan and each two rows of coefficients: which of the bytes of the rows stand there, as
 * v128.swizzle wants it.
 */
export const SCAN_BYTES: usize = ORDER + 64;
const CODES: usize = SCAN_BYTES + 4 * 4 * 16;
const CODES_BYTES: usize = 4 * (16 + 256 + 16 * 256);
const HEADER: usize = CODES + 2 * CODES_BYTES;

/**
 * What makes steps of each coefficient of the transform, 15 bits of fraction; `table` is 0 for luminance, 1 for
 * chrominance.
 */
@inline
export function reciprocals(tables: JpegTables, table: usize): usize {
  return changetype<usize>(tables) + RECIPROCALS + table * 128;
}

/**
 * The codes of one table: 16 words for the sizes of a difference of DC coefficients; behind them 256 for (run << 4 |
 * size) of an AC coefficient; behind those 16 * 256 for (run << 8 | coefficient as a byte), with the bits of the
 * coefficient in them, 0 where it is none or does not fit. A word is the code, shifted left by the size and once more by
 * 5, and how many bits that is.
 */
@inline
export function codeWords(tables: JpegTables, table: usize): usize {
  return changetype<usize>(tables) + CODES + table * CODES_BYTES;
}

/** The bytes in front of the scan. */
@inline
export function headerBytes(tables: JpegTables): usize {
  return changetype<usize>(tables) + HEADER;
}
