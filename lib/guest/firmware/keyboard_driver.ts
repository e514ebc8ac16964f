/** Keyboard driver: scancodes into keys, modifiers, lock keys and their LEDs, a type-ahead buffer. */

import { MAX_QUEUED_KEYS } from "../../base/limits.ts";
import { LedBit } from "../../machine/input_device.ts";
import { EventQueue } from "./event_queue.ts";
import type { GuestKeyEvent } from "./key_event.ts";
import { Listeners } from "./listeners.ts";
import type { Ps2Controller } from "./ps2_controller.ts";
import { type DecodedKey, ScancodeDecoder } from "./scancode_decoder.ts";
import { KEY_NAMES, KEYPAD_KEYS, US_CHARACTERS } from "./us_layout_table.ts";

/** Keyboard commands. */
const Command = { SetLeds: 0xed, ReadId: 0xf2, Enable: 0xf4, Reset: 0xff } as const;

const LOCK_KEYS: Readonly<Record<number, number>> = {
  0x3a: LedBit.CapsLock,
  0x45: LedBit.NumLock,
  0x46: LedBit.ScrollLock,
};

/**
 * The keyboard as a scene reads it. Presses wait in a type-ahead buffer until somebody reads them; when it is full,
 * further presses are counted in {@link lostPresses} and lost, as on a PC.
 *
 * @example A scene that echoes what is typed
 * ```ts
 * import { defineScene } from "@vncd/vncd";
 *
 * const scene = defineScene({
 *   name: "echo",
 *   async start({ firmware: { keyboard, text } }) {
 *     for await (const key of keyboard) text.write(key.name === "Enter" ? "\n" : key.character ?? "");
 *   },
 * });
 * ```
 */
export class KeyboardDriver implements AsyncIterable<GuestKeyEvent> {
  readonly #controller: Ps2Controller;
  readonly #decoder = new ScancodeDecoder();
  readonly #down = new Set<number>();
  readonly #presses = new EventQueue<GuestKeyEvent>(MAX_QUEUED_KEYS);
  readonly #listeners = new Listeners<GuestKeyEvent>();
  #locks = 0;
  #lostPresses = 0;
  /** The two bytes the keyboard gave as its id; undefined when no keyboard answers. */
  readonly id: readonly number[] | undefined;

  /**
   * Resets and enables the keyboard. Readers end when `signal` aborts.
   * @internal
   */
  constructor(controller: Ps2Controller, signal: AbortSignal) {
    this.#controller = controller;
    const stop = controller.listen("keyboard", (byte) => this.#onByte(byte));
    signal.addEventListener("abort", () => this.#close(stop), { once: true });
    controller.send("keyboard", [Command.Reset], 1);
    this.id = controller.send("keyboard", [Command.ReadId], 2);
    controller.send("keyboard", [Command.SetLeds, 0]);
    controller.send("keyboard", [Command.Enable]);
  }

  /** Lock keys that are on, bits of {@link LedBit}. */
  get locks(): number {
    return this.#locks;
  }

  /** Presses that found the type-ahead buffer full. */
  get lostPresses(): number {
    return this.#lostPresses;
  }

  /** Turns lock keys on and off, bits of {@link LedBit}, and their LEDs with them. */
  setLocks(locks: number): void {
    this.#locks = locks & 7;
    this.#controller.send("keyboard", [Command.SetLeds, this.#locks]);
  }

  /** Whether the key with this XT scancode is down. */
  isDown(keycode: number): boolean {
    return this.#down.has(keycode);
  }

  /** Calls back for every press and release, read or not. Returns how to stop. */
  onKey(listener: (event: GuestKeyEvent) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** The next press; never, when the machine goes off first. */
  async read(): Promise<GuestKeyEvent> {
    const result = await this.#presses.next();
    return result.done ? await new Promise<never>(() => {}) : result.value;
  }

  /** Forgets presses nobody has read. */
  flush(): void {
    this.#presses.clear();
  }

  /** Presses, held keys' repeats included, until the machine goes off. */
  [Symbol.asyncIterator](): AsyncIterator<GuestKeyEvent, undefined> {
    return { next: () => this.#presses.next() };
  }

  #close(stop: () => void): void {
    stop();
    this.#listeners.clear();
    this.#presses.close();
  }

  #onByte(byte: number): void {
    const key = this.#decoder.decode(byte);
    if (key !== undefined) this.#onDecoded(key);
  }

  #onDecoded(key: DecodedKey): void {
    const repeat = key.down && this.#down.has(key.keycode);
    if (key.down) this.#down.add(key.keycode);
    else if (!this.#down.delete(key.keycode)) return;
    const lock = LOCK_KEYS[key.keycode];
    if (lock !== undefined && key.down && !repeat) this.setLocks(this.#locks ^ lock);
    this.#deliver(this.#describe(key, repeat));
  }

  #deliver(event: GuestKeyEvent): void {
    if (event.down && !this.#presses.push(event)) this.#lostPresses++;
    this.#listeners.tell(event);
  }

  #describe({ keycode, down }: DecodedKey, repeat: boolean): GuestKeyEvent {
    const shift = this.#down.has(0x2a) || this.#down.has(0x36);
    const control = this.#down.has(0x1d) || this.#down.has(0x9d);
    const alt = this.#down.has(0x38) || this.#down.has(0xb8);
    const capsLock = (this.#locks & LedBit.CapsLock) !== 0;
    const numLock = (this.#locks & LedBit.NumLock) !== 0;
    const typed = typedCharacter(keycode, shift, capsLock, numLock);
    const name = typed ?? KEYPAD_KEYS[keycode]?.[1] ?? KEY_NAMES[keycode] ?? "Unidentified";
    const event = { keycode, down, repeat, name, shift, control, alt, capsLock, numLock };
    return typed === undefined || control || alt ? event : { ...event, character: typed };
  }
}

/** CapsLock turns Shift round for letters only, NumLock for the keypad only. */
function typedCharacter(keycode: number, shift: boolean, capsLock: boolean, numLock: boolean): string | undefined {
  const keypad = KEYPAD_KEYS[keycode];
  if (keypad !== undefined) return numLock !== shift ? keypad[0] : undefined;
  const characters = US_CHARACTERS[keycode];
  if (characters === undefined) return undefined;
  const isLetter = characters >= "a" && characters < "{";
  return characters.charAt((isLetter && capsLock) !== shift ? 1 : 0);
}
