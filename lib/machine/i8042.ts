/** The i8042 keyboard and mouse controller at ports 0x60 and 0x64. */

import { type InterruptLines, IrqLine } from "./interrupt_lines.ts";
import type { IoBus, PortDevice } from "./io_bus.ts";

/** A device at one of the controller's two connectors. */
export interface Ps2Device {
  /** Takes the next byte it has to say. */
  read(): number;
  /** The guest sends it a byte. */
  write(value: number): void;
}

/** What the controller is wired to. */
export interface I8042Wiring {
  readonly interrupts: InterruptLines;
  readonly keyboard: Ps2Device;
  readonly mouse: Ps2Device;
  /** Translation of the keyboard's scancodes to set 1 is switched. */
  setTranslation(isOn: boolean): void;
  /** The guest pulls the processor's reset line. */
  resetSystem(): void;
}

const PORT_DATA = 0x60;
const PORT_STATUS = 0x64;

/** Bits of the status register. */
const Status = { OutputFull: 0x01, SystemFlag: 0x04, LastWasCommand: 0x08, Unlocked: 0x10, FromMouse: 0x20 } as const;

/** Bits of the mode byte. */
const Mode = {
  KeyboardInterrupt: 0x01,
  MouseInterrupt: 0x02,
  KeyboardOff: 0x10,
  MouseOff: 0x20,
  Translate: 0x40,
} as const;
const MODE_RESET = Mode.KeyboardInterrupt | Mode.MouseInterrupt;

/** Bits of the output port. */
const OutputPort = { NoReset: 0x01, A20: 0x02, KeyboardFull: 0x10, MouseFull: 0x20 } as const;
const OUTPUT_PORT_RESET = 0xcc | OutputPort.A20 | OutputPort.NoReset;

const Command = {
  ReadMode: 0x20,
  WriteMode: 0x60,
  MouseOff: 0xa7,
  MouseOn: 0xa8,
  TestMouse: 0xa9,
  SelfTest: 0xaa,
  TestKeyboard: 0xab,
  KeyboardOff: 0xad,
  KeyboardOn: 0xae,
  ReadInputPort: 0xc0,
  ReadOutputPort: 0xd0,
  WriteOutputPort: 0xd1,
  WriteKeyboardBuffer: 0xd2,
  WriteMouseBuffer: 0xd3,
  WriteMouse: 0xd4,
  DisableA20: 0xdd,
  EnableA20: 0xdf,
  /** F0 to FF pulse the output lines whose bits are 0; bit 0 is the processor's reset. */
  Pulse: 0xf0,
} as const;

const SELF_TEST_PASSED = 0x55;
const TEST_PASSED = 0x00;
const INPUT_PORT = 0x80;

/** Where the byte in the output buffer comes from. */
type Source = "controller" | "keyboard" | "mouse";

/** A byte of the controller's own, as if from the mouse or the keyboard. */
interface Reply {
  readonly value: number;
  readonly isFromMouse: boolean;
}

/** The controller: one output buffer for two devices and itself. */
export class I8042 implements PortDevice {
  readonly #wiring: I8042Wiring;
  #mode: number = MODE_RESET;
  #outputPort: number = OUTPUT_PORT_RESET;
  #hasPassedSelfTest = false;
  #lastWasCommand = true;
  /** The command whose data byte is awaited at port 0x60. */
  #awaited: number | undefined;
  #source: Source | undefined;
  #isFromMouse = false;
  #lastRead = 0;
  #reply: Reply | undefined;
  #keyboardHasData = false;
  #mouseHasData = false;
  #isReading = false;

  constructor(wiring: I8042Wiring) {
    this.#wiring = wiring;
  }

  /** Takes its ports. */
  attach(io: IoBus): void {
    io.register(PORT_DATA, 1, this);
    io.register(PORT_STATUS, 1, this);
  }

  /** Back to power-on: interrupts on, no translation. */
  reset(): void {
    this.#mode = MODE_RESET;
    this.#outputPort = OUTPUT_PORT_RESET;
    this.#hasPassedSelfTest = false;
    this.#lastWasCommand = true;
    this.#awaited = undefined;
    this.#source = undefined;
    this.#lastRead = 0;
    this.#reply = undefined;
    this.#wiring.setTranslation(false);
    this.#update();
  }

  /** The keyboard has something to say, or nothing more. */
  setKeyboardData(hasData: boolean): void {
    this.#keyboardHasData = hasData;
    this.#update();
  }

  /** The mouse has something to say, or nothing more. */
  setMouseData(hasData: boolean): void {
    this.#mouseHasData = hasData;
    this.#update();
  }

  /** A port is read. */
  read(port: number): number {
    return port === PORT_STATUS ? this.#status() : this.#readData();
  }

  /** A port is written. */
  write(port: number, value: number): void {
    this.#lastWasCommand = port === PORT_STATUS;
    if (port === PORT_STATUS) this.#onCommand(value);
    else this.#onData(value);
  }

