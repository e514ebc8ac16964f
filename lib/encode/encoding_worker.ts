/** What an encoding worker does: goes round its tasks, one rect at a time. */

import { setImmediate } from "node:timers";
import { errorMessage } from "../base/errors.ts";
import { Arena } from "./arena.ts";

import { causeFault } from "./fault.ts";
import type { EncodedUpdate } from "./job.ts";
import { closeStreams, encodeJob } from "./job_encoder.ts";
import type { ClientStreams } from "./rect_encoder.ts";
import { type EncodeTask, type WorkerReport, type WorkerRequest, WorkerState } from "./worker_messages.ts";

/** A report at least so often while there is work: the pool takes silence for a hung worker. */
const ALIVE_INTERVAL_MS = 1_000;

/** A task that was begun. */
interface RunningTask {
  readonly id: number;
  readonly arena: number;
  readonly client: number | undefined;
  readonly streams: ClientStreams;
  readonly steps: Generator<void, EncodedUpdate, void>;
}

/** How reports leave the worker. */
export type SendReport = (report: WorkerReport, transfer: Transferable[]) => void;

/** The state of one worker's thread. */
export class EncodingWorker {
  readonly #send: SendReport;
  readonly #arenas = new Map<number, Arena>();
  readonly #leaving = new Set<number>();
  readonly #streams = new Map<number, ClientStreams>();
  /** In the order of their turns. */
  readonly #tasks: RunningTask[] = [];
  readonly #cancelled = new Set<number>();
  #state: Int32Array = new Int32Array(WorkerState.words);
  /** Of the requests that were sent. */
  #taken = 0;
  #isRunning = false;
  /** Or when the work began, if that was later. */
  #lastReportMs = 0;

  constructor(send: SendReport) {
    this.#send = send;
  }

  /** Takes what the pool sent. */
  onRequest(request: WorkerRequest): void {
    // as Atomics counts
    this.#taken = this.#taken + 1 | 0;
    switch (request.type) {
      case "start":
        this.#state = request.state;
        return this.#report({ type: "alive" });
      case "attach":
        this.#arenas.set(request.arena, new Arena(request.memory, request.pointer));
        return;
      case "detach":
        this.#leaving.add(request.arena);
        return this.#detachIdle();
      case "encode":
        return this.#onEncode(request);
      case "cancel":
        if (this.#tasks.some(({ id }) => id === request.task)) this.#cancelled.add(request.task);
        return;
      case "close":
        return this.#onClose(request.client);
    }
  }

  #onEncode(request: EncodeTask): void {
    const { task: id, arena: arenaId, client, job, used, fault } = request;
    Atomics.store(this.#state, WorkerState.atHand, id);
    const arena = this.#arenas.get(arenaId);
    if (arena === undefined) throw new Error(`Cannot run task ${id}: arena ${arenaId} is not attached`);
    const streams = this.#streamsFor(request);
    const steps = fault === undefined
      ? encodeJob(job, arena, streams, used)
      : causeFault(fault, () => this.#cancelled.has(id));
    this.#tasks.push({ id, arena: arenaId, client, streams, steps });
    if (!this.#isRunning) this.#run();
  }

  #streamsFor({ client, isFresh, begun }: EncodeTask): ClientStreams {
    if (client === undefined) return { begun };
    const kept = this.#streams.get(client);
    if (kept !== undefined && !isFresh) return kept;
    if (kept !== undefined) closeStreams(kept);
    const streams = { begun };
    this.#streams.set(client, streams);
    return streams;
  }

  /** A task of the client's that was cancelled frees the streams with its last step. */
  #onClose(client: number): void {
    const streams = this.#streams.get(client);
    this.#streams.delete(client);
    if (streams !== undefined && !this.#tasks.some((task) => task.client === client)) closeStreams(streams);
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    this.#lastReportMs = performance.now();
    for (let task = this.#tasks[0]; task !== undefined; task = this.#tasks[0]) {
      Atomics.store(this.#state, WorkerState.atHand, task.id);
      const report = this.#step(task);
      Atomics.store(this.#state, WorkerState.atHand, 0);
      this.#tasks.shift();
      if (report === undefined) this.#tasks.push(task);
      else this.#finish(task, report);
      if (performance.now() - this.#lastReportMs > ALIVE_INTERVAL_MS) this.#report({ type: "alive" });
      // a turn of the event loop takes as long as a small rect
      if (Atomics.load(this.#state, WorkerState.sent) !== this.#taken) await letMessagesIn();
    }
    this.#isRunning = false;
  }

  /** One rect of a task; the task's answer when it was the last. Never throws: what goes wrong is that task's. */
  #step({ id, steps, streams }: RunningTask): WorkerReport | undefined {
    if (this.#cancelled.has(id)) return { type: "cancelled", task: id };
    try {
      const step = steps.next();
      return step.done ? { type: "encoded", task: id, update: step.value, begun: streams.begun ?? 0 } : undefined;
    } catch (error) {
      return { type: "failed", task: id, reason: errorMessage(error) };
    }
  }

  #finish({ id, client, streams }: RunningTask, report: WorkerReport): void {
    this.#cancelled.delete(id);
    if (client === undefined || this.#streams.get(client) !== streams) closeStreams(streams);
    this.#report(report, report.type === "encoded" ? [report.update.bytes.buffer] : []);
    this.#detachIdle();
  }

  #detachIdle(): void {
    for (const arena of this.#leaving) {
      if (this.#tasks.some((task) => task.arena === arena)) continue;
      this.#leaving.delete(arena);
      this.#arenas.delete(arena);
      this.#report({ type: "detached", arena });
    }
  }

  #report(report: WorkerReport, transfer: Transferable[] = []): void {
    this.#lastReportMs = performance.now();
    this.#send(report, transfer);
  }
}

async function letMessagesIn(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}
