/** The built-in scene `console`: a text screen that tests its hardware, then a prompt that runs commands. */

import { defineScene, type GuestContext, type Scene } from "../scene.ts";
import { showPost } from "./console/post_screen.ts";
import { type ConsoleOptions, Shell } from "./console/shell.ts";

export type { ConsoleOptions };

/** A machine in text mode with a prompt. Its only clock outside the machine is `options.date`. */
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
