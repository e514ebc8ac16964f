/** Driver of the i8042: sorts its bytes into keyboard and mouse, and talks to both devices. */

import { IrqLine } from "../../machine/interrupt_lines.ts";
import type { GuestMachine } from "./hardware.ts";
import { ControllerPort } from "./ports.ts";

/** Bits of the status register. */
const Status = { OutputFull: 0x01, InputFull: 0x02, FromMouse: 0x20 } as const;

/** Controller commands. */
const Command = {
  ReadMode: 0x20,
  WriteMode: 0x60,
  DisableMouse: 0xa7,
  TestMouse: 0xa9,
  SelfTest: 0xaa,
  DisableKeyboard: 0xad,
  NextByteToMouse: 0xd4,
  PulseReset: 0xfe,
} as const;

/** Bits of the mode byte. */
const Mode = { KeyboardIrq: 0x01, MouseIrq: 0x02, KeyboardOff: 0x10, MouseOff: 0x20, Translate: 0x40 } as const;

const SELF_TEST_PASSED = 0x55;
const TEST_PASSED = 0x00;
const ACKNOWLEDGE = 0xfa;
const RESEND = 0xfe;
/** Reads of the controller before something that does not come is given up. */
const POLL_LIMIT = 1_000;

/** One of the two devices behind the controller. */
export type Ps2Device = "keyboard" | "mouse";

/** The controller; one driver owns it, since both devices share its output buffer. */
export class Ps2Controller {
  readonly #machine: GuestMachine;
  readonly #listeners: Partial<Record<Ps2Device, (byte: number) => void>> = {};
  readonly #pending: { device: Ps2Device; byte: number }[] = [];
  #dispatching = false;
  #mode = 0;
  #awaiting: { device: Ps2Device; count: number; replies: number[] } | undefined;
  /** Whether the controller answered its self test. */
  readonly selfTestPassed: boolean;

