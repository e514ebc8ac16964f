/** The palette DAC at ports 0x3C6 to 0x3C9: 256 colours of 3 x 6 or 3 x 8 bits, written and read component by component. */

import type { IoBus, PortDevice } from "./io_bus.ts";

const PORT_MASK = 0x3c6;
const PORT_READ_INDEX = 0x3c7;
const PORT_WRITE_INDEX = 0x3c8;
const PORT_DATA = 0x3c9;
/** What 0x3C7 reads as while colours are being read; 0 while they are being written. */
const STATE_READ = 0x03;
const ENTRIES = 256;

/** The DAC. `onChange` is called when what it makes of a pixel may have changed. */
export class VgaDac implements PortDevice {
  readonly #onChange: () => void;
  readonly #components: Uint8Array = new Uint8Array(ENTRIES * 3);
  readonly #colours: Uint32Array = new Uint32Array(ENTRIES);
  readonly #latch: Uint8Array = new Uint8Array(3);
  #mask = 0xff;
  #writeIndex = 0;
  #readIndex = 0;
  #component = 0;
  #state = 0;
  #is8Bit = false;
  #isStale = true;
  #version = 0;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** Takes its ports. */
  attach(io: IoBus): void {
    io.register(PORT_MASK, 4, this);
  }

  /** Differs from an earlier value when {@link colours} may differ. */
  get version(): number {
    return this.#version;
  }

  /** Each pixel value's colour as a surface's pixel, 0x00RRGGBB; the pixel mask is applied. */
  get colours(): Uint32Array {
    if (this.#isStale) this.#mix();
    return this.#colours;
  }

  /** Whether components have 8 bits (Bochs VBE 8BIT_DAC) instead of 6. */
  set is8Bit(is8Bit: boolean) {
    if (is8Bit === this.#is8Bit) return;
    this.#is8Bit = is8Bit;
    this.#changed();
  }

  /** Back to power-on: black, 6 bits. */
  reset(): void {
    this.#components.fill(0);
    this.#mask = 0xff;
    this.#writeIndex = 0;
    this.#readIndex = 0;
    this.#component = 0;
    this.#state = 0;
    this.#is8Bit = false;
    this.#changed();
  }

  /** A port is read. */
  read(port: number): number {
    if (port === PORT_MASK) return this.#mask;
    if (port === PORT_READ_INDEX) return this.#state;
    if (port === PORT_WRITE_INDEX) return this.#writeIndex;
    const value = this.#components[this.#readIndex * 3 + this.#component] ?? 0;
    this.#component = (this.#component + 1) % 3;
    if (this.#component === 0) this.#readIndex = (this.#readIndex + 1) % ENTRIES;
    return value;
  }

  /** A port is written. */
  write(port: number, value: number): void {
    if (port === PORT_DATA) return this.#writeComponent(value);
    if (port === PORT_MASK) {
      this.#mask = value;
      this.#changed();
      return;
    }
    this.#component = 0;
    this.#state = port === PORT_READ_INDEX ? STATE_READ : 0;
    if (port === PORT_READ_INDEX) this.#readIndex = value;
    else this.#writeIndex = value;
  }

  /** A colour changes when its third component is there. */
  #writeComponent(value: number): void {
    this.#latch[this.#component] = value;
    this.#component = (this.#component + 1) % 3;
    if (this.#component !== 0) return;
    this.#components.set(this.#latch, this.#writeIndex * 3);
    this.#writeIndex = (this.#writeIndex + 1) % ENTRIES;
    this.#changed();
  }

  #changed(): void {
    this.#version++;
    this.#isStale = true;
    this.#onChange();
  }

  #mix(): void {
    for (let pixel = 0; pixel < ENTRIES; pixel++) {
      const at = (pixel & this.#mask) * 3;
      const [red = 0, green = 0, blue = 0] = this.#components.subarray(at, at + 3);
      this.#colours[pixel] = (this.#level(red) << 16) | (this.#level(green) << 8) | this.#level(blue);
    }
    this.#isStale = false;
  }

  #level(component: number): number {
    if (this.#is8Bit) return component;
    const bits = component & 0x3f;
    return (bits << 2) | (bits >>> 4);
  }
}
