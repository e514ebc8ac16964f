/** PIXEL_FORMAT (RFC 6143 §7.4): which bits of a pixel on the wire mean what. */

import type { ByteReader } from "./byte_reader.ts";
import type { ByteWriter } from "./byte_writer.ts";

/** A pixel format as it is sent; `depth` is information only. */
export interface PixelFormat {
  /** 8, 16 or 32. */
  readonly bitsPerPixel: number;
  /** Bits of a pixel that mean something. */
  readonly depth: number;
  /** Whether the highest byte of a pixel comes first. */
  readonly bigEndianFlag: boolean;
  /** Whether a pixel is three components; otherwise it is an index into a colour map. */
  readonly trueColourFlag: boolean;
  /** The most that red can be: 2^n − 1 for n bits. */
  readonly redMax: number;
  /** The most that green can be. */
  readonly greenMax: number;
  /** The most that blue can be. */
  readonly blueMax: number;
  /** How many bits are below red. */
  readonly redShift: number;
  /** How many bits are below green. */
  readonly greenShift: number;
  /** How many bits are below blue. */
  readonly blueShift: number;
}

/** Bytes of a PIXEL_FORMAT on the wire, padding included. */
export const PIXEL_FORMAT_BYTES = 16;

/** The server's own format: 32 bpp, bytes B,G,R,X. Also the only format of a strict recording. */
export const X8R8G8B8: PixelFormat = {
  bitsPerPixel: 32,
  depth: 24,
  bigEndianFlag: false,
  trueColourFlag: true,
  redMax: 255,
  greenMax: 255,
  blueMax: 255,
  redShift: 16,
  greenShift: 8,
  blueShift: 0,
};

/** 32 bpp whose low three bytes are red, green and blue. */
export const R8G8B8: PixelFormat = { ...X8R8G8B8, redShift: 0, greenShift: 8, blueShift: 16 };

/** What a colour-map client is served: 8 bpp indices into the fixed 3-3-2 map. */
export const R3G3B2: PixelFormat = {
  bitsPerPixel: 8,
  depth: 8,
  bigEndianFlag: false,
  trueColourFlag: true,
  redMax: 7,
  greenMax: 7,
  blueMax: 3,
  redShift: 0,
  greenShift: 3,
  blueShift: 6,
};

/** Reads 16 bytes; undefined when they are not all there. */
export function parsePixelFormat(reader: ByteReader): PixelFormat | undefined {
  if (!reader.has(PIXEL_FORMAT_BYTES)) return undefined;
  const format: PixelFormat = {
    bitsPerPixel: reader.u8(),
    depth: reader.u8(),
    bigEndianFlag: reader.u8() !== 0,
    trueColourFlag: reader.u8() !== 0,
    redMax: reader.u16(),
    greenMax: reader.u16(),
    blueMax: reader.u16(),
    redShift: reader.u8(),
    greenShift: reader.u8(),
    blueShift: reader.u8(),
  };
  reader.skip(3);
  return format;
}

/** Writes 16 bytes. */
export function writePixelFormat(writer: ByteWriter, format: PixelFormat): void {
  writer.u8(format.bitsPerPixel).u8(format.depth)
    .u8(format.bigEndianFlag ? 1 : 0).u8(format.trueColourFlag ? 1 : 0)
    .u16(format.redMax).u16(format.greenMax).u16(format.blueMax)
    .u8(format.redShift).u8(format.greenShift).u8(format.blueShift).pad(3);
}

/** Bits a channel maximum of the form 2^n − 1 takes. */
export function channelBits(max: number): number {
  return 32 - Math.clz32(max);
}

/**
 * Why a format cannot be served, or undefined when it can. The rules are those of TigerVNC's PixelFormat::isSane:
 * 8, 16 or 32 bpp, channels of at most 8 bits that lie inside the pixel and do not overlap, colour maps only at 8 bpp.
 */
export function pixelFormatFault(format: PixelFormat): string | undefined {
  const { bitsPerPixel, depth, redMax, greenMax, blueMax, redShift, greenShift, blueShift } = format;
  if (![8, 16, 32].includes(bitsPerPixel)) return `${bitsPerPixel} bits per pixel`;
  if (depth > bitsPerPixel) return `depth ${depth} in ${bitsPerPixel} bits`;
  if (!format.trueColourFlag) return bitsPerPixel === 8 ? undefined : `a colour map at ${bitsPerPixel} bits per pixel`;
  const channels: readonly [number, number][] = [[redMax, redShift], [greenMax, greenShift], [blueMax, blueShift]];
  let used = 0n;
  for (const [max, shift] of channels) {
    if (max > 255 || (max & (max + 1)) !== 0) return `a channel maximum of ${max}`;
    if (shift + channelBits(max) > bitsPerPixel) return `a channel shift of ${shift}`;
    const mask = BigInt(max) << BigInt(shift);
    if ((used & mask) !== 0n) return "channels that overlap";
    used |= mask;
  }
  return undefined;
}

/** Whether two formats write the same bytes for the same colour. */
export function samePixels(a: PixelFormat, b: PixelFormat): boolean {
  return a.bitsPerPixel === b.bitsPerPixel && a.trueColourFlag === b.trueColourFlag &&
    (a.bitsPerPixel === 8 || a.bigEndianFlag === b.bigEndianFlag) &&
    a.redMax === b.redMax && a.greenMax === b.greenMax && a.blueMax === b.blueMax &&
    a.redShift === b.redShift && a.greenShift === b.greenShift && a.blueShift === b.blueShift;
}

/**
 * Which bytes of a ZRLE/TRLE CPIXEL are sent (RFC 6143 §7.7.5): a 32 bpp true-colour pixel of depth 24 or less whose
 * channels all lie in the low or the high three bytes is sent as those three.
 */
export function compactPixelBytes(format: PixelFormat): { readonly bytes: 1 | 2 | 3 | 4; readonly fromLow: boolean } {
  const full = { bytes: format.bitsPerPixel / 8 as 1 | 2 | 4, fromLow: true };
  if (format.bitsPerPixel !== 32 || format.depth > 24 || !format.trueColourFlag) return full;
  const { redMax, greenMax, blueMax, redShift, greenShift, blueShift } = format;
  const mask = ((redMax << redShift) | (greenMax << greenShift) | (blueMax << blueShift)) >>> 0;
  if (mask < 0x1000000) return { bytes: 3, fromLow: true };
  return (mask & 0xff) === 0 ? { bytes: 3, fromLow: false } : full;
}

/** Whether Tight sends pixels of a format as three bytes red, green, blue (rfbproto.rst "TPIXEL"). */
export function hasTightPixels(format: PixelFormat): boolean {
  const { bitsPerPixel, depth, trueColourFlag, redMax, greenMax, blueMax } = format;
  return bitsPerPixel === 32 && depth === 24 && trueColourFlag && redMax === 255 && greenMax === 255 && blueMax === 255;
}

/** The pixel value of a colour, 0–255 a channel, truncated as QEMU and TigerVNC do (top bits kept). */
export function pixelValue(format: PixelFormat, red: number, green: number, blue: number): number {
  return ((red >> (8 - channelBits(format.redMax))) << format.redShift |
    (green >> (8 - channelBits(format.greenMax))) << format.greenShift |
    (blue >> (8 - channelBits(format.blueMax))) << format.blueShift) >>> 0;
}
