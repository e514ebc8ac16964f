/** Giving memory back at once. */

/**
 * Frees the memory of a buffer that nobody looks at any more. V8 would do it when it collects next: until then tens of
 * megabytes can wait, and what the C library once had to ask the system for it keeps.
 */
export function freeMemory(memory: ArrayBuffer): void {
  memory.transfer(0);
}
