/** The pictures on the desktop, and the backdrop they stand on. */

import { type Rect, rect } from "../../../base/rect.ts";
import type { Canvas } from "../../drawing/canvas.ts";
import { CELL_HEIGHT, drawText, measureText } from "../../drawing/text.ts";
import { contains, type DesktopWindow } from "./desktop_window.ts";
import { Theme } from "./theme.ts";
import type { Wallpaper } from "./wallpaper.ts";

/** Pixels across and down an icon's picture. */
const ICON_SIDE = 36;
const ICON_LEFT = 30;
const ICON_TOP = 28;
const ICON_PITCH = 84;

/** Paints an icon's picture with its left top corner at (x, y). */
export type IconPainter = (canvas: Canvas, x: number, y: number) => void;

/** An icon and the window it opens. */
export interface Icon {
  readonly label: string;
  readonly paint: IconPainter;
  readonly window: DesktopWindow;
}

/** What is behind the windows. */
export class Backdrop {
  readonly #wallpaper: Wallpaper;
  readonly #icons: readonly Icon[];

  constructor(wallpaper: Wallpaper, icons: readonly Icon[]) {
    this.#wallpaper = wallpaper;
    this.#icons = icons;
  }

  /** Paints what the canvas's clip rect lets through. */
  paint(canvas: Canvas): void {
    const { x, y, width, height } = canvas.clip;
    const { colours, width: stride } = this.#wallpaper;
    for (let row = y; row < y + height; row++) {
      canvas.putRow(x, row, colours.subarray(row * stride + x, row * stride + x + width));
    }
    this.#icons.forEach((icon, index) => paintIcon(canvas, icon, iconArea(index)));
  }

  /** The icon at a point. */
  iconAt(x: number, y: number): Icon | undefined {
    return this.#icons.find((_, index) => contains(iconArea(index), x, y));
  }
}

function iconArea(index: number): Rect {
  return rect(ICON_LEFT, ICON_TOP + index * ICON_PITCH, ICON_SIDE, ICON_SIDE + 6 + CELL_HEIGHT);
}

function paintIcon(canvas: Canvas, icon: Icon, area: Rect): void {
  const { width } = measureText(icon.label);
  const x = area.x + Math.round((area.width - width) / 2);
  const y = area.y + ICON_SIDE + 6;
  if (!canvas.isVisible(rect(Math.min(x, area.x), area.y, Math.max(width + 1, area.width), area.height + 1))) return;
  icon.paint(canvas, area.x, area.y);
  drawText(canvas, x + 1, y + 1, icon.label, { colour: 0x10162c });
  drawText(canvas, x, y, icon.label, { colour: 0xffffff });
}

/** A sheet of paper with lines and a pencil. */
export function paintNotesIcon(canvas: Canvas, x: number, y: number): void {
  canvas.shadeRect(rect(x + 6, y + 4, 26, 32), 0x060a18, 90);
  canvas.gradient(rect(x + 3, y + 1, 26, 32), 0xffffff, 0xe6e2d6, "vertical");
  canvas.frame(rect(x + 3, y + 1, 26, 32), 0x3b3f4a);
  canvas.fillRect(rect(x + 4, y + 2, 24, 4), 0xd9793d);
  for (let line = 0; line < 5; line++) {
    canvas.fillRect(rect(x + 7, y + 10 + line * 4, line === 4 ? 10 : 18, 1), 0x7f93b5);
  }
  for (let i = 0; i < 14; i++) {
    canvas.fillRect(rect(x + 33 - i, y + 14 + i, 3, 2), i < 2 ? 0xe0748a : i > 11 ? 0x3b3f4a : 0xf2c14e);
    canvas.fillRect(rect(x + 36 - i, y + 15 + i, 1, 1), 0x8a6a1e);
  }
}

/** A monitor with a picture on it. */
export function paintMonitorIcon(canvas: Canvas, x: number, y: number): void {
  canvas.shadeRect(rect(x + 3, y + 5, 33, 25), 0x060a18, 90);
  canvas.gradient(rect(x, y + 2, 34, 25), 0xf0eee9, 0xb9b5ab, "vertical");
  canvas.frame(rect(x, y + 2, 34, 25), 0x3b3f4a);
  canvas.gradient(rect(x + 3, y + 5, 28, 18), 0x223a66, 0xe79f7c, "vertical");
  canvas.frame(rect(x + 3, y + 5, 28, 18), 0x2c2e36);
  for (let i = 0; i < 7; i++) canvas.fillRect(rect(x + 15 - i, y + 15 + i, 2 * i + 2, 1), 0x33315c);
  canvas.fillRect(rect(x + 28, y + 24, 2, 1), 0x4fae5a);
  canvas.fillRect(rect(x + 13, y + 27, 8, 3), 0x9a958a);
  canvas.gradient(rect(x + 7, y + 30, 20, 4), 0xdedbd4, 0xa39e93, "vertical");
  canvas.frame(rect(x + 7, y + 30, 20, 4), Theme.outline);
}
