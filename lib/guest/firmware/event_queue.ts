/** A bounded queue that one or more readers wait on. */

/** First in, first out; readers that find it empty wait. */
export class EventQueue<T> {
  readonly #items: T[] = [];
  readonly #waiting: ((result: IteratorResult<T, undefined>) => void)[] = [];
  readonly #capacity: number;
  #closed = false;

  /** `capacity` bounds what waits to be read. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** The newest items that wait, the newest last, for a caller that may merge the next one into it. */
  newest(count: number): readonly T[] {
    return this.#items.slice(-count);
  }

  /** How many items wait to be read. */
  get length(): number {
    return this.#items.length;
  }

  /** Adds an item; false when the queue is full or closed and the item is not taken. */
  push(item: T): boolean {
    if (this.#closed) return false;
    const reader = this.#waiting.shift();
    if (reader !== undefined) {
      reader({ done: false, value: item });
      return true;
    }
    if (this.#items.length >= this.#capacity) return false;
    this.#items.push(item);
    return true;
  }

  /** Puts `item` in the place of the newest item. */
  replaceLast(item: T): void {
    this.#items[this.#items.length - 1] = item;
  }

  /** The next item, once there is one; done when the queue is closed. */
  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#closed) return Promise.resolve({ done: true, value: undefined });
    const item = this.#items.shift();
    if (item !== undefined) return Promise.resolve({ done: false, value: item });
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Forgets what waits to be read. */
  clear(): void {
    this.#items.length = 0;
  }

  /** Ends every reader, now and later. */
  close(): void {
    this.#closed = true;
    this.#items.length = 0;
    for (const reader of this.#waiting.splice(0)) reader({ done: true, value: undefined });
  }
}
