/** The PS/2 keyboard: scancodes into its queue, commands from the controller. */

import type { Ps2Device } from "./i8042.ts";
import { Ps2Queue } from "./ps2_queue.ts";
import { SET2_TO_SET1 } from "./scancode_table.ts";
import { scancodeBytes, type ScancodeSet, translateToSet1 } from "./scancode.ts";

/** What a keyboard tells the machine around it. */
export interface KeyboardHost {
  /** There is something to read, or nothing more. */
  onData(hasData: boolean): void;
  /** The guest has set other LEDs. */
  onLeds(): void;
  /** Events that have not been read are gone: the guest has reset or disabled the keyboard. */
  onFlush(): void;
}

const Command = {
  SetLeds: 0xed,
  Echo: 0xee,
  ScancodeSet: 0xf0,
  ReadId: 0xf2,
  SetRate: 0xf3,
  Enable: 0xf4,
  ResetAndDisable: 0xf5,
  ResetAndEnable: 0xf6,
  AllTypematic: 0xfa,
  KeyMakeBreak: 0xfc,
  Reset: 0xff,
} as const;

const ACKNOWLEDGE = 0xfa;
const RESEND = 0xfe;
const SELF_TEST_PASSED = 0xaa;
const ID = [0xab, 0x83] as const;
const LED_MASK = 0x07;

/** The keyboard. After power-on it scans, in set 2. */
export class Ps2Keyboard implements Ps2Device {
  readonly #host: KeyboardHost;
  readonly #queue: Ps2Queue;
  readonly #pressed: Set<number> = new Set();
  #isScanning = true;
  #set: ScancodeSet = 2;
  #isTranslated = false;
  #leds = 0;
  /** The command whose argument is awaited. */
  #awaited: number | undefined;

  constructor(host: KeyboardHost) {
    this.#host = host;
    this.#queue = new Ps2Queue((hasData) => host.onData(hasData));
  }

  /** The LEDs that are lit, bits of LedBit. */
  get ledState(): number {
    return this.#leds;
  }

  /** Whether the controller wants its bytes translated to set 1; the keyboard does it as it queues them [QEMU]. */
  set isTranslated(isTranslated: boolean) {
    this.#isTranslated = isTranslated;
  }

  /** Back to power-on. */
  reset(): void {
    this.#pressed.clear();
    this.#awaited = undefined;
    this.#isTranslated = false;
    this.#queue.reset();
    this.#restart(true);
  }

  /** A key goes down or up. Returns false, and the keyboard knows nothing of it, when its bytes have no room. */
  putKeycode(keycode: number, down: boolean): boolean {
    const bytes = this.#isScanning ? scancodeBytes(this.#set, keycode, down, this.#modifiers()) : [];
    if (!this.#queue.pushEvent(this.#isTranslated ? translateToSet1(bytes) : bytes)) return false;
    if (down) this.#pressed.add(keycode);
    else this.#pressed.delete(keycode);
    return true;
  }

  /** The controller takes a byte. */
  read(): number {
    return this.#queue.read();
  }

  /** The controller hands over a byte of the guest's. */
  write(value: number): void {
    const command = this.#awaited;
    this.#awaited = undefined;
    if (command === undefined) this.#onCommand(value);
    else this.#onArgument(command, value);
  }

  #onCommand(command: number): void {
    switch (command) {
      case Command.SetLeds:
      case Command.ScancodeSet:
      case Command.SetRate:
        this.#awaited = command;
        return this.#queue.reply(ACKNOWLEDGE);
      case Command.Echo:
        return this.#queue.reply(Command.Echo);
      case Command.ReadId:
        return this.#queue.reply(ACKNOWLEDGE, ...this.#translate(ID));
      case Command.Enable:
        this.#isScanning = true;
        return this.#queue.reply(ACKNOWLEDGE);
      case Command.ResetAndDisable:
      case Command.ResetAndEnable:
        this.#restart(command === Command.ResetAndEnable);
        return this.#queue.reply(ACKNOWLEDGE);
      case Command.Reset:
        this.#restart(true);
        return this.#queue.reply(ACKNOWLEDGE, SELF_TEST_PASSED);
      case 0x00:
      case Command.AllTypematic:
      case Command.KeyMakeBreak:
        return this.#queue.reply(ACKNOWLEDGE);
      default:
        return this.#queue.reply(RESEND);
    }
  }

  #onArgument(command: number, value: number): void {
    if (command === Command.SetLeds) this.#setLeds(value & LED_MASK);
    if (command === Command.ScancodeSet) return this.#onScancodeSet(value);
    this.#queue.reply(ACKNOWLEDGE);
  }

  #onScancodeSet(value: number): void {
    if (value === 0) return this.#queue.reply(ACKNOWLEDGE, ...this.#translate([this.#set]));
    if (value !== 1 && value !== 2 && value !== 3) return this.#queue.reply(RESEND);
    this.#set = value;
    this.#queue.reply(ACKNOWLEDGE);
  }

  #translate(bytes: readonly number[]): readonly number[] {
    return this.#isTranslated ? bytes.map((byte) => SET2_TO_SET1[byte]!) : bytes;
  }

  #restart(isScanning: boolean): void {
    this.#isScanning = isScanning;
    this.#set = 2;
    this.#setLeds(0);
    this.#queue.clearEvents();
    this.#host.onFlush();
  }

  #setLeds(leds: number): void {
    if (leds === this.#leds) return;
    this.#leds = leds;
    this.#host.onLeds();
  }

  #modifiers(): { shift: boolean; control: boolean; leftAlt: boolean; rightAlt: boolean } {
    const pressed = this.#pressed;
    return {
      shift: pressed.has(0x2a) || pressed.has(0x36),
      control: pressed.has(0x1d) || pressed.has(0x9d),
      leftAlt: pressed.has(0x38),
      rightAlt: pressed.has(0xb8),
    };
  }
}
