/** The machine: every device on one bus, painting on one display. */

import { type Clock, systemClock } from "../base/clock.ts";
import { errorMessage } from "../base/errors.ts";
import { DEFAULT_VRAM_BYTES, MIN_VRAM_BYTES } from "../base/limits.ts";
import { type Logger, silentLogger } from "../base/log.ts";
import type { Display } from "../display/display.ts";
import { GuestCursor } from "./guest_cursor.ts";
import { I8042 } from "./i8042.ts";
import type { InputDevice } from "./input_device.ts";
import { InterruptLines } from "./interrupt_lines.ts";
import { IoBus } from "./io_bus.ts";
import type { LegacyWindow } from "./legacy_window.ts";
import { MachineInput } from "./machine_input.ts";
import { Ps2Keyboard } from "./ps2_keyboard.ts";
import { Ps2Mouse } from "./ps2_mouse.ts";
import { Tablet } from "./tablet.ts";
import { Vga } from "./vga.ts";
import type { VideoMemory } from "./video_memory.ts";

const VRAM_UNIT_BYTES = 64 << 10;

/** How a {@link Machine} is made. */
export interface MachineOptions {
  /** Bytes of video memory, a multiple of 64 KiB. Default 16 MiB. */
  readonly vramBytes?: number;
  /** Default: the machine's own clock. */
  readonly clock?: Clock;
  /** Told when a guest's interrupt handler throws. Default: silent. */
  readonly logger?: Logger;
}

/**
 * A PC's graphics card, keyboard and pointers without its processor: a guest is a program that uses {@link io},
 * {@link interrupts}, {@link vram} and {@link legacyMemory}, and nothing else. docs/hardware.md lists the ports.
 *
 * @example A guest that sets a mode, paints it red and reads a key
 * ```ts
 * import { Display, Machine } from "@vncd/vncd";
 * import assert from "node:assert/strict";
 *
 * const display = new Display({ width: 640, height: 480 });
 * const machine = new Machine(display);
 * for (const [index, value] of [[1, 320], [2, 200], [3, 32], [4, 0x41]] as const) {
 *   machine.io.outw(0x1ce, index);
 *   machine.io.outw(0x1cf, value);
 * }
 * machine.vram.fill32(0, 320 * 200, 0xff0000);
 * display.refresh();
 * assert.equal(display.width, 320);
 *
 * machine.input.putKeycode(0x1e, true); // A, which is 0x1c in scancode set 2
 * assert.equal(machine.io.inb(0x60), 0x1c);
 * machine.close();
 * display.close();
 * ```
 */
export class Machine {
  /** The I/O ports. */
  readonly io: IoBus = new IoBus();
  /** The interrupt lines. */
  readonly interrupts: InterruptLines;
  readonly #logger: Logger;
  readonly #vga: Vga;
  readonly #cursor: GuestCursor;
  readonly #i8042: I8042;
  readonly #keyboard: Ps2Keyboard;
  readonly #mouse: Ps2Mouse;
  readonly #tablet: Tablet;
  readonly #input: MachineInput;
  readonly #resetListeners: Set<() => void> = new Set();

  /** Puts the machine behind a display, which shows nothing new until the guest sets a mode. */
  constructor(display: Display, options: MachineOptions = {}) {
    const { vramBytes = DEFAULT_VRAM_BYTES, clock = systemClock, logger = silentLogger } = options;
    checkVram(vramBytes);
    this.#logger = logger;
    this.interrupts = new InterruptLines(clock, logger);
    this.#vga = new Vga(display, vramBytes, clock, logger);
    this.#cursor = new GuestCursor(display);
    this.#tablet = new Tablet(this.interrupts, () => this.#input.tell());
    this.#mouse = new Ps2Mouse((hasData) => this.#i8042.setMouseData(hasData));
    this.#keyboard = new Ps2Keyboard({
      onData: (hasData) => this.#i8042.setKeyboardData(hasData),
      onLeds: () => this.#input.tell(),
      onFlush: () => this.#input.forgetKeys(),
    });
    this.#input = new MachineInput(this.#keyboard, this.#mouse, this.#tablet, () => display.wake());
    this.#i8042 = this.#wireController();
    for (const device of [this.#vga, this.#cursor, this.#tablet, this.#i8042]) device.attach(this.io);
  }

  /** The linear framebuffer. */
  get vram(): VideoMemory {
    return this.#vga.vram;
  }

  /** The window at A0000 to BFFFF. */
  get legacyMemory(): LegacyWindow {
    return this.#vga.legacyMemory;
  }

  /** What viewers press and move. */
  get input(): InputDevice {
    return this.#input;
  }

  /** Calls back after every {@link reset}, the guest's own included. Returns how to stop. */
  onReset(listener: () => void): () => void {
    this.#resetListeners.add(listener);
    return () => this.#resetListeners.delete(listener);
  }

  /** All devices as after power-on. Video memory and the guest's interrupt handlers stay. */
  reset(): void {
    for (const device of [this.#vga, this.#cursor, this.#tablet, this.#keyboard, this.#mouse, this.#i8042]) {
      device.reset();
    }
    this.interrupts.reset();
    for (const listener of [...this.#resetListeners]) this.#tellReset(listener);
  }

  /** Switched off: no handler runs any more, the display is left as it is. */
  close(): void {
    this.interrupts.close();
    this.#vga.close();
    this.#resetListeners.clear();
  }

  #wireController(): I8042 {
    const keyboard = this.#keyboard;
    const input = this.#input;
    return new I8042({
      interrupts: this.interrupts,
      keyboard: {
        read(): number {
          const value = keyboard.read();
          input.feedKeys();
          return value;
        },
        write: (value) => keyboard.write(value),
      },
      mouse: this.#mouse,
      setTranslation: (isOn) => keyboard.isTranslated = isOn,
      resetSystem: () => this.reset(),
    });
  }

  #tellReset(listener: () => void): void {
    try {
      listener();
    } catch (error) {
      this.#logger.error(`Cannot tell that the machine was reset: ${errorMessage(error)}`);
    }
  }
}

function checkVram(vramBytes: number): void {
  if (vramBytes >= MIN_VRAM_BYTES && vramBytes % VRAM_UNIT_BYTES === 0) return;
  throw new RangeError(
    `Cannot make a machine: ${vramBytes} bytes of video memory are not a multiple of 64 KiB from 256 KiB on`,
  );
}
