/** Boots a machine with a scene on it, again after each reset. */

import { type Clock, systemClock, type Timer } from "../base/clock.ts";
import { Firmware } from "./firmware/firmware.ts";
import type { GuestMachine } from "./firmware/hardware.ts";
import type { GuestContext, Scene } from "./scene.ts";

/** How a scene is run. */
export interface RunGuestOptions {
  /** Switches the machine off. */
  readonly signal: AbortSignal;
  readonly clock?: Clock;
}

/**
 * Runs `scene` until the signal aborts; starts it anew when the guest reboots. Rejects with what the scene throws
 * while it is running; what it throws because it was stopped is its own affair.
 */
export async function runGuest(scene: Scene, machine: GuestMachine, options: RunGuestOptions): Promise<void> {
  const { signal, clock = systemClock } = options;
  while (!signal.aborted) await runOnce(scene, machine, signal, clock);
}

/** One boot: ends with the power or a reset. */
async function runOnce(scene: Scene, machine: GuestMachine, power: AbortSignal, clock: Clock): Promise<void> {
  const reset = new AbortController();
  const switchOff = () => reset.abort(power.reason);
  power.addEventListener("abort", switchOff, { once: true });
  try {
    const guest = bootGuest(machine, clock, reset);
    await Promise.race([startScene(scene, guest), whenAborted(guest.signal)]);
    await whenAborted(guest.signal);
  } finally {
    power.removeEventListener("abort", switchOff);
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

function bootGuest(machine: GuestMachine, clock: Clock, reset: AbortController): GuestContext {
  const { signal } = reset;
  const firmware = new Firmware(machine, { signal, onReboot: () => reset.abort(new Error("the machine was reset")) });
  const guestClock = clockUntil(clock, signal);
  return { machine, firmware, clock: guestClock, signal, sleep: (delayMs) => sleepUntil(guestClock, signal, delayMs) };
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
      return timer;
    },
  };
}

function sleepUntil(clock: Clock, signal: AbortSignal, delayMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    clock.setTimer(() => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    }, delayMs);
  });
}

function whenAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
