/** What clients press and point at, on its way to the machine. */

import type { InputDevice } from "../machine/input_device.ts";
import { KeyState } from "./key_state.ts";
import { COMMAND_KEYCODES, Keycode, parseExtendedKeycode, SHIFT_KEYCODES } from "./keycode.ts";
import { type KeyBinding, KeyboardLayout, type LayoutName } from "./layout.ts";
import { LockSync } from "./lock_sync.ts";
import { PointerState } from "./pointer_state.ts";

/** How an {@link InputRouter} treats keys. */
export interface InputRouterOptions {
  /** The guest's keyboard. Default en-us. */
  readonly layout?: LayoutName;
  /** Presses or lifts Shift for a keysym that needs it otherwise than the clients hold it. Default true; false is QEMU's way. */
  readonly synthesizeModifiers?: boolean;
  /** Presses lock keys so that the guest's locks agree with the keysyms of clients that do not know its LEDs. Default true. */
  readonly lockKeySync?: boolean;
}

/** The input of all clients of one machine. Clients are told apart by any number. */
export class InputRouter {
  readonly #device: InputDevice;
  readonly #layout: KeyboardLayout;
  readonly #keys: KeyState = new KeyState();
  readonly #locks: LockSync;
  readonly #pointer: PointerState;
  readonly #synthesizeModifiers: boolean;
  readonly #lockKeySync: boolean;

  /** A router that listens to the device's LEDs until {@link close}. */
  constructor(device: InputDevice, options: InputRouterOptions = {}) {
    this.#device = device;
    this.#layout = new KeyboardLayout(options.layout);
    this.#locks = new LockSync(device);
    this.#pointer = new PointerState(device);
    this.#synthesizeModifiers = options.synthesizeModifiers ?? true;
    this.#lockKeySync = options.lockKeySync ?? true;
  }

  /** A KeyEvent. A keysym for which the keyboard has no key does nothing. */
  keyEvent(client: number, keysym: number, down: boolean, clientKnowsLeds: boolean): void {
    const binding = this.#layout.lookup(keysym);
    if (binding === undefined) return;
    if (!down) {
      this.#release(client, binding.keycode);
      return;
    }
    this.#syncNumLock(binding, clientKnowsLeds);
    if (!this.#synthesizeModifiers) this.#syncCapsLock(client, binding, clientKnowsLeds);
    this.#pressWithShift(client, binding.keycode, this.#neededShift(binding));
  }

  /** A QEMU extended key event: the key itself; the keysym only tells about the locks. A keycode of 0 is a KeyEvent. */
  extendedKeyEvent(client: number, keysym: number, keycode: number, down: boolean, clientKnowsLeds: boolean): void {
    const key = parseExtendedKeycode(keycode);
    if (key === undefined) {
      this.keyEvent(client, keysym, down, clientKnowsLeds);
      return;
    }
    if (!down) {
      this.#release(client, key);
      return;
    }
    const binding = this.#layout.lookup(keysym);
    // A letter tells about CapsLock wherever the client's layout has it; a keypad keysym only on the keypad's key.
    if (binding?.keycode === key) this.#syncNumLock(binding, clientKnowsLeds);
    if (binding !== undefined) this.#syncCapsLock(client, binding, clientKnowsLeds);
    this.#press(client, key);
  }

  /** A PointerEvent on a surface of that size; `clientIsRelative` when the client was told that motion is wanted. */
  pointerEvent(
    client: number,
    x: number,
    y: number,
    buttonMask: number,
    width: number,
    height: number,
    clientIsRelative: boolean,
  ): void {
    this.#pointer.pointerEvent(client, { x, y, buttonMask, width, height, clientIsRelative });
  }

  /** The client is gone: keys and buttons that only it holds go up. */
  releaseClient(client: number): void {
    for (const keycode of this.#keys.heldBy(client)) this.#release(client, keycode);
    this.#pointer.releaseClient(client);
  }

  /** Stops listening to the device. */
  close(): void {
    this.#locks.close();
  }

  /** The same key again is the client's autorepeat, and goes through. */
  #press(client: number, keycode: number): void {
    if (!this.#keys.isDown(keycode)) this.#locks.onPress(keycode);
    this.#keys.press(client, keycode);
    this.#device.putKeycode(keycode, true);
  }

  #release(client: number, keycode: number): void {
    if (this.#keys.release(client, keycode)) this.#device.putKeycode(keycode, false);
  }

  /** Presses the key with Shift as it has to be at that moment; afterwards Shift is as the clients hold it. */
  #pressWithShift(client: number, keycode: number, needed: boolean | undefined): void {
    const held = SHIFT_KEYCODES.filter((shift) => this.#keys.isDown(shift));
    if (needed === undefined || needed === held.length > 0) {
      this.#press(client, keycode);
      return;
    }
    const turned = needed ? [Keycode.LeftShift] : held;
    for (const shift of turned) this.#device.putKeycode(shift, needed);
    this.#press(client, keycode);
    for (const shift of turned) this.#device.putKeycode(shift, !needed);
  }

  /** Whether Shift has to be down for the character to come out; undefined when it is the client's business. */
  #neededShift({ shift, isLetter }: KeyBinding): boolean | undefined {
    if (!this.#synthesizeModifiers || shift === undefined) return undefined;
    if (!isLetter) return shift;
    const isCommand = COMMAND_KEYCODES.some((keycode) => this.#keys.isDown(keycode));
    return isCommand ? undefined : shift !== this.#locks.capsLock;
  }

  #syncNumLock({ numLock }: KeyBinding, clientKnowsLeds: boolean): void {
    if (this.#lockKeySync && !clientKnowsLeds && numLock !== undefined) this.#locks.setNumLock(numLock);
  }

  /** A capital without Shift, or a small letter with it, comes from a client with CapsLock on. */
  #syncCapsLock(client: number, { shift, isLetter }: KeyBinding, clientKnowsLeds: boolean): void {
    if (!this.#lockKeySync || clientKnowsLeds || !isLetter) return;
    const clientShift = SHIFT_KEYCODES.some((keycode) => this.#keys.isHeldBy(client, keycode));
    this.#locks.setCapsLock(shift !== clientShift);
  }
}
