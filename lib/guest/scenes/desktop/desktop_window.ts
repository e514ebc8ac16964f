/** A window: where it is, what its parts are, how its frame is painted. */

import { type Rect, rect } from "../../../base/rect.ts";
import type { Canvas } from "../../drawing/canvas.ts";
import { CELL_HEIGHT, drawText } from "../../drawing/text.ts";
import type { CursorName } from "./cursor_table.ts";
import { BORDER, RESIZE_CORNER, RESIZE_EDGE, SHADOW_REACH, Theme, TITLE_HEIGHT } from "./theme.ts";

/** What a window's content may do to its part of the screen. */
export interface WindowSurface {
  /** The window's inside in pixels of the screen. */
  readonly area: Rect;
  /** Paints a part of the window anew, as far as it can be seen. */
  invalidate(area: Rect): void;
  /** Moves the pixels of a part of the window `dy` down (up when negative) and paints what comes into view. */
  scroll(area: Rect, dy: number): void;
}

/** What is inside a window. */
export interface WindowContent {
  /** The pointer's shape over it. */
  readonly cursor: CursorName;
  /** Told once, before anything else. */
  attach(surface: WindowSurface): void;
  /** Paints everything into `area`; the canvas is clipped to what is needed. */
  paint(canvas: Canvas, area: Rect): void;
  /** The window has another size and is about to be painted whole. */
  onResize?(): void;
  /** The left button went down inside. */
  onPress?(x: number, y: number): void;
  /** The wheel was turned, down when positive. */
  onWheel?(steps: number): void;
}

/** Parts of a window that a pointer can be over. */
export type WindowPart = "title" | "minimize" | "resize-right" | "resize-bottom" | "resize-corner" | "inside" | "frame";

/** How a window is made. */
export interface WindowOptions {
  readonly title: string;
  readonly frame: Rect;
  readonly minimumWidth: number;
  readonly minimumHeight: number;
  readonly content: WindowContent;
}

/** A window of the desktop. Only the compositor moves it. */
export class DesktopWindow {
  readonly title: string;
  readonly minimumWidth: number;
  readonly minimumHeight: number;
  readonly content: WindowContent;
  /** Outer edge in pixels of the screen, without the shadow. */
  frame: Rect;
  /** Whether it is on the screen; if not, the taskbar alone has it. */
  visible = true;

  constructor(options: WindowOptions) {
    this.title = options.title;
    this.minimumWidth = options.minimumWidth;
    this.minimumHeight = options.minimumHeight;
    this.content = options.content;
    this.frame = options.frame;
  }

  /** The frame and its shadow. */
  get outer(): Rect {
    const { x, y, width, height } = this.frame;
    return rect(x, y, width + SHADOW_REACH, height + SHADOW_REACH);
  }

  /** The bar with the title. */
  get titleBar(): Rect {
    return rect(this.frame.x + BORDER, this.frame.y + BORDER, this.frame.width - 2 * BORDER, TITLE_HEIGHT);
  }

  /** What the content paints. */
  get inside(): Rect {
    const { x, y, width, height } = this.frame;
    const top = BORDER + TITLE_HEIGHT + 1;
    return rect(x + BORDER, y + top, width - 2 * BORDER, height - top - BORDER);
  }

  /** The button that puts the window away. */
  get minimizeButton(): Rect {
    const bar = this.titleBar;
    return rect(bar.x + bar.width - 20, bar.y + 3, 17, TITLE_HEIGHT - 6);
  }

  /** The part at a point of the screen; undefined outside the frame. */
  partAt(x: number, y: number): WindowPart | undefined {
    const { frame } = this;
    if (!contains(frame, x, y)) return undefined;
    const right = frame.x + frame.width - x;
    const bottom = frame.y + frame.height - y;
    if (right <= RESIZE_CORNER && bottom <= RESIZE_CORNER) return "resize-corner";
    if (right <= RESIZE_EDGE) return "resize-right";
    if (bottom <= RESIZE_EDGE) return "resize-bottom";
    if (contains(this.minimizeButton, x, y)) return "minimize";
    if (contains(this.titleBar, x, y)) return "title";
    return contains(this.inside, x, y) ? "inside" : "frame";
  }
}

/** Whether the point lies in the rect. */
export function contains(area: Rect, x: number, y: number): boolean {
  return x >= area.x && y >= area.y && x < area.x + area.width && y < area.y + area.height;
}

