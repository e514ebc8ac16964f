/** The encoding workers: one a core less one, made when they are needed, replaced when they die. */

import { type Clock, systemClock } from "../base/clock.ts";
import { type Logger, silentLogger } from "../base/log.ts";
import type { ClientEncoder, EncoderPool, PixelMemory } from "./job.ts";
import { PoolWorker } from "./pool_worker.ts";
import type { EncodeFault } from "./worker_messages.ts";

/** What a pool may be told. */
export interface WorkerPoolOptions {
  /** Most workers; the cores less one by default, one at least. */
  readonly maxWorkers?: number;
  /** For the deadline of jobs. */
  readonly clock?: Clock;
  /** Told when a worker dies. Default: silent. */
  readonly logger?: Logger;
  /**
   * For tests: what goes wrong with a job. Clients and their jobs are counted from 0, in the order they come.
   * @internal
   */
  readonly faultOf?: (client: number, job: number) => EncodeFault | undefined;
}

/**
 * An {@link EncoderPool} of Web Workers. A server makes one of its own; several displays may share one.
 *
 * @example
 * ```ts
 * import { Display, serveVnc, WorkerPool } from "@vncd/vncd";
 *
 * const pool = new WorkerPool({ maxWorkers: 2 });
 * const displays = [new Display({ width: 64, height: 48 }), new Display({ width: 32, height: 24 })];
 * const services = await Promise.all(displays.map((display) => serveVnc(display, { pool })));
 *
 * await Promise.all(services.map((service) => service.stop()));
 * for (const display of displays) display.close();
 * pool.close();
 * ```
 */
export class WorkerPool implements EncoderPool {
  readonly #options: WorkerPoolOptions;
  readonly #maxWorkers: number;
  readonly #workers = new Set<PoolWorker>();
  #nextClient = 0;
  #closed = false;

  /** A pool without a thread yet. */
  constructor(options: WorkerPoolOptions = {}) {
    this.#options = options;
    this.#maxWorkers = Math.max(1, options.maxWorkers ?? navigator.hardwareConcurrency - 1);
  }

  /**
   * An encoder over the given memory, pinned to the worker with the fewest clients. Throws when the pool is closed.
   * @internal
   */
  open(memory: PixelMemory): ClientEncoder {
    if (this.#closed) throw new Error("Cannot open an encoder: the pool is closed");
    return this.#leastLoaded().open(memory, this.#nextClient++);
  }

  #leastLoaded(): PoolWorker {
    let least: PoolWorker | undefined;
    for (const worker of this.#workers) {
      if (least === undefined || worker.clientCount < least.clientCount) least = worker;
    }
    const isBusy = least === undefined || least.clientCount > 0;
    return isBusy && this.#workers.size < this.#maxWorkers ? this.#startWorker() : least!;
  }

  #startWorker(): PoolWorker {
    const worker = new PoolWorker({
      clock: this.#options.clock ?? systemClock,
      faultOf: (client, job) => this.#options.faultOf?.(client, job),
      onDeath: (dead, reason) => this.#onDeath(dead, reason),
    });
    this.#workers.add(worker);
    return worker;
  }

  #onDeath(worker: PoolWorker, reason: string): void {
    this.#workers.delete(worker);
    if (!this.#closed) (this.#options.logger ?? silentLogger).error(`encoding worker ended: ${reason}`);
  }

  /**
   * Resolves when no worker owes an answer: none is writing to a display's memory then, so that a pool which is closed
   * gives all of its arenas back. A worker that hangs takes until its deadline.
   * @internal
   */
  async settled(): Promise<void> {
    await Promise.all([...this.#workers].map((worker) => worker.settled()));
  }

  /** Ends every worker; every encoder counts as closed. */
  close(): void {
    this.#closed = true;
    for (const worker of this.#workers) worker.end("the pool was closed", false);
  }
}
