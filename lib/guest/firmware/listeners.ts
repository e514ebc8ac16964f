/** Callbacks that are told of events. */

/** A set of callbacks; one that throws does not keep the others from being called. */
export class Listeners<T> {
  readonly #callbacks = new Set<(event: T) => void>();

  /** Adds a callback. Returns how to take it off again. */
  add(callback: (event: T) => void): () => void {
    // A wrapper of its own, so that the same function may be added twice and taken off once.
    const entry = (event: T) => callback(event);
    this.#callbacks.add(entry);
    return () => this.#callbacks.delete(entry);
  }

  /** Calls all, then throws what the first failing one threw: the interrupt lines log it. */
  tell(event: T): void {
    const failures: unknown[] = [];
    for (const callback of [...this.#callbacks]) {
      try {
        callback(event);
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  /** Takes all off. */
  clear(): void {
    this.#callbacks.clear();
  }
}
