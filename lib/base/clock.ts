/** Time as a parameter, so that tests own it. All times are monotonic milliseconds. */

import { clearImmediate, setImmediate } from "node:timers";

/** A timer that has been set; `cancel` may be called any number of times. */
export interface Timer {
  /** It does not call back any more. */
  cancel(): void;
}

/** Where a component gets its time from. */
export interface Clock {
  /** Monotonic milliseconds since an arbitrary start. */
  nowMs(): number;
  /** Calls back once after at least `delayMs`. */
  setTimer(callback: () => void, delayMs: number): Timer;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  nowMs: () => performance.now(),
  setTimer(callback: () => void, delayMs: number): Timer {
    // a timeout takes a millisecond at least
    if (delayMs <= 0) return turnTimer(callback);
    const id = setTimeout(callback, delayMs);
    return { cancel: () => clearTimeout(id) };
  },
};

/** Calls back in the next turn of the event loop. */
function turnTimer(callback: () => void): Timer {
  const id = setImmediate(callback);
  return { cancel: () => clearImmediate(id) };
}

/** Resolves after `delayMs` of the clock's time. */
export function sleep(delayMs: number, clock: Clock = systemClock): Promise<void> {
  return new Promise((resolve) => clock.setTimer(resolve, delayMs));
}
