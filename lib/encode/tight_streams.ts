/** The four zlib streams of Tight, and the rects that go through them. */

import type { Rect } from "../base/rect.ts";
import { TightFilter, TightRects } from "./kernels/kernels.ts";
import { type StreamMemory, threadStreamMemory } from "./stream_memory.ts";
import { CHOOSY_LEVEL } from "./zlib_stream.ts";

/** Level when the client asks for none: 7 % fewer bytes of text than at 1, for an eighth more time [measured]. */
const DEFAULT_COMPRESS_LEVEL = 3;
/** From this level on what is behind the gradient filter is searched: 6 % of the bytes for half as much time again. */
const MIN_SEARCHED_LEVEL = 7;
/** The level it is searched at: higher ones search for long and find next to nothing [measured]. */
const GRADIENT_COMPRESS_LEVEL = 3;
/** Deflate's level at each compress level: from 3 on it takes a quarter more time for 7 % of the bytes [measured]. */
const DEFLATE_LEVEL: readonly number[] = [0, 1, 1, 2, 2, 2, 2, 3, 5, 9];

/** Where struct TightPart of kernels/assembly/tight_rects.ts has the streams' slots. */
const SLOTS_INDEX = 6;
const PART_WORDS = 10;

/** The zlib stream of each filter; a fill has none. */
const STREAM_OF: Readonly<Record<number, number>> = {
  [TightFilter.copy]: 0,
  [TightFilter.mono]: 1,
  [TightFilter.palette]: 2,
  [TightFilter.gradient]: 3,
};

/** One client's; each stream takes memory when it is first used. */
export class TightStreams {
  readonly #memory: StreamMemory;
  /** Struct TightPart. */
  readonly #part = new Uint32Array(PART_WORDS);
  readonly #slots: Uint32Array = this.#part.subarray(SLOTS_INDEX);

  /** Streams that have sent nothing yet. */
  constructor(memory: StreamMemory = threadStreamMemory()) {
    this.#memory = memory;
  }

  /**
   * The rects of a part as they go on the wire, but for those that are left to JPEG. `rects` and `bytes` are what the
   * kernel left behind: words of `TightRects`, and palettes and pixels. The result is valid until any stream of the
   * thread compresses. Throws LimitError when there is no memory.
   */
  write({ x, y }: Rect, rects: Uint32Array, bytes: Uint8Array, wireBytes: number, compressLevel?: number): Uint8Array {
    this.#takeSlots(rects);
    const level = compressLevel ?? DEFAULT_COMPRESS_LEVEL;
    const gradientLevel = level < MIN_SEARCHED_LEVEL ? CHOOSY_LEVEL : GRADIENT_COMPRESS_LEVEL;
    const count = rects.length / TightRects.words;
    this.#part.set([x, y, wireBytes, count, gradientLevel, DEFLATE_LEVEL[level]!]);
    return this.#memory.writeTightRects(bytes, this.#part, rects);
  }

  #takeSlots(rects: Uint32Array): void {
    for (let at: number = TightRects.filterIndex; at < rects.length; at += TightRects.words) {
      const stream = STREAM_OF[rects[at]!];
      if (stream !== undefined && this.#slots[stream] === 0) this.#slots[stream] = this.#memory.take();
    }
  }

  /** Gives the memory back: what is written next begins anew. */
  close(): void {
    for (const slot of this.#slots) if (slot !== 0) this.#memory.give(slot);
    this.#slots.fill(0);
  }
}
