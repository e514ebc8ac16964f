/** CapsLock and NumLock as the guest has them, and keeping them as the client means them. */

import { type InputDevice, LedBit } from "../machine/input_device.ts";
import { Keycode } from "./keycode.ts";

/**
 * The guest's lock keys. A press of a lock key toggles them here at once, as in QEMU; unlike there, what the guest's
 * LEDs say when they change is believed over that.
 */
export class LockSync {
  readonly #device: InputDevice;
  readonly #stop: () => void;
  #ledState: number;
  #capsLock: boolean;
  #numLock: boolean;

  /** Starts from the LEDs the device shows. */
  constructor(device: InputDevice) {
    this.#device = device;
    this.#ledState = device.ledState;
    this.#capsLock = (this.#ledState & LedBit.CapsLock) !== 0;
    this.#numLock = (this.#ledState & LedBit.NumLock) !== 0;
    this.#stop = device.onChange(() => this.#onChange());
  }

  /** Whether the guest has CapsLock on. */
  get capsLock(): boolean {
    return this.#capsLock;
  }

  /** Whether the guest has NumLock on. */
  get numLock(): boolean {
    return this.#numLock;
  }

  /** A key goes down that was up. */
  onPress(keycode: number): void {
    if (keycode === Keycode.CapsLock) this.#capsLock = !this.#capsLock;
    if (keycode === Keycode.NumLock) this.#numLock = !this.#numLock;
  }

  /** Makes the guest's CapsLock what it should be. */
  setCapsLock(on: boolean): void {
    if (on !== this.#capsLock) this.#tap(Keycode.CapsLock);
  }

  /** Makes the guest's NumLock what it should be. */
  setNumLock(on: boolean): void {
    if (on !== this.#numLock) this.#tap(Keycode.NumLock);
  }

  /** Stops listening to the device. */
  close(): void {
    this.#stop();
  }

  #tap(keycode: number): void {
    this.onPress(keycode);
    this.#device.putKeycode(keycode, true);
    this.#device.putKeycode(keycode, false);
  }

  /** A guest that never sets LEDs says nothing about its locks: only changes count. */
  #onChange(): void {
    const changed = this.#ledState ^ this.#device.ledState;
    this.#ledState = this.#device.ledState;
    if (changed & LedBit.CapsLock) this.#capsLock = (this.#ledState & LedBit.CapsLock) !== 0;
    if (changed & LedBit.NumLock) this.#numLock = (this.#ledState & LedBit.NumLock) !== 0;
  }
}
