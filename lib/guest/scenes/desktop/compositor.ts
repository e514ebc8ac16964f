/** Keeps the windows in order and the screen in step with them, moving pixels by blits where it can. */

import {
  boundRects,
  containsRect,
  intersectRects,
  isEmptyRect,
  type Rect,
  rect,
  translateRect,
} from "../../../base/rect.ts";
import { Region } from "../../../base/region.ts";
import type { Blitter } from "../../drawing/blitter.ts";
import type { Canvas } from "../../drawing/canvas.ts";
import { contains, type DesktopWindow, paintWindow } from "./desktop_window.ts";

/** What the compositor paints with and on. */
export interface CompositorOptions {
  readonly canvas: Canvas;
  readonly blitter: Pick<Blitter, "copy">;
  /** The part of the screen that windows can be seen in. */
  readonly workArea: Rect;
  /** Paints what is behind the windows; the canvas is clipped to what is needed. */
  readonly paintBackdrop: (canvas: Canvas) => void;
}

/** The stack of windows. */
export class Compositor {
  /** The part of the screen that windows can be seen in. */
  readonly workArea: Rect;
  readonly #canvas: Canvas;
  readonly #blitter: Pick<Blitter, "copy">;
  readonly #paintBackdrop: (canvas: Canvas) => void;
  readonly #stack: DesktopWindow[] = [];

  constructor(options: CompositorOptions) {
    this.workArea = options.workArea;
    this.#canvas = options.canvas;
    this.#blitter = options.blitter;
    this.#paintBackdrop = options.paintBackdrop;
  }

  /** The windows from the bottom to the top. */
  get windows(): readonly DesktopWindow[] {
    return this.#stack;
  }

  /** The topmost window on the screen. */
  get focused(): DesktopWindow | undefined {
    return this.#stack.findLast((window) => window.visible);
  }

  /** Puts a new window on top; it is not painted yet. */
  add(window: DesktopWindow): void {
    this.#stack.push(window);
    window.content.attach({
      get area(): Rect {
        return window.inside;
      },
      invalidate: (area) => this.#invalidate(window, area),
      scroll: (area, dy) => this.#scroll(window, area, dy),
    });
  }

  /** The topmost window at a point of the work area. */
  windowAt(x: number, y: number): DesktopWindow | undefined {
    if (!contains(this.workArea, x, y)) return undefined;
    return this.#stack.findLast((window) => window.visible && contains(window.frame, x, y));
  }

  /** Brings a window to the top and onto the screen. */
  raise(window: DesktopWindow): void {
    const before = this.focused;
    if (before === window) return;
    this.#stack.splice(this.#stack.indexOf(window), 1);
    this.#stack.push(window);
    window.visible = true;
    if (before !== undefined) this.repaint(before.titleBar);
    this.repaint(window.outer);
  }

  /** Takes a window off the screen. */
  hide(window: DesktopWindow): void {
    if (!window.visible) return;
    window.visible = false;
    this.repaint(window.outer);
    if (this.focused !== undefined) this.repaint(this.focused.titleBar);
  }

  /** Moves the topmost window: its visible pixels by one blit, the rest painted. */
  moveTo(window: DesktopWindow, x: number, y: number): void {
    const { frame: from, outer } = window;
    const dx = x - from.x;
    const dy = y - from.y;
    if (dx === 0 && dy === 0) return;
    const seen = intersectRects(from, this.workArea);
    const kept = intersectRects(translateRect(seen, dx, dy), this.workArea);
    if (!isEmptyRect(kept)) this.#blitter.copy(translateRect(kept, -dx, -dy), kept.x, kept.y);
    window.frame = translateRect(from, dx, dy);
    const stale = Region.of(outer).union(Region.of(window.outer)).subtract(Region.of(kept));
    for (const area of stale.rects) this.repaint(area);
  }

  /** Gives a window another size, not below its smallest. */
  resize(window: DesktopWindow, width: number, height: number): void {
    const { frame, outer } = window;
    const newWidth = Math.max(window.minimumWidth, width);
    const newHeight = Math.max(window.minimumHeight, height);
    if (newWidth === frame.width && newHeight === frame.height) return;
    window.frame = rect(frame.x, frame.y, newWidth, newHeight);
    window.content.onResize?.();
    this.repaint(boundRects(outer, window.outer));
  }

  /** Paints a part of the work area: backdrop and windows, the lowest first, without those that would be covered. */
  repaint(area: Rect): void {
    const cut = intersectRects(area, this.workArea);
    if (isEmptyRect(cut)) return;
    const bottom = this.#stack.findLastIndex((window) => window.visible && containsRect(window.frame, cut));
    const focused = this.focused;
    this.#canvas.clipTo(cut, () => {
      if (bottom < 0) this.#paintBackdrop(this.#canvas);
      for (const window of this.#stack.slice(Math.max(0, bottom))) {
        if (window.visible) paintWindow(this.#canvas, window, window === focused);
      }
    });
  }

  #invalidate(window: DesktopWindow, area: Rect): void {
    if (window.visible) this.repaint(intersectRects(area, window.inside));
  }

  #scroll(window: DesktopWindow, area: Rect, dy: number): void {
    if (!window.visible || dy === 0) return;
    const seen = intersectRects(intersectRects(area, window.inside), this.workArea);
    const kept = this.#isCovered(window, seen) ? rect(0, 0, 0, 0) : intersectRects(translateRect(seen, 0, dy), seen);
    if (!isEmptyRect(kept)) this.#blitter.copy(translateRect(kept, 0, -dy), kept.x, kept.y);
    for (const stale of Region.of(seen).subtract(Region.of(kept)).rects) this.repaint(stale);
  }

  #isCovered(window: DesktopWindow, area: Rect): boolean {
    const above = this.#stack.slice(this.#stack.indexOf(window) + 1);
    return above.some((other) => other.visible && !isEmptyRect(intersectRects(other.outer, area)));
  }
}
