/** When a display looks at its device: QEMU's adaptive interval, with instant wake. */

import type { Clock, Timer } from "../base/clock.ts";

/** How much longer the interval gets with every tick that finds nothing [QEMU VNC_REFRESH_INTERVAL_INC]. */
export const REFRESH_INTERVAL_STEP_MS = 50;
/** The longest interval [QEMU GUI_REFRESH_INTERVAL_IDLE]. */
export const REFRESH_INTERVAL_MAX_MS = 3_000;

/**
 * One display's timer. The interval starts at the base, grows by a step with every tick that finds no change, halves
 * with every one that does. Between two ticks lies the base interval at least, except that one tick that found nothing
 * may be followed by another at once: a look in vain must not delay what happens right after it.
 */
export class RefreshTimer {
  readonly #clock: Clock;
  readonly #baseIntervalMs: number;
  readonly #tick: () => boolean;
  #intervalMs: number;
  #timer: Timer | undefined;
  /** When the timer runs out: at the next tick or before, for it is not set anew when that is put off. */
  #timerMs = 0;
  #dueMs = 0;
  #lastTickMs = -Infinity;
  /** No tick before this. */
  #earliestMs = -Infinity;
  #isRunning = false;
  #isTicking = false;
  #wokenInTick = false;

  /** A timer that stands; `tick` returns whether anything changed and does not throw. */
  constructor(clock: Clock, baseIntervalMs: number, tick: () => boolean) {
    this.#clock = clock;
    this.#baseIntervalMs = baseIntervalMs;
    this.#tick = tick;
    this.#intervalMs = baseIntervalMs;
  }

  /** Milliseconds to the tick after the next, unless something happens. */
  get intervalMs(): number {
    return this.#intervalMs;
  }

  /** Starts ticking, the first time as soon as the base interval allows. */
  start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#dueMs = Infinity;
    this.wake();
  }

  /** No more ticks until the next start. */
  stop(): void {
    this.#isRunning = false;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** Something happened: back to the base interval, the next tick as soon as that allows. */
  wake(): void {
    if (!this.#isRunning) return;
    this.#intervalMs = this.#baseIntervalMs;
    if (this.#isTicking) {
      this.#wokenInTick = true;
      return;
    }
    const dueMs = Math.max(this.#clock.nowMs(), this.#earliestMs);
    if (dueMs < this.#dueMs) this.#schedule(dueMs);
  }

  /** One tick now. */
  tick(): void {
    if (this.#isTicking) return;
    this.#isTicking = true;
    this.#wokenInTick = false;
    const tickMs = this.#tickTimeMs();
    const isEarly = tickMs < this.#lastTickMs + this.#baseIntervalMs;
    this.#lastTickMs = tickMs;
    const changed = this.#tick();
    this.#isTicking = false;
    this.#earliestMs = changed || isEarly ? tickMs + this.#baseIntervalMs : tickMs;
    if (!this.#isRunning) return;
    this.#intervalMs = this.#nextIntervalMs(changed);
    this.#schedule(this.#lastTickMs + this.#intervalMs);
  }

  #nextIntervalMs(changed: boolean): number {
    if (this.#wokenInTick) return this.#baseIntervalMs;
    if (changed) return Math.max(this.#baseIntervalMs, this.#intervalMs / 2);
    return Math.min(
      Math.max(this.#baseIntervalMs, REFRESH_INTERVAL_MAX_MS),
      this.#intervalMs + REFRESH_INTERVAL_STEP_MS,
    );
  }

  /** A timer that fires a little late does not push the ticks behind it: the rate stays what was asked for. */
  #tickTimeMs(): number {
    const nowMs = this.#clock.nowMs();
    const lateMs = nowMs - this.#dueMs;
    return lateMs > 0 && lateMs < this.#baseIntervalMs / 2 ? this.#dueMs : nowMs;
  }

  #schedule(dueMs: number): void {
    this.#dueMs = dueMs;
    if (this.#timer !== undefined && this.#timerMs <= dueMs) return;
    this.#timer?.cancel();
    this.#setTimer();
  }

  #setTimer(): void {
    this.#timerMs = this.#dueMs;
    this.#timer = this.#clock.setTimer(() => this.#onTimer(), Math.max(0, this.#dueMs - this.#clock.nowMs()));
  }

  #onTimer(): void {
    this.#timer = undefined;
    if (!this.#isRunning) return;
    if (this.#timerMs < this.#dueMs) this.#setTimer();
    else this.tick();
  }
}
