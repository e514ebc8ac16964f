/** How a display tells those who watch it (QEMU's DisplayChangeListenerOps). */

import type { Rect } from "../base/rect.ts";
import type { CursorShape } from "./cursor.ts";
import type { DirtyMap } from "./dirty_map.ts";
import type { DisplaySurface } from "./display_surface.ts";

/** Every callback is optional; none may throw, none may block. */
export interface DisplayChangeListener {
  /** A refresh tick has ended; `changed` tells whether the server surface differs from before it. */
  refresh?(changed: boolean): void;
  /** These bits of the server surface have changed. The map is the display's: read it before returning. */
  gfxUpdate?(changed: DirtyMap): void;
  /** The server surface's pixels at `destination` moved there from (destination.x − dx, destination.y − dy). */
  gfxCopy?(destination: Rect, dx: number, dy: number): void;
  /** There is a new server surface, all of it changed. */
  gfxSwitch?(surface: DisplaySurface): void;
  /** Whether the listener can take a guest surface of that many bits per pixel. */
  checkFormat?(bitsPerPixel: number): boolean;
  /** The guest moved its pointer or hid it. */
  mouseSet?(x: number, y: number, visible: boolean): void;
  /** The pointer has a new shape. */
  cursorDefine?(cursor: CursorShape): void;
  /** The guest rang its bell. */
  bell?(): void;
  /** The guest has put text on its clipboard. */
  cutText?(text: string): void;
}
