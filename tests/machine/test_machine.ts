/** A machine on a display that notes what it is told, with a clock that stands until it is moved. */

import type { Clock, Timer } from "../../lib/base/clock.ts";
import type { Logger } from "../../lib/base/log.ts";
import type { Rect } from "../../lib/base/rect.ts";
import { Display } from "../../lib/display/display.ts";
import type { DisplaySurface } from "../../lib/display/display_surface.ts";
import { Machine, type MachineOptions } from "../../lib/machine/machine.ts";

/** Time that passes when told to. */
export class ManualClock implements Clock {
  #nowMs = 0;
  #timers: { dueMs: number; callback: () => void }[] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  setTimer(callback: () => void, delayMs: number): Timer {
    const timer = { dueMs: this.#nowMs + delayMs, callback };
    this.#timers.push(timer);
    return { cancel: () => this.#timers = this.#timers.filter((other) => other !== timer) };
  }

  get timerCount(): number {
    return this.#timers.length;
  }

  /** Lets time pass; timers that fall due run. */
  advance(ms: number): void {
    this.#nowMs += ms;
    const due = this.#timers.filter((timer) => timer.dueMs <= this.#nowMs);
    this.#timers = this.#timers.filter((timer) => timer.dueMs > this.#nowMs);
    for (const timer of due) timer.callback();
  }
}

/** A display that notes what its device tells it. */
export class NotingDisplay extends Display {
  readonly updates: Rect[] = [];
  readonly copies: { source: Rect; x: number; y: number }[] = [];
  readonly switches: DisplaySurface[] = [];
  resizes = 0;
  wakes = 0;

  override update(rect: Rect): void {
    this.updates.push(rect);
    super.update(rect);
  }

  override copy(source: Rect, x: number, y: number, blit?: () => void): void {
    this.copies.push({ source, x, y });
    super.copy(source, x, y, blit);
  }

  override switchSurface(surface: DisplaySurface): void {
    this.switches.push(surface);
    super.switchSurface(surface);
  }

  override resize(width: number, height: number): void {
    this.resizes++;
    super.resize(width, height);
  }

  override wake(): void {
    this.wakes++;
    super.wake();
  }

