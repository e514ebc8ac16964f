/** What a viewer of the soak shows, decoded by vncd's own decoders or by those of the tests. */

import type { Rect } from "../../lib/base/rect.ts";
import type { CursorImage } from "../../lib/decode/cursor.ts";
import type { PixelTarget } from "../../lib/decode/decoder.ts";
import { MessageDecoder } from "../../lib/decode/message_decoder.ts";
import { createPixelTarget, movePixels } from "../../lib/decode/pixel_target.ts";
import { ByteReader } from "../../lib/rfb/byte_reader.ts";
import { ServerMessageType } from "../../lib/rfb/message_types.ts";
import { type PixelFormat, pixelValue, X8R8G8B8 } from "../../lib/rfb/pixel_format.ts";
import { zywrleDepth } from "../../lib/rfb/zywrle.ts";
import { ReferenceDecoder } from "../../tests/helpers/reference_decoder.ts";
import { MessageWalker } from "../../lib/decode/message_walker.ts";
import type { StillPicture } from "./soak_server.ts";

/** Pixels that are not what they should be. */
export interface Difference {
  readonly pixels: number;
  /** All of them lie in it. */
  readonly bounds: Rect;
}

/** A picture that messages are painted into. */
export interface ViewerPicture {
  readonly width: number;
  readonly height: number;
  readonly format: PixelFormat;
  /** From the next message on; for those who can. */
  setFormat(format: PixelFormat): void;
  /** From the next message on; what else a list of encodings says does not matter here. */
  setQualityLevel(level: number | undefined): void;
  /** Paints what is complete; gives the encodings of each update's rects. Throws for what cannot be decoded. */
  feed(bytes: Uint8Array): Promise<number[][]>;
  /** Pixels unlike those of a picture at its top left; what lies around it is black. Undefined when there are none. */
  difference(expected: StillPicture): Difference | undefined;
  close(): void;
}

/** Pixels of a picture, as `show` shows them, that are not what `at` gives. */
function findDifference(
  { width, height }: ViewerPicture,
  expected: StillPicture,
  show: (red: number, green: number, blue: number) => number,
  at: (x: number, y: number) => number,
): Difference | undefined {
  let [pixels, left, top, right, bottom] = [0, width, height, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = x < expected.width && y < expected.height ? (y * expected.width + x) * 4 : -1;
      const bytes = expected.pixels;
      const value = from < 0 ? 0 : show(bytes[from + 2]!, bytes[from + 1]!, bytes[from]!);
      if (value === at(x, y)) continue;
      pixels++;
      [left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x + 1), y + 1];
    }
  }
  if (pixels === 0) return undefined;
  return { pixels, bounds: { x: left, y: top, width: right - left, height: bottom - top } };
}

/** By lib/decode, at 32 bpp. */
export class DecodedPicture implements ViewerPicture {
  readonly format = X8R8G8B8;
  readonly #reader = new ByteReader();
  readonly #decoder: MessageDecoder;
  #target: PixelTarget;
  /** The pointers that came; for nobody but the decoder's sake. */
  cursor: CursorImage | undefined;

  constructor(width: number, height: number) {
    this.#target = createPixelTarget(width, height);
    const target = () => this.#target;
    this.#decoder = new MessageDecoder({
      get target(): PixelTarget {
        return target();
      },
      resize: (width, height) => void (this.#target = createPixelTarget(width, height)),
      copy: (source, destination) => movePixels(this.#target, source, destination),
      cursor: (image) => void (this.cursor = image),
    });
  }

  get width(): number {
    return this.#target.width;
  }

  get height(): number {
    return this.#target.height;
  }

  setFormat(): void {
    throw new Error("Cannot set a pixel format: lib/decode reads X8R8G8B8");
  }

  setQualityLevel(): void {}

  feed(bytes: Uint8Array): Promise<number[][]> {
    this.#reader.append(bytes);
    const updates: number[][] = [];
    for (let next = this.#decoder.next(this.#reader); next !== undefined; next = this.#decoder.next(this.#reader)) {
      if (next.type !== ServerMessageType.FramebufferUpdate) continue;
      updates.push(next.rects.map(({ encoding }) => encoding));
    }
    return Promise.resolve(updates);
  }

  difference(expected: StillPicture): Difference | undefined {
    const { pixels, strideBytes } = this.#target;
    const words = new Uint32Array(pixels.buffer, pixels.byteOffset, pixels.byteLength >> 2);
    const show = (red: number, green: number, blue: number) => red << 16 | green << 8 | blue;
    return findDifference(this, expected, show, (x, y) => words[y * (strideBytes >> 2) + x]! & 0xffffff);
  }

  close(): void {}
}

/** By the decoder that is written from the specifications alone, in any format. */
export class ReferencePicture implements ViewerPicture {
  readonly #decoder: ReferenceDecoder;
  readonly #walker: MessageWalker;
  readonly #reader = new ByteReader();
  #whole: { readonly type: number; readonly byteLength: number }[] = [];

  constructor(width: number, height: number) {
    this.#decoder = new ReferenceDecoder(width, height, X8R8G8B8);
    this.#walker = new MessageWalker({
      format: () => this.#decoder.format,
      onRect: () => {},
      onMessage: (type, byteLength) => this.#whole.push({ type, byteLength }),
    });
  }

  get width(): number {
    return this.#decoder.width;
  }

  get height(): number {
    return this.#decoder.height;
  }

  get format(): PixelFormat {
    return this.#decoder.format;
  }

  setFormat(format: PixelFormat): void {
    this.#decoder.format = format;
  }

  setQualityLevel(level: number | undefined): void {
    this.#decoder.zywrleDepth = zywrleDepth(level);
  }

  async feed(bytes: Uint8Array): Promise<number[][]> {
    this.#reader.append(bytes);
    this.#walker.feed(bytes);
    const whole = this.#whole;
    this.#whole = [];
    const updates: number[][] = [];
    for (const { type, byteLength } of whole) {
      const message = this.#reader.bytes(byteLength);
      if (type !== ServerMessageType.FramebufferUpdate) continue;
      const rects = await this.#decoder.applyUpdate(message);
      updates.push(rects.map(({ encoding }) => encoding));
    }
    return updates;
  }

  difference(expected: StillPicture): Difference | undefined {
    const { format, picture, width } = this.#decoder;
    const show = (red: number, green: number, blue: number) => pixelValue(format, red, green, blue);
    return findDifference(this, expected, show, (x, y) => picture[y * width + x]!);
  }

  close(): void {
    this.#decoder.close();
  }
}
