/** Which 4 KiB pages of video memory have been written since the card last looked. */

/** Bytes one dirty bit of video memory stands for [QEMU's target page]. */
export const PAGE_BYTES = 4_096;
const PAGE_SHIFT = 12;

/** Pages that were dirty when the snapshot was taken. Valid until the next one is. */
export interface DirtySnapshot {
  /** Whether no page was dirty. */
  readonly isEmpty: boolean;
  /** Whether any byte of a range lies in a dirty page. */
  overlaps(offset: number, byteLength: number): boolean;
}

/** The dirty pages of one memory, with QEMU's snapshot-and-clear. */
export class DirtyPages {
  readonly #dirty: Uint8Array;
  readonly #taken: Uint8Array;
  readonly #onFirst: () => void;
  #isArmed = true;

  /** `onFirst` is called at the first mark after a snapshot. */
  constructor(byteLength: number, onFirst: () => void) {
    this.#dirty = new Uint8Array(Math.ceil(byteLength / PAGE_BYTES));
    this.#taken = new Uint8Array(this.#dirty.length);
    this.#onFirst = onFirst;
  }

  /** Marks the page of one byte. */
  markByte(offset: number): void {
    const page = offset >>> PAGE_SHIFT;
    if (this.#dirty[page] === 1 && !this.#isArmed) return;
    this.#dirty[page] = 1;
    this.#wake();
  }

  /** Marks the pages of a range, which must lie in the memory. */
  mark(offset: number, byteLength: number): void {
    if (byteLength <= 0) return;
    const first = offset >>> PAGE_SHIFT;
    const last = (offset + byteLength - 1) >>> PAGE_SHIFT;
    if (first === last) this.#dirty[first] = 1;
    else this.#dirty.fill(1, first, last + 1);
    this.#wake();
  }

  /** The dirty pages of a range, which are clean from now on. Pages outside the range stay as they are. */
  take(offset: number, byteLength: number): DirtySnapshot {
    const first = offset >>> PAGE_SHIFT;
    const end = ((offset + byteLength - 1) >>> PAGE_SHIFT) + 1;
    const taken = this.#taken;
    taken.fill(0);
    taken.set(this.#dirty.subarray(first, end), first);
    this.#dirty.fill(0, first, end);
    this.#isArmed = true;
    return { isEmpty: !taken.includes(1), overlaps: (at, length) => overlaps(taken, at, length) };
  }

  #wake(): void {
    if (!this.#isArmed) return;
    this.#isArmed = false;
    this.#onFirst();
  }
}

function overlaps(pages: Uint8Array, offset: number, byteLength: number): boolean {
  const end = (offset + byteLength - 1) >>> PAGE_SHIFT;
  for (let page = offset >>> PAGE_SHIFT; page <= end; page++) {
    if (pages[page] === 1) return true;
  }
  return false;
}