  /** Asks the device, and gives the updates it reported. */
  takeUpdates(): Rect[] {
    this.updates.length = 0;
    this.refresh();
    return [...this.updates];
  }
}

/** What a test works with. */
export interface TestMachine {
  readonly display: NotingDisplay;
  readonly machine: Machine;
  readonly clock: ManualClock;
  readonly log: string[];
}

/** A machine with 1 MiB of video memory unless told otherwise. */
export function testMachine(options: MachineOptions = {}): TestMachine {
  const clock = new ManualClock();
  const log: string[] = [];
  const display = new NotingDisplay({ width: 640, height: 480, clock });
  const machine = new Machine(display, { vramBytes: 1 << 20, clock, logger: loggerTo(log), ...options });
  return { display, machine, clock, log };
}

/** A logger that keeps its lines. */
export function loggerTo(lines: string[]): Logger {
  const note = (message: string) => void lines.push(message);
  return { level: "debug", error: note, warn: note, info: note, debug: note };
}

/** Lets the microtasks that are queued run: interrupts are delivered, modes looked at. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve();
}

/** The colour 0xRRGGBB of a pixel of the guest surface. */
export function pixelAt(display: Display, x: number, y: number): number {
  const at = y * display.strideBytes + x * 4;
  const [blue = 0, green = 0, red = 0] = display.pixels.subarray(at, at + 3);
  return (red << 16) | (green << 8) | blue;
}

/** Writes a register behind an index port. */
export function writeIndexed(machine: Machine, port: number, index: number, value: number): void {
  machine.io.outb(port, index);
  machine.io.outb(port + 1, value);
}

/** Reads a register behind an index port. */
export function readIndexed(machine: Machine, port: number, index: number): number {
  machine.io.outb(port, index);
  return machine.io.inb(port + 1);
}

/** Writes a Bochs VBE register. */
export function writeVbe(machine: Machine, index: number, value: number): void {
  machine.io.outw(0x1ce, index);
  machine.io.outw(0x1cf, value);
}

/** Reads a Bochs VBE register. */
export function readVbe(machine: Machine, index: number): number {
  machine.io.outw(0x1ce, index);
  return machine.io.inw(0x1cf);
}

/** The port sequence of a driver that sets a linear mode. */
export function setLinearMode(machine: Machine, width: number, height: number, depth: number, enable = 0x41): void {
  writeVbe(machine, 4, 0);
  writeVbe(machine, 1, width);
  writeVbe(machine, 2, height);
  writeVbe(machine, 3, depth);
  writeVbe(machine, 4, enable);
}

/** VGA mode 3 as a BIOS sets it: 80x25 characters of 9x16 dots. */
export const MODE_3 = {
  miscOutput: 0x67,
  sequencer: [0x03, 0x00, 0x03, 0x00, 0x02],
  crtc: [
    [0x5f, 0x4f, 0x50, 0x82, 0x55, 0x81, 0xbf, 0x1f, 0x00, 0x4f, 0x0d, 0x0e],
    [0x00, 0x00, 0x00, 0x00, 0x9c, 0x8e, 0x8f, 0x28, 0x1f, 0x96, 0xb9, 0xa3, 0xff],
  ].flat(),
  graphics: [0x00, 0x00, 0x00, 0x00, 0x00, 0x10, 0x0e, 0x00, 0xff],
  attribute: [
    [0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x14, 0x07, 0x38, 0x39, 0x3a, 0x3b, 0x3c, 0x3d, 0x3e, 0x3f],
    [0x0c, 0x00, 0x0f, 0x08, 0x00],
  ].flat(),
} as const;

/** Sets mode 3 through the ports: registers, palette, no font. */
export function setTextMode(machine: Machine): void {
  const { io } = machine;
  writeVbe(machine, 4, 0);
  io.outb(0x3c2, MODE_3.miscOutput);
  MODE_3.sequencer.forEach((value, index) => writeIndexed(machine, 0x3c4, index, value));
  writeIndexed(machine, 0x3d4, 0x11, 0x0e);
  MODE_3.crtc.forEach((value, index) => writeIndexed(machine, 0x3d4, index, value));
  MODE_3.graphics.forEach((value, index) => writeIndexed(machine, 0x3ce, index, value));
  io.inb(0x3da);
  MODE_3.attribute.forEach((value, index) => {
    io.outb(0x3c0, index);
    io.outb(0x3c0, value);
  });
  io.outb(0x3c0, 0x20);
  io.outb(0x3c8, 0);
  for (let index = 0; index < 64; index++) {
    for (const bit of [2, 1, 0]) io.outb(0x3c9, ((index >> bit) & 1) * 42 + ((index >> (bit + 3)) & 1) * 21);
  }
}

/** Loads one glyph into plane 2 the way a BIOS does. */
export function loadGlyph(machine: Machine, character: number, rows: readonly number[]): void {
  const opened = [[0x3c4, 2, 0x04], [0x3c4, 4, 0x07], [0x3ce, 4, 0x02], [0x3ce, 5, 0x00], [0x3ce, 6, 0x04]] as const;
  const closed = [[0x3c4, 2, 0x03], [0x3c4, 4, 0x02], [0x3ce, 4, 0x00], [0x3ce, 5, 0x10], [0x3ce, 6, 0x0e]] as const;
  for (const [port, index, value] of opened) writeIndexed(machine, port, index, value);
  rows.forEach((row, line) => machine.legacyMemory.write8(0xa0000 + character * 32 + line, row));
  for (const [port, index, value] of closed) writeIndexed(machine, port, index, value);
}

/** Puts a character with its attribute on the text screen. */
export function putCharacter(machine: Machine, column: number, row: number, character: number, attribute = 0x07): void {
  machine.legacyMemory.write16(0xb8000 + (row * 80 + column) * 2, character | (attribute << 8));
}

/** Reads all bytes the i8042 has, with whether they came from the mouse. */
export function drain(machine: Machine, limit = 10_000): number[] {
  const bytes: number[] = [];
  while ((machine.io.inb(0x64) & 1) !== 0 && bytes.length < limit) bytes.push(machine.io.inb(0x60));
  return bytes;
}

/** Sends a byte to the mouse. */
export function writeMouse(machine: Machine, value: number): void {
  machine.io.outb(0x64, 0xd4);
  machine.io.outb(0x60, value);
}
