/** The machine's clock, which a test may set ahead: deadlines of half a minute pass at once. */

import type { Clock, Timer } from "../../lib/base/clock.ts";

interface RunningTimer {
  readonly callback: () => void;
  readonly dueMs: number;
  id?: ReturnType<typeof setTimeout>;
}

/** Real time and what was skipped of it. */
export class SkippingClock implements Clock {
  readonly #timers = new Set<RunningTimer>();
  #skippedMs = 0;

  nowMs(): number {
    return performance.now() + this.#skippedMs;
  }

  setTimer(callback: () => void, delayMs: number): Timer {
    const timer: RunningTimer = { callback, dueMs: this.nowMs() + delayMs };
    this.#timers.add(timer);
    this.#start(timer);
    return { cancel: () => this.#forget(timer) };
  }

  /** Lets `ms` pass now; what falls due runs before this returns, in order. */
  skip(ms: number): void {
    this.#skippedMs += ms;
    for (let timer = this.#nextDue(); timer !== undefined; timer = this.#nextDue()) this.#run(timer);
    for (const timer of this.#timers) {
      clearTimeout(timer.id);
      this.#start(timer);
    }
  }

  #nextDue(): RunningTimer | undefined {
    const due = [...this.#timers].filter((timer) => timer.dueMs <= this.nowMs());
    return due.sort((a, b) => a.dueMs - b.dueMs)[0];
  }

  #start(timer: RunningTimer): void {
    timer.id = setTimeout(() => this.#run(timer), Math.max(0, timer.dueMs - this.nowMs()));
  }

  #run(timer: RunningTimer): void {
    this.#forget(timer);
    timer.callback();
  }

  #forget(timer: RunningTimer): void {
    clearTimeout(timer.id);
    this.#timers.delete(timer);
  }
}
