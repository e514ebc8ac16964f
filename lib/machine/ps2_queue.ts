/** What a PS/2 device has to say: bytes of events in order, replies to commands before them. */

/** Bytes of events that wait at most [QEMU PS2_QUEUE_SIZE]; replies have room of their own. */
export const PS2_EVENT_BYTES = 16;

/** The output queue of a keyboard or mouse. `onLevel` is told whether there is something to read, after each change. */
export class Ps2Queue {
  readonly #onLevel: (hasData: boolean) => void;
  #replies: number[] = [];
  #events: number[] = [];
  #last = 0;

  constructor(onLevel: (hasData: boolean) => void) {
    this.#onLevel = onLevel;
  }

  /** Bytes to be read. */
  get length(): number {
    return this.#replies.length + this.#events.length;
  }

  /** Whether an event of `byteLength` bytes would fit. */
  hasRoom(byteLength: number): boolean {
    return this.#events.length + byteLength <= PS2_EVENT_BYTES;
  }

  /** Queues an event, all of it or nothing; returns which. */
  pushEvent(bytes: readonly number[]): boolean {
    if (!this.hasRoom(bytes.length)) return false;
    this.#events.push(...bytes);
    this.#tell();
    return true;
  }

  /** Queues the reply to a command before all events; what is left of an earlier reply is gone. */
  reply(...bytes: number[]): void {
    this.#replies = bytes;
    this.#tell();
  }

  /** Takes the next byte; an empty queue gives the last one again [EMM386 relies on it]. */
  read(): number {
    const next = this.#replies.shift() ?? this.#events.shift();
    if (next === undefined) return this.#last;
    this.#last = next;
    this.#tell();
    return next;
  }

  /** Forgets the events. */
  clearEvents(): void {
    this.#events = [];
    this.#tell();
  }

  /** Back to power-on. */
  reset(): void {
    this.#replies = [];
    this.#events = [];
    this.#last = 0;
    this.#tell();
  }

  #tell(): void {
    this.#onLevel(this.length > 0);
  }
}
