/** The window at A0000 to BFFFF: how a PC reaches the four planes, odd/even for text, planar for fonts, banked for VBE. */

import { PLANE_BYTES, PLANES } from "./text_glyph.ts";
import type { Vbe } from "./vbe.ts";
import type { VgaRegisters } from "./vga_registers.ts";
import type { VideoMemory } from "./video_memory.ts";

const WINDOW_START = 0xa_0000;
/** Where the window begins in A0000-BFFFF and how long it is, by GR6 bits 2-3. */
const MEMORY_MAPS = [
  { start: 0x0_0000, byteLength: 0x2_0000 },
  { start: 0x0_0000, byteLength: 0x1_0000 },
  { start: 0x1_0000, byteLength: 0x0_8000 },
  { start: 0x1_8000, byteLength: 0x0_8000 },
] as const;
const CHAIN_4 = 0x08;
const ODD_EVEN = 0x10;
const READ_COMPARE = 0x08;
/** Planes that hold fonts. */
const FONT_PLANES = 0b1100;

/**
 * Reads and writes by physical address, 0xA0000 to 0xBFFFF. Addresses outside the map that is set read as all ones.
 *
 * @example Characters in odd/even mode are in plane 0, attributes in plane 1
 * ```ts
 * import { Display, Machine } from "@vncd/vncd";
 * import assert from "node:assert/strict";
 *
 * const display = new Display({ width: 640, height: 480 });
 * const { io, legacyMemory, vram } = new Machine(display);
 * io.outw(0x3c4, 0x0302); // SR2: planes 0 and 1 are written
 * io.outw(0x3ce, 0x1005); // GR5: odd/even
 * io.outw(0x3ce, 0x0e06); // GR6: 32 KiB from B8000
 * legacyMemory.write16(0xb8000, 0x1e41); // A, yellow on blue
 * assert.deepEqual([...vram.bytes.slice(0, 4)], [0x41, 0x1e, 0, 0]);
 * display.close();
 * ```
 */
export class LegacyWindow {
  readonly #vram: VideoMemory;
  readonly #registers: VgaRegisters;
  readonly #vbe: Vbe;
  /** The four planes' bytes of the last planar read, plane 0 lowest. */
  #latches = 0;
  #fontVersion = 0;

  /**
   * The window of a card with these registers.
   * @internal
   */
  constructor(vram: VideoMemory, registers: VgaRegisters, vbe: Vbe) {
    this.#vram = vram;
    this.#registers = registers;
    this.#vbe = vbe;
  }

  /** Gives another number than before when the font planes were written. */
  get fontVersion(): number {
    return this.#fontVersion;
  }

