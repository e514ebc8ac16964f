/** The shared memory that pixels, dirty maps and the workers' arenas live in, and its allocator. */

import { errorMessage, LimitError } from "../base/errors.ts";
import { instantiateKernels, KERNEL_RESERVED_BYTES, type Kernels } from "../encode/kernels/kernels.ts";

/** A part of frame memory. */
export interface MemoryRegion {
  /** Byte offset in the memory, a multiple of 64. */
  readonly pointer: number;
  /** As many as were asked for. */
  readonly byteLength: number;
}

const PAGE_BYTES = 65_536;
const ALIGNMENT_BYTES = 64;
/** 4 GiB is all a 32-bit kernel can address; it is reserved, not committed. A host with less address space gets less. */
const MAXIMUM_PAGES = [65_536, 32_768, 16_384];

/**
 * One display's shared memory: grows, never shrinks; regions come from it first fit.
 *
 * @example A device with a framebuffer of its own
 * ```ts
 * import { Display } from "@vncd/vncd";
 * import assert from "node:assert/strict";
 *
 * const display = new Display({ width: 640, height: 480 });
 * const [width, height, strideBytes] = [320, 200, 320 * 4];
 * const region = display.memory.allocate(strideBytes * height);
 * display.switchSurface({ width, height, strideBytes, pointer: region.pointer });
 * display.memory.bytes(region.pointer, region.byteLength).fill(0xff);
 * display.update({ x: 0, y: 0, width, height });
 * assert(display.width === 320 && display.pixels[0] === 0xff);
 * display.close();
 * ```
 */
export class FrameMemory {
  /** Shared with the encoding workers. Its buffer is replaced when it grows; older views stay valid but end earlier. */
  readonly memory: WebAssembly.Memory;
  /**
   * The kernels over this memory, for the thread that owns it.
   * @internal
   */
  readonly kernels: Kernels;
  /** Free regions by pointer; no two touch. */
  #free: MemoryRegion[] = [];
  readonly #lengths: Map<number, number> = new Map();
  #end: number = roundUp(KERNEL_RESERVED_BYTES, ALIGNMENT_BYTES);

  /** A small memory of its own. Throws {@link LimitError} when the host has no address space for it. */
  constructor() {
    this.memory = createSharedMemory(Math.ceil(KERNEL_RESERVED_BYTES / PAGE_BYTES));
    this.kernels = instantiateKernels(this.memory);
  }

  /** Zeroed bytes. May grow the memory. Throws {@link LimitError} when there is no more to be had. */
  allocate(byteLength: number): MemoryRegion {
    if (!Number.isSafeInteger(byteLength) || byteLength <= 0) {
      throw new RangeError(`Cannot allocate frame memory: ${byteLength} is not a number of bytes`);
    }
    const size = roundUp(byteLength, ALIGNMENT_BYTES);
    const pointer = this.#takeFree(size) ?? this.#extend(size);
    this.#lengths.set(pointer, size);
    return { pointer, byteLength };
  }

  /** Gives a region back. A worker may still read from it: it gets other pixels, never an error. */
  free(region: MemoryRegion): void {
    const size = this.#lengths.get(region.pointer);
    if (size === undefined) throw new RangeError(`Cannot free frame memory: nothing is allocated at ${region.pointer}`);
    this.#lengths.delete(region.pointer);
    this.#free.push({ pointer: region.pointer, byteLength: size });
    this.#free = coalesce(this.#free);
  }

  /** A view of bytes in the memory. Take it again after any {@link allocate}. */
  bytes(pointer: number, byteLength: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, pointer, byteLength);
  }

  #takeFree(size: number): number | undefined {
    const index = this.#free.findIndex((region) => region.byteLength >= size);
    const region = this.#free[index];
    if (region === undefined) return undefined;
    const { pointer, byteLength } = region;
    const rest = byteLength - size;
    this.#free.splice(index, 1, ...(rest > 0 ? [{ pointer: pointer + size, byteLength: rest }] : []));
    this.bytes(pointer, size).fill(0);
    return pointer;
  }

  /** Memory that was never used is zero already, and is only committed when someone writes to it. */
  #extend(size: number): number {
    const last = this.#free.at(-1);
    const reused = last !== undefined && last.pointer + last.byteLength === this.#end ? last : undefined;
    const pointer = reused?.pointer ?? this.#end;
    this.#growTo(pointer + size);
    if (reused !== undefined) {
      this.#free.pop();
      this.bytes(reused.pointer, reused.byteLength).fill(0);
    }
    this.#end = pointer + size;
    return pointer;
  }

  #growTo(byteLength: number): void {
    const pages = Math.ceil((byteLength - this.memory.buffer.byteLength) / PAGE_BYTES);
    if (pages <= 0) return;
    try {
      this.memory.grow(pages);
    } catch (error) {
      throw new LimitError(`Cannot grow frame memory to ${byteLength} bytes: ${errorMessage(error)}`);
    }
  }
}

function createSharedMemory(initial: number): WebAssembly.Memory {
  for (const maximum of MAXIMUM_PAGES) {
    try {
      return new WebAssembly.Memory({ initial, maximum, shared: true });
    } catch (error) {
      if (maximum === MAXIMUM_PAGES.at(-1)) {
        throw new LimitError(`Cannot reserve ${maximum * PAGE_BYTES} bytes of frame memory: ${errorMessage(error)}`);
      }
    }
  }
  throw new LimitError("Cannot reserve frame memory: no size is left to try");
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}

/** Sorted, and neighbours joined. */
function coalesce(regions: readonly MemoryRegion[]): MemoryRegion[] {
  const joined: MemoryRegion[] = [];
  for (const region of regions.toSorted((a, b) => a.pointer - b.pointer)) {
    const last = joined.at(-1);
    if (last === undefined || last.pointer + last.byteLength < region.pointer) joined.push(region);
    else joined[joined.length - 1] = { pointer: last.pointer, byteLength: last.byteLength + region.byteLength };
  }
  return joined;
}
