/** Video memory: a region of the display's shared memory that remembers which of its pages were written. */

import type { FrameMemory } from "../display/frame_memory.ts";
import { DirtyPages, type DirtySnapshot } from "./dirty_pages.ts";

/**
 * The card's memory as the linear framebuffer shows it, little endian. Every write marks its 4 KiB pages. Reads outside
 * it give all ones, writes outside it do nothing, as on a bus where nobody answers; block operations that do not fit
 * throw a RangeError. It stays allocated as long as the display's memory lives: a guest may write at any time.
 *
 * @example
 * ```ts
 * import { Display, Machine } from "@vncd/vncd";
 * import assert from "node:assert/strict";
 *
 * const display = new Display({ width: 640, height: 480 });
 * const { vram } = new Machine(display, { vramBytes: 1 << 20 });
 * vram.fill32(0, 320, 0x00ff8000);
 * assert.equal(vram.read8(1), 0x80);
 * assert.throws(() => vram.fill32(vram.size, 1, 0), RangeError);
 * display.close();
 * ```
 */
export class VideoMemory {
  /** Bytes of video memory. */
  readonly size: number;
  /** Where it begins in the display's memory. */
  readonly pointer: number;
  readonly #pages: DirtyPages;
  // Shared memory is never moved or detached when it grows: views over the older buffer show the same bytes.
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  /** `onDirty` is called at the first write after a snapshot of the dirty pages. */
  constructor(memory: FrameMemory, byteLength: number, onDirty: () => void) {
    this.size = byteLength;
    this.pointer = memory.allocate(byteLength).pointer;
    this.#bytes = memory.bytes(this.pointer, byteLength);
    this.#view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, byteLength);
    this.#pages = new DirtyPages(byteLength, onDirty);
  }

  /** All of it, for reading. Who writes through it calls {@link markDirty}. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** One byte. */
  read8(offset: number): number {
    return this.#bytes[offset] ?? 0xff;
  }

  /** 16 bits, at any offset. */
  read16(offset: number): number {
    return this.#holds(offset, 2) ? this.#view.getUint16(offset, true) : 0xffff;
  }

  /** 32 bits, unsigned, at any offset. */
  read32(offset: number): number {
    return this.#holds(offset, 4) ? this.#view.getUint32(offset, true) : 0xffff_ffff;
  }

  /** Writes one byte. */
  write8(offset: number, value: number): void {
    if (!this.#holds(offset, 1)) return;
    this.#bytes[offset] = value;
    this.#pages.markByte(offset);
  }

  /** Writes 16 bits, at any offset. */
  write16(offset: number, value: number): void {
    if (!this.#holds(offset, 2)) return;
    this.#view.setUint16(offset, value, true);
    this.#pages.mark(offset, 2);
  }

  /** Writes 32 bits, at any offset. */
  write32(offset: number, value: number): void {
    if (!this.#holds(offset, 4)) return;
    this.#view.setUint32(offset, value, true);
    this.#pages.mark(offset, 4);
  }

  /** Writes the same 32 bits `count` times. */
  fill32(offset: number, count: number, value: number): void {
    this.#check("fill", offset, count * 4);
    if (offset % 4 === 0) {
      new Uint32Array(this.#bytes.buffer, this.pointer + offset, count).fill(value);
    } else {
      for (let i = 0; i < count; i++) this.#view.setUint32(offset + i * 4, value, true);
    }
    this.#pages.mark(offset, count * 4);
  }

  /** Writes bytes one after another. */
  writeBytes(offset: number, bytes: Uint8Array): void {
    this.#check("write", offset, bytes.length);
    this.#bytes.set(bytes, offset);
    this.#pages.mark(offset, bytes.length);
  }

  /** Moves bytes inside the memory; the ranges may overlap. */
  copyWithin(destination: number, source: number, byteLength: number): void {
    this.#check("copy from", source, byteLength);
    this.#check("copy to", destination, byteLength);
    this.#bytes.copyWithin(destination, source, source + byteLength);
    this.#pages.mark(destination, byteLength);
  }

  /** Tells that bytes were written through {@link bytes}. */
  markDirty(offset: number, byteLength: number): void {
    this.#check("mark", offset, byteLength);
    this.#pages.mark(offset, byteLength);
  }

  /** The dirty pages of a range, clean from now on. For the card. */
  takeDirty(offset: number, byteLength: number): DirtySnapshot {
    return this.#pages.take(offset, byteLength);
  }

  #holds(offset: number, byteLength: number): boolean {
    return Number.isInteger(offset) && offset >= 0 && offset + byteLength <= this.size;
  }

  #check(what: string, offset: number, byteLength: number): void {
    if (this.#holds(offset, byteLength) && byteLength >= 0) return;
    throw new RangeError(`Cannot ${what} ${byteLength} bytes at ${offset}: video memory has ${this.size} bytes`);
  }
}
