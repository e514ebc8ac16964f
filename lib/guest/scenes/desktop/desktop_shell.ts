/** The desktop at work: windows, taskbar, input and time put together on one machine. */

import { type Rect, rect } from "../../../base/rect.ts";
import type { Timer } from "../../../base/clock.ts";
import { Blitter } from "../../drawing/blitter.ts";
import { Canvas } from "../../drawing/canvas.ts";
import type { LinearMode } from "../../firmware/firmware.ts";
import type { GuestKeyEvent } from "../../firmware/key_event.ts";
import type { GuestPointerEvent } from "../../firmware/pointer_event.ts";
import type { GuestContext } from "../../scene.ts";
import { Compositor } from "./compositor.ts";
import { cursorShape } from "./cursors.ts";
import { DesktopWindow } from "./desktop_window.ts";
import { Backdrop, paintMonitorIcon, paintNotesIcon } from "./icons.ts";
import { InputMonitor, MONITOR_HEIGHT, MONITOR_WIDTH } from "./input_monitor.ts";
import { PointerHandler } from "./pointer_handler.ts";
import { formatClock, Taskbar } from "./taskbar.ts";
import { TextField } from "./text_field.ts";
import { BORDER, TASKBAR_HEIGHT, TITLE_HEIGHT } from "./theme.ts";
import { createWallpaper } from "./wallpaper.ts";

/** Half a period of the blinking caret, as the VGA's text cursor blinks [QEMU: 16 frames at 60 Hz, twice]. */
const BLINK_MS = 533;

const WELCOME = `Welcome to vncd.

Whatever you type in your viewer arrives here, as scancodes of
a PS/2 keyboard that raise an interrupt on a virtual machine.

 • Drag a window by its title bar: the card's blitter moves
   the pixels, and your viewer is sent a CopyRect.
 • The pointer has another shape over a text, a title bar, an
   icon and a window's corner.
 • The wheel scrolls this text.

`;

/** What a desktop may be told. */
export interface DesktopOptions {
  /** The time the clock shows, in milliseconds since 1970; the wall's by default. */
  readonly nowMs?: () => number;
  /** Nothing moves but by keys and buttons: the clock stands, the caret does not blink, motion is not shown. */
  readonly still?: boolean;
  /** Size of the screen, 1024x768 by default. */
  readonly width?: number;
  /** See {@link DesktopOptions.width}. */
  readonly height?: number;
}

/** A running desktop. */
export class DesktopShell {
  /** The field that is typed into. */
  readonly notes: TextField;
  /** The windows, their order and the screen. */
  readonly compositor: Compositor;
  /** The bar with the clock. */
  readonly taskbar: Taskbar;
  readonly #guest: GuestContext;
  readonly #still: boolean;
  readonly #nowMs: () => number;
  readonly #monitor: InputMonitor;
  readonly #pointer: PointerHandler;
  readonly #timers = new Map<string, Timer>();
  #caretOn = true;
  #buttons = 0;

  /** Builds the desktop for a mode that is set; nothing is painted before {@link DesktopShell.start}. */
  constructor(guest: GuestContext, mode: LinearMode, options: DesktopOptions = {}) {
    this.#guest = guest;
    this.#still = options.still ?? false;
    this.#nowMs = options.nowMs ?? (this.#still ? stillTime : Date.now);
    this.notes = new TextField(WELCOME);
    this.#monitor = new InputMonitor(mode);
    const notesWindow = createNotesWindow(this.notes, mode);
    const monitorWindow = createMonitorWindow(this.#monitor, mode);
    const backdrop = new Backdrop(createWallpaper(mode.width, mode.height), [
      { label: "Notes", paint: paintNotesIcon, window: notesWindow },
      { label: "Input", paint: paintMonitorIcon, window: monitorWindow },
    ]);
    const canvas = new Canvas(guest.machine.vram, mode);
    const barTop = mode.height - TASKBAR_HEIGHT;
    this.compositor = new Compositor({
      canvas,
      blitter: new Blitter(guest.machine.io, guest.machine.vram, mode),
      workArea: rect(0, 0, mode.width, barTop),
      paintBackdrop: () => backdrop.paint(canvas),
    });
    this.compositor.add(monitorWindow);
    this.compositor.add(notesWindow);
    this.taskbar = new Taskbar({
      canvas,
      area: rect(0, barTop, mode.width, TASKBAR_HEIGHT),
      compositor: this.compositor,
      windows: [notesWindow, monitorWindow],
      clock: formatClock(this.#nowMs()),
    });
    this.#pointer = new PointerHandler({
      compositor: this.compositor,
      taskbar: this.taskbar,
      iconAt: (x, y) => backdrop.iconAt(x, y),
      setCursor: (name) => guest.firmware.setCursorShape(cursorShape(name)),
      onFocus: () => this.taskbar.paint(),
    });
  }

