/** The bar at the bottom: a button for every window, and the clock. */

import { type Rect, rect } from "../../../base/rect.ts";
import type { Canvas } from "../../drawing/canvas.ts";
import { CELL_HEIGHT, CELL_WIDTH, drawText, measureText } from "../../drawing/text.ts";
import type { Compositor } from "./compositor.ts";
import { contains, type DesktopWindow, paintButton } from "./desktop_window.ts";
import { Theme } from "./theme.ts";

const BADGE = "vncd";
const BADGE_WIDTH = 66;
const BUTTON_WIDTH = 150;
const GAP = 6;

/** `HH:MM:SS` of a time in milliseconds since 1970, in the local time zone. */
export function formatClock(timeMs: number): string {
  const time = new Date(timeMs);
  return [time.getHours(), time.getMinutes(), time.getSeconds()]
    .map((part) => String(part).padStart(2, "0"))
    .join(":");
}

/** How a bar is made. */
export interface TaskbarOptions {
  readonly canvas: Canvas;
  readonly area: Rect;
  readonly compositor: Compositor;
  /** The windows that have a button, from the left. */
  readonly windows: readonly DesktopWindow[];
  /** The time it shows first. */
  readonly clock: string;
}

/** The bar. It does not share a pixel with the windows. */
export class Taskbar {
  /** Where it is on the screen. */
  readonly area: Rect;
  readonly #canvas: Canvas;
  readonly #compositor: Compositor;
  readonly #windows: readonly DesktopWindow[];
  #clock: string;

  constructor(options: TaskbarOptions) {
    this.area = options.area;
    this.#canvas = options.canvas;
    this.#compositor = options.compositor;
    this.#windows = options.windows;
    this.#clock = options.clock;
  }

  /** Where the clock's characters are. */
  get clockArea(): Rect {
    const panel = this.#clockPanel();
    const { width } = measureText(this.#clock);
    return rect(panel.x + (panel.width - width) / 2, this.#textTop(), width, CELL_HEIGHT);
  }

  /** Paints the whole bar. */
  paint(): void {
    this.#canvas.clipTo(this.area, () => this.#paintAll());
  }

  /** Shows another time, painting only the characters that differ. */
  setClock(text: string): void {
    const before = this.#clock;
    this.#clock = text;
    const { x, y } = this.clockArea;
    for (let i = 0; i < text.length; i++) {
      if (text[i] === before[i]) continue;
      this.#canvas.clipTo(rect(x + i * CELL_WIDTH, y, CELL_WIDTH, CELL_HEIGHT), () => this.#paintAll());
    }
  }

  /** The left button went down on the bar: brings a window up, or puts away the one that is on top. */
  onPress(x: number, y: number): void {
    const window = this.buttonAt(x, y);
    if (window === undefined) return;
    if (window === this.#compositor.focused) this.#compositor.hide(window);
    else this.#compositor.raise(window);
  }

  /** The window whose button is at a point. */
  buttonAt(x: number, y: number): DesktopWindow | undefined {
    return this.#windows.find((_, index) => contains(this.#buttonArea(index), x, y));
  }

  #paintAll(): void {
    const { x, y, width, height } = this.area;
    this.#canvas.gradient(this.area, 0xe9e7e1, 0xc9c5bb, "vertical");
    this.#canvas.fillRect(rect(x, y, width, 1), Theme.outline);
    this.#canvas.fillRect(rect(x, y + 1, width, 1), Theme.light);
    this.#paintBadge(rect(x + GAP, y + 5, BADGE_WIDTH, height - 8));
    this.#windows.forEach((window, index) => this.#paintWindowButton(window, this.#buttonArea(index)));
    this.#paintClock();
  }

  #paintBadge(area: Rect): void {
    this.#canvas.gradient(area, Theme.titleFrom, Theme.titleTo, "horizontal");
    this.#canvas.bevel(area, 0x7aa3c8, 0x16274a);
    this.#canvas.fillRect(rect(area.x + 8, area.y + 8, 12, 9), Theme.titleInk);
    this.#canvas.fillRect(rect(area.x + 10, area.y + 10, 8, 5), Theme.accent);
    this.#canvas.fillRect(rect(area.x + 11, area.y + 18, 6, 1), Theme.titleInk);
    drawText(this.#canvas, area.x + 27, this.#textTop(), BADGE, { colour: Theme.titleInk });
  }

  #paintWindowButton(window: DesktopWindow, area: Rect): void {
    const focused = window === this.#compositor.focused;
    paintButton(this.#canvas, area, focused);
    const shift = focused ? 1 : 0;
    this.#canvas.fillRect(
      rect(area.x + 10 + shift, area.y + 9 + shift, 6, 6),
      window.visible ? Theme.accent : Theme.softDark,
    );
    const colour = window.visible ? Theme.ink : Theme.faintInk;
    this.#canvas.clipTo(rect(area.x, area.y, area.width - 6, area.height), () => {
      drawText(this.#canvas, area.x + 24 + shift, this.#textTop() + shift, window.title, { colour });
    });
  }

  #paintClock(): void {
    const panel = this.#clockPanel();
    this.#canvas.bevel(panel, Theme.dark, Theme.light);
    const { x, y } = this.clockArea;
    drawText(this.#canvas, x, y, this.#clock, { colour: Theme.ink });
  }

  #textTop(): number {
    return this.area.y + Math.floor((this.area.height - CELL_HEIGHT) / 2) + 1;
  }

  #clockPanel(): Rect {
    const { x, y, width, height } = this.area;
    return rect(x + width - 88 - GAP, y + 5, 88, height - 8);
  }

  #buttonArea(index: number): Rect {
    const start = GAP + BADGE_WIDTH + 2 * GAP;
    return rect(
      this.area.x + start + index * (BUTTON_WIDTH + GAP),
      this.area.y + 5,
      BUTTON_WIDTH,
      this.area.height - 8,
    );
  }
}
