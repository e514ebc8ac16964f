/** Colour-map clients: one fixed map of 3-3-2 bits, so that indices are R3G3B2 pixels (RFC 6143 §7.6.2). */

import { ByteWriter } from "../rfb/byte_writer.ts";
import { type PixelFormat, R3G3B2 } from "../rfb/pixel_format.ts";
import { type ColourMapEntry, writeSetColourMapEntries } from "../rfb/server_messages.ts";

/** The SetColourMapEntries that tells a client what its 256 indices look like. */
export function fixedColourMapMessage(): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter(6 + 256 * 6);
  writeSetColourMapEntries(writer, { firstColour: 0, colours: Array.from({ length: 256 }, (_, i) => entry(i)) });
  return writer.finish();
}

/** The format in which a client's pixels are made when it asked for `format`. */
export function servedFormat(format: PixelFormat): PixelFormat {
  return format.trueColourFlag ? format : R3G3B2;
}

function entry(index: number): ColourMapEntry {
  return {
    red: channel(index, R3G3B2.redShift, R3G3B2.redMax),
    green: channel(index, R3G3B2.greenShift, R3G3B2.greenMax),
    blue: channel(index, R3G3B2.blueShift, R3G3B2.blueMax),
  };
}

function channel(index: number, shift: number, max: number): number {
  return Math.round((index >> shift & max) * 0xffff / max);
}
