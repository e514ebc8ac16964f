/** vncd's own absolute pointer: an index at port 0x1E0, 16 bits of data at 0x1E2, interrupt 10. */

import { MAX_QUEUED_POINTER_EVENTS } from "../base/limits.ts";
import { ABSOLUTE_MAX } from "./input_device.ts";
import { type InterruptLines, IrqLine } from "./interrupt_lines.ts";
import type { IoBus, PortDevice } from "./io_bus.ts";

/** What {@link TabletRegister.Id} reads as. */
export const TABLET_ID = 0x7ab1;

/** Registers of the tablet. X, Y and Buttons are those of the oldest event that waits, or of the last one there was. */
export const TabletRegister = {
  Id: 0,
  /** Bit 0: enabled. */
  Control: 1,
  /** Events that wait. */
  Status: 2,
  /** 0 to 0x7fff. */
  X: 3,
  /** 0 to 0x7fff. */
  Y: 4,
  /** Bits of PointerButton. */
  Buttons: 5,
  /** Writing 1 is done with the oldest event. */
  Next: 6,
} as const;

const PORT_INDEX = 0x1e0;
const PORT_DATA = 0x1e2;
const ENABLE = 1;

interface TabletEvent {
  readonly x: number;
  readonly y: number;
  readonly buttons: number;
}

const ORIGIN: TabletEvent = { x: 0, y: 0, buttons: 0 };

/** The tablet. Motion that nobody has read is merged; a change of buttons is an event of its own. */
export class Tablet implements PortDevice {
  readonly #interrupts: InterruptLines;
  readonly #onEnable: () => void;
  #waiting: TabletEvent[] = [];
  #last: TabletEvent = ORIGIN;
  #isEnabled = false;
  #index = 0;

  /** `onEnable` is called when the guest switches the tablet on or off. */
  constructor(interrupts: InterruptLines, onEnable: () => void) {
    this.#interrupts = interrupts;
    this.#onEnable = onEnable;
  }

  /** Takes its ports. */
  attach(io: IoBus): void {
    io.register(PORT_INDEX, 1, this, 2);
    io.register(PORT_DATA, 1, this, 2);
  }

  /** Whether the guest wants positions. */
  get isEnabled(): boolean {
    return this.#isEnabled;
  }

  /** Back to power-on: off. */
  reset(): void {
    this.#last = ORIGIN;
    this.#index = 0;
    this.#enable(false);
  }

  /** The pointer is at a position, 0 to 0x7fff, with these buttons down. */
  putAbsolute(x: number, y: number, buttonMask: number): void {
    if (!this.#isEnabled) return;
    const event = { x: coordinate(x), y: coordinate(y), buttons: buttonMask & 0xffff };
    const newest = this.#waiting.at(-1);
    const mayMerge = this.#isMotion(newest, event) || this.#waiting.length >= MAX_QUEUED_POINTER_EVENTS;
    if (newest !== undefined && mayMerge) this.#waiting[this.#waiting.length - 1] = event;
    else this.#waiting.push(event);
    this.#raise();
  }

  /** A port is read. */
  read(port: number): number {
    if (port === PORT_INDEX) return this.#index;
    const event = this.#waiting[0] ?? this.#last;
    switch (this.#index) {
      case TabletRegister.Id:
        return TABLET_ID;
      case TabletRegister.Control:
        return this.#isEnabled ? ENABLE : 0;
      case TabletRegister.Status:
        return this.#waiting.length;
      case TabletRegister.X:
        return event.x;
      case TabletRegister.Y:
        return event.y;
      case TabletRegister.Buttons:
        return event.buttons;
      default:
        return 0xffff;
    }
  }

  /** A port is written. */
  write(port: number, value: number): void {
    if (port === PORT_INDEX) this.#index = value;
    else if (this.#index === TabletRegister.Control) this.#enable((value & ENABLE) !== 0);
    else if (this.#index === TabletRegister.Next && value === 1) this.#next();
  }

  /** Where a button went down or up must not be lost either, so only motion that follows motion is merged. */
  #isMotion(newest: TabletEvent | undefined, event: TabletEvent): boolean {
    const before = this.#waiting.at(-2) ?? this.#last;
    return newest?.buttons === event.buttons && before.buttons === event.buttons;
  }

  #next(): void {
    this.#last = this.#waiting.shift() ?? this.#last;
    this.#raise();
  }

  #enable(isEnabled: boolean): void {
    this.#waiting = [];
    this.#raise();
    if (isEnabled === this.#isEnabled) return;
    this.#isEnabled = isEnabled;
    this.#onEnable();
  }

  #raise(): void {
    this.#interrupts.setLevel(IrqLine.Tablet, this.#waiting.length > 0);
  }
}

function coordinate(value: number): number {
  return Math.min(Math.max(Math.round(value) || 0, 0), ABSOLUTE_MAX);
}
