/** The built-in scene `console`: a text screen that tests its hardware, then a prompt that runs commands. */

import { defineScene, type GuestContext, type Scene } from "../scene.ts";
import { showPost } from "./console/post_screen.ts";
import { type ConsoleOptions, Shell } from "./console/shell.ts";

export type { ConsoleOptions };

/**
 * A machine in text mode with a prompt. Its only clock outside the machine is `options.date`.
 *
 * @example A console where it is always the same day
 * ```ts
 * import { consoleScene, serveScene } from "@vncd/vncd";
 * import assert from "node:assert/strict";
 *
 * const scene = consoleScene({ date: () => new Date("1999-12-31T23:59:59Z") });
 * const running = await serveScene({ scene });
 * assert(running.display.width === 720 && running.display.height === 400);
 * await running.stop();
 * ```
 */
export function consoleScene(options: ConsoleOptions = {}): Scene {
  return defineScene({
    name: "console",
    async start(guest: GuestContext): Promise<void> {
      guest.firmware.setTextMode();
      await showPost(guest);
      await new Shell(guest, options).run();
    },
  });
}
