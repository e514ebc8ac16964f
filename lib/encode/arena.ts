/** A worker's own piece of a display's memory: what the kernels convert, snapshot and write into. */

import type { Rect } from "../base/rect.ts";
import type { SurfaceView } from "./job.ts";
import { JPEG_TABLES_BYTES } from "./jpeg_tables.ts";
import { type EncodeKernel, instantiateKernels, KERNEL_SLACK_BYTES, type Kernels } from "./kernels/kernels.ts";
import { PIXEL_CONVERSION_BYTES } from "./pixel_conversion.ts";
import { MAX_PART_PIXELS } from "./rect_plan.ts";

/** Snapshots, palettes and masks of the kernels; a test holds it against what they ask for. */
export const ARENA_SCRATCH_BYTES = 1152 * 1024;
const JPEG_TABLES_OFFSET = PIXEL_CONVERSION_BYTES;
const SCRATCH_OFFSET = JPEG_TABLES_OFFSET + JPEG_TABLES_BYTES;
const OUTPUT_OFFSET = SCRATCH_OFFSET + ARENA_SCRATCH_BYTES;
/** A byte for each tile; a part of one column has the most: 1024 of them. */
const MAX_TILE_BYTES = 4096;
/** What the pool allocates for a worker that serves a display. */
export const ARENA_BYTES = OUTPUT_OFFSET + MAX_PART_PIXELS * 4 + MAX_TILE_BYTES + KERNEL_SLACK_BYTES;

/** The memory and the kernels over it. Only one rect at a time can be in the arena. */
export class Arena {
  readonly kernels: Kernels;
  readonly #memory: WebAssembly.Memory;
  readonly #pointer: number;
  #jpegTables: Uint8Array | undefined;

  /** An arena of ARENA_BYTES at `pointer`. */
  constructor(memory: WebAssembly.Memory, pointer: number) {
    this.kernels = instantiateKernels(memory);
    this.#memory = memory;
    this.#pointer = pointer;
  }

  /** Runs a kernel over a part of the surface. Returns what the kernel does. */
  run(kernel: EncodeKernel, conversion: Uint8Array, surface: SurfaceView, part: Rect): number {
    // The memory may have grown: its buffer is another one then.
    new Uint8Array(this.#memory.buffer, this.#pointer, PIXEL_CONVERSION_BYTES).set(conversion);
    return this.#call(kernel, this.#pointer, surface, part);
  }

  #call(kernel: EncodeKernel, parameters: number, surface: SurfaceView, part: Rect): number {
    return kernel(
      parameters,
      surface.pointer + part.y * surface.strideBytes + part.x * 4,
      surface.strideBytes,
      part.width,
      part.height,
      this.#pointer + SCRATCH_OFFSET,
      this.#pointer + OUTPUT_OFFSET,
    );
  }

  /** Runs a kernel that returns how many bytes it wrote. They are valid until the next call. */
  encode(kernel: EncodeKernel, conversion: Uint8Array, surface: SurfaceView, part: Rect): Uint8Array {
    const byteLength = this.run(kernel, conversion, surface, part);
    return new Uint8Array(this.#memory.buffer, this.#pointer + OUTPUT_OFFSET, byteLength);
  }

  /** A part as a JPEG; no bytes when it takes more than the output holds. They are valid until the next call. */
  encodeJpeg(tables: Uint8Array, surface: SurfaceView, part: Rect): Uint8Array {
    const pointer = this.#pointer + JPEG_TABLES_OFFSET;
    if (this.#jpegTables !== tables) new Uint8Array(this.#memory.buffer, pointer, JPEG_TABLES_BYTES).set(tables);
    this.#jpegTables = tables;
    const byteLength = this.#call(this.kernels.encodeJpeg, pointer, surface, part);
    return new Uint8Array(this.#memory.buffer, this.#pointer + OUTPUT_OFFSET, byteLength);
  }

  /** The bytes of a part of the surface as they are just now, row by row; all at once where no row is padded. */
  forEachRow(surface: SurfaceView, part: Rect, use: (bytes: Uint8Array) => void): void {
    const start = surface.pointer + part.y * surface.strideBytes + part.x * 4;
    const rowBytes = part.width * 4;
    const buffer = this.#bufferUpTo(start + (part.height - 1) * surface.strideBytes + rowBytes);
    if (rowBytes === surface.strideBytes) return use(new Uint8Array(buffer, start, rowBytes * part.height));
    for (let y = 0; y < part.height; y++) use(new Uint8Array(buffer, start + y * surface.strideBytes, rowBytes));
  }

  /** Another thread may have made the memory longer, which shows here some time later, or when asked to grow. */
  #bufferUpTo(end: number): ArrayBufferLike {
    if (end > this.#memory.buffer.byteLength) this.#memory.grow(0);
    return this.#memory.buffer;
  }

  /** The start of the scratch memory: what the last kernel left there. */
  scratch(count: number): Uint32Array {
    return new Uint32Array(this.#memory.buffer, this.#pointer + SCRATCH_OFFSET, count);
  }
}
