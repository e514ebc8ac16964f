/** Who holds which keys down. */

/** The keys of all clients. A key is down while anybody holds it. */
export class KeyState {
  /** Keycodes in the order they went down. */
  readonly #heldBy: Map<number, Set<number>> = new Map();
  readonly #holders: Map<number, number> = new Map();

  /** Whether anybody holds the key. */
  isDown(keycode: number): boolean {
    return this.#holders.has(keycode);
  }

  /** Whether this client holds the key. */
  isHeldBy(client: number, keycode: number): boolean {
    return this.#heldBy.get(client)?.has(keycode) ?? false;
  }

  /** The client presses the key; again, when it holds it already. */
  press(client: number, keycode: number): void {
    const held = this.#heldBy.get(client) ?? new Set();
    if (held.has(keycode)) return;
    held.add(keycode);
    this.#heldBy.set(client, held);
    this.#holders.set(keycode, (this.#holders.get(keycode) ?? 0) + 1);
  }

  /** The client lets go of the key. Returns whether nobody holds it any more; false for a key it did not hold. */
  release(client: number, keycode: number): boolean {
    const held = this.#heldBy.get(client);
    if (!held?.delete(keycode)) return false;
    if (held.size === 0) this.#heldBy.delete(client);
    const left = (this.#holders.get(keycode) ?? 1) - 1;
    if (left > 0) this.#holders.set(keycode, left);
    else this.#holders.delete(keycode);
    return left === 0;
  }

  /** The keys a client holds, the last pressed first. */
  heldBy(client: number): number[] {
    return [...this.#heldBy.get(client) ?? []].reverse();
  }
}