  /** Reads a byte. */
  read8(address: number): number {
    const offset = this.#offset(address);
    if (offset === undefined) return 0xff;
    const { sequencer, graphics } = this.#registers;
    if (this.#vbe.isEnabled) return this.#vram.read8(this.#vbe.bankOffset + offset);
    if ((sequencer[4]! & CHAIN_4) !== 0) return this.#vram.read8(offset);
    if ((graphics[5]! & ODD_EVEN) !== 0) return this.#vram.read8(oddEvenAddress(offset, graphics[4]!));
    return this.#readPlanar(offset % PLANE_BYTES);
  }

  /** Reads 16 bits, low byte first. */
  read16(address: number): number {
    return this.read8(address) | (this.read8(address + 1) << 8);
  }

  /** Writes a byte. */
  write8(address: number, value: number): void {
    const offset = this.#offset(address);
    if (offset === undefined) return;
    const { sequencer, graphics } = this.#registers;
    if (this.#vbe.isEnabled) this.#vram.write8(this.#vbe.bankOffset + offset, value);
    else if ((sequencer[4]! & CHAIN_4) !== 0) this.#writeByte(offset, value);
    else if ((graphics[5]! & ODD_EVEN) !== 0) this.#writeByte(oddEvenAddress(offset, graphics[4]!), value);
    else this.#writePlanar(offset % PLANE_BYTES, value & 0xff);
  }

  /** Writes 16 bits, low byte first. */
  write16(address: number, value: number): void {
    this.write8(address, value);
    this.write8(address + 1, value >>> 8);
  }

  /** The offset in the memory map that is set. */
  #offset(address: number): number | undefined {
    const map = MEMORY_MAPS[(this.#registers.graphics[6]! >>> 2) & 3]!;
    const start = this.#vbe.isEnabled ? 0 : map.start;
    const byteLength = this.#vbe.isEnabled ? PLANE_BYTES : map.byteLength;
    const offset = address - WINDOW_START - start;
    return offset >= 0 && offset < byteLength ? offset : undefined;
  }

  /** Chain-4 and odd/even: the address picks the plane, the map mask may forbid it. */
  #writeByte(address: number, value: number): void {
    const plane = 1 << (address % PLANES);
    if ((this.#registers.sequencer[2]! & plane) === 0) return;
    this.#vram.write8(address, value);
    if ((plane & FONT_PLANES) !== 0) this.#fontVersion++;
  }

  #readPlanar(address: number): number {
    this.#latches = this.#vram.read32(address * PLANES);
    const { graphics } = this.#registers;
    if ((graphics[5]! & READ_COMPARE) === 0) return (this.#latches >>> (8 * (graphics[4]! & 3))) & 0xff;
    const differing = (this.#latches ^ expandPlanes(graphics[2]!)) & expandPlanes(graphics[7]!);
    return ~(differing | (differing >>> 8) | (differing >>> 16) | (differing >>> 24)) & 0xff;
  }

  #writePlanar(address: number, value: number): void {
    const { graphics, sequencer } = this.#registers;
    const mapMask = sequencer[2]! & 0x0f;
    const written = planarData(graphics, value, this.#latches);
    const planes = expandPlanes(mapMask);
    const before = this.#vram.read32(address * PLANES);
    this.#vram.write32(address * PLANES, ((written & planes) | (before & ~planes)) >>> 0);
    if ((mapMask & FONT_PLANES) !== 0) this.#fontVersion++;
  }
}

/** Odd/even: even addresses are plane 0 (or 2), odd ones plane 1 (or 3). */
function oddEvenAddress(offset: number, readMapSelect: number): number {
  return ((offset & ~1) << 1) | (readMapSelect & 2) | (offset & 1);
}

/** A byte in each plane whose bit is set: 0b0101 is 0x00ff00ff. */
function expandPlanes(planes: number): number {
  return ((planes & 1) * 0xff) | (((planes >>> 1) & 1) * 0xff00) | (((planes >>> 2) & 1) * 0xff_0000) |
    (((planes >>> 3) & 1) * 0xff00_0000);
}

/** The four bytes that one written byte becomes, by the write mode (GR5 bits 0-1). */
function planarData(graphics: Uint8Array, value: number, latches: number): number {
  const rotated = rotateRight(value, graphics[3]! & 7);
  switch (graphics[5]! & 3) {
    case 0: {
      const setReset = expandPlanes(graphics[1]!);
      return combine(
        graphics,
        (inEachPlane(rotated) & ~setReset) | (expandPlanes(graphics[0]!) & setReset),
        latches,
        graphics[8]!,
      );
    }
    case 1:
      return latches;
    case 2:
      return combine(graphics, expandPlanes(value), latches, graphics[8]!);
    default:
      return combine(graphics, expandPlanes(graphics[0]!), latches, graphics[8]! & rotated);
  }
}

/** The logical function of GR3 bits 3-4 against the latches, then only the bits of the mask. */
function combine(graphics: Uint8Array, data: number, latches: number, bitMask: number): number {
  const mask = inEachPlane(bitMask);
  return (logical((graphics[3]! >>> 3) & 3, data, latches) & mask) | (latches & ~mask);
}

function logical(operation: number, data: number, latches: number): number {
  if (operation === 1) return data & latches;
  if (operation === 2) return data | latches;
  return operation === 3 ? data ^ latches : data;
}

function inEachPlane(byte: number): number {
  return byte | (byte << 8) | (byte << 16) | (byte << 24);
}

function rotateRight(byte: number, count: number): number {
  return ((byte >>> count) | (byte << (8 - count))) & 0xff;
}
