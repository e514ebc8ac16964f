/** Boots a machine with a scene on it, again after each reset. */

import { type Clock, sleep, systemClock, type Timer } from "../base/clock.ts";
import type { Machine } from "../machine/machine.ts";
import { Firmware } from "./firmware/firmware.ts";
import type { GuestMachine } from "./firmware/hardware.ts";
import type { GuestContext, Scene } from "./scene.ts";

/** The screen stays black for so long after a reset; a scene that reboots at once must not hold up the process. */
const RESET_PAUSE_MS = 100;

/** A machine that tells of its resets, whoever pulled the line. */
export type BootableMachine = GuestMachine & Pick<Machine, "onReset">;

/** How a scene is run. */
export interface RunGuestOptions {
  /** Switches the machine off. */
  readonly signal: AbortSignal;
  readonly clock?: Clock;
}

/**
 * Runs `scene` until the signal aborts; starts it anew after every reset of the machine. Rejects with what the scene throws
 * while it is running; what it throws after that is nobody's affair.
 */
export async function runGuest(scene: Scene, machine: BootableMachine, options: RunGuestOptions): Promise<void> {
  const { signal, clock = systemClock } = options;
  const powerClock = clockUntil(clock, signal);
  while (!signal.aborted) {
    await runOnce(scene, machine, signal, clock);
    await Promise.race([sleep(RESET_PAUSE_MS, powerClock), whenAborted(signal)]);
  }
}

/** One boot: ends with the power or a reset. */
async function runOnce(scene: Scene, machine: BootableMachine, power: AbortSignal, clock: Clock): Promise<void> {
  const reset = new AbortController();
  const signal = AbortSignal.any([power, reset.signal]);
  const stopListening = machine.onReset(() => reset.abort());
  try {
    const firmware = new Firmware(machine, signal);
    const guestClock = clockUntil(clock, signal);
    const guest = { machine, firmware, clock: guestClock, signal, sleep: (ms: number) => sleep(ms, guestClock) };
    await Promise.race([startScene(scene, guest), whenAborted(signal)]);
    await whenAborted(signal);
  } finally {
    stopListening();
    reset.abort();
  }
}

/** Async, so that a scene that throws at once rejects like one that throws later. */
async function startScene(scene: Scene, guest: GuestContext): Promise<void> {
  try {
    await scene.start(guest);
  } catch (error) {
    if (!guest.signal.aborted) throw error;
  }
}

/** A clock whose timers are cancelled when `signal` aborts. */
function clockUntil(clock: Clock, signal: AbortSignal): Clock {
  const timers = new Set<Timer>();
  signal.addEventListener("abort", () => timers.forEach((timer) => timer.cancel()), { once: true });
  return {
    nowMs: () => clock.nowMs(),
    setTimer(callback: () => void, delayMs: number): Timer {
      if (signal.aborted) return { cancel: () => {} };
      const timer = clock.setTimer(() => {
        timers.delete(timer);
        callback();
      }, delayMs);
      timers.add(timer);
      return {
        cancel(): void {
          timers.delete(timer);
          timer.cancel();
        },
      };
    },
  };
}

function whenAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
