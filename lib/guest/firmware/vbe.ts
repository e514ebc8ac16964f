/** Linear modes through the Bochs VBE ports. */

import type { GuestMachine } from "./hardware.ts";
import { VbePort, VbeRegister, VgaPort } from "./ports.ts";

/** Bits of a pixel in a linear mode. */
export type LinearDepth = 8 | 15 | 16 | 24 | 32;

/** The depths in order. */
export const LINEAR_DEPTHS: readonly LinearDepth[] = [8, 15, 16, 24, 32];

/** A mode in which the picture lies in video memory row by row, from offset 0. */
export interface LinearMode {
  readonly width: number;
  readonly height: number;
  readonly bitsPerPixel: LinearDepth;
  /** Bytes from one row to the next in video memory. */
  readonly strideBytes: number;
}

/** Values of the enable register. */
const Enable = { Off: 0, LinearFramebuffer: 0x41 } as const;
const OLDEST_ID = 0xb0c0;

/** The interface's version, B0C0…B0C5; undefined when the card has none. */
export function probeVbe(machine: GuestMachine): number | undefined {
  const id = readVbe(machine, VbeRegister.Id);
  return (id & 0xfff0) === OLDEST_ID ? id : undefined;
}

/** The card's memory in bytes, as it says. */
export function videoMemoryBytes(machine: GuestMachine): number {
  return readVbe(machine, VbeRegister.MemoryIn64KiB) * 0x10000;
}

/** Sets a mode and clears it. Throws a RangeError, the old mode being gone, when the card does not take it. */
export function setVbeMode(
  machine: GuestMachine,
  width: number,
  height: number,
  bitsPerPixel: LinearDepth,
): LinearMode {
  const bytesPerPixel = (bitsPerPixel + 7) >> 3;
  const needed = width * height * bytesPerPixel;
  const available = videoMemoryBytes(machine);
  const name = `${width}x${height}x${bitsPerPixel}`;
  if (needed > available) {
    throw new RangeError(`Cannot set mode ${name}: it takes ${needed} bytes of video memory, there are ${available}`);
  }
  writeVbe(machine, VbeRegister.Enable, Enable.Off);
  writeVbe(machine, VbeRegister.Width, width);
  writeVbe(machine, VbeRegister.Height, height);
  writeVbe(machine, VbeRegister.BitsPerPixel, bitsPerPixel);
  writeVbe(machine, VbeRegister.Enable, Enable.LinearFramebuffer);
  if (!isVbeMode(machine, width, height, bitsPerPixel)) {
    throw new RangeError(`Cannot set mode ${name}: the video card refuses it`);
  }
  const strideBytes = readVbe(machine, VbeRegister.VirtualWidth) * bytesPerPixel;
  return { width, height, bitsPerPixel, strideBytes };
}

/** Back to what the VGA registers say. */
export function disableVbe(machine: GuestMachine): void {
  writeVbe(machine, VbeRegister.Enable, Enable.Off);
}

/** Programs palette entry `index`; components 0…255, of which the DAC keeps six bits. */
export function writePaletteEntry(
  machine: GuestMachine,
  index: number,
  red: number,
  green: number,
  blue: number,
): void {
  machine.io.outb(VgaPort.DacWriteIndex, index);
  for (const component of [red, green, blue]) machine.io.outb(VgaPort.DacData, component >> 2);
}

function isVbeMode(machine: GuestMachine, width: number, height: number, bitsPerPixel: number): boolean {
  return readVbe(machine, VbeRegister.Width) === width && readVbe(machine, VbeRegister.Height) === height &&
    readVbe(machine, VbeRegister.BitsPerPixel) === bitsPerPixel &&
    (readVbe(machine, VbeRegister.Enable) & Enable.LinearFramebuffer) === Enable.LinearFramebuffer;
}

function readVbe(machine: GuestMachine, register: number): number {
  machine.io.outw(VbePort.Index, register);
  return machine.io.inw(VbePort.Data);
}

function writeVbe(machine: GuestMachine, register: number, value: number): void {
  machine.io.outw(VbePort.Index, register);
  machine.io.outw(VbePort.Data, value);
}
