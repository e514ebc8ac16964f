/** Scenes: what runs on the machine. */

import type { Clock } from "../base/clock.ts";
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
  /** Resolves after `delayMs` of the clock; rejects with the signal's reason when that comes first. */
  sleep(delayMs: number): Promise<void>;
}

/** A program for the machine. */
export interface Scene {
  /** What the scene is called: the desktop name viewers see. */
  readonly name: string;
  /** Runs it. What it has set up goes on after the returned promise resolves, until the signal aborts. */
  start(guest: GuestContext): void | Promise<void>;
}

/** Returns the scene as it is; for a module's default export, so that its parameters have types. */
export function defineScene(scene: Scene): Scene {
  return scene;
}