  /** Tests the controller and switches the keyboard on; the mouse stays off until {@link enableMouse}. */
  constructor(machine: GuestMachine) {
    this.#machine = machine;
    this.selfTestPassed = this.#quietly(() => {
      // What was typed before the power came on means nothing.
      this.#pending.length = 0;
      const passed = this.#query(Command.SelfTest) === SELF_TEST_PASSED;
      const mode = this.#query(Command.ReadMode) ?? 0;
      this.#mode = (mode | Mode.KeyboardIrq | Mode.Translate | Mode.MouseOff) & ~(Mode.KeyboardOff | Mode.MouseIrq);
      return passed;
    });
  }

  /** Hands every byte of `device` that answers no command to `listener`. */
  listen(device: Ps2Device, listener: (byte: number) => void): () => void {
    this.#listeners[device] = listener;
    const irq = device === "keyboard" ? IrqLine.Keyboard : IrqLine.Mouse;
    return this.#machine.interrupts.onInterrupt(irq, () => this.#service());
  }

  /** Switches the mouse's interface and interrupt on. */
  enableMouse(): void {
    this.#quietly(() => this.#mode = (this.#mode | Mode.MouseIrq) & ~Mode.MouseOff);
  }

  /**
   * Sends bytes to a device, each acknowledged by it, and returns the `replyCount` bytes that follow the last
   * acknowledge; undefined when the device refuses or stays silent.
   */
  send(device: Ps2Device, bytes: readonly number[], replyCount = 0): number[] | undefined {
    let replies: number[] | undefined = [];
    for (const [index, byte] of bytes.entries()) {
      replies = this.#sendByte(device, byte, index === bytes.length - 1 ? replyCount : 0);
      if (replies === undefined) break;
    }
    this.#dispatch();
    return replies;
  }

  /** Whether the mouse's interface passes the controller's test of it. */
  testMouse(): boolean {
    return this.#quietly(() => this.#query(Command.TestMouse)) === TEST_PASSED;
  }

  /** Pulls the processor's reset line. */
  pulseReset(): void {
    this.#command(Command.PulseReset);
  }

  #service(): void {
    this.#drain();
    this.#dispatch();
  }

  #sendByte(device: Ps2Device, byte: number, replyCount: number): number[] | undefined {
    const awaiting = { device, count: replyCount + 1, replies: [] as number[] };
    this.#awaiting = awaiting;
    if (device === "mouse") this.#command(Command.NextByteToMouse);
    this.#write(ControllerPort.Data, byte);
    for (let polls = 0; polls < POLL_LIMIT && awaiting.replies.length < awaiting.count; polls++) {
      if (!this.#takeByte()) continue;
      if (awaiting.replies.length > 0 && awaiting.replies[0] !== ACKNOWLEDGE) break;
    }
    this.#awaiting = undefined;
    const acknowledged = awaiting.replies.length === awaiting.count && awaiting.replies[0] === ACKNOWLEDGE;
    return acknowledged ? awaiting.replies.slice(1) : undefined;
  }

  /** Bounded: where no controller is, the status register reads as all ones for ever. */
  #drain(): void {
    for (let bytes = 0; bytes < POLL_LIMIT && this.#takeByte();) bytes++;
  }

  /** Reads one byte and files it: the reply to a command, or for the device's listener. */
  #takeByte(): boolean {
    const status = this.#machine.io.inb(ControllerPort.StatusCommand);
    if ((status & Status.OutputFull) === 0) return false;
    const byte = this.#machine.io.inb(ControllerPort.Data);
    const device = (status & Status.FromMouse) === 0 ? "keyboard" : "mouse";
    if (this.#isReply(device, byte)) this.#awaiting?.replies.push(byte);
    else this.#pending.push({ device, byte });
    return true;
  }

  /** A scancode that was on its way comes before the acknowledge; from there on the replies come first. */
  #isReply(device: Ps2Device, byte: number): boolean {
    const awaiting = this.#awaiting;
    if (awaiting === undefined || awaiting.device !== device) return false;
    if (awaiting.replies.length > 0) return awaiting.replies.length < awaiting.count;
    return byte === ACKNOWLEDGE || byte === RESEND;
  }

  /** A listener may send commands: bytes that arrive meanwhile wait for their turn here. */
  #dispatch(): void {
    if (this.#dispatching) return;
    this.#dispatching = true;
    try {
      for (let next = this.#pending.shift(); next !== undefined; next = this.#pending.shift()) {
        this.#listeners[next.device]?.(next.byte);
      }
    } finally {
      this.#dispatching = false;
      // Only after a listener threw: the bytes behind it are not lost for that.
      if (this.#pending.length > 0) queueMicrotask(() => this.#dispatch());
    }
  }

  /** Runs `action` with both devices silent, what they had sent before put aside, so that replies are the controller's. */
  #quietly<T>(action: () => T): T {
    this.#command(Command.DisableKeyboard);
    this.#command(Command.DisableMouse);
    this.#drain();
    const result = action();
    this.#command(Command.WriteMode);
    this.#write(ControllerPort.Data, this.#mode);
    this.#dispatch();
    return result;
  }

  #query(command: number): number | undefined {
    this.#command(command);
    return this.#read();
  }

  #command(command: number): void {
    this.#write(ControllerPort.StatusCommand, command);
  }

  #write(port: number, value: number): void {
    for (let polls = 0; polls < POLL_LIMIT; polls++) {
      if ((this.#machine.io.inb(ControllerPort.StatusCommand) & Status.InputFull) === 0) break;
    }
    this.#machine.io.outb(port, value);
  }

  #read(): number | undefined {
    for (let polls = 0; polls < POLL_LIMIT; polls++) {
      const status = this.#machine.io.inb(ControllerPort.StatusCommand);
      if ((status & Status.OutputFull) !== 0) return this.#machine.io.inb(ControllerPort.Data);
    }
    return undefined;
  }
}
