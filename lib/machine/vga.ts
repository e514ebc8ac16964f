/** The graphics card: its registers, its memory, and what they put on the display. */

import type { Clock } from "../base/clock.ts";
import { errorMessage } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import type { Rect } from "../base/rect.ts";
import type { Display } from "../display/display.ts";
import { type BlitScreen, CirrusBlitter } from "./cirrus_blitter.ts";
import type { IoBus } from "./io_bus.ts";
import { LegacyWindow } from "./legacy_window.ts";
import { Vbe } from "./vbe.ts";
import { VgaDac } from "./vga_dac.ts";
import { LinearMode } from "./vga_linear.ts";
import { VgaRegisters } from "./vga_registers.ts";
import { type TextGeometry, textGeometry, TextMode } from "./vga_text.ts";
import { VideoMemory } from "./video_memory.ts";

/** A VGA with the Bochs VBE extension and the Cirrus blitter, painting on one display. */
export class Vga implements BlitScreen {
  /** The linear framebuffer; the four planes of VGA are its first 256 KiB, plane p of address a at byte 4·a + p. */
  readonly vram: VideoMemory;
  /** A0000 to BFFFF. */
  readonly legacyMemory: LegacyWindow;
  readonly #display: Display;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #dac: VgaDac;
  readonly #registers: VgaRegisters;
  readonly #vbe: Vbe;
  readonly #blitter: CirrusBlitter;
  #screen: TextMode | LinearMode | undefined;
  #isModeStale = false;
  #isClosed = false;

  constructor(display: Display, vramBytes: number, clock: Clock, logger: Logger) {
    this.#logger = logger;
    this.#display = display;
    this.#clock = clock;
    this.vram = new VideoMemory(display.memory, vramBytes, () => this.#wake());
    this.#dac = new VgaDac(() => this.#wake());
    this.#blitter = new CirrusBlitter(this.vram, this);
    this.#registers = new VgaRegisters(this.#blitter, () => this.#onModeChange());
    this.#vbe = new Vbe(vramBytes, {
      onModeChange: () => this.#onModeChange(),
      setDac8Bit: (is8Bit) => this.#dac.is8Bit = is8Bit,
      clear: (offset, byteLength) => this.#clear(offset, byteLength),
    });
    this.legacyMemory = new LegacyWindow(this.vram, this.#registers, this.#vbe);
    display.setHwUpdate(() => this.#hwUpdate());
  }

  /** Takes the card's ports. */
  attach(io: IoBus): void {
    this.#registers.attach(io);
    this.#dac.attach(io);
    this.#vbe.attach(io);
  }

  /** Back to power-on: no mode, the screen black. Video memory keeps what it holds. */
  reset(): void {
    this.#registers.reset();
    this.#blitter.reset();
    this.#dac.reset();
    this.#vbe.reset();
  }

  /** The display is not painted on any more; it keeps the last picture. */
  close(): void {
    this.#isClosed = true;
    this.#display.setHwUpdate(undefined);
  }

  /** See {@link BlitScreen}. */
  locate(address: number, widthBytes: number, height: number, pitchBytes: number): Rect | undefined {
    this.#settleMode();
    if (!(this.#screen instanceof LinearMode)) return undefined;
    return this.#screen.locate(address, widthBytes, height, pitchBytes);
  }

  /** See {@link BlitScreen}. */
  copy(source: Rect, x: number, y: number, blit: () => void): void {
    const screen = this.#screen;
    this.#display.copy(source, x, y, () => {
      blit();
      if (screen instanceof LinearMode && !screen.isZeroCopy) screen.paint({ ...source, x, y });
    });
  }

  /** See {@link BlitScreen}. */
  paint(area: Rect): void {
    if (this.#screen instanceof LinearMode) this.#screen.paint(area);
  }

  /** The display asks at every tick: whatever has changed is painted and reported. */
  #hwUpdate(): void {
    this.#settleMode();
    if (this.#screen instanceof TextMode) this.#screen.update(this.#clock.nowMs());
    else this.#screen?.update();
  }

  #wake(): void {
    if (!this.#isClosed) this.#display.wake();
  }

  /** A mode is many register writes: it is looked at when the guest has let go, or when somebody has to know. */
  #onModeChange(): void {
    if (this.#isModeStale || this.#isClosed) return;
    this.#isModeStale = true;
    this.#wake();
    queueMicrotask(() => this.#settleMode());
  }

  /** Runs detached as well, so a mode that cannot be shown is logged and leaves the display as it is. */
  #settleMode(): void {
    if (!this.#isModeStale || this.#isClosed) return;
    this.#isModeStale = false;
    try {
      this.#showMode();
    } catch (error) {
      this.#screen = undefined;
      this.#logger.error(`Cannot show the mode the guest has set: ${errorMessage(error)}`);
    }
  }

  #showMode(): void {
    const linear = this.#vbe.geometry;
    if (linear !== undefined) {
      if (this.#screen instanceof LinearMode && this.#screen.tryFlip(linear)) return;
      this.#screen = new LinearMode(this.#display, { dac: this.#dac, vram: this.vram }, linear);
      return;
    }
    this.#showVga();
  }

  /** What VGA's own registers describe. Graphics modes of its own it does not show yet. */
  #showVga(): void {
    const text = this.#registers.isScreenOn && !this.#registers.isGraphics ? textGeometry(this.#registers) : undefined;
    if (text === undefined) {
      if (this.#screen !== undefined) this.#display.resize(this.#display.width, this.#display.height);
      this.#screen = undefined;
      return;
    }
    if (this.#screen instanceof TextMode && isSameText(this.#screen.geometry, text)) return;
    const { legacyMemory } = this;
    this.#screen = new TextMode(this.#display, {
      registers: this.#registers,
      dac: this.#dac,
      vram: this.vram,
      fontVersion: () => legacyMemory.fontVersion,
    }, text);
  }

  #clear(offset: number, byteLength: number): void {
    this.vram.bytes.fill(0, offset, offset + byteLength);
    this.vram.markDirty(offset, byteLength);
  }
}

function isSameText(a: TextGeometry, b: TextGeometry): boolean {
  return a.columns === b.columns && a.rows === b.rows && a.cellWidth === b.cellWidth && a.cellHeight === b.cellHeight;
}
