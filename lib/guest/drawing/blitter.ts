/** Moves and fills pixels with the card's bit block engine (Cirrus GR20 to GR33), which is what viewers see as CopyRect. */

import { intersectRects, isEmptyRect, type Rect, rect, translateRect } from "../../base/rect.ts";
import type { PixelLayout } from "./canvas.ts";
import type { Colour } from "./colour.ts";

/** The port writes a blitter needs. */
export interface BlitterPorts {
  /** Writes one byte to an I/O port. */
  outb(port: number, value: number): void;
}

/** Video memory as far as the blitter's fallback moves it itself. */
export interface BlitterMemory {
  /** Moves `length` bytes from `source` to `destination`; the ranges may overlap. */
  copyWithin(destination: number, source: number, length: number): void;
  /** Writes the 32-bit `value` `count` times from byte `offset` on. */
  fill32(offset: number, count: number, value: number): void;
}

const GRAPHICS_INDEX = 0x3ce;
const GRAPHICS_DATA = 0x3cf;
const BYTES_PER_PIXEL = 4;

/** GR30: bit 0 backwards, bits 4-5 = 3 for 32 bpp, bits 6-7 pattern copy and colour expand [Cirrus GD5446]. */
const MODE_FORWARD_32 = 0x30;
const MODE_BACKWARD_32 = 0x31;
const MODE_PATTERN_EXPAND_32 = 0xf0;
/** GR31: start. */
const STATUS_START = 0x02;
/** GR32: destination = source. */
const ROP_SOURCE = 0x0d;
/** GR33: solid fill. */
const EXTENSION_SOLID_FILL = 0x04;
/** Foreground colour bytes, lowest first: GR1, GR11, GR13, GR15. */
const FOREGROUND_REGISTERS = [0x01, 0x11, 0x13, 0x15] as const;

/** Widths are 13 bits (less one), heights 11 (less one), pitches 13 [Cirrus GD5446], addresses 24 [there 22]. */
const MAX_WIDTH_BYTES = 0x2000;
const MAX_HEIGHT = 0x800;
const MAX_PITCH_BYTES = 0x1fff;
const MAX_ADDRESS = 0xff_ffff;

/**
 * The engine, set to one 32 bpp mode. What its registers cannot hold is moved by the processor instead.
 *
 * @example A scene that scrolls; viewers get the scrolled part as a CopyRect
 * ```ts
 * import { Blitter, defineScene, serveScene } from "@vncd/vncd";
 * import assert from "node:assert/strict";
 *
 * const scene = defineScene({
 *   name: "scrolling",
 *   start({ firmware, machine }) {
 *     const mode = firmware.setLinearMode(320, 200);
 *     const blitter = new Blitter(machine.io, machine.vram, mode);
 *     blitter.fill({ x: 0, y: 100, width: 320, height: 20 }, 0x804020);
 *     blitter.copy({ x: 0, y: 20, width: 320, height: 180 }, 0, 0);
 *   },
 * });
 * const { display, stop } = await serveScene({ scene });
 * assert.equal(display.pixels[80 * display.strideBytes], 0x20); // B, G, R, X
 * await stop();
 * ```
 */
export class Blitter {
  readonly #io: BlitterPorts;
  readonly #memory: BlitterMemory;
  readonly #layout: PixelLayout;
  readonly #screen: Rect;

  /** A blitter for the mode whose first pixel is the memory's first byte. */
  constructor(io: BlitterPorts, memory: BlitterMemory, layout: PixelLayout) {
    this.#io = io;
    this.#memory = memory;
    this.#layout = layout;
    this.#screen = rect(0, 0, layout.width, layout.height);
  }

  /** Moves the pixels of `source` to (x, y), overlapping or not. Both ends are clipped to the screen. */
  copy(source: Rect, x: number, y: number): void {
    const dx = x - source.x;
    const dy = y - source.y;
    const onScreen = translateRect(intersectRects(source, this.#screen), dx, dy);
    const destination = intersectRects(onScreen, this.#screen);
    if (isEmptyRect(destination) || (dx === 0 && dy === 0)) return;
    const from = translateRect(destination, -dx, -dy);
    if (this.#fits(destination) && this.#fits(from)) this.#copyByEngine(from, destination);
    else this.#copyByProcessor(from, destination);
  }

  /** Fills a rect, clipped to the screen, with one colour. */
  fill(area: Rect, colour: Colour): void {
    const cut = intersectRects(area, this.#screen);
    if (isEmptyRect(cut)) return;
    if (this.#fits(cut)) return this.#fillByEngine(cut, colour);
    for (let y = cut.y; y < cut.y + cut.height; y++) this.#memory.fill32(this.#address(cut.x, y), cut.width, colour);
  }

  #address(x: number, y: number): number {
    return y * this.#layout.strideBytes + x * BYTES_PER_PIXEL;
  }

  #lastAddress(area: Rect): number {
    return this.#address(area.x + area.width, area.y + area.height - 1) - 1;
  }

  #fits(area: Rect): boolean {
    return this.#layout.strideBytes <= MAX_PITCH_BYTES && area.width * BYTES_PER_PIXEL <= MAX_WIDTH_BYTES &&
      area.height <= MAX_HEIGHT && this.#lastAddress(area) <= MAX_ADDRESS;
  }

  #copyByEngine(from: Rect, to: Rect): void {
    const backward = this.#address(to.x, to.y) > this.#address(from.x, from.y);
    this.#writeSize(to);
    this.#write16(0x26, this.#layout.strideBytes);
    this.#write24(0x28, backward ? this.#lastAddress(to) : this.#address(to.x, to.y));
    this.#write24(0x2c, backward ? this.#lastAddress(from) : this.#address(from.x, from.y));
    this.#start(backward ? MODE_BACKWARD_32 : MODE_FORWARD_32, 0);
  }

  #fillByEngine(area: Rect, colour: Colour): void {
    this.#writeSize(area);
    this.#write24(0x28, this.#address(area.x, area.y));
    this.#write24(0x2c, 0);
    FOREGROUND_REGISTERS.forEach((register, i) => this.#write(register, (colour >>> (8 * i)) & 0xff));
    this.#start(MODE_PATTERN_EXPAND_32, EXTENSION_SOLID_FILL);
  }

  #copyByProcessor(from: Rect, to: Rect): void {
    const upwards = to.y > from.y;
    for (let i = 0; i < to.height; i++) {
      const row = upwards ? to.height - 1 - i : i;
      const source = this.#address(from.x, from.y + row);
      this.#memory.copyWithin(this.#address(to.x, to.y + row), source, to.width * BYTES_PER_PIXEL);
    }
  }

  #writeSize(area: Rect): void {
    this.#write16(0x20, area.width * BYTES_PER_PIXEL - 1);
    this.#write16(0x22, area.height - 1);
    this.#write16(0x24, this.#layout.strideBytes);
  }

  #start(mode: number, extension: number): void {
    this.#write(0x2f, 0);
    this.#write(0x30, mode);
    this.#write(0x32, ROP_SOURCE);
    this.#write(0x33, extension);
    this.#write(0x31, STATUS_START);
  }

  #write16(register: number, value: number): void {
    this.#write(register, value & 0xff);
    this.#write(register + 1, value >>> 8);
  }

  #write24(register: number, value: number): void {
    this.#write16(register, value & 0xffff);
    this.#write(register + 2, value >>> 16);
  }

  #write(register: number, value: number): void {
    this.#io.outb(GRAPHICS_INDEX, register);
    this.#io.outb(GRAPHICS_DATA, value);
  }
}
