/** A decoder for the payload of Tight rects written from rfbproto.rst alone: any pixel format, slow, strict; JPEG by another decoder. */

import type { PixelFormat } from "../../lib/rfb/pixel_format.ts";
import { InflateStream } from "./inflate_stream.ts";
import { jpegValues } from "./jpeg_pictures.ts";
import type { WireBytes } from "./wire_bytes.ts";

/** What has been seen of each kind of rect, so that a test can tell that it saw all. */
export type TightKind = "fill" | "copy" | "mono" | "palette" | "gradient" | "short" | "jpeg";

/** The four streams of one connection. */
export class ReferenceTight {
  readonly seen = new Set<TightKind>();
  #streams = [0, 1, 2, 3].map(() => new InflateStream());

  /** The pixel values of a rect, row by row. Throws for anything against the specification. */
  async decode(bytes: WireBytes, width: number, height: number, format: PixelFormat): Promise<number[]> {
    const control = bytes.u8();
    for (const stream of [0, 1, 2, 3]) if (control >> stream & 1) this.#reset(stream);
    if (control >> 4 === 8) {
      this.seen.add("fill");
      const colour = tightPixel(bytes, format);
      return Array.from({ length: width * height }, () => colour);
    }
    if (control === 0x90) {
      this.seen.add("jpeg");
      return jpegValues(bytes.takeCompactly(), width, height, format);
    }
    if (control & 128) throw new Error(`compression control ${control}`);
    if (width > 2048) throw new Error(`a rect ${width} wide`);
    const filter = control & 64 ? bytes.u8() : 0;
    const stream = control >> 4 & 3;
    if (filter === 1) return await this.#palette(bytes, stream, width, height, format);
    if (filter > 2) throw new Error(`filter ${filter}`);
    this.seen.add(filter === 2 ? "gradient" : "copy");
    const plain = await this.#plain(bytes, stream, width * height * pixelBytes(format));
    if (filter === 2) unfilter(plain, width, format);
    return Array.from({ length: width * height }, () => tightPixel(plain, format));
  }

  close(): void {
    for (const stream of this.#streams) stream.close();
  }

  #reset(stream: number): void {
    this.#streams[stream]!.close();
    this.#streams[stream] = new InflateStream();
  }

  async #palette(bytes: WireBytes, stream: number, width: number, height: number, format: PixelFormat) {
    const colours = Array.from({ length: bytes.u8() + 1 }, () => tightPixel(bytes, format));
    if (new Set(colours).size !== colours.length) throw new Error("a colour is in the palette twice");
    if (colours.length < 2) throw new Error("a palette of one");
    const isMono = colours.length === 2;
    this.seen.add(isMono ? "mono" : "palette");
    const rowBytes = isMono ? Math.ceil(width / 8) : width;
    const plain = await this.#plain(bytes, stream, rowBytes * height);
    return Array.from({ length: width * height }, (_, at) => {
      const [x, y] = [at % width, Math.floor(at / width)];
      const byte = plain.bytes[y * rowBytes + (isMono ? x >> 3 : x)]!;
      const colour = colours[isMono ? byte >> (7 - x % 8) & 1 : byte];
      if (colour === undefined) throw new Error(`palette index ${byte} of ${colours.length}`);
      return colour;
    });
  }

  async #plain(bytes: WireBytes, stream: number, count: number): Promise<WireBytes> {
    if (count < 12) {
      this.seen.add("short");
      return bytes.part(count);
    }
    const plain = await this.#streams[stream]!.inflate(bytes.takeCompactly());
    if (plain.length !== count) throw new Error(`${plain.length} plain bytes for ${count}`);
    return bytes.other(plain);
  }
}

function isCompact({ bitsPerPixel, depth, redMax, greenMax, blueMax }: PixelFormat): boolean {
  return bitsPerPixel === 32 && depth === 24 && redMax === 255 && greenMax === 255 && blueMax === 255;
}

function pixelBytes(format: PixelFormat): number {
  return isCompact(format) ? 3 : format.bitsPerPixel / 8;
}

/** A TPIXEL. */
export function tightPixel(bytes: WireBytes, format: PixelFormat): number {
  if (!isCompact(format)) return bytes.number(format.bitsPerPixel / 8, format.bigEndianFlag);
  const [red, green, blue] = [bytes.u8(), bytes.u8(), bytes.u8()];
  return red * 2 ** format.redShift + green * 2 ** format.greenShift + blue * 2 ** format.blueShift;
}

/** Adds to every channel what the pixels at the left, above and at the corner let expect, within 0 and 255. */
function unfilter({ bytes }: WireBytes, width: number, format: PixelFormat): void {
  if (!isCompact(format)) throw new Error("a gradient of pixels that are not three bytes");
  const stride = width * 3;
  for (let at = 0; at < bytes.length; at++) {
    const hasLeft = at % stride >= 3;
    const left = hasLeft ? bytes[at - 3]! : 0;
    const up = at >= stride ? bytes[at - stride]! : 0;
    const corner = hasLeft && at >= stride ? bytes[at - stride - 3]! : 0;
    bytes[at] = bytes[at]! + Math.min(255, Math.max(0, left + up - corner));
  }
}
