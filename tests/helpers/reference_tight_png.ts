/** A decoder for the payload of TightPNG rects, around somebody else's PNG decoder: strict. */

import { decode } from "fast-png";
import { type PixelFormat, pixelValue } from "../../lib/rfb/pixel_format.ts";
import { tightPixel } from "./reference_tight.ts";
import { jpegValues } from "./jpeg_pictures.ts";
import type { WireBytes } from "./wire_bytes.ts";

/** What has been seen, so that a test can tell that it saw all: fills, RGB, palettes by the bits of an index. */
export type TightPngKind = "fill" | "rgb" | "palette of 1" | "palette of 2" | "palette of 4" | "palette of 8" | "jpeg";

/** The rects of one connection. */
export class ReferenceTightPng {
  readonly seen = new Set<TightPngKind>();

  /** The pixel values of a rect, row by row. Throws for anything against the specification. */
  decode(bytes: WireBytes, width: number, height: number, format: PixelFormat): number[] {
    const control = bytes.u8();
    if (control === 0x80) {
      this.seen.add("fill");
      const colour = tightPixel(bytes, format);
      return Array.from({ length: width * height }, () => colour);
    }
    if (control === 0x90) {
      this.seen.add("jpeg");
      return jpegValues(bytes.takeCompactly(), width, height, format);
    }
    if (control !== 0xa0) throw new Error(`compression control ${control}`);
    if (format.bitsPerPixel === 8) throw new Error("a PNG for a client of 8 bits");
    const png = decode(bytes.takeCompactly(), { checkCrc: true });
    if (png.width !== width || png.height !== height) throw new Error(`a PNG of ${png.width}x${png.height}`);
    this.seen.add(png.palette === undefined ? "rgb" : `palette of ${png.depth as 1 | 2 | 4 | 8}`);
    const rowBytes = png.data.length / height;
    return Array.from({ length: width * height }, (_, at) => {
      const row = png.data.subarray(Math.floor(at / width) * rowBytes) as Uint8Array;
      const [red, green, blue] = colourAt(row, at % width, png.palette, png.depth);
      return pixelValue(format, red!, green!, blue!);
    });
  }
}

function colourAt(
  row: Uint8Array,
  x: number,
  palette: readonly number[][] | undefined,
  bits: number,
): readonly number[] | Uint8Array {
  if (palette === undefined) return row.subarray(x * 3, x * 3 + 3);
  const index = row[x * bits >> 3]! >> (8 - bits - (x * bits & 7)) & ((1 << bits) - 1);
  const colour = palette[index];
  if (colour === undefined) throw new Error(`palette index ${index} of ${palette.length}`);
  return colour;
}
