/** One job on its way through the workers: in slices, and again where a worker was lost. */

import { type EncodeOrder, type PoolWorker, WorkerLostError, type WorkerTask } from "./pool_worker.ts";
import { joinSlices } from "./slices.ts";
import type { TaskUpdate } from "./worker_messages.ts";

/** Workers that were lost at a job before it is given up: it may be what they die of [vncd]. */
const MAX_WORKERS_LOST = 2;

/** Runs the orders of one job until all are answered. */
export class JobRun {
  /** One update for all orders. Rejects when one of them fails for good; the others are cancelled then. */
  readonly result: Promise<TaskUpdate>;
  readonly #chooseWorker: (order: EncodeOrder) => PoolWorker;
  readonly #tasks = new Set<WorkerTask>();
  #isCancelled = false;

  /** `chooseWorker` throws when there is to be none any more. */
  constructor(orders: readonly EncodeOrder[], chooseWorker: (order: EncodeOrder) => PoolWorker) {
    this.#chooseWorker = chooseWorker;
    this.result = this.#runAll(orders);
  }

  /** Nobody waits for the result any more: it rejects, soon. */
  cancel(): void {
    this.#isCancelled = true;
    for (const task of this.#tasks) task.cancel();
  }

  async #runAll(orders: readonly EncodeOrder[]): Promise<TaskUpdate> {
    try {
      return joinSlices(await Promise.all(orders.map((order) => this.#run(order))));
    } catch (error) {
      this.cancel();
      throw error;
    }
  }

  /** A job that was lost with a worker it had nothing to do with is begun again however often. */
  async #run(order: EncodeOrder): Promise<TaskUpdate> {
    for (let lost = 0;;) {
      const task = this.#chooseWorker(order).encode(order);
      this.#tasks.add(task);
      try {
        return await task.result;
      } catch (error) {
        if (!(error instanceof WorkerLostError) || this.#isCancelled) throw error;
        if (error.wasAtHand && ++lost === MAX_WORKERS_LOST) throw error;
      } finally {
        this.#tasks.delete(task);
      }
    }
  }
}
