/** RRE (RFC 6143 §7.7.3) and CoRRE (rfbproto.rst "CoRRE Encoding"): a background with rectangles on it. */

import { ProtocolError } from "../base/errors.ts";
import { MAX_SUBRECT_COVERAGE } from "../base/limits.ts";
import type { Rect } from "../base/rect.ts";
import type { ByteReader } from "../rfb/byte_reader.ts";
import type { PixelTarget, RectDecoder } from "./decoder.ts";
import { fillPixels, type PixelWords, pixelWords, readPixel } from "./pixel_target.ts";

/** A rect of which the background is painted already. */
interface Progress {
  subrectsLeft: number;
  /** Pixels that the subrects may still cover, those covered twice counted twice. */
  coverageLeft: number;
}

/** Paints the background and the subrects as they arrive. */
export class RREDecoder implements RectDecoder {
  readonly #name: "RRE" | "CoRRE";
  #progress: Progress | undefined;

  /** The two differ in the size of coordinates: two bytes, and one in CoRRE. */
  constructor(name: "RRE" | "CoRRE") {
    this.#name = name;
  }

  decodeRect(reader: ByteReader, rect: Rect, target: PixelTarget): boolean {
    const surface = pixelWords(target);
    this.#progress ??= this.#begin(reader, surface, rect);
    if (this.#progress === undefined) return false;
    const subrectBytes = this.#name === "RRE" ? 12 : 8;
    for (; this.#progress.subrectsLeft > 0; this.#progress.subrectsLeft--) {
      if (!reader.has(subrectBytes)) return false;
      this.#paintSubrect(reader, surface, rect, this.#progress);
    }
    this.#progress = undefined;
    return true;
  }

  #begin(reader: ByteReader, surface: PixelWords, rect: Rect): Progress | undefined {
    if (!reader.has(8)) return undefined;
    const subrectsLeft = reader.u32();
    const area = rect.width * rect.height;
    if (subrectsLeft > area) {
      throw new ProtocolError(`Cannot decode ${this.#of(rect)}: it has ${subrectsLeft} subrects`);
    }
    fillPixels(surface, rect.x, rect.y, rect.width, rect.height, readPixel(reader));
    return { subrectsLeft, coverageLeft: area * MAX_SUBRECT_COVERAGE };
  }

  #paintSubrect(reader: ByteReader, surface: PixelWords, rect: Rect, progress: Progress): void {
    const pixel = readPixel(reader);
    const isShort = this.#name === "CoRRE";
    const x = isShort ? reader.u8() : reader.u16();
    const y = isShort ? reader.u8() : reader.u16();
    const width = isShort ? reader.u8() : reader.u16();
    const height = isShort ? reader.u8() : reader.u16();
    if (x + width > rect.width || y + height > rect.height) {
      throw new ProtocolError(`Cannot decode ${this.#of(rect)}: it has a subrect ${width}x${height} at ${x},${y}`);
    }
    progress.coverageLeft -= width * height;
    if (progress.coverageLeft < 0) {
      throw new ProtocolError(
        `Cannot decode ${this.#of(rect)}: its subrects cover it more than ${MAX_SUBRECT_COVERAGE} times`,
      );
    }
    fillPixels(surface, rect.x + x, rect.y + y, width, height, pixel);
  }

  #of(rect: Rect): string {
    return `a ${this.#name} rect of ${rect.width}x${rect.height}`;
  }
}
