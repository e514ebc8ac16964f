/** The machine's input devices as the input layer sees them, and the keys that wait for the guest. */

import { MAX_QUEUED_KEYS } from "../base/limits.ts";
import type { InputDevice } from "./input_device.ts";
import type { Ps2Keyboard } from "./ps2_keyboard.ts";
import type { Ps2Mouse } from "./ps2_mouse.ts";
import type { Tablet } from "./tablet.ts";

interface WaitingKey {
  readonly keycode: number;
  readonly down: boolean;
}

/** Keyboard, mouse and tablet as one input device. */
export class MachineInput implements InputDevice {
  readonly #keyboard: Ps2Keyboard;
  readonly #mouse: Ps2Mouse;
  readonly #tablet: Tablet;
  readonly #listeners: Set<() => void> = new Set();
  readonly #waiting: WaitingKey[] = [];
  /** Keys the guest knows to be down once it has read what waits. */
  readonly #down: Set<number> = new Set();
  readonly #onActivity: () => void;

  /** `onActivity` is called when something was pressed or moved. */
  constructor(keyboard: Ps2Keyboard, mouse: Ps2Mouse, tablet: Tablet, onActivity: () => void) {
    this.#keyboard = keyboard;
    this.#mouse = mouse;
    this.#tablet = tablet;
    this.#onActivity = onActivity;
  }

  /** See {@link InputDevice}. */
  get pointerIsAbsolute(): boolean {
    return this.#tablet.isEnabled;
  }

  /** See {@link InputDevice}. */
  get ledState(): number {
    return this.#keyboard.ledState;
  }

  /**
   * A key the keyboard's small queue has no room for waits here, and those behind it; the guest loses none of a burst.
   * Past the cap presses are lost, but never the release of a key that would be stuck without it.
   */
  putKeycode(keycode: number, down: boolean): void {
    this.#onActivity();
    const key = { keycode: keycode & 0xff, down };
    const isFull = this.#waiting.length >= MAX_QUEUED_KEYS;
    if (isFull && (down || !this.#down.has(key.keycode))) return;
    if (down) this.#down.add(key.keycode);
    else this.#down.delete(key.keycode);
    if (this.#waiting.length > 0 || !this.#keyboard.putKeycode(key.keycode, down)) this.#waiting.push(key);
  }

  /** See {@link InputDevice}. */
  putAbsolute(x: number, y: number, buttonMask: number): void {
    this.#onActivity();
    this.#tablet.putAbsolute(x, y, buttonMask);
  }

  /** See {@link InputDevice}. */
  putRelative(dx: number, dy: number, buttonMask: number): void {
    this.#onActivity();
    this.#mouse.putRelative(dx, dy, buttonMask);
  }

  /** See {@link InputDevice}. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The guest has read a byte of the keyboard's: keys that wait may have room. */
  feedKeys(): void {
    while (this.#waiting.length > 0) {
      const { keycode, down } = this.#waiting[0]!;
      if (!this.#keyboard.putKeycode(keycode, down)) return;
      this.#waiting.shift();
    }
  }

  /** The guest has reset its keyboard: what was typed before is not for it. */
  forgetKeys(): void {
    this.#waiting.length = 0;
  }

  /** LEDs or the kind of pointer have changed. */
  tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
