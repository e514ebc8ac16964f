/** The interrupt lines: devices raise and lower them, guests hang handlers on them. */

import { type Clock, systemClock, type Timer } from "../base/clock.ts";
import { errorMessage } from "../base/errors.ts";
import { INTERRUPT_PAUSE_MS, MAX_INTERRUPT_BURST } from "../base/limits.ts";
import { type Logger, silentLogger } from "../base/log.ts";

/** The lines that have a device behind them. */
export const IrqLine = { Keyboard: 1, Tablet: 10, Mouse: 12 } as const;

/** What a guest runs when a line is high. */
export type InterruptHandler = () => void;

const LINES = 16;

/**
 * Sixteen level-triggered lines. Handlers run one after another from a microtask, never inside a port access and never
 * inside one another; while a line stays high its handlers are called again. A handler that throws is logged.
 *
 * @example A keyboard driver in two lines
 * ```ts
 * import { Display, Machine } from "@vncd/vncd";
 * import assert from "node:assert/strict";
 *
 * const display = new Display({ width: 640, height: 480 });
 * const machine = new Machine(display);
 * const bytes: number[] = [];
 * machine.interrupts.onInterrupt(1, () => void bytes.push(machine.io.inb(0x60)));
 *
 * machine.input.putKeycode(0xc8, true); // arrow up
 * await Promise.resolve();
 * assert.deepEqual(bytes, [0xe0, 0x75]);
 * machine.close();
 * display.close();
 * ```
 */
export class InterruptLines {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #handlers: InterruptHandler[][] = Array.from({ length: LINES }, () => []);
  readonly #failing: WeakSet<InterruptHandler> = new WeakSet();
  #high = 0;
  #masked = 0;
  #lastServed = LINES - 1;
  #isScheduled = false;
  #pause: Timer | undefined;
  #isClosed = false;

  /** All lines low. The logger is told when a handler throws. */
  constructor(clock: Clock = systemClock, logger: Logger = silentLogger) {
    this.#clock = clock;
    this.#logger = logger;
  }

  /** Raises or lowers a line. For devices. */
  setLevel(irq: number, isHigh: boolean): void {
    const bit = lineBit(irq);
    if (!isHigh) {
      this.#high &= ~bit;
      return;
    }
    this.#high |= bit;
    this.#schedule();
  }

  /** Whether a device holds the line high. */
  isHigh(irq: number): boolean {
    return (this.#high & lineBit(irq)) !== 0;
  }

  /** Calls `handler` while the line is high and not masked. Returns how to stop. */
  onInterrupt(irq: number, handler: InterruptHandler): () => void {
    lineBit(irq);
    // A wrapper of its own, so that the same function may be registered twice and taken off once.
    const entry = () => this.#run(irq, handler);
    this.#handlers[irq]?.push(entry);
    this.#schedule();
    return () => {
      this.#handlers[irq] = (this.#handlers[irq] ?? []).filter((other) => other !== entry);
    };
  }

  /** Keeps a line from its handlers until {@link unmask}; a level that is still high then is delivered. */
  mask(irq: number): void {
    this.#masked |= lineBit(irq);
  }

  /** Lets a line through again. */
  unmask(irq: number): void {
    this.#masked &= ~lineBit(irq);
    this.#schedule();
  }

  /** All lines low and let through, as after power-on. Handlers stay. */
  reset(): void {
    this.#high = 0;
    this.#masked = 0;
  }

  /** No handler is called any more. */
  close(): void {
    this.#isClosed = true;
    this.#pause?.cancel();
    for (const entries of this.#handlers) entries.length = 0;
  }

  #schedule(): void {
    if (this.#isScheduled || this.#isClosed) return;
    this.#isScheduled = true;
    queueMicrotask(() => this.#deliver());
  }

  /** A line that nobody lowers must not keep the rest of the process from running: after a burst comes a pause. */
  #deliver(): void {
    for (let served = 0; served < MAX_INTERRUPT_BURST; served++) {
      const irq = this.#nextLine();
      if (irq === undefined) {
        this.#isScheduled = false;
        return;
      }
      this.#lastServed = irq;
      for (const entry of [...this.#handlers[irq] ?? []]) if (this.#handlers[irq]?.includes(entry)) entry();
    }
    if (!this.#isClosed) this.#pause = this.#clock.setTimer(() => this.#deliver(), INTERRUPT_PAUSE_MS);
  }

  /** The next line that wants service, round robin, so that one stuck line does not starve the others. */
  #nextLine(): number | undefined {
    const wanted = this.#high & ~this.#masked;
    for (let i = 1; i <= LINES; i++) {
      const irq = (this.#lastServed + i) % LINES;
      if ((wanted & (1 << irq)) !== 0 && (this.#handlers[irq]?.length ?? 0) > 0) return irq;
    }
    return undefined;
  }

  #run(irq: number, handler: InterruptHandler): void {
    try {
      const result: unknown = handler();
      if (result instanceof Promise) result.catch((error) => this.#logFailure(irq, handler, error));
      else this.#failing.delete(handler);
    } catch (error) {
      this.#logFailure(irq, handler, error);
    }
  }

  /** Once for every run of failures: a line that stays high would otherwise fill the log. */
  #logFailure(irq: number, handler: InterruptHandler, error: unknown): void {
    if (this.#failing.has(handler)) return;
    this.#failing.add(handler);
    this.#logger.error(`Cannot handle interrupt ${irq}: ${errorMessage(error)}`);
  }
}

function lineBit(irq: number): number {
  if (!Number.isInteger(irq) || irq < 0 || irq >= LINES) {
    throw new RangeError(`Cannot use interrupt line ${irq}: lines are numbered 0 to ${LINES - 1}`);
  }
  return 1 << irq;
}
