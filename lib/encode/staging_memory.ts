/** Memory that a thread makes updates in before it is known how long they get: what has grown once is used again. */

import { freeMemory } from "./free_memory.ts";

const SMALLEST_BYTES = 64 * 1024;
/** What a thread keeps of it [vncd: as much as two updates of 1920x1080 that pack badly]. */
const MAX_KEPT_BYTES = 4 << 20;
/** Lengths are rounded up by a quarter at most: the C library finds memory again that has one of few lengths. */
const STEPS_PER_DOUBLING = 4;
const SMALLEST_STEP_BYTES = 1024;

/** The latest that was given back is last. */
const kept: ArrayBuffer[] = [];
let keptBytes = 0;

/** Memory of so many bytes or more. */
export function takeStaging(byteLength: number): ArrayBuffer {
  const at = kept.findLastIndex((memory) => memory.byteLength >= byteLength);
  const [found] = at < 0 ? [] : kept.splice(at, 1);
  keptBytes -= found?.byteLength ?? 0;
  return found ?? new ArrayBuffer(Math.max(SMALLEST_BYTES, byteLength));
}

/** Whether memory is small enough to be used again: what is larger may as well leave the thread as it is. */
export function isKept(memory: ArrayBuffer): boolean {
  return memory.byteLength <= MAX_KEPT_BYTES;
}

/** Gives memory back: what has not been used for longest makes room for it. */
export function giveStaging(memory: ArrayBuffer): void {
  if (!isKept(memory)) return freeMemory(memory);
  kept.push(memory);
  for (keptBytes += memory.byteLength; keptBytes > MAX_KEPT_BYTES;) {
    const dropped = kept.shift()!;
    keptBytes -= dropped.byteLength;
    freeMemory(dropped);
  }
}

/** New memory for so many bytes that go on to another thread. */
export function memoryFor(byteLength: number): ArrayBuffer {
  const doubling = 2 ** Math.floor(Math.log2(Math.max(1, byteLength)));
  const stepBytes = Math.max(SMALLEST_STEP_BYTES, doubling / STEPS_PER_DOUBLING);
  return new ArrayBuffer(Math.ceil(byteLength / stepBytes) * stepBytes);
}
