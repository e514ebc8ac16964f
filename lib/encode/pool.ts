/** The encoding workers: one a core less one, made when they are needed, replaced when they die. */

import { type Clock, systemClock } from "../base/clock.ts";
import { type Logger, silentLogger } from "../base/log.ts";
import { POOL_CLOSE_GRACE_MS } from "../base/limits.ts";
import { headedStreams } from "./choose.ts";
import type { ClientEncoder, EncodeJob, EncoderPool, PixelMemory } from "./job.ts";
import { liveUpdate } from "./live_update.ts";
import { JobRun } from "./job_run.ts";
import { type EncodeOrder, PoolWorker } from "./pool_worker.ts";
import { SharedJobs } from "./shared_jobs.ts";
import { sliceCount, sliceJob } from "./slices.ts";
import { SpareMemory } from "./spare_memory.ts";
import { ViewerEncoder } from "./viewer_encoder.ts";
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
   * For tests: what goes wrong with a job. Clients are counted from 0, and so is what workers begin for each of them.
   * @internal
   */
  readonly faultOf?: (client: number, job: number) => EncodeFault | undefined;
}

/** Who watches one display. */
interface DisplayViewers {
  readonly jobs: SharedJobs;
  readonly viewers: Set<ViewerEncoder>;
  /** Jobs that are not shared. */
  readonly own: Map<ViewerEncoder, JobRun>;
}