  #status(): number {
    return Status.Unlocked | (this.#source === undefined ? 0 : Status.OutputFull) |
      (this.#source !== undefined && this.#isFromMouse ? Status.FromMouse : 0) |
      (this.#hasPassedSelfTest ? Status.SystemFlag : 0) | (this.#lastWasCommand ? Status.LastWasCommand : 0);
  }

  /** The byte is fetched from its device only now: a reply that came meanwhile goes before the event it was raised for. */
  #readData(): number {
    const source = this.#source;
    if (source === undefined) return this.#lastRead;
    this.#isReading = true;
    this.#source = undefined;
    this.#lowerLines();
    if (source === "keyboard") this.#lastRead = this.#wiring.keyboard.read();
    else if (source === "mouse") this.#lastRead = this.#wiring.mouse.read();
    else this.#takeReply();
    this.#isReading = false;
    this.#update();
    return this.#lastRead;
  }

  #takeReply(): void {
    this.#lastRead = this.#reply?.value ?? this.#lastRead;
    this.#reply = undefined;
  }

  /** Fills the output buffer when it is free, and sets the interrupt lines by what is in it. */
  #update(): void {
    if (this.#isReading) return;
    if (this.#source === undefined) this.#load();
    const isKeyboard = this.#source !== undefined && !this.#isFromMouse;
    const isMouse = this.#source !== undefined && this.#isFromMouse;
    const mayKeyboard = this.#has(Mode.KeyboardInterrupt) && !this.#has(Mode.KeyboardOff);
    this.#wiring.interrupts.setLevel(IrqLine.Keyboard, isKeyboard && mayKeyboard);
    this.#wiring.interrupts.setLevel(IrqLine.Mouse, isMouse && this.#has(Mode.MouseInterrupt));
  }

  /** By priority: the controller's own replies, the keyboard, the mouse. A device that is off keeps its bytes. */
  #load(): void {
    if (this.#reply !== undefined) {
      this.#source = "controller";
      this.#isFromMouse = this.#reply.isFromMouse;
    } else if (this.#keyboardHasData && !this.#has(Mode.KeyboardOff)) {
      this.#source = "keyboard";
      this.#isFromMouse = false;
    } else if (this.#mouseHasData && !this.#has(Mode.MouseOff)) {
      this.#source = "mouse";
      this.#isFromMouse = true;
    }
  }

  #lowerLines(): void {
    this.#wiring.interrupts.setLevel(IrqLine.Keyboard, false);
    this.#wiring.interrupts.setLevel(IrqLine.Mouse, false);
  }

  #has(modeBit: number): boolean {
    return (this.#mode & modeBit) !== 0;
  }

  #onCommand(command: number): void {
    this.#awaited = undefined;
    if (command >= Command.Pulse) {
      if ((command & OutputPort.NoReset) === 0) this.#wiring.resetSystem();
      return;
    }
    switch (command) {
      case Command.WriteMode:
      case Command.WriteOutputPort:
      case Command.WriteKeyboardBuffer:
      case Command.WriteMouseBuffer:
      case Command.WriteMouse:
        this.#awaited = command;
        return;
      case Command.MouseOff:
        return this.#setMode(this.#mode | Mode.MouseOff);
      case Command.MouseOn:
        return this.#setMode(this.#mode & ~Mode.MouseOff);
      case Command.KeyboardOff:
        return this.#setMode(this.#mode | Mode.KeyboardOff);
      case Command.KeyboardOn:
        return this.#setMode(this.#mode & ~Mode.KeyboardOff);
      case Command.DisableA20:
        this.#outputPort &= ~OutputPort.A20;
        return;
      case Command.EnableA20:
        this.#outputPort |= OutputPort.A20;
        return;
      default:
        return this.#answer(command);
    }
  }

  /** Commands that only want an answer. */
  #answer(command: number): void {
    switch (command) {
      case Command.ReadMode:
        return this.#queue(this.#mode);
      case Command.SelfTest:
        this.#hasPassedSelfTest = true;
        return this.#queue(SELF_TEST_PASSED);
      case Command.TestMouse:
      case Command.TestKeyboard:
        return this.#queue(TEST_PASSED);
      case Command.ReadInputPort:
        return this.#queue(INPUT_PORT);
      case Command.ReadOutputPort:
        return this.#queue(this.#outputPort | this.#outputPortFlags());
    }
  }

  /** A byte at port 0x60: what the last command waits for, else for the keyboard. */
  #onData(value: number): void {
    const command = this.#awaited;
    this.#awaited = undefined;
    switch (command) {
      case Command.WriteMode:
        return this.#writeMode(value);
      case Command.WriteOutputPort:
        return this.#writeOutputPort(value);
      case Command.WriteKeyboardBuffer:
        return this.#queue(value);
      case Command.WriteMouseBuffer:
        return this.#queue(value, true);
      case Command.WriteMouse:
        this.#wiring.mouse.write(value);
        return this.#setMode(this.#mode & ~Mode.MouseOff);
      default:
        this.#wiring.keyboard.write(value);
        return this.#setMode(this.#mode & ~Mode.KeyboardOff);
    }
  }

  #setMode(mode: number): void {
    this.#mode = mode;
    this.#update();
  }

  #writeMode(mode: number): void {
    this.#wiring.setTranslation((mode & Mode.Translate) !== 0);
    this.#setMode(mode);
  }

  #writeOutputPort(value: number): void {
    this.#outputPort = value;
    if ((value & OutputPort.NoReset) === 0) this.#wiring.resetSystem();
  }

  #outputPortFlags(): number {
    if (this.#source === undefined) return 0;
    return this.#isFromMouse ? OutputPort.MouseFull : OutputPort.KeyboardFull;
  }

  #queue(value: number, isFromMouse = false): void {
    this.#reply = { value, isFromMouse };
    this.#update();
  }
}
