/** A window's content: what arrives from keyboard and pointer. */

import { type Rect, rect } from "../../../base/rect.ts";
import { PointerButton } from "../../../machine/input_device.ts";
import type { Canvas } from "../../drawing/canvas.ts";
import { CELL_HEIGHT, CELL_WIDTH, drawText, measureText } from "../../drawing/text.ts";
import type { GuestKeyEvent } from "../../firmware/key_event.ts";
import type { GuestPointerEvent } from "../../firmware/pointer_event.ts";
import type { CursorName } from "./cursor_table.ts";
import { paintWell, type WindowContent, type WindowSurface } from "./desktop_window.ts";
import { Theme } from "./theme.ts";

const LABEL_COLUMNS = 9;
const VALUE_COLUMNS = 16;
const ROW_PITCH = 26;
const PAD_HEIGHT = 96;
const LAMPS = [["L", PointerButton.Left], ["M", PointerButton.Middle], ["R", PointerButton.Right]] as const;

/** The size of the inside that shows everything. */
export const MONITOR_WIDTH: number = 12 + (LABEL_COLUMNS + VALUE_COLUMNS) * CELL_WIDTH + 26;
/** See {@link MONITOR_WIDTH}. */
export const MONITOR_HEIGHT: number = 12 + PAD_HEIGHT + 12 + 4 * ROW_PITCH + 6;

type Row = "pointer" | "buttons" | "key" | "scancode";
const ROWS: readonly Row[] = ["pointer", "buttons", "key", "scancode"];
const LABELS: Readonly<Record<Row, string>> = {
  pointer: "Pointer",
  buttons: "Buttons",
  key: "Key",
  scancode: "Scancode",
};

/** The monitor of input events. */
export class InputMonitor implements WindowContent {
  readonly cursor: CursorName = "arrow";
  readonly #screen: { readonly width: number; readonly height: number };
  #surface: WindowSurface | undefined;
  #pointer: GuestPointerEvent;
  #key: GuestKeyEvent | undefined;

  /** A monitor for a screen of that size. */
  constructor(screen: { readonly width: number; readonly height: number }) {
    this.#screen = screen;
    this.#pointer = { x: screen.width >> 1, y: screen.height >> 1, buttons: 0 };
  }

  attach(surface: WindowSurface): void {
    this.#surface = surface;
  }

  /** Shows another position and other buttons. */
  onPointer(event: GuestPointerEvent): void {
    const before = this.#pointer;
    this.#pointer = event;
    if (before.x !== event.x || before.y !== event.y) {
      this.#invalidateMark(before);
      this.#invalidateMark(event);
      this.#invalidateRow("pointer");
    }
    if (before.buttons !== event.buttons) this.#invalidateRow("buttons");
  }

  /** Shows another key. */
  onKey(event: GuestKeyEvent): void {
    this.#key = event;
    this.#invalidateRow("key");
    this.#invalidateRow("scancode");
  }

  paint(canvas: Canvas, area: Rect): void {
    canvas.fillRect(area, Theme.face);
    this.#paintPad(canvas, area);
    for (const row of ROWS) {
      const value = valueArea(area, row);
      drawText(canvas, area.x + 12, value.y + 4, LABELS[row], { colour: Theme.ink });
      if (row === "buttons") this.#paintLamps(canvas, value);
      else this.#paintValue(canvas, value, this.#valueOf(row));
    }
  }

  #valueOf(row: Row): string {
    if (row === "pointer") return `${this.#pointer.x}, ${this.#pointer.y}`;
    const key = this.#key;
    if (key === undefined) return "";
    const name = key.name === " " ? "Space" : key.name;
    if (row === "key") return `${name} ${key.down ? "↓" : "↑"}`;
    const code = (key.keycode & 0x7f).toString(16).padStart(2, "0");
    return key.keycode & 0x80 ? `e0 ${code}` : code;
  }

  #paintValue(canvas: Canvas, area: Rect, text: string): void {
    const inner = paintWell(canvas, area, Theme.paper);
    canvas.clipTo(inner, () => drawText(canvas, area.x + 8, area.y + 4, text, { colour: Theme.ink }));
  }

  #paintLamps(canvas: Canvas, area: Rect): void {
    const width = Math.floor((area.width - 8) / LAMPS.length);
    LAMPS.forEach(([label, button], index) => {
      const on = (this.#pointer.buttons & button) !== 0;
      const lamp = rect(area.x + index * (width + 4), area.y, width, area.height);
      const inner = paintWell(canvas, lamp, on ? Theme.lampOn : Theme.lampOff);
      const x = inner.x + Math.round((inner.width - measureText(label).width) / 2);
      drawText(canvas, x, area.y + 4, label, { colour: on ? Theme.titleInk : Theme.faintInk });
    });
  }

  /** A small picture of the screen with a cross where the pointer is. */
  #paintPad(canvas: Canvas, area: Rect): void {
    const inner = paintWell(canvas, padArea(area), Theme.screen);
    canvas.clipTo(inner, () => {
      for (let i = 1; i < 8; i++) {
        canvas.fillRect(rect(inner.x + Math.round((inner.width * i) / 8), inner.y, 1, inner.height), 0x2a426a);
      }
      for (let i = 1; i < 4; i++) {
        canvas.fillRect(rect(inner.x, inner.y + Math.round((inner.height * i) / 4), inner.width, 1), 0x2a426a);
      }
      const mark = this.#markArea(area, this.#pointer);
      canvas.fillRect(rect(mark.x + 4, mark.y, 1, 9), 0xffc98a);
      canvas.fillRect(rect(mark.x, mark.y + 4, 9, 1), 0xffc98a);
      canvas.fillRect(rect(mark.x + 3, mark.y + 3, 3, 3), 0xffffff);
    });
  }

  #markArea(area: Rect, at: GuestPointerEvent): Rect {
    const pad = padArea(area);
    const x = pad.x + 2 + Math.floor((at.x * (pad.width - 4)) / this.#screen.width);
    const y = pad.y + 2 + Math.floor((at.y * (pad.height - 4)) / this.#screen.height);
    return rect(x - 4, y - 4, 9, 9);
  }

  #invalidateMark(at: GuestPointerEvent): void {
    const surface = this.#surface;
    if (surface !== undefined) surface.invalidate(this.#markArea(surface.area, at));
  }

  #invalidateRow(row: Row): void {
    const surface = this.#surface;
    if (surface !== undefined) surface.invalidate(valueArea(surface.area, row));
  }
}

function padArea(area: Rect): Rect {
  return rect(area.x + 12, area.y + 12, Math.max(8, area.width - 24), PAD_HEIGHT);
}

function valueArea(area: Rect, row: Row): Rect {
  const x = area.x + 12 + LABEL_COLUMNS * CELL_WIDTH;
  const y = area.y + 12 + PAD_HEIGHT + 12 + ROWS.indexOf(row) * ROW_PITCH;
  return rect(x, y, Math.max(8, area.x + area.width - 12 - x), CELL_HEIGHT + 7);
}