  /** Paints everything and goes on until the guest's signal aborts. */
  start(): void {
    const { firmware, signal } = this.#guest;
    this.repaint();
    firmware.setCursorShape(cursorShape("arrow"));
    const stops = [
      firmware.keyboard.onKey((event) => this.#onKey(event)),
      firmware.pointer.onPointer((event) => this.#onPointer(event)),
    ];
    signal.addEventListener("abort", () => {
      for (const stop of stops) stop();
      for (const timer of this.#timers.values()) timer.cancel();
    }, { once: true });
    if (this.#still) return;
    this.#scheduleClock();
    this.#scheduleBlink();
  }

  /** Paints the whole screen anew, which changes no pixel when everything is right. */
  repaint(): void {
    this.compositor.repaint(this.compositor.workArea);
    this.taskbar.paint();
  }

  #onKey(event: GuestKeyEvent): void {
    this.#monitor.onKey(event);
    if (!event.down) return;
    this.notes.onKey(event);
    if (this.#still) return;
    this.#caretOn = true;
    this.notes.showCaret(true);
    this.#scheduleBlink();
  }

  #onPointer(event: GuestPointerEvent): void {
    const clicked = event.buttons !== this.#buttons;
    this.#buttons = event.buttons;
    this.#pointer.onPointer(event);
    const { pointer } = this.#guest.firmware;
    if (pointer.source === "mouse") this.#guest.firmware.moveCursor(event.x, event.y);
    if (clicked || !this.#still) this.#monitor.onPointer(event);
  }

  #scheduleClock(): void {
    this.#setTimer("clock", 1000 - this.#nowMs() % 1000, () => {
      this.taskbar.setClock(formatClock(this.#nowMs()));
      this.#scheduleClock();
    });
  }

  #scheduleBlink(): void {
    this.#setTimer("blink", BLINK_MS, () => {
      this.#caretOn = !this.#caretOn;
      this.notes.showCaret(this.#caretOn);
      this.#scheduleBlink();
    });
  }

  #setTimer(name: string, delayMs: number, callback: () => void): void {
    this.#timers.get(name)?.cancel();
    if (!this.#guest.signal.aborted) this.#timers.set(name, this.#guest.clock.setTimer(callback, delayMs));
  }
}

/** The time of a desktop that stands still: nine minutes past ten, as in a watchmaker's window. */
function stillTime(): number {
  return new Date(2026, 0, 1, 10, 9, 37).getTime();
}

function createNotesWindow(content: TextField, screen: LinearMode): DesktopWindow {
  const width = Math.min(564, screen.width - 60);
  const height = Math.min(392, screen.height - 100);
  const x = Math.min(126, screen.width - width - 20);
  const y = Math.min(104, screen.height - height - 60);
  return new DesktopWindow({
    title: "Notes",
    frame: rect(x, y, width, height),
    minimumWidth: 160,
    minimumHeight: 100,
    content,
  });
}

function createMonitorWindow(content: InputMonitor, screen: LinearMode): DesktopWindow {
  const frame = outsideOf(rect(0, 0, MONITOR_WIDTH, MONITOR_HEIGHT));
  const x = Math.max(20, screen.width - frame.width - 74);
  return new DesktopWindow({
    title: "Input",
    frame: rect(x, 52, frame.width, frame.height),
    minimumWidth: frame.width,
    minimumHeight: frame.height,
    content,
  });
}

/** The frame of a window whose inside has the size of `inside`. */
function outsideOf(inside: Rect): Rect {
  return rect(inside.x, inside.y, inside.width + 2 * BORDER, inside.height + 2 * BORDER + TITLE_HEIGHT + 1);
}
