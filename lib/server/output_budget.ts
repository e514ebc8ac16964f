/** What all clients of a server keep in memory by not reading. */

import { MAX_UNSENT_BYTES } from "../base/limits.ts";

/**
 * Counts the memory of what waits to be sent, once for all who wait for the same. While it is spent a client for whom
 * anything waits is made nothing new: what changes meanwhile accumulates for it, and those who read are served on.
 */
export class OutputBudget {
  readonly #limitBytes: number;
  readonly #holders = new Map<ArrayBuffer, number>();
  #heldBytes = 0;

  constructor(limitBytes: number = MAX_UNSENT_BYTES) {
    this.#limitBytes = limitBytes;
  }

  /** Whether as much waits as may. */
  get isSpent(): boolean {
    return this.#heldBytes >= this.#limitBytes;
  }

  /** Notes bytes that wait; what is called when they do not any more may be called again. A surface's own cost nothing. */
  hold({ buffer }: Uint8Array): () => void {
    if (!(buffer instanceof ArrayBuffer)) return () => {};
    const { byteLength } = buffer;
    const holders = this.#holders.get(buffer) ?? 0;
    this.#holders.set(buffer, holders + 1);
    if (holders === 0) this.#heldBytes += byteLength;
    let isHeld = true;
    return () => {
      if (isHeld) this.#letGo(buffer, byteLength);
      isHeld = false;
    };
  }

  #letGo(buffer: ArrayBuffer, byteLength: number): void {
    const holders = this.#holders.get(buffer)! - 1;
    if (holders > 0) return void this.#holders.set(buffer, holders);
    this.#holders.delete(buffer);
    this.#heldBytes -= byteLength;
  }
}
