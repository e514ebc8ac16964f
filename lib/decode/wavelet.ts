/** ZYWRLE's tiles of coefficients, back to pixels (facts of libvncserver's decoder). */

import type { ZywrleDepth } from "../rfb/zywrle.ts";

const MAX_TILE_PIXELS = 64 * 64;
/** Bytes of a word: U, Y, V and nothing. */
const WORD_BYTES = 4;

/** Decodes tiles one after the other; holds the memory for it. */
export class WaveletDecoder {
  readonly #words = new Uint32Array(MAX_TILE_PIXELS);
  /** The same memory, as bytes U, Y, V, 0 of each word. */
  readonly #bytes = new Int8Array(this.#words.buffer);
  readonly #pixels = new Uint32Array(MAX_TILE_PIXELS);

  /**
   * The pixels 0xRRGGBB of a tile, row by row, from what was sent for them: for each level the differences in diagonal,
   * vertical and horizontal direction, then what is left, then the pixels beyond whole blocks of the last level, on the
   * right, below and in the corner. Valid until the next call.
   */
  decode(sent: Uint32Array, width: number, height: number, depth: ZywrleDepth): Uint32Array {
    const wide = width >> depth << depth;
    const high = height >> depth << depth;
    if (wide === 0 || high === 0) return sent;
    this.#place(sent, wide, high, depth);
    for (let level = depth - 1; level >= 0; level--) this.#joinLevel(wide, high, level);
    for (let y = 0; y < high; y++) {
      for (let x = 0; x < wide; x++) this.#pixels[y * width + x] = this.#pixelAt((y * wide + x) * WORD_BYTES);
    }
    let at = wide * high;
    at = this.#copy(sent, at, width, { x: wide, y: 0, width: width - wide, height: high });
    at = this.#copy(sent, at, width, { x: 0, y: high, width: wide, height: height - high });
    this.#copy(sent, at, width, { x: wide, y: high, width: width - wide, height: height - high });
    return this.#pixels;
  }

  /** Puts each coefficient where the pixels are that it comes from: the levels lie between each other. */
  #place(sent: Uint32Array, wide: number, high: number, depth: number): void {
    let from = 0;
    for (let level = 0; level < depth; level++) {
      const half = 1 << level;
      const parts = [[half, half], [0, half], [half, 0], ...(level === depth - 1 ? [[0, 0]] : [])];
      for (const [left, top] of parts) {
        for (let y = top!; y < high; y += 2 * half) {
          for (let x = left!; x < wide; x += 2 * half) this.#words[y * wide + x] = sent[from++]!;
        }
      }
    }
  }

  /** Makes squares of four of a level, `1 << level` pixels apart. */
  #joinLevel(wide: number, high: number, level: number): void {
    const right = WORD_BYTES << level;
    const below = (wide * WORD_BYTES) << level;
    for (let y = 0; y < high; y += 2 << level) {
      for (let x = 0; x < wide; x += 2 << level) {
        const start = (y * wide + x) * WORD_BYTES;
        for (let at = start; at < start + 3; at++) {
          this.#join(at, at + below);
          this.#join(at + right, at + right + below);
          this.#join(at, at + right);
          this.#join(at + below, at + right + below);
        }
      }
    }
  }

  /** The piecewise-linear Haar transform of two numbers [Senecal and others, 2004], which is its own inverse. */
  #join(first: number, second: number): void {
    const bytes = this.#bytes;
    const [a, b] = [bytes[first]!, bytes[second]!];
    if (a < 0 !== b < 0) {
      const sum = a + b;
      bytes[first] = sum;
      bytes[second] = sum < 0 === b < 0 ? -b : a;
    } else {
      const difference = a - b;
      bytes[first] = difference < 0 === a < 0 ? a : b;
      bytes[second] = difference;
    }
  }

  #pixelAt(at: number): number {
    const u = this.#bytes[at]! * 2;
    const v = this.#bytes[at + 2]! * 2;
    const green = this.#bytes[at + 1]! + 128 - (u + v >> 2);
    return clamp(v + green) << 16 | clamp(green) << 8 | clamp(u + green);
  }

  #copy(sent: Uint32Array, from: number, stride: number, area: Area): number {
    for (let y = area.y; y < area.y + area.height; y++) {
      this.#pixels.set(sent.subarray(from, from + area.width), y * stride + area.x);
      from += area.width;
    }
    return from;
  }
}

interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function clamp(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}
