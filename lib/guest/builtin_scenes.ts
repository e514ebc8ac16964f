/** The scenes that come with vncd. */

import type { Scene } from "./scene.ts";
import { consoleScene } from "./scenes/console.ts";
import { desktop } from "./scenes/desktop.ts";
import { testcard } from "./scenes/testcard.ts";

/** Name -> how to make the scene. */
export const BUILTIN_SCENES: Readonly<Record<string, () => Scene>> = { console: consoleScene, desktop, testcard };

/** What `vncd serve` shows when no scene is named. */
export const DEFAULT_SCENE = "desktop";
