/** The firmware: what a scene finds on the machine when it starts, so that it need not speak to ports itself. */

import type { CursorShape } from "../../display/cursor.ts";
import type { GuestMachine } from "./hardware.ts";
import { KeyboardDriver } from "./keyboard_driver.ts";
import { PointerDriver } from "./pointer_driver.ts";
import { writePointerPosition, writePointerShape } from "./pointer_shape.ts";
import { Ps2Controller } from "./ps2_controller.ts";
import { enterTextMode, TEXT_MODE_HEIGHT, TEXT_MODE_WIDTH, TEXT_PALETTE } from "./text_mode.ts";
import { textAttribute, TextColour, TextScreen } from "./text_screen.ts";
import { type LinearDepth, type LinearMode, setVbeMode, writePaletteEntry } from "./vbe.ts";

export type { LinearDepth, LinearMode } from "./vbe.ts";

/**
 * Modes, text, keyboard and pointer of the machine: `guest.firmware` of a scene.
 *
 * @example A scene that paints a linear mode and then writes text
 * ```ts
 * import { defineScene } from "@vncd/vncd";
 *
 * const scene = defineScene({
 *   name: "red, then words",
 *   async start({ firmware, machine, sleep }) {
 *     const mode = firmware.setLinearMode(640, 480);
 *     machine.vram.fill32(0, mode.strideBytes / 4 * mode.height, 0xff0000);
 *     await sleep(1_000);
 *     firmware.setTextMode();
 *     firmware.text.write("That was red.");
 *   },
 * });
 * ```
 */
export class Firmware {
  readonly #machine: GuestMachine;
  readonly #signal: AbortSignal;
  readonly #text: TextScreen;
  #pointer: PointerDriver | undefined;
  #mode: LinearMode | "text" | "unset" = "unset";
  /**
   * The keyboard and mouse controller.
   * @internal
   */
  readonly controller: Ps2Controller;
  /** The keyboard; enabled from the start, so that nothing typed early is lost. */
  readonly keyboard: KeyboardDriver;

  /**
   * Boots: tests the keyboard controller and enables the keyboard. The picture is left alone until a mode is set.
   * When `signal` aborts, drivers let go of their interrupts and readers end.
   */
  constructor(machine: GuestMachine, signal: AbortSignal) {
    this.#machine = machine;
    this.#signal = signal;
    this.#text = new TextScreen(machine, () => this.#mode === "text");
    this.controller = new Ps2Controller(machine);
    this.keyboard = new KeyboardDriver(this.controller, signal);
  }

  /** The text screen; sets text mode when no mode has been set yet. */
  get text(): TextScreen {
    if (this.#mode === "unset") this.setTextMode();
    return this.#text;
  }

  /** The pointer; its device is enabled when a scene asks for it first. */
  get pointer(): PointerDriver {
    this.#pointer ??= new PointerDriver(this.#machine, this.controller, () => this.#size(), this.#signal);
    return this.#pointer;
  }

  /** The linear mode that is set; undefined in text mode. */
  get mode(): LinearMode | undefined {
    return typeof this.#mode === "string" ? undefined : this.#mode;
  }

  /** Sets 80x25 text, loads the font and the sixteen colours, clears the screen to light grey on black. */
  setTextMode(): void {
    enterTextMode(this.#machine);
    this.#mode = "text";
    this.#text.attribute = textAttribute(TextColour.LightGrey);
    this.#text.setCursorShape("underline");
    this.#text.clear();
  }

  /**
   * Sets a linear mode, cleared to black. Throws a RangeError, and the old mode stays, when the card does not have it. With 8 bits per pixel
   * the palette is the sixteen text colours, a 6x6x6 colour cube from index 16 and 24 greys from index 232.
   */
  setLinearMode(width: number, height: number, bitsPerPixel: LinearDepth = 32): LinearMode {
    const mode = setVbeMode(this.#machine, width, height, bitsPerPixel);
    if (bitsPerPixel === 8) this.#loadPalette();
    this.#mode = mode;
    return mode;
  }

  /** Programs one entry of the 256-colour palette; components 0…255, of which the card keeps six bits. */
  setPaletteEntry(index: number, red: number, green: number, blue: number): void {
    writePaletteEntry(this.#machine, index, red, green, blue);
  }

  /** Gives the pointer a shape; undefined hides it. */
  setCursorShape(shape: CursorShape | undefined): void {
    writePointerShape(this.#machine, shape);
  }

  /** Puts the pointer's picture somewhere, for scenes with a relative mouse. */
  moveCursor(x: number, y: number): void {
    writePointerPosition(this.#machine, x, y);
  }

  /** Resets the machine: the scene's signal aborts and the scene starts anew. */
  reboot(): void {
    this.controller.pulseReset();
  }

  #size(): { width: number; height: number } {
    return this.mode ?? { width: TEXT_MODE_WIDTH, height: TEXT_MODE_HEIGHT };
  }

  #loadPalette(): void {
    TEXT_PALETTE.forEach(([red, green, blue], index) => this.setPaletteEntry(index, red, green, blue));
    for (let index = 0; index < 216; index++) {
      const level = (divisor: number): number => Math.floor(index / divisor) % 6 * 51;
      this.setPaletteEntry(16 + index, level(36), level(6), level(1));
    }
    for (let index = 0; index < 24; index++) {
      const grey = 8 + index * 10;
      this.setPaletteEntry(232 + index, grey, grey, grey);
    }
  }
}
