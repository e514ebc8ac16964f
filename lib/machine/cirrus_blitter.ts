/** The bit block engine of the Cirrus CL-GD5446, GR20 to GR33: moves and fills rectangles of video memory. */

import { intersectRects, isEmptyRect, type Rect } from "../base/rect.ts";
import type { VideoMemory } from "./video_memory.ts";

/** The visible part of video memory, as far as the engine has to know it. */
export interface BlitScreen {
  /** Where on the screen a block of bytes is completely visible, undefined when it is not. */
  locate(address: number, widthBytes: number, height: number, pitchBytes: number): Rect | undefined;
  /** Announces that `source` moves to (x, y); `blit` moves the bytes. */
  copy(source: Rect, x: number, y: number, blit: () => void): void;
  /** Announces that a rect was painted. */
  paint(rect: Rect): void;
}

/** Registers of the graphics controller that are the engine's; GR0 and GR1 are shared with VGA. */
const Register = {
  Foreground0: 0x01,
  Foreground1: 0x11,
  Foreground2: 0x13,
  Foreground3: 0x15,
  Width: 0x20,
  Height: 0x22,
  DestinationPitch: 0x24,
  SourcePitch: 0x26,
  DestinationStart: 0x28,
  SourceStart: 0x2c,
  Mode: 0x30,
  Status: 0x31,
  RasterOperation: 0x32,
  ModeExtensions: 0x33,
} as const;

/** Bits of GR30. */
const Mode = { Backward: 0x01, PixelWidth: 0x30, KindMask: 0xce, PatternExpand: 0xc0 } as const;
/** Bits of GR31. The engine is done before the guest can look: busy always reads as 0. */
const Status = { Busy: 0x01, Start: 0x02, Reset: 0x04, FifoUsed: 0x10 } as const;
const SOLID_FILL = 0x04;
/** GR32: the destination becomes the source. */
const RASTER_SOURCE = 0x0d;

/** Bits that the upper bytes of GR20 to GR27 have; GR2A and GR2E have all eight here, the 5446 has six (4 MiB). */
const UPPER_BITS: Readonly<Record<number, number>> = { 0x21: 0x1f, 0x23: 0x07, 0x25: 0x1f, 0x27: 0x1f };

/** One rectangle of bytes to write, and where the engine starts in it. */
interface Block {
  readonly start: number;
  readonly pitchBytes: number;
  readonly widthBytes: number;
  readonly height: number;
  /** From the last byte upwards and leftwards. */
  readonly isBackward: boolean;
}

/**
 * The engine. It does plain copies in both directions (GR30 bit 0) and solid fills (GR30 = 0xC0 with GR33 bit 2), both
 * with raster operation 0x0D. A block that does not lie in video memory is not written at all.
 */
export class CirrusBlitter {
  readonly #vram: VideoMemory;
  readonly #screen: BlitScreen;
  readonly #registers: Uint8Array = new Uint8Array(0x40);

  constructor(vram: VideoMemory, screen: BlitScreen) {
    this.#vram = vram;
    this.#screen = screen;
  }

  /** Back to power-on. */
  reset(): void {
    this.#registers.fill(0);
  }

  /** The value of one of the engine's own registers. */
  readRegister(index: number): number | undefined {
    return index >= 0x10 && index < this.#registers.length ? this.#registers[index] : undefined;
  }

