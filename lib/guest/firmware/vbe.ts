/** Linear modes through the Bochs VBE ports. */

import { type LinearDepth, VbeEnable, VbeIndex } from "../../machine/vbe.ts";
import type { GuestMachine } from "./hardware.ts";
import { VbePort, VgaPort } from "./ports.ts";

export type { LinearDepth } from "../../machine/vbe.ts";

/** The depths in order. */
export const LINEAR_DEPTHS: readonly LinearDepth[] = [8, 15, 16, 24, 32];

/** A mode in which the picture lies in video memory row by row, from offset 0. */
export interface LinearMode {
  /** Pixels a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** A pixel takes that many bits, rounded up to whole bytes. */
  readonly bitsPerPixel: LinearDepth;
  /** Bytes from one row to the next in video memory. */
  readonly strideBytes: number;
}

const DISABLED = 0;
/** Clears what the mode shows. */
const ENABLED = VbeEnable.Enabled | VbeEnable.LinearFramebuffer;
const OLDEST_ID = 0xb0c0;

/** The interface's version, B0C0…B0C5; undefined when the card has none. */
export function probeVbe(machine: GuestMachine): number | undefined {
  const id = readVbe(machine, VbeIndex.Id);
  return (id & 0xfff0) === OLDEST_ID ? id : undefined;
}

/** The card's memory in bytes, as it says. */
export function videoMemoryBytes(machine: GuestMachine): number {
  return readVbe(machine, VbeIndex.Memory64K) * 0x10000;
}

/** Sets a mode and clears it. Throws a RangeError, and nothing has changed, when the card does not have such a mode. */
export function setVbeMode(
  machine: GuestMachine,
  width: number,
  height: number,
  bitsPerPixel: LinearDepth,
): LinearMode {
  const bytesPerPixel = (bitsPerPixel + 7) >> 3;
  checkMode(machine, width, height, bitsPerPixel, bytesPerPixel);
  writeVbe(machine, VbeIndex.Enable, DISABLED);
  writeVbe(machine, VbeIndex.XRes, width);
  writeVbe(machine, VbeIndex.YRes, height);
  writeVbe(machine, VbeIndex.Bpp, bitsPerPixel);
  writeVbe(machine, VbeIndex.Enable, ENABLED);
  const strideBytes = readVbe(machine, VbeIndex.VirtualWidth) * bytesPerPixel;
  return { width, height, bitsPerPixel, strideBytes };
}

function checkMode(
  machine: GuestMachine,
  width: number,
  height: number,
  bitsPerPixel: number,
  bytesPerPixel: number,
): void {
  const name = `${width}x${height}x${bitsPerPixel}`;
  const most = readCapabilities(machine);
  if (!(width >= 1 && width <= most.width && height >= 1 && height <= most.height)) {
    throw new RangeError(`Cannot set mode ${name}: the video card has modes up to ${most.width}x${most.height}`);
  }
  const needed = width * height * bytesPerPixel;
  const available = videoMemoryBytes(machine);
  if (needed <= available) return;
  throw new RangeError(`Cannot set mode ${name}: it takes ${needed} bytes of video memory, there are ${available}`);
}

/** With one bit of the enable register the size registers tell the most they take; a mode that is set stays. */
function readCapabilities(machine: GuestMachine): { width: number; height: number } {
  const enable = readVbe(machine, VbeIndex.Enable);
  writeVbe(machine, VbeIndex.Enable, enable | VbeEnable.GetCapabilities);
  const most = { width: readVbe(machine, VbeIndex.XRes), height: readVbe(machine, VbeIndex.YRes) };
  writeVbe(machine, VbeIndex.Enable, enable);
  return most;
}

/** Back to what the VGA registers say. */
export function disableVbe(machine: GuestMachine): void {
  writeVbe(machine, VbeIndex.Enable, DISABLED);
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

function readVbe(machine: GuestMachine, register: number): number {
  machine.io.outw(VbePort.Index, register);
  return machine.io.inw(VbePort.Data);
}

function writeVbe(machine: GuestMachine, register: number, value: number): void {
  machine.io.outw(VbePort.Index, register);
  machine.io.outw(VbePort.Data, value);
}
