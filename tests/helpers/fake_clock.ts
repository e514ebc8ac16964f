/** A clock that stands until a test moves it. */

import type { Clock, Timer } from "../../lib/base/clock.ts";

interface PendingTimer {
  readonly callback: () => void;
  readonly dueMs: number;
  cancelled: boolean;
}

/** Time that only `advance` moves; timers run in order of their due times, inside `advance`. */
export class FakeClock implements Clock {
  #nowMs = 0;
  #timers: PendingTimer[] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  setTimer(callback: () => void, delayMs: number): Timer {
    const timer: PendingTimer = { callback, dueMs: this.#nowMs + Math.max(0, delayMs), cancelled: false };
    this.#timers.push(timer);
    return {
      cancel: () => {
        timer.cancelled = true;
        this.#timers = this.#timers.filter((other) => other !== timer);
      },
    };
  }

  /** Timers that are set and not due yet. */
  get timerCount(): number {
    return this.#timers.length;
  }

  /** Lets `ms` pass and runs what falls due, timers that those set included. Promises settle afterwards: see {@link settle}. */
  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (let timer = this.#nextDue(endMs); timer !== undefined; timer = this.#nextDue(endMs)) {
      this.#timers = this.#timers.filter((other) => other !== timer);
      this.#nowMs = Math.max(this.#nowMs, timer.dueMs);
      timer.callback();
    }
    this.#nowMs = endMs;
  }

  /** As `advance`, in steps, with promises settling after each. */
  async advanceSlowly(ms: number, stepMs: number): Promise<void> {
    for (let left = ms; left > 0; left -= stepMs) {
      this.advance(Math.min(stepMs, left));
      await settle();
    }
  }

  #nextDue(endMs: number): PendingTimer | undefined {
    let next: PendingTimer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueMs <= endMs && (next === undefined || timer.dueMs < next.dueMs)) next = timer;
    }
    return next;
  }
}

/** Lets every promise that can settle without outside events do so. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
