/** A keyboard with a guest behind it that has the US layout: what the input tests type into. */

import { type InputDevice, LedBit } from "../../lib/machine/input_device.ts";

/** Scancodes of the keys that type a character, without and with Shift: from a drawing of the keyboard. */
const CHARACTER_KEYS: ReadonlyMap<number, string> = new Map([
  [0x29, "`~"],
  [0x02, "1!"],
  [0x03, "2@"],
  [0x04, "3#"],
  [0x05, "4$"],
  [0x06, "5%"],
  [0x07, "6^"],
  [0x08, "7&"],
  [0x09, "8*"],
  [0x0a, "9("],
  [0x0b, "0)"],
  [0x0c, "-_"],
  [0x0d, "=+"],
  [0x10, "qQ"],
  [0x11, "wW"],
  [0x12, "eE"],
  [0x13, "rR"],
  [0x14, "tT"],
  [0x15, "yY"],
  [0x16, "uU"],
  [0x17, "iI"],
  [0x18, "oO"],
  [0x19, "pP"],
  [0x1a, "[{"],
  [0x1b, "]}"],
  [0x1e, "aA"],
  [0x1f, "sS"],
  [0x20, "dD"],
  [0x21, "fF"],
  [0x22, "gG"],
  [0x23, "hH"],
  [0x24, "jJ"],
  [0x25, "kK"],
  [0x26, "lL"],
  [0x27, ";:"],
  [0x28, "'\""],
  [0x2b, "\\|"],
  [0x2c, "zZ"],
  [0x2d, "xX"],
  [0x2e, "cC"],
  [0x2f, "vV"],
  [0x30, "bB"],
  [0x31, "nN"],
  [0x32, "mM"],
  [0x33, ",<"],
  [0x34, ".>"],
  [0x35, "/?"],
  [0x39, "  "],
]);

const KEYPAD_DIGITS: ReadonlyMap<number, string> = new Map([
  [0x47, "7"],
  [0x48, "8"],
  [0x49, "9"],
  [0x4b, "4"],
  [0x4c, "5"],
  [0x4d, "6"],
  [0x4f, "1"],
  [0x50, "2"],
  [0x51, "3"],
  [0x52, "0"],
  [0x53, "."],
]);

/** When the guest's LEDs follow its lock keys. */
export type LedBehaviour = "at-once" | "when-told" | "never";

/** A device that records what reaches the guest. */
export class UsGuest implements InputDevice {
  /** Keys that are down now. */
  readonly down: Set<number> = new Set();
  /** Every key event as "+2a" or "-2a". */
  readonly events: string[] = [];
  /** Every pointer event as "abs x,y mask" or "rel dx,dy mask". */
  readonly pointer: string[] = [];
  typed = "";
  pointerIsAbsolute = true;
  ledState: number;
  #locks: number;
  readonly #leds: LedBehaviour;
  readonly #listeners: Set<() => void> = new Set();

  constructor(leds: LedBehaviour = "at-once", locks = 0) {
    this.#leds = leds;
    this.#locks = locks;
    this.ledState = leds === "never" ? 0 : locks;
  }

  get capsLock(): boolean {
    return (this.#locks & LedBit.CapsLock) !== 0;
  }

  get numLock(): boolean {
    return (this.#locks & LedBit.NumLock) !== 0;
  }

  get listenerCount(): number {
    return this.#listeners.size;
  }

  putKeycode(keycode: number, down: boolean): void {
    this.events.push(`${down ? "+" : "-"}${keycode.toString(16)}`);
    if (!down) {
      this.down.delete(keycode);
      return;
    }
    if (!this.down.has(keycode)) this.#pressLock(keycode);
    this.down.add(keycode);
    this.typed += this.#characterOf(keycode);
  }

  putAbsolute(x: number, y: number, buttonMask: number): void {
    this.pointer.push(`abs ${x},${y} ${buttonMask}`);
  }

  putRelative(dx: number, dy: number, buttonMask: number): void {
    this.pointer.push(`rel ${dx},${dy} ${buttonMask}`);
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The guest's own idea: its locks change without a key of ours. */
  setLocks(locks: number): void {
    this.#locks = locks;
    this.showLeds();
  }

  showLeds(): void {
    if (this.#leds === "never") return;
    this.ledState = this.#locks;
    this.announceChange();
  }

  /** The device tells that something about it has changed. */
  announceChange(): void {
    for (const listener of this.#listeners) listener();
  }

  #pressLock(keycode: number): void {
    if (keycode === 0x3a) this.#locks ^= LedBit.CapsLock;
    else if (keycode === 0x45) this.#locks ^= LedBit.NumLock;
    else return;
    if (this.#leds === "at-once") this.showLeds();
  }

  #characterOf(keycode: number): string {
    if (this.numLock) {
      const digit = KEYPAD_DIGITS.get(keycode);
      if (digit !== undefined) return digit;
    }
    const both = CHARACTER_KEYS.get(keycode) ?? "";
    const isLetter = /^[a-z]/.test(both);
    const shift = this.down.has(0x2a) || this.down.has(0x36);
    return both.charAt(shift !== (isLetter && this.capsLock) ? 1 : 0);
  }
}
