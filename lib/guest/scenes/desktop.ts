/** The built-in scene `desktop`: wallpaper, a clock, a field to type into, windows to drag. */

import { type DesktopOptions, DesktopShell } from "./desktop/desktop_shell.ts";
import { checkSceneSize, requiredVramBytes, type SizedScene } from "./sized_scene.ts";

export type { DesktopOptions };

/** The smallest screen with room for the windows and the taskbar. */
const MINIMUM = [400, 300] as const;

/**
 * A desktop of 1024x768 pixels (or of the given size, 400x300 at least). With `still` two pictures of it are equal
 * pixel by pixel unless somebody types or clicks.
 *
 * @example
 * ```ts
 * import { desktop, serveScene } from "@vncd/vncd";
 * import assert from "node:assert/strict";
 *
 * const running = await serveScene({ scene: desktop({ width: 800, height: 600, still: true }) });
 * assert(running.display.width === 800);
 * await running.stop();
 * ```
 */
export function desktop(options: DesktopOptions = {}): SizedScene {
  const { width = 1024, height = 768 } = options;
  checkSceneSize("the desktop", width, height, MINIMUM);
  return {
    name: "desktop",
    width,
    height,
    vramBytes: requiredVramBytes(width, height),
    start(guest): void {
      const mode = guest.firmware.setLinearMode(width, height, 32);
      new DesktopShell(guest, mode, options).start();
    },
  };
}
