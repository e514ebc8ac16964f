/** The Bochs VBE extension at ports 0x1CE (index) and 0x1CF (data, 16 bits): linear modes by a handful of registers. */

import { MAX_FRAMEBUFFER_PIXELS, MAX_VBE_HEIGHT, MAX_VBE_WIDTH } from "../base/limits.ts";
import type { IoBus, PortDevice } from "./io_bus.ts";

/** Bits of a pixel in a linear mode. */
export type LinearDepth = 8 | 15 | 16 | 24 | 32;

/** A mode whose picture lies in video memory row by row. */
export interface LinearGeometry {
  readonly width: number;
  readonly height: number;
  readonly bitsPerPixel: LinearDepth;
  /** Bytes a pixel takes. */
  readonly pixelBytes: number;
  /** Bytes from one row to the next. */
  readonly strideBytes: number;
  /** Byte offset in video memory of the first pixel shown. */
  readonly start: number;
}

/** Registers of the Bochs VBE extension. */
export const VbeIndex = {
  Id: 0,
  XRes: 1,
  YRes: 2,
  Bpp: 3,
  Enable: 4,
  Bank: 5,
  VirtualWidth: 6,
  VirtualHeight: 7,
  XOffset: 8,
  YOffset: 9,
  Memory64K: 10,
} as const;

/** Bits of the Enable register. */
export const VbeEnable = {
  Enabled: 0x01,
  GetCapabilities: 0x02,
  Dac8Bit: 0x20,
  LinearFramebuffer: 0x40,
  NoClear: 0x80,
} as const;

const PORT_INDEX = 0x1ce;
const PORT_DATA = 0x1cf;
const ID_FIRST = 0xb0c0;
const ID_LATEST = 0xb0c5;
const BANK_BYTES = 0x1_0000;
const REGISTERS = 11;
const DEPTHS: readonly number[] = [8, 15, 16, 24, 32];
const MAX_DEPTH = 32;

/** What the extension asks of the card. */
export interface VbeHost {
  /** The mode or the part of memory that is shown may have changed. */
  onModeChange(): void;
  /** The DAC is to use 8 bits a component, or 6. */
  setDac8Bit(is8Bit: boolean): void;
  /** The bytes of a new mode are to be zeroed. */
  clear(offset: number, byteLength: number): void;
}

/** The extension's registers and the mode they describe. */
export class Vbe implements PortDevice {
  readonly #registers: Uint16Array = new Uint16Array(REGISTERS);
  readonly #memoryBytes: number;
  readonly #host: VbeHost;
  #index = 0;

  constructor(memoryBytes: number, host: VbeHost) {
    this.#memoryBytes = memoryBytes;
    this.#host = host;
    this.#powerOn();
  }

  /** Takes its ports. */
  attach(io: IoBus): void {
    io.register(PORT_INDEX, 1, this, 2);
    io.register(PORT_DATA, 1, this, 2);
  }

