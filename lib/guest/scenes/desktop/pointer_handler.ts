/** What the pointer does on the desktop: raise, drag, resize, press, scroll, and its own shape. */

import { type Rect } from "../../../base/rect.ts";
import { PointerButton } from "../../../machine/input_device.ts";
import type { GuestPointerEvent } from "../../firmware/pointer_event.ts";
import type { Compositor } from "./compositor.ts";
import type { CursorName } from "./cursor_table.ts";
import { contains, type DesktopWindow, type WindowPart } from "./desktop_window.ts";
import type { Icon } from "./icons.ts";
import type { Taskbar } from "./taskbar.ts";

/** What a pointer handler acts on. */
export interface PointerTargets {
  readonly compositor: Compositor;
  readonly taskbar: Taskbar;
  readonly iconAt: (x: number, y: number) => Icon | undefined;
  readonly setCursor: (name: CursorName) => void;
  /** The focus may have moved: the taskbar's buttons may look different. */
  readonly onFocus: () => void;
}

/** A window held by the left button. */
interface Grip {
  readonly window: DesktopWindow;
  readonly part: WindowPart;
  readonly startX: number;
  readonly startY: number;
  readonly frame: Rect;
}

const PART_CURSORS: Readonly<Record<WindowPart, CursorName | undefined>> = {
  title: "move",
  minimize: "hand",
  "resize-right": "resizeHorizontal",
  "resize-bottom": "resizeVertical",
  "resize-corner": "resizeDiagonal",
  inside: undefined,
  frame: "arrow",
};

/** Turns pointer events into what happens on the desktop. */
export class PointerHandler {
  readonly #targets: PointerTargets;
  #buttons = 0;
  #grip: Grip | undefined;
  #cursor: CursorName | undefined;

  constructor(targets: PointerTargets) {
    this.#targets = targets;
  }

  /** Takes one event. */
  onPointer({ x, y, buttons }: GuestPointerEvent): void {
    const pressed = buttons & ~this.#buttons;
    this.#buttons = buttons;
    if ((buttons & PointerButton.Left) === 0) this.#grip = undefined;
    if (pressed & PointerButton.Left) this.#onPress(x, y);
    else if (this.#grip !== undefined) this.#drag(this.#grip, x, y);
    if (pressed & PointerButton.WheelUp) this.#contentAt(x, y)?.onWheel?.(-1);
    if (pressed & PointerButton.WheelDown) this.#contentAt(x, y)?.onWheel?.(1);
    this.#updateCursor(x, y);
  }

  #onPress(x: number, y: number): void {
    const { compositor, taskbar, iconAt, onFocus } = this.#targets;
    const window = compositor.windowAt(x, y);
    if (window !== undefined) this.#pressWindow(window, x, y);
    else if (contains(taskbar.area, x, y)) taskbar.onPress(x, y);
    else {
      const icon = iconAt(x, y);
      if (icon !== undefined) compositor.raise(icon.window);
    }
    onFocus();
  }

  #pressWindow(window: DesktopWindow, x: number, y: number): void {
    const { compositor } = this.#targets;
    compositor.raise(window);
    const part = window.partAt(x, y) ?? "frame";
    if (part === "minimize") compositor.hide(window);
    else if (part === "inside") window.content.onPress?.(x, y);
    else if (part !== "frame") this.#grip = { window, part, startX: x, startY: y, frame: window.frame };
  }

  /** The pointer is held inside the work area, so that a title bar can always be reached again. */
  #drag(grip: Grip, x: number, y: number): void {
    const { compositor } = this.#targets;
    const { workArea } = compositor;
    const dx = x - grip.startX;
    const dy = Math.min(y, workArea.y + workArea.height - 1) - grip.startY;
    const { window, part, frame } = grip;
    if (part === "title") return compositor.moveTo(window, frame.x + dx, frame.y + dy);
    const width = part === "resize-bottom" ? frame.width : frame.width + dx;
    const height = part === "resize-right" ? frame.height : frame.height + dy;
    compositor.resize(window, width, height);
  }

  #contentAt(x: number, y: number): DesktopWindow["content"] | undefined {
    const window = this.#targets.compositor.windowAt(x, y);
    return window?.partAt(x, y) === "inside" ? window.content : undefined;
  }

  #updateCursor(x: number, y: number): void {
    const name = this.#cursorAt(x, y);
    if (name === this.#cursor) return;
    this.#cursor = name;
    this.#targets.setCursor(name);
  }

  #cursorAt(x: number, y: number): CursorName {
    const { compositor, taskbar, iconAt } = this.#targets;
    if (this.#grip !== undefined) return PART_CURSORS[this.#grip.part] ?? "arrow";
    const window = compositor.windowAt(x, y);
    if (window !== undefined) return PART_CURSORS[window.partAt(x, y) ?? "frame"] ?? window.content.cursor;
    return taskbar.buttonAt(x, y) !== undefined || iconAt(x, y) !== undefined ? "hand" : "arrow";
  }
}
