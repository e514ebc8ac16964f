/** Tight rects for decoder tests, written from rfbproto.rst alone and independent of lib/encode. */

import { ByteWriter } from "../../lib/rfb/byte_writer.ts";
import { concat, DeflateStream, type Pixels } from "./rects.ts";

/** How a rect is written. */
export type TightStyle = "fill" | "copy" | "copy, filter named" | "palette" | "gradient";

export const TIGHT_STYLES: readonly TightStyle[] = ["fill", "copy", "copy, filter named", "palette", "gradient"];

/** A length in one to three bytes. */
export function compactLength(length: number): Uint8Array {
  if (length < 128) return Uint8Array.of(length);
  if (length < 16_384) return Uint8Array.of(length & 127 | 128, length >> 7);
  return Uint8Array.of(length & 127 | 128, length >> 7 & 127 | 128, length >> 14);
}

/** The bytes of colours, R,G,B. */
export function rgbBytes(values: readonly number[]): Uint8Array {
  return Uint8Array.from(values.flatMap((value) => [value >> 16 & 255, value >> 8 & 255, value & 255]));
}

/** The writing end of one connection. */
export class TightWriter {
  readonly #streams = [0, 1, 2, 3].map(() => new DeflateStream());

  /** A rect, in another style where its colours do not allow the one asked for. `resets` is a mask of streams. */
  rect(pixels: Pixels, style: TightStyle, stream = 0, resets = 0): Uint8Array {
    for (let at = 0; at < 4; at++) if (resets & 1 << at) this.#streams[at] = new DeflateStream();
    const colours = [...new Set(pixels.values)];
    if (style === "fill" && colours.length === 1) return concat([Uint8Array.of(0x80 | resets), rgbBytes(colours)]);
    if (style === "palette" && colours.length >= 2 && colours.length <= 256) {
      const head = Uint8Array.of((4 | stream) << 4 | resets, 1, colours.length - 1);
      return concat([head, rgbBytes(colours), this.#pixels(indices(pixels, colours), stream)]);
    }
    if (style === "gradient") {
      return concat([Uint8Array.of((4 | stream) << 4 | resets, 2), this.#pixels(filtered(pixels), stream)]);
    }
    const head = style === "copy" ? [stream << 4 | resets] : [(4 | stream) << 4 | resets, 0];
    return concat([Uint8Array.from(head), this.#pixels(rgbBytes(pixels.values), stream)]);
  }

  #pixels(plain: Uint8Array, stream: number): Uint8Array {
    if (plain.length < 12) return plain;
    const compressed = this.#streams[stream]!.piece(plain);
    return concat([compactLength(compressed.length), compressed]);
  }
}

function indices({ width, height, values }: Pixels, colours: readonly number[]): Uint8Array {
  const all = values.map((value) => colours.indexOf(value));
  if (colours.length > 2) return Uint8Array.from(all);
  const writer = new ByteWriter();
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x += 8) {
      const eight = all.slice(y * width + x, y * width + Math.min(width, x + 8));
      writer.u8(eight.reduce((byte, index, at) => byte | index << (7 - at), 0));
    }
  }
  return writer.finish();
}

function filtered({ width, values }: Pixels): Uint8Array {
  const bytes = rgbBytes(values);
  const stride = width * 3;
  return bytes.map((byte, at) => {
    const column = at % stride;
    const left = column >= 3 ? bytes[at - 3]! : 0;
    const above = at >= stride ? bytes[at - stride]! : 0;
    const corner = column >= 3 && at >= stride ? bytes[at - stride - 3]! : 0;
    return byte - Math.max(0, Math.min(255, left + above - corner));
  });
}
