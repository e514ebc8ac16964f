/** The statistics of one display, kept while some client needs them. */

import type { Clock } from "../base/clock.ts";
import type { Display } from "../display/display.ts";
import { UpdateStatistics } from "../display/update_statistics.ts";

/** Shared by all clients of a display. */
export class DisplayStatistics {
  readonly #display: Display;
  readonly #clock: Clock;
  #users = 0;
  #kept: UpdateStatistics | undefined;
  #removeListener: (() => void) | undefined;

  constructor(display: Display, clock: Clock) {
    this.#display = display;
    this.#clock = clock;
  }

  /** What is known; undefined while nobody needs it. */
  get current(): UpdateStatistics | undefined {
    return this.#kept;
  }

  /** From now on they are kept, until the returned function has been called. */
  need(): () => void {
    if (this.#users++ === 0) this.#start();
    let isNeeded = true;
    return () => {
      if (isNeeded && --this.#users === 0) this.#stop();
      isNeeded = false;
    };
  }

  #start(): void {
    const nowMs = () => this.#clock.nowMs();
    this.#restart(this.#display.serverSurface);
    this.#removeListener = this.#display.addListener({
      gfxUpdate: (changed) => this.#kept?.addChanged(changed, nowMs()),
      gfxCopy: (destination) => this.#kept?.addCopied(destination, nowMs()),
      gfxSwitch: (surface) => {
        // a client that was told first may have let them go
        if (this.#kept !== undefined) this.#restart(surface);
      },
      refresh: () => this.#kept?.endTick(),
    });
  }

  #restart({ width, height }: { readonly width: number; readonly height: number }): void {
    this.#kept = new UpdateStatistics(width, height, this.#clock.nowMs());
  }

  #stop(): void {
    this.#removeListener?.();
    this.#kept = undefined;
  }
}