/** Paints shadow, frame, title and content; the title differs in the window that has the focus. */
export function paintWindow(canvas: Canvas, window: DesktopWindow, focused: boolean): void {
  paintShadow(canvas, window.frame);
  if (!canvas.isVisible(window.frame)) return;
  canvas.clipTo(window.frame, () => {
    paintFrame(canvas, window);
    paintTitle(canvas, window, focused);
    canvas.clipTo(window.inside, () => window.content.paint(canvas, window.inside));
    paintGrip(canvas, window.frame);
  });
}

function paintFrame(canvas: Canvas, window: DesktopWindow): void {
  const { x, y, width, height } = window.frame;
  canvas.fillRect(window.frame, Theme.face);
  canvas.bevel(window.frame, Theme.softDark, Theme.outline);
  canvas.bevel(rect(x + 1, y + 1, width - 2, height - 2), Theme.light, Theme.dark);
}

function paintTitle(canvas: Canvas, window: DesktopWindow, focused: boolean): void {
  const bar = window.titleBar;
  const from = focused ? Theme.titleFrom : Theme.idleTitleFrom;
  const to = focused ? Theme.titleTo : Theme.idleTitleTo;
  canvas.gradient(bar, from, to, "horizontal");
  const colour = focused ? Theme.titleInk : Theme.idleTitleInk;
  const button = window.minimizeButton;
  canvas.clipTo(rect(bar.x, bar.y, Math.max(0, button.x - bar.x - 4), bar.height), () => {
    drawText(canvas, bar.x + 8, bar.y + (bar.height - CELL_HEIGHT) / 2, window.title, { colour });
  });
  paintButton(canvas, button, false);
  canvas.fillRect(rect(button.x + 4, button.y + button.height - 5, 8, 2), Theme.ink);
}

/** Paints a raised button, or one that is held down, without a label. */
export function paintButton(canvas: Canvas, area: Rect, down: boolean): void {
  const inner = rect(area.x + 1, area.y + 1, area.width - 2, area.height - 2);
  canvas.fillRect(area, down ? Theme.softLight : Theme.face);
  canvas.bevel(area, down ? Theme.dark : Theme.light, down ? Theme.light : Theme.outline);
  canvas.bevel(inner, down ? Theme.softDark : Theme.softLight, down ? Theme.softLight : Theme.dark);
}

/** Paints a field let into its surroundings and filled with `colour`; returns the part inside the edge. */
export function paintWell(canvas: Canvas, area: Rect, colour: number): Rect {
  const inner = rect(area.x + 2, area.y + 2, area.width - 4, area.height - 4);
  canvas.bevel(area, Theme.dark, Theme.light);
  canvas.bevel(rect(area.x + 1, area.y + 1, area.width - 2, area.height - 2), Theme.outline, Theme.softLight);
  canvas.fillRect(inner, colour);
  return inner;
}

/** Three notches in the corner that resizes. */
function paintGrip(canvas: Canvas, frame: Rect): void {
  const right = frame.x + frame.width - 4;
  const bottom = frame.y + frame.height - 4;
  for (let notch = 3; notch <= 11; notch += 4) {
    for (let i = 0; i <= notch; i++) {
      canvas.fillRect(rect(right - i, bottom - notch + i, 1, 1), Theme.dark);
      canvas.fillRect(rect(right - i, bottom - notch + i + 1, 1, 1), Theme.light);
    }
  }
}

/** Darkens a strip along the right and the lower edge, fading out. */
function paintShadow(canvas: Canvas, frame: Rect): void {
  const { x, y, width, height } = frame;
  const right = rect(x + width, y, SHADOW_REACH, height + SHADOW_REACH);
  const below = rect(x, y + height, width, SHADOW_REACH);
  for (const strip of [right, below]) {
    if (canvas.isVisible(strip)) paintShadowStrip(canvas, strip, frame);
  }
}

function paintShadowStrip(canvas: Canvas, strip: Rect, frame: Rect): void {
  const row = new Uint32Array(strip.width);
  for (let y = strip.y; y < strip.y + strip.height; y++) {
    const down = shadowShare(y - frame.y, frame.height);
    for (let i = 0; i < strip.width; i++) {
      const alpha = Math.round(120 * down * shadowShare(strip.x + i - frame.x, frame.width));
      row[i] = ((alpha << 24) | Theme.shadow) >>> 0;
    }
    canvas.blendRow(strip.x, y, row);
  }
}

/** How dark the shadow is across one axis: it begins a little late and fades out beyond the edge. */
function shadowShare(position: number, length: number): number {
  const start = Math.max(0, Math.min(1, (position - 2) / SHADOW_REACH));
  const end = Math.max(0, Math.min(1, (length + SHADOW_REACH - position) / SHADOW_REACH));
  return start * end * end;
}
