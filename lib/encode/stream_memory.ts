/** The memory that the zlib streams of a thread live in: a slot each, and one place to deflate in for all of them. */

import { errorMessage, LimitError } from "../base/errors.ts";
import { MAX_ZLIB_STREAM_PAGES } from "../base/limits.ts";
import { instantiateKernels, KERNEL_RESERVED_BYTES, type Kernels } from "./kernels/kernels.ts";

const PAGE_BYTES = 65_536;
const WORD_BYTES = 4;
/** Behind an input: its last pixels are hashed and compared with some of these bytes. */
const SLACK_BYTES = 64;
const WORK = KERNEL_RESERVED_BYTES;
/** Slots that are made room for at once. */
const SLOTS_AT_ONCE = 8;

/** A piece of an input whose matches are searched at whole pixels. */
export interface Segment {
  /** Where it ends in the input; it begins where the one before ends. */
  readonly end: number;
  /** Bytes of a pixel, 1 to 4; 1 for what is not pixels. */
  readonly pixelBytes: number;
}

let ofThread: StreamMemory | undefined;

/** The memory that every stream of this thread shares, made when it is first asked for. */
export function threadStreamMemory(): StreamMemory {
  return ofThread ??= new StreamMemory();
}

/** Slots of streams and the kernels over them. It grows as slots are taken, and never shrinks. */
export class StreamMemory {
  readonly #memory = new WebAssembly.Memory({ initial: 1, maximum: MAX_ZLIB_STREAM_PAGES, shared: true });
  readonly #kernels: Kernels = instantiateKernels(this.#memory);
  readonly #slotBytes: number = this.#kernels.deflateStreamBytes();
  readonly #inputPointer: number = WORK + this.#kernels.deflateInputOffset();
  readonly #outputPointer: number = WORK + this.#kernels.deflateOutputOffset();
  readonly #segmentsPointer: number = WORK + this.#kernels.deflateSegmentsOffset();
  readonly #free: number[] = [];
  #end: number = WORK + this.#kernels.deflateWorkBytes();

  /** Memory without slots. */
  constructor() {
    this.#growTo(this.#end);
    this.#kernels.openDeflate(WORK);
  }

  /** A slot for a stream that has sent nothing yet. Throws {@link LimitError} when there is no memory for more. */
  take(): number {
    if (this.#free.length === 0) this.#addSlots();
    const slot = this.#free.pop()!;
    this.#kernels.resetDeflate(slot);
    return slot;
  }

  /** Gives a slot back. */
  give(slot: number): void {
    this.#free.push(slot);
  }

  /**
   * Compresses and flushes, at a level of 0 to 9, or 10 for what is behind a filter. The result is valid until the next
   * call. Throws RangeError for more than the largest part has.
   */
  deflate(slot: number, input: Uint8Array, segments: readonly Segment[], level: number): Uint8Array {
    if (input.length > this.#kernels.maxDeflateBytes() || segments.length > this.#kernels.maxDeflateSegments()) {
      throw new RangeError(`Cannot compress ${input.length} bytes in ${segments.length} segments: there is no room`);
    }
    const { buffer } = this.#memory;
    new Uint8Array(buffer, this.#inputPointer).set(input);
    const words = new Uint32Array(buffer, this.#segmentsPointer, 2 * segments.length);
    segments.forEach(({ end, pixelBytes }, at) => words.set([end, pixelBytes], 2 * at));
    const byteLength = this.#kernels.deflate(WORK, slot, segments.length, level);
    return new Uint8Array(buffer, this.#outputPointer, byteLength);
  }

  /**
   * Writes the rects that Tight's kernel found as they go on the wire. `bytes` are those it wrote, and `part` says what
   * to do with them: struct TightPart of kernels/assembly/tight_rects.ts, then the rects. The result is valid until the
   * next call. Throws RangeError for more than the largest part has.
   */
  writeTightRects(bytes: Uint8Array, part: Uint32Array, rects: Uint32Array): Uint8Array {
    const start = Math.ceil((bytes.length + SLACK_BYTES) / WORD_BYTES);
    const words = start + part.length + rects.length;
    if (words * WORD_BYTES > this.#kernels.maxDeflateBytes()) {
      throw new RangeError(`Cannot write ${bytes.length} bytes in ${rects.length} words of rects: there is no room`);
    }
    const { buffer } = this.#memory;
    const input = new Uint32Array(buffer, this.#inputPointer, words);
    input.fill(0, Math.floor(bytes.length / WORD_BYTES), start);
    // both begin at a whole word, so that V8 copies eight bytes at a time
    new Uint8Array(buffer, this.#inputPointer).set(bytes);
    input.set(part, start);
    input.set(rects, start + part.length);
    const byteLength = this.#kernels.writeTightRects(WORK, this.#inputPointer + start * WORD_BYTES);
    return new Uint8Array(buffer, this.#outputPointer, byteLength);
  }

  #addSlots(): void {
    this.#growTo(this.#end + SLOTS_AT_ONCE * this.#slotBytes);
    for (let at = 0; at < SLOTS_AT_ONCE; at++, this.#end += this.#slotBytes) this.#free.push(this.#end);
  }

  #growTo(byteLength: number): void {
    const pages = Math.ceil((byteLength - this.#memory.buffer.byteLength) / PAGE_BYTES);
    try {
      if (pages > 0) this.#memory.grow(pages);
    } catch (error) {
      throw new LimitError(`Cannot make room for more zlib streams: ${errorMessage(error)}`);
    }
  }
}
