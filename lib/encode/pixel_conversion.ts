/** A client's pixel format as the kernels want it: struct Conversion of kernels/assembly/conversion.ts. */

import type { LossyRule } from "./job.ts";
import { channelBits, compactPixelBytes, type PixelFormat } from "../rfb/pixel_format.ts";

/** Bytes of the struct. */
export const PIXEL_CONVERSION_BYTES = 64;

/** Where the struct says how many bytes a pixel has on the wire: 1 to 4. */
export const WIRE_BYTES_OFFSET = 4;

/** Where the struct says whether Tight may filter gradients: 1 or 0. */
export const MAY_FILTER_OFFSET = 44;

/** Where the struct says what Tight leaves to JPEG, a number for each rule. */
export const JPEG_RULE_OFFSET = 46;
export const JPEG_RULE: Readonly<Record<LossyRule, number>> = { forbidden: 0, smooth: 1, allowed: 1, forced: 2 };

const KIND_SWIZZLE = 0;
const KIND_SHIFT = 1;
const CHANNELS_OFFSET = 8;
const SWIZZLE_OFFSET = 48;
/** A swizzle's index for a zero byte. */
const ZERO_BYTE = 0x80;

interface Channel {
  readonly max: number;
  /** Where the server's format has the channel. */
  readonly from: number;
  readonly shift: number;
}

/** Whether pixels go out as they are, or as the CPIXEL of ZRLE (RFC 6143 §7.7.5). */
export type PixelKind = "PIXEL" | "CPIXEL";

/** Writes the conversion from the server's pixels to those of `format`. */
export function writePixelConversion(bytes: Uint8Array, format: PixelFormat, kind: PixelKind): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, PIXEL_CONVERSION_BYTES);
  const channels: readonly Channel[] = [
    { max: format.redMax, from: 16, shift: format.redShift },
    { max: format.greenMax, from: 8, shift: format.greenShift },
    { max: format.blueMax, from: 0, shift: format.blueShift },
  ];
  const wire = wireByteShifts(format, kind);
  const swizzleOnly = channels.every(({ max, shift }) => max === 255 && shift % 8 === 0);
  view.setUint32(0, swizzleOnly ? KIND_SWIZZLE : KIND_SHIFT, true);
  view.setUint32(WIRE_BYTES_OFFSET, wire.length, true);
  channels.forEach(({ max, from, shift }, at) => {
    const offset = CHANNELS_OFFSET + at * 12;
    view.setUint32(offset, from + 8 - channelBits(max), true);
    view.setUint32(offset + 4, max, true);
    view.setUint32(offset + 8, shift, true);
  });
  const sources = swizzleOnly ? wire.map((shift) => serverByte(channels, shift)) : wire.map((shift) => shift / 8);
  for (let at = 0; at < 16; at++) {
    const source = sources[at % 4] ?? ZERO_BYTE;
    view.setUint8(SWIZZLE_OFFSET + at, source === ZERO_BYTE ? ZERO_BYTE : source + (at & ~3));
  }
}

/** For each byte on the wire, which bits of the pixel it is: the shift of the lowest. */
function wireByteShifts(format: PixelFormat, kind: PixelKind): number[] {
  const shifts = Array.from({ length: format.bitsPerPixel / 8 }, (_, at) => at * 8);
  const compact = compactPixelBytes(format);
  if (kind === "CPIXEL" && compact.bytes === 3) shifts.splice(compact.fromLow ? 3 : 0, 1);
  return format.bigEndianFlag ? shifts.reverse() : shifts;
}

/** The byte of the server's pixel that is to stand at a shift of the client's. */
function serverByte(channels: readonly Channel[], shift: number): number {
  const channel = channels.find((each) => each.shift === shift);
  return channel === undefined ? ZERO_BYTE : channel.from / 8;
}
