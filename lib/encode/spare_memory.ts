/** Memory of updates that were sent, for those that are to be made: a busy server hardly asks for new memory. */

import { MAX_RECYCLED_BYTES } from "../base/limits.ts";
import type { EncodedUpdate } from "./job.ts";

/** Memory of so many updates is kept; so many are on their way to viewers at a time even where there is one worker [vncd]. */
const MIN_SPARES = 8;

/** A pool's spare memory. */
export class SpareMemory {
  readonly #maxCount: number;
  /** The smallest first. */
  readonly #spares: ArrayBuffer[] = [];
  #byteLength = 0;

  /** For a pool with so many workers. */
  constructor(workers: number) {
    this.#maxCount = Math.max(workers, MIN_SPARES);
  }

  /** What is kept. */
  get byteLength(): number {
    return this.#byteLength;
  }

  /** The largest. */
  take(): ArrayBuffer | undefined {
    const spare = this.#spares.pop();
    this.#byteLength -= spare?.byteLength ?? 0;
    return spare;
  }

  /** Keeps the memory of an update that nobody reads any more, rather than smaller pieces. */
  give({ bytes, tail = [], isLive }: EncodedUpdate): void {
    if (isLive) return;
    for (const { buffer } of [bytes, ...tail]) if (buffer instanceof ArrayBuffer) this.#keep(buffer);
  }

  #keep(memory: ArrayBuffer): void {
    const isUsable = memory.byteLength > 0 && memory.byteLength <= MAX_RECYCLED_BYTES;
    if (!isUsable || this.#spares.includes(memory)) return;
    const at = this.#spares.findIndex(({ byteLength }) => byteLength >= memory.byteLength);
    this.#spares.splice(at < 0 ? this.#spares.length : at, 0, memory);
    this.#byteLength += memory.byteLength;
    while (this.#spares.length > this.#maxCount || this.#byteLength > MAX_RECYCLED_BYTES) {
      this.#byteLength -= this.#spares.shift()!.byteLength;
    }
  }
}
