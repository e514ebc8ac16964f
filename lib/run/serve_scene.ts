/** A scripted machine behind VNC: display, machine, guest and server put together. */

import { systemClock } from "../base/clock.ts";
import { errorMessage, UsageError } from "../base/errors.ts";
import { silentLogger } from "../base/log.ts";
import { Display } from "../display/display.ts";
import { BUILTIN_SCENES, DEFAULT_SCENE } from "../guest/builtin_scenes.ts";
import { runGuest } from "../guest/run_guest.ts";
import { loadScene, type Scene } from "../guest/scene.ts";
import { picture } from "../guest/scenes/picture.ts";
import type { SizedScene } from "../guest/scenes/sized_scene.ts";
import { Machine } from "../machine/machine.ts";
import { serveVnc, type ServeVncOptions, type VncService } from "./serve_vnc.ts";

/** The card's video memory unless the scene needs more. */
const VRAM_BYTES = 16 * 1024 * 1024;
/** What a VGA shows after power-on, until the scene sets its mode. */
const POWER_ON_SIZE = { width: 720, height: 400 };

/** How a scene is served. */
export interface ServeSceneOptions extends ServeVncOptions {
  /** A scene, the name of a built-in one, a PNG file, or a module that default-exports one. `desktop` by default. */
  readonly scene?: string | Scene | undefined;
  /** Updates a second at most. Default 60. */
  readonly fps?: number | undefined;
}

/** A machine at work, and its display being served. */
export interface SceneService {
  /** What the machine paints on. */
  readonly display: Display;
  /** The machine that the scene runs on. */
  readonly machine: Machine;
  /** The display being served. */
  readonly service: VncService;
  /** What viewers see as the desktop's name. */
  readonly name: string;
  /** Switches the machine off, stops serving, and waits until all viewers are gone. */
  stop(): Promise<void>;
}

/** The scene that a command line names. Throws UsageError for none that is known. */
export async function resolveScene(named: string | Scene): Promise<Scene> {
  if (typeof named !== "string") return named;
  const builtin = Object.hasOwn(BUILTIN_SCENES, named) ? BUILTIN_SCENES[named] : undefined;
  if (builtin !== undefined) return builtin();
  if (/\.png$/i.test(named)) return picture(named);
  if (/\.[jt]s$/i.test(named)) return await loadScene(named);
  const names = Object.keys(BUILTIN_SCENES).sort().join(", ");
  throw new UsageError(`Cannot serve "${named}": it is none of ${names}, and no .png, .ts or .js file`);
}

function vramBytesFor(scene: Scene): number {
  return Math.max(VRAM_BYTES, (scene as Partial<SizedScene>).vramBytes ?? 0);
}

/**
 * Boots a machine with a scene and serves its display. Throws UsageError for a scene that cannot be found or run,
 * and as {@link serveVnc}.
 *
 * @example
 * ```ts
 * import { serveScene } from "@vncd/vncd";
 * import assert from "node:assert/strict";
 *
 * const running = await serveScene({ scene: "console" });
 * assert(running.name === "console");
 * await running.stop();
 * ```
 */
export async function serveScene(options: ServeSceneOptions = {}): Promise<SceneService> {
  const { clock = systemClock, fps, logger = silentLogger } = options;
  const scene = await resolveScene(options.scene ?? DEFAULT_SCENE);
  const display = new Display({
    ...POWER_ON_SIZE,
    clock,
    logger,
    ...(fps === undefined ? {} : { fps }),
  });
  const machine = new Machine(display, { vramBytes: vramBytesFor(scene), clock, logger });
  const power = new AbortController();
  function switchOff(): void {
    power.abort(new Error("the machine was switched off"));
    machine.close();
    display.close();
  }
  runGuest(scene, machine, { signal: power.signal, clock })
    .catch((error) => logger.error(`scene "${scene.name}" ended: ${errorMessage(error)}`));
  try {
    const name = options.name ?? scene.name;
    const service = await serveVnc(display, { ...options, name, input: machine.input });
    const stop = () => service.stop().finally(switchOff);
    return { display, machine, service, name, stop };
  } catch (error) {
    switchOff();
    throw error;
  }
}