  /** A graphics controller register is written; writing the start bit of GR31 does the work. */
  writeRegister(index: number, value: number): void {
    if (index >= this.#registers.length) return;
    this.#registers[index] = value & (UPPER_BITS[index] ?? 0xff);
    if (index === Register.Status && (value & Status.Start) !== 0 && (value & Status.Reset) === 0) this.#run();
    this.#registers[Register.Status]! &= ~(Status.Start | Status.Busy | Status.FifoUsed);
  }

  /** What the mode registers ask for, when it is one of the operations the engine has. */
  #run(): void {
    if (this.#registers[Register.RasterOperation] !== RASTER_SOURCE) return;
    const mode = this.#registers[Register.Mode]!;
    const isFill = (this.#registers[Register.ModeExtensions]! & SOLID_FILL) !== 0;
    if (isFill && (mode & Mode.KindMask & ~0x04) === Mode.PatternExpand) this.#fill();
    else if ((mode & Mode.KindMask) === 0) this.#copy((mode & Mode.Backward) !== 0);
  }

  #copy(isBackward: boolean): void {
    const destination = this.#block(Register.DestinationStart, Register.DestinationPitch, isBackward);
    const source = this.#block(Register.SourceStart, Register.SourcePitch, isBackward);
    if (!this.#isInside(destination) || !this.#isInside(source)) return;
    const from = this.#locate(source);
    const to = this.#locate(destination);
    const move = () => moveBlock(this.#vram.bytes, source, destination);
    if (from !== undefined && to !== undefined && movesAsWhole(from, to, isBackward)) {
      this.#screen.copy(from, to.x, to.y, move);
      return;
    }
    move();
    this.#report(destination, to);
  }

  #fill(): void {
    const block = this.#block(Register.DestinationStart, Register.DestinationPitch, false);
    if (!this.#isInside(block)) return;
    fillBlock(this.#vram.bytes, block, this.#foreground());
    this.#report(block, this.#locate(block));
  }

  /** What is visible is painted as a rect; what is not, or only in part, has its memory pages marked. */
  #report(block: Block, visible: Rect | undefined): void {
    if (visible !== undefined) return this.#screen.paint(visible);
    const first = firstByte(block);
    for (let row = 0; row < block.height; row++) {
      this.#vram.markDirty(first + row * block.pitchBytes, block.widthBytes);
    }
  }

  #locate(block: Block): Rect | undefined {
    return this.#screen.locate(firstByte(block), block.widthBytes, block.height, block.pitchBytes);
  }

  #block(start: number, pitch: number, isBackward: boolean): Block {
    return {
      start: this.#read16(start) | (this.#registers[start + 2]! << 16),
      pitchBytes: this.#read16(pitch),
      widthBytes: this.#read16(Register.Width) + 1,
      height: this.#read16(Register.Height) + 1,
      isBackward,
    };
  }

  /** Both ends must lie in video memory, whichever way the engine goes [CVE-2016-9603]. */
  #isInside(block: Block): boolean {
    const first = firstByte(block);
    const end = first + (block.height - 1) * block.pitchBytes + block.widthBytes;
    return first >= 0 && end <= this.#vram.size;
  }

  #read16(index: number): number {
    return this.#registers[index]! | (this.#registers[index + 1]! << 8);
  }

  /** The bytes of one pixel, as many as GR30 bits 4-5 say. */
  #foreground(): number[] {
    const pixelBytes = ((this.#registers[Register.Mode]! & Mode.PixelWidth) >>> 4) + 1;
    const indexes = [Register.Foreground0, Register.Foreground1, Register.Foreground2, Register.Foreground3];
    return indexes.slice(0, pixelBytes).map((index) => this.#registers[index]!);
  }
}

/** The block's byte with the lowest address. */
function firstByte(block: Block): number {
  if (!block.isBackward) return block.start;
  return block.start - (block.height - 1) * block.pitchBytes - (block.widthBytes - 1);
}

/** Whether the destination ends up as the source was: nothing is read after it was written. */
function movesAsWhole(from: Rect, to: Rect, isBackward: boolean): boolean {
  if (isEmptyRect(intersectRects(from, to))) return true;
  const isForwardMove = to.y < from.y || (to.y === from.y && to.x <= from.x);
  return isForwardMove !== isBackward;
}

/** Byte by byte as the engine does it: a copy in the wrong direction repeats what it has written. */
function moveBlock(memory: Uint8Array, source: Block, destination: Block): void {
  const { height, widthBytes, isBackward } = destination;
  const from = firstByte(source);
  const to = firstByte(destination);
  for (let i = 0; i < height; i++) {
    const row = isBackward ? height - 1 - i : i;
    moveRow(memory, from + row * source.pitchBytes, to + row * destination.pitchBytes, widthBytes, isBackward);
  }
}

function moveRow(memory: Uint8Array, from: number, to: number, byteLength: number, isBackward: boolean): void {
  const repeats = isBackward ? to < from && to + byteLength > from : to > from && to < from + byteLength;
  if (!repeats) {
    memory.copyWithin(to, from, from + byteLength);
    return;
  }
  for (let i = 0; i < byteLength; i++) {
    const at = isBackward ? byteLength - 1 - i : i;
    memory[to + at] = memory[from + at]!;
  }
}

function fillBlock(memory: Uint8Array, block: Block, pixel: readonly number[]): void {
  const row = Uint8Array.from({ length: block.widthBytes }, (_, i) => pixel[i % pixel.length]!);
  for (let i = 0; i < block.height; i++) memory.set(row, block.start + i * block.pitchBytes);
}
