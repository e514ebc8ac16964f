/** The built-in scene `desktop`: wallpaper, a clock, a field to type into, windows to drag. */

import { UsageError } from "../../base/errors.ts";
import { defineScene, type Scene } from "../scene.ts";
import { type DesktopOptions, DesktopShell } from "./desktop/desktop_shell.ts";

export type { DesktopOptions };

/** The smallest screen with room for the windows and the taskbar. */
const MINIMUM_WIDTH = 400;
const MINIMUM_HEIGHT = 300;

/**
 * A desktop of 1024x768 pixels (or of the given size, 400x300 at least). With `still` two pictures of it are equal
 * pixel by pixel unless somebody types or clicks.
 */
export function desktop(options: DesktopOptions = {}): Scene {
  const { width = 1024, height = 768 } = options;
  if (width < MINIMUM_WIDTH || height < MINIMUM_HEIGHT) {
    throw new UsageError(
      `cannot show the desktop at ${width}x${height}: it needs ${MINIMUM_WIDTH}x${MINIMUM_HEIGHT} pixels`,
    );
  }
  return defineScene({
    name: "desktop",
    start(guest): void {
      const mode = guest.firmware.setLinearMode(width, height, 32);
      new DesktopShell(guest, mode, options).start();
    },
  });
}