  /** Whether a linear mode is set. */
  get isEnabled(): boolean {
    return (this.#registers[VbeIndex.Enable]! & VbeEnable.Enabled) !== 0;
  }

  /** Where in video memory the legacy window at A0000 begins while a linear mode is set. */
  get bankOffset(): number {
    return this.#registers[VbeIndex.Bank]! * BANK_BYTES;
  }

  /** The linear mode that is set. */
  get geometry(): LinearGeometry | undefined {
    if (!this.isEnabled) return undefined;
    const bitsPerPixel = this.#registers[VbeIndex.Bpp]! as LinearDepth;
    const pixelBytes = Math.ceil(bitsPerPixel / 8);
    const strideBytes = this.#registers[VbeIndex.VirtualWidth]! * pixelBytes;
    return {
      width: this.#registers[VbeIndex.XRes]!,
      height: this.#registers[VbeIndex.YRes]!,
      bitsPerPixel,
      pixelBytes,
      strideBytes,
      start: this.#registers[VbeIndex.YOffset]! * strideBytes + this.#registers[VbeIndex.XOffset]! * pixelBytes,
    };
  }

  /** Back to power-on: no linear mode. */
  reset(): void {
    this.#powerOn();
    this.#host.setDac8Bit(false);
    this.#host.onModeChange();
  }

  /** A port is read. */
  read(port: number): number {
    if (port === PORT_INDEX) return this.#index;
    if (this.#index === VbeIndex.Memory64K) return this.#memoryBytes / BANK_BYTES;
    return this.#capability(this.#index) ?? this.#registers[this.#index] ?? 0;
  }

  /** A port is written. */
  write(port: number, value: number): void {
    if (port === PORT_INDEX) this.#index = value;
    else this.#writeRegister(this.#index, value);
  }

  #powerOn(): void {
    this.#registers.fill(0);
    this.#registers[VbeIndex.Id] = ID_LATEST;
    this.#index = 0;
  }

  /** With the GetCapabilities bit the size and depth registers tell what is the most. */
  #capability(index: number): number | undefined {
    if ((this.#registers[VbeIndex.Enable]! & VbeEnable.GetCapabilities) === 0) return undefined;
    if (index === VbeIndex.XRes) return MAX_VBE_WIDTH;
    if (index === VbeIndex.YRes) return MAX_VBE_HEIGHT;
    return index === VbeIndex.Bpp ? MAX_DEPTH : undefined;
  }

  #writeRegister(index: number, value: number): void {
    switch (index) {
      case VbeIndex.Id:
        if (value >= ID_FIRST && value <= ID_LATEST) this.#registers[index] = value;
        return;
      case VbeIndex.Enable:
        return this.#writeEnable(value);
      case VbeIndex.Bank:
        if (value * BANK_BYTES < this.#memoryBytes) this.#registers[index] = value;
        return;
      case VbeIndex.VirtualHeight:
      case VbeIndex.Memory64K:
        return;
      default:
        if (index >= REGISTERS) return;
        this.#registers[index] = value;
        if (this.isEnabled) this.#settle();
    }
  }

  #writeEnable(value: number): void {
    const wasEnabled = this.isEnabled;
    this.#registers[VbeIndex.Enable] = value;
    this.#registers[VbeIndex.Bank] = 0;
    this.#host.setDac8Bit((value & VbeEnable.Dac8Bit) !== 0);
    if (!this.isEnabled) return this.#host.onModeChange();
    if (wasEnabled) return;
    for (const index of [VbeIndex.VirtualWidth, VbeIndex.XOffset, VbeIndex.YOffset]) this.#registers[index] = 0;
    this.#settle();
    const mode = this.geometry;
    if (mode !== undefined && (value & VbeEnable.NoClear) === 0) this.#host.clear(0, mode.strideBytes * mode.height);
  }

  /** Makes the registers describe a picture that lies in video memory, as QEMU does: reading them back tells what was set. */
  #settle(): void {
    const registers = this.#registers;
    if (!DEPTHS.includes(registers[VbeIndex.Bpp]!)) registers[VbeIndex.Bpp] = 8;
    const pixelBytes = Math.ceil(registers[VbeIndex.Bpp]! / 8);
    const width = clamp(registers[VbeIndex.XRes]!, 1, MAX_VBE_WIDTH);
    const virtualWidth = clamp(registers[VbeIndex.VirtualWidth]!, width, MAX_VBE_WIDTH);
    const strideBytes = virtualWidth * pixelBytes;
    const lines = Math.floor(this.#memoryBytes / strideBytes);
    const most = Math.min(lines, MAX_VBE_HEIGHT, Math.floor(MAX_FRAMEBUFFER_PIXELS / width));
    registers[VbeIndex.XRes] = width;
    registers[VbeIndex.YRes] = clamp(registers[VbeIndex.YRes]!, 1, most);
    registers[VbeIndex.VirtualWidth] = virtualWidth;
    registers[VbeIndex.VirtualHeight] = Math.min(lines, 0xffff);
    this.#settleOffsets(strideBytes, pixelBytes);
    this.#host.onModeChange();
  }

  #settleOffsets(strideBytes: number, pixelBytes: number): void {
    const registers = this.#registers;
    const shownBytes = (registers[VbeIndex.YRes]! - 1) * strideBytes + registers[VbeIndex.XRes]! * pixelBytes;
    const acrossBytes = registers[VbeIndex.XOffset]! * pixelBytes;
    if (registers[VbeIndex.YOffset]! * strideBytes + acrossBytes + shownBytes > this.#memoryBytes) {
      registers[VbeIndex.YOffset] = 0;
    }
    if (acrossBytes + shownBytes > this.#memoryBytes) registers[VbeIndex.XOffset] = 0;
  }
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