/**
 * An {@link EncoderPool} of Web Workers. A server makes one of its own; several displays may share one.
 *
 * A worker that dies, or does not answer in time, is replaced, and the jobs it had are encoded again by others. Only a
 * job whose encoder throws, or at which two workers were lost, is given up: those it was for are told, and nobody else.
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
  readonly #displays = new Map<PixelMemory, DisplayViewers>();
  readonly #spares: SpareMemory;
  #nextClient = 0;
  #isClosed = false;

  /** A pool without a thread yet. */
  constructor(options: WorkerPoolOptions = {}) {
    this.#options = options;
    this.#maxWorkers = Math.max(1, options.maxWorkers ?? navigator.hardwareConcurrency - 1);
    this.#spares = new SpareMemory(this.#maxWorkers);
  }

  /**
   * An encoder over the given memory, whose streams are with the worker that has the fewest. Throws when the pool is
   * closed.
   * @internal
   */
  open(memory: PixelMemory): ClientEncoder {
    if (this.#isClosed) throw new Error("Cannot open an encoder: the pool is closed");
    const display = this.#displays.get(memory) ?? this.#addDisplay(memory);
    const viewer = new ViewerEncoder(this.#nextClient++, {
      submit: (viewer, job) => this.#submit(viewer, job, memory, display),
      recycle: (update) => display.jobs.recycle(update),
      onClosed: (viewer) => this.#onClosed(viewer, memory, display),
    });
    display.viewers.add(viewer);
    this.#homeOf(viewer);
    return viewer;
  }

  #submit(viewer: ViewerEncoder, job: EncodeJob, memory: PixelMemory, { jobs }: DisplayViewers): void {
    // a fault needs a worker to happen in
    const update = this.#options.faultOf === undefined ? liveUpdate(job, memory) : undefined;
    if (update === undefined) return jobs.submit(viewer, job);
    queueMicrotask(() => viewer.onEncoded({ update, begun: viewer.begun }, !viewer.isFresh));
  }

  #addDisplay(memory: PixelMemory): DisplayViewers {
    const jobs = new SharedJobs({
      runShared: (leader, job) => this.#run(this.#ordersOf(leader, job, memory), () => this.#leastBusy()),
      runOwn: (viewer, job) => this.#runOwn(viewer, job, memory),
      recycle: (update) => this.#spares.give(update),
    });
    const display = { jobs, viewers: new Set<ViewerEncoder>(), own: new Map<ViewerEncoder, JobRun>() };
    this.#displays.set(memory, display);
    return display;
  }

  #onClosed(viewer: ViewerEncoder, memory: PixelMemory, { jobs, viewers, own }: DisplayViewers): void {
    jobs.leave(viewer);
    own.get(viewer)?.cancel();
    viewer.home?.closeClient(viewer.id);
    viewers.delete(viewer);
    if (viewers.size > 0) return;
    this.#displays.delete(memory);
    for (const worker of this.#workers) worker.release(memory);
  }

  /** One order, or one for each slice. Their streams begin anew, in the middle of what a viewer has read. */
  #ordersOf(viewer: ViewerEncoder, job: EncodeJob, memory: PixelMemory): EncodeOrder[] {
    const slices = sliceJob(job, this.#slicesFor(viewer, job));
    const nextFault = () => this.#options.faultOf?.(viewer.id, viewer.nextJob());
    const order = { memory, client: undefined, isFresh: true, begun: viewer.begun, nextFault };
    return slices.map((slice) => ({ ...order, job: slice }));
  }

  /** As many as its idle workers are worth; one more worker is started for the next time. */
  #slicesFor(viewer: ViewerEncoder, job: EncodeJob): number {
    const headed = headedStreams(job.settings.encoding);
    // the second slice could not tell whether the first has written the header
    if ((viewer.begun & headed) !== headed || sliceCount(job, this.#maxWorkers) === 1) return 1;
    const idle = [...this.#workers].filter((worker) => worker.isIdle).length;
    if (idle < this.#maxWorkers && this.#workers.size < this.#maxWorkers) this.#startWorker();
    return sliceCount(job, idle);
  }

  async #runOwn(viewer: ViewerEncoder, job: EncodeJob, memory: PixelMemory): Promise<void> {
    const { own } = this.#displays.get(memory)!;
    const orders = this.#ordersOf(viewer, job, memory);
    const isOwn = orders.length === 1;
    const run = isOwn
      ? this.#run([{ ...orders[0]!, client: viewer.id, isFresh: viewer.isFresh }], () => this.#homeOf(viewer))
      : this.#run(orders, () => this.#leastBusy());
    own.set(viewer, run);
    try {
      viewer.onEncoded(await run.result, isOwn);
    } catch (error) {
      viewer.fail(error as Error);
    } finally {
      own.delete(viewer);
    }
  }

  #run(orders: readonly EncodeOrder[], chooseWorker: () => PoolWorker): JobRun {
    return new JobRun(orders, () => {
      if (this.#isClosed) throw new Error("Cannot encode: the pool was closed");
      return chooseWorker();
    });
  }

  /** Where a viewer's streams are, or are to be. */
  #homeOf(viewer: ViewerEncoder): PoolWorker {
    if (viewer.home === undefined || viewer.home.isDead) viewer.home = this.#least((worker) => worker.clients.size);
    viewer.home.clients.add(viewer.id);
    return viewer.home;
  }

  #leastBusy(): PoolWorker {
    return this.#least((worker) => worker.taskCount);
  }

  /** A worker with the least of something; a new one rather than one with any. */
  #least(loadOf: (worker: PoolWorker) => number): PoolWorker {
    let least: PoolWorker | undefined;
    for (const worker of this.#workers) {
      if (least === undefined || loadOf(worker) < loadOf(least)) least = worker;
    }
    const isLoaded = least === undefined || loadOf(least) > 0;
    return isLoaded && this.#workers.size < this.#maxWorkers ? this.#startWorker() : least!;
  }

  #startWorker(): PoolWorker {
    const worker = new PoolWorker({
      clock: this.#options.clock ?? systemClock,
      takeSpare: (mostBytes) => this.#spares.take(mostBytes),
      onDeath: (dead, reason) => this.#onDeath(dead, reason),
    });
    this.#workers.add(worker);
    return worker;
  }

  #onDeath(worker: PoolWorker, reason: string): void {
    this.#workers.delete(worker);
    if (!this.#isClosed) (this.#options.logger ?? silentLogger).error(`encoding worker ended: ${reason}`);
  }

  /**
   * Resolves when no worker owes an answer.
   * @internal
   */
  async settled(): Promise<void> {
    await Promise.all([...this.#workers].map((worker) => worker.settled()));
  }

  /**
   * Closes the pool once no worker owes an answer: none is writing to a display's memory then, and all arenas are given
   * back. A worker that hangs is waited for as long as {@link POOL_CLOSE_GRACE_MS}.
   * @internal
   */
  async finish(): Promise<void> {
    const grace = Promise.withResolvers<void>();
    const timer = (this.#options.clock ?? systemClock).setTimer(grace.resolve, POOL_CLOSE_GRACE_MS);
    await Promise.race([grace.promise, this.settled()]);
    timer.cancel();
    this.close();
  }

  /** Ends every worker; every encoder counts as closed. */
  close(): void {
    this.#isClosed = true;
    for (const worker of this.#workers) worker.end("the pool was closed", false);
  }
}
