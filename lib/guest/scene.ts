/** Scenes: what runs on the machine. */

import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Clock } from "../base/clock.ts";
import { errorMessage, UsageError } from "../base/errors.ts";
import type { Firmware } from "./firmware/firmware.ts";
import type { GuestMachine } from "./firmware/hardware.ts";

/** What a scene is given when it starts. */
export interface GuestContext {
  /** The bare hardware: ports, interrupts, video memory. */
  readonly machine: GuestMachine;
  /** Helpers over it. */
  readonly firmware: Firmware;
  /** Time; its timers are cancelled when `signal` aborts. */
  readonly clock: Clock;
  /** Aborts when the machine is switched off or reset. */
  readonly signal: AbortSignal;
  /** Resolves after `delayMs` of the clock; never when the machine goes off first, as a processor stops in its track. */
  sleep(delayMs: number): Promise<void>;
}

/** A program for the machine. */
export interface Scene {
  /** What the scene is called: the desktop name viewers see. */
  readonly name: string;
  /** Runs it. What it has set up goes on after the returned promise resolves, until the signal aborts. */
  start(guest: GuestContext): void | Promise<void>;
}

/**
 * Returns the scene as it is; for a module's default export, so that its parameters have types.
 *
 * @example A scene of one's own, for `vncd serve typewriter.ts`
 * ```ts
 * import { defineScene } from "@vncd/vncd";
 *
 * const scene = defineScene({
 *   name: "typewriter",
 *   async start(guest) {
 *     const { text, keyboard } = guest.firmware;
 *     text.write("Type: ");
 *     for await (const key of keyboard) text.write(key.character ?? "");
 *   },
 * });
 * ```
 */
export function defineScene(scene: Scene): Scene {
  return scene;
}

/**
 * Imports a module that default-exports a scene. Throws a UsageError when the file cannot be imported or exports
 * something else. `isCompiled` says whether this is a compiled executable, which can import JavaScript only.
 */
export async function loadScene(path: string, isCompiled: boolean = Deno.build.standalone): Promise<Scene> {
  if (isCompiled && /\.[cm]?tsx?$/.test(path)) {
    throw new UsageError(`Cannot load scene ${path}: a compiled vncd imports JavaScript only, convert it to .js first`);
  }
  const exported = await importDefault(path);
  if (isScene(exported)) return exported;
  throw new UsageError(`Cannot load scene ${path}: its default export is not a scene, an object of name and start`);
}

async function importDefault(path: string): Promise<unknown> {
  try {
    const module: { default?: unknown } = await import(pathToFileURL(resolve(path)).href);
    return module.default;
  } catch (error) {
    throw new UsageError(`Cannot load scene ${path}: ${await importFault(path, error)}`, { cause: error });
  }
}

/** What went wrong in a line; a syntax error draws a picture of itself over several. */
async function importFault(path: string, error: unknown): Promise<string> {
  const isThere = await Deno.stat(path).then(() => true, () => false);
  if (!isThere) return "there is no such file";
  const [first = "", ...rest] = errorMessage(error).split("\n");
  return [first.replace(/\.$/, ""), ...rest.filter((line) => /^\s*at /.test(line)).map((line) => line.trim())].join(
    " ",
  );
}

function isScene(value: unknown): value is Scene {
  if (typeof value !== "object" || value === null) return false;
  const { name, start } = value as Partial<Record<keyof Scene, unknown>>;
  return typeof name === "string" && typeof start === "function";
}
