/** Memory of updates that were sent, for those that are to be made: a busy server hardly asks for new memory. */

import { MAX_RECYCLED_BYTES } from "../base/limits.ts";
import { freeMemory } from "./free_memory.ts";
import type { EncodedUpdate } from "./job.ts";

/** Beside the memory of one update for each worker that of some more is kept, as long as it is little [vncd]. */
const MAX_SPARES_BESIDE = 8;
const MAX_BYTES_BESIDE = 8 << 20;

/** What waits for a slow viewer holds no more memory than so many times what its pixels would. */
const MOST_TIMES_LARGER = 2;

/** A pool's spare memory. */
export class SpareMemory {
  readonly #workers: number;
  /** The smallest first. */
  readonly #spares: ArrayBuffer[] = [];
  #byteLength = 0;

  /** For a pool with so many workers. */
  constructor(workers: number) {
    this.#workers = workers;
  }

  /** What is kept. */
  get byteLength(): number {
    return this.#byteLength;
  }

  /** The largest that suits an update of so many bytes at most: one of few is not to keep memory for many from others. */
  take(mostBytes: number): ArrayBuffer | undefined {
    const at = this.#spares.findLastIndex(({ byteLength }) => byteLength <= mostBytes * MOST_TIMES_LARGER);
    if (at < 0) return undefined;
    const [spare] = this.#spares.splice(at, 1);
    this.#byteLength -= spare!.byteLength;
    return spare;
  }

  /** Keeps the memory of an update that nobody reads any more, rather than smaller pieces. */
  give({ bytes, tail = [], isLive }: EncodedUpdate): void {
    if (isLive) return;
    for (const { buffer } of [bytes, ...tail]) if (buffer instanceof ArrayBuffer) this.#keep(buffer);
  }

  #keep(memory: ArrayBuffer): void {
    if (memory.byteLength > MAX_RECYCLED_BYTES) return freeMemory(memory);
    if (memory.byteLength === 0 || this.#spares.includes(memory)) return;
    const at = this.#spares.findIndex(({ byteLength }) => byteLength >= memory.byteLength);
    this.#spares.splice(at < 0 ? this.#spares.length : at, 0, memory);
    this.#byteLength += memory.byteLength;
    while (this.#isTooMuch) this.#dropSmallest();
  }

  #dropSmallest(): void {
    const dropped = this.#spares.shift()!;
    this.#byteLength -= dropped.byteLength;
    freeMemory(dropped);
  }

  get #isTooMuch(): boolean {
    const beside = this.#spares.length - this.#workers;
    const isLittle = this.#byteLength <= MAX_BYTES_BESIDE && beside <= MAX_SPARES_BESIDE;
    return this.#byteLength > MAX_RECYCLED_BYTES || beside > 0 && !isLittle;
  }
}
