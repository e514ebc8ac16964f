/** The PS/2 mouse: standard, IntelliMouse with a wheel, Explorer with two. */

import { PointerButton } from "./input_device.ts";
import type { Ps2Device } from "./i8042.ts";
import { MotionQueue } from "./motion_queue.ts";
import { Ps2Queue } from "./ps2_queue.ts";

/** What the mouse says it is: 0 standard, 3 IntelliMouse, 4 IntelliMouse Explorer. */
export type MouseType = 0 | 3 | 4;

const Command = {
  Scaling1To1: 0xe6,
  Scaling2To1: 0xe7,
  SetResolution: 0xe8,
  ReadStatus: 0xe9,
  StreamMode: 0xea,
  Poll: 0xeb,
  ResetWrap: 0xec,
  WrapMode: 0xee,
  RemoteMode: 0xf0,
  ReadId: 0xf2,
  SetRate: 0xf3,
  Enable: 0xf4,
  Disable: 0xf5,
  SetDefaults: 0xf6,
  Reset: 0xff,
} as const;

/** Bits of the status byte. */
const Status = { Scaling2To1: 0x10, Enabled: 0x20, Remote: 0x40 } as const;

const ACKNOWLEDGE = 0xfa;
const RESEND = 0xfe;
const SELF_TEST_PASSED = 0xaa;
const DEFAULT_RATE = 100;
const DEFAULT_RESOLUTION = 2;
/** The last three sample rates that make the mouse show what it can do. */
const INTELLIMOUSE_KNOCK = "200,100,80";
const EXPLORER_KNOCK = "200,200,80";
/** The most one packet tells of motion and wheels [QEMU]. */
const MAX_MOTION = 127;
const MAX_EXPLORER_WHEEL = 7;
const MAX_EXPLORER_TILT = 31;

/** The mouse. Motion is only noticed while the guest has it enabled. */
export class Ps2Mouse implements Ps2Device {
  readonly #queue: Ps2Queue;
  readonly #motion: MotionQueue = new MotionQueue();
  #type: MouseType = 0;
  #status = 0;
  #rate = DEFAULT_RATE;
  #resolution = DEFAULT_RESOLUTION;
  #knock: number[] = [];
  #isWrapping = false;
  /** The command whose argument is awaited. */
  #awaited: number | undefined;

  /** `onData` is told when there is something to read, or nothing more. */
  constructor(onData: (hasData: boolean) => void) {
    this.#queue = new Ps2Queue(onData);
  }

  /** Back to power-on. */
  reset(): void {
    this.#queue.reset();
    this.#setDefaults();
    this.#type = 0;
    this.#isWrapping = false;
    this.#awaited = undefined;
    this.#knock = [];
  }

