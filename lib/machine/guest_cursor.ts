/** vncd's own pointer shape device: an index at port 0x1D8, 32 bits of data at 0x1DA. */

import { MAX_CURSOR_SIDE } from "../base/limits.ts";
import { HIDDEN_CURSOR } from "../display/cursor.ts";
import type { Display } from "../display/display.ts";
import type { IoBus, PortDevice } from "./io_bus.ts";

/** What {@link CursorRegister.Id} reads as. */
export const CURSOR_ID = 0x7ac5;

/** Registers of the device. */
export const CursorRegister = {
  Id: 0,
  Width: 1,
  Height: 2,
  HotX: 3,
  HotY: 4,
  /** Each write is one pixel 0xAARRGGBB, row by row; writing a size starts anew. */
  Pixel: 5,
  /** 1 defines the shape, 0 hides the pointer. */
  Commit: 6,
  X: 7,
  /** Writing it moves the pointer to the last X and this Y. */
  Y: 8,
} as const;

const PORT_INDEX = 0x1d8;
const PORT_DATA = 0x1da;
const REGISTERS = 9;

/** Where the guest draws its pointer, so that viewers can draw it themselves. */
export class GuestCursor implements PortDevice {
  readonly #display: Display;
  readonly #values: Uint32Array = new Uint32Array(REGISTERS);
  #pixels: Uint8Array = new Uint8Array(0);
  #pixelCount = 0;
  #index = 0;
  #isVisible = true;

  constructor(display: Display) {
    this.#display = display;
  }

  /** Takes its ports. */
  attach(io: IoBus): void {
    io.register(PORT_INDEX, 1, this, 2);
    io.register(PORT_DATA, 1, this, 4);
  }

  /** Back to power-on. The pointer's shape stays as the display knows it. */
  reset(): void {
    this.#values.fill(0);
    this.#restart();
    this.#index = 0;
    this.#isVisible = true;
  }

  /** A port is read. */
  read(port: number): number {
    if (port === PORT_INDEX) return this.#index;
    return this.#index === CursorRegister.Id ? CURSOR_ID : this.#values[this.#index] ?? 0xffff_ffff;
  }

  /** A port is written. */
  write(port: number, value: number): void {
    if (port === PORT_INDEX) this.#index = value;
    else this.#writeRegister(this.#index, value);
  }

  #writeRegister(index: number, value: number): void {
    switch (index) {
      case CursorRegister.Pixel:
        return this.#writePixel(value);
      case CursorRegister.Commit:
        return value === 0 ? this.#hide() : this.#define();
      case CursorRegister.Width:
      case CursorRegister.Height:
        this.#values[index] = Math.min(value, MAX_CURSOR_SIDE);
        return this.#restart();
      default:
        if (index < REGISTERS) this.#values[index] = value;
        if (index === CursorRegister.Y) this.#move();
    }
  }

  /** Pixels beyond the size are ignored, missing ones are transparent. */
  #writePixel(argb: number): void {
    if (this.#pixels.length === 0) this.#pixels = new Uint8Array(this.#byteLength());
    const at = this.#pixelCount * 4;
    if (at >= this.#pixels.length) return;
    this.#pixels.set([(argb >>> 16) & 0xff, (argb >>> 8) & 0xff, argb & 0xff, argb >>> 24], at);
    this.#pixelCount++;
  }

  #define(): void {
    const [width, height] = [this.#values[CursorRegister.Width]!, this.#values[CursorRegister.Height]!];
    const pixels = this.#pixels.length > 0 ? this.#pixels : new Uint8Array(this.#byteLength());
    const hotX = Math.min(this.#values[CursorRegister.HotX]!, Math.max(width - 1, 0));
    const hotY = Math.min(this.#values[CursorRegister.HotY]!, Math.max(height - 1, 0));
    this.#restart();
    this.#isVisible = width > 0 && height > 0;
    this.#display.setCursor(this.#isVisible ? { width, height, hotX, hotY, pixels } : HIDDEN_CURSOR);
  }

  #hide(): void {
    this.#restart();
    this.#isVisible = false;
    this.#display.setCursor(HIDDEN_CURSOR);
  }

  #move(): void {
    // Signed: a pointer may hang over the left or upper edge.
    const [x, y] = [this.#values[CursorRegister.X]! | 0, this.#values[CursorRegister.Y]! | 0];
    this.#display.moveCursor(x, y, this.#isVisible);
  }

  #byteLength(): number {
    return this.#values[CursorRegister.Width]! * this.#values[CursorRegister.Height]! * 4;
  }

  /** The display keeps the pixels of a shape: the next one gets its own. */
  #restart(): void {
    this.#pixels = new Uint8Array(0);
    this.#pixelCount = 0;
  }
}