  /** Motion in counts (y down) and the buttons that are down, bits of PointerButton. */
  putRelative(dx: number, dy: number, buttonMask: number): void {
    if ((this.#status & Status.Enabled) === 0) return;
    this.#motion.put(dx, dy, buttonMask);
    this.#stream();
  }

  /** The controller takes a byte; there may be room for another packet then. */
  read(): number {
    const value = this.#queue.read();
    this.#stream();
    return value;
  }

  /** The controller hands over a byte of the guest's. */
  write(value: number): void {
    if (this.#isWrapping && value !== Command.ResetWrap && value !== Command.Reset) return this.#queue.reply(value);
    const command = this.#awaited;
    this.#awaited = undefined;
    if (command === undefined) this.#onCommand(value);
    else this.#onArgument(command, value);
  }

  #onCommand(command: number): void {
    switch (command) {
      case Command.SetResolution:
      case Command.SetRate:
        this.#awaited = command;
        return this.#queue.reply(ACKNOWLEDGE);
      case Command.ReadStatus:
        return this.#queue.reply(ACKNOWLEDGE, this.#status, this.#resolution, this.#rate);
      case Command.ReadId:
        return this.#queue.reply(ACKNOWLEDGE, this.#type);
      case Command.Poll:
        return this.#queue.reply(ACKNOWLEDGE, ...this.#takePacket());
      case Command.Reset:
        this.#setDefaults();
        this.#type = 0;
        this.#isWrapping = false;
        this.#queue.clearEvents();
        return this.#queue.reply(ACKNOWLEDGE, SELF_TEST_PASSED, this.#type);
      default:
        return this.#queue.reply(this.#setMode(command) ? ACKNOWLEDGE : RESEND);
    }
  }

  /** Commands that only set something. Returns false for one the mouse does not know. */
  #setMode(command: number): boolean {
    switch (command) {
      case Command.Scaling1To1:
        this.#status &= ~Status.Scaling2To1;
        return true;
      case Command.Scaling2To1:
        this.#status |= Status.Scaling2To1;
        return true;
      case Command.StreamMode:
        this.#status &= ~Status.Remote;
        return true;
      case Command.RemoteMode:
        this.#status |= Status.Remote;
        return true;
      case Command.WrapMode:
      case Command.ResetWrap:
        this.#isWrapping = command === Command.WrapMode;
        return true;
      case Command.Enable:
        this.#status |= Status.Enabled;
        return true;
      case Command.Disable:
        this.#status &= ~Status.Enabled;
        this.#motion.clear();
        return true;
      case Command.SetDefaults:
        this.#setDefaults();
        return true;
      default:
        return false;
    }
  }

  #onArgument(command: number, value: number): void {
    if (command === Command.SetResolution) this.#resolution = value;
    else this.#setRate(value);
    this.#queue.reply(ACKNOWLEDGE);
  }

  #setRate(rate: number): void {
    this.#rate = rate;
    this.#knock = [...this.#knock, rate].slice(-3);
    const knock = this.#knock.join();
    if (knock === INTELLIMOUSE_KNOCK) this.#type = 3;
    if (knock === EXPLORER_KNOCK) this.#type = 4;
  }

  #setDefaults(): void {
    this.#status = 0;
    this.#rate = DEFAULT_RATE;
    this.#resolution = DEFAULT_RESOLUTION;
    this.#motion.clear();
  }

  /** As many packets as there is motion for and room. */
  #stream(): void {
    if ((this.#status & (Status.Enabled | Status.Remote)) !== Status.Enabled) return;
    while (!this.#motion.isEmpty && this.#queue.hasRoom(this.#type === 0 ? 3 : 4)) {
      this.#queue.pushEvent(this.#takePacket());
    }
  }

  /** The next packet: as much of the motion as it can tell, the rest is left for further ones. */
  #takePacket(): number[] {
    const buttons = this.#motion.buttons;
    const dx = this.#motion.takeX(MAX_MOTION);
    const dy = -this.#motion.takeY(MAX_MOTION);
    const last = this.#takeWheel();
    const signs = (dx < 0 ? 0x10 : 0) | (dy < 0 ? 0x20 : 0);
    this.#motion.finish();
    return [0x08 | signs | buttonBits(buttons), dx & 0xff, dy & 0xff, ...last];
  }

  /** The fourth byte. A standard mouse has none and forgets its wheels. */
  #takeWheel(): number[] {
    if (this.#type === 3) {
      this.#motion.takeTilt(Infinity);
      return [this.#motion.takeWheel(MAX_MOTION) & 0xff];
    }
    if (this.#type === 4) {
      const tilt = this.#motion.takeTilt(MAX_EXPLORER_TILT);
      return [tilt !== 0 ? 0x40 | (tilt & 0x3f) : this.#motion.takeWheel(MAX_EXPLORER_WHEEL) & 0x0f];
    }
    this.#motion.takeTilt(Infinity);
    this.#motion.takeWheel(Infinity);
    return [];
  }
}

/** Left, right, middle in bits 0 to 2. */
function buttonBits(mask: number): number {
  return ((mask & PointerButton.Left) !== 0 ? 1 : 0) | ((mask & PointerButton.Right) !== 0 ? 2 : 0) |
    ((mask & PointerButton.Middle) !== 0 ? 4 : 0);
}
