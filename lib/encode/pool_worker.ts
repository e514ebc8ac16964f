/** One worker of the pool: its tasks, its arenas, and whether it still answers. */

import type { Clock, Timer } from "../base/clock.ts";
import { JOB_DEADLINE_MS, WORKER_START_DEADLINE_MS } from "../base/limits.ts";
import { RECT_HEADER_BYTES, UPDATE_HEADER_BYTES } from "../rfb/server_messages.ts";
import { ARENA_BYTES } from "./arena.ts";
import type { EncodeJob, PixelMemory, PixelMemoryRegion } from "./job.ts";
import { pixelCount } from "./slices.ts";
import {
  type EncodeFault,
  type EncodeTask,
  type TaskUpdate,
  type WorkerReport,
  type WorkerRequest,
  WorkerState,
} from "./worker_messages.ts";

/** A worker's arena in one display's memory. */
interface Lease {
  readonly id: number;
  readonly memory: PixelMemory;
  readonly region: PixelMemoryRegion;
}

/** What a worker is asked to do; see {@link EncodeTask}. */
export interface EncodeOrder extends Pick<EncodeTask, "job" | "client" | "isFresh" | "begun"> {
  readonly memory: PixelMemory;
  /** For tests: what goes wrong. Asked once for every worker that takes the order. */
  readonly nextFault: () => EncodeFault | undefined;
}

/** An order that a worker has taken. */
export interface WorkerTask {
  /** Rejects with WorkerLostError when the worker is gone. */
  readonly result: Promise<TaskUpdate>;
  /** Nobody waits for the result any more: it rejects, soon. */
  cancel(): void;
}

/** A worker went, and a job with it. */
export class WorkerLostError extends Error {
  override name = "WorkerLostError";

  /** `wasAtHand`: the job may be what it went of. */
  constructor(message: string, readonly wasAtHand: boolean) {
    super(message);
  }
}

/** What the pool wants to know and decide. */
export interface PoolWorkerHooks {
  readonly clock: Clock;
  /** Memory of an update that was sent, to be used again for one of so many bytes at most. */
  takeSpare(mostBytes: number): ArrayBuffer | undefined;
  /** The worker is gone, and so are all streams it had. */
  onDeath(worker: PoolWorker, reason: string): void;
}

type PendingTask = PromiseWithResolvers<TaskUpdate>;

/** A thread and those who depend on it. */
export class PoolWorker {
  readonly #hooks: PoolWorkerHooks;
  readonly #worker: Worker;
  readonly #state = new Int32Array(new SharedArrayBuffer(WorkerState.words * Int32Array.BYTES_PER_ELEMENT));
  readonly #tasks = new Map<number, PendingTask>();
  readonly #leases = new Map<PixelMemory, Lease>();
  /** Leases the worker has not let go of yet. */
  readonly #leaving = new Map<number, Lease>();
  #nextTask = 1;
  #nextArena = 0;
  #isReady = false;
  /** Runs while the worker owes an answer, and may run on behind that. */
  #silenceTimer: Timer | undefined;
  /** Its last word; or when it began to owe an answer, if that was later. */
  #heardMs = 0;
  #settled: PromiseWithResolvers<void> | undefined;
  #isDead = false;
  /** Clients whose streams are here. */
  readonly clients: Set<number> = new Set();

  constructor(hooks: PoolWorkerHooks) {
    this.#hooks = hooks;
    this.#worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "vncd-encode" });
    this.#worker.onmessage = (event: MessageEvent<WorkerReport>) => this.#onReport(event.data);
    this.#worker.onmessageerror = () => this.end("it sent what cannot be read", false);
    this.#worker.onerror = (event) => {
      // Not prevented, it would end the process.
      event.preventDefault();
      this.end(event.message, true);
    };
    this.#send({ type: "start", state: this.#state });
  }

  /** Tasks that are not answered. */
  get taskCount(): number {
    return this.#tasks.size;
  }

  /** Whether its thread runs and has nothing to do. */
  get isIdle(): boolean {
    return this.#isReady && this.#tasks.size === 0 && !this.#isDead;
  }

  /** Whether it is gone. */
  get isDead(): boolean {
    return this.#isDead;
  }

  /** Resolves when the worker owes no answer any more, or is gone. */
  async settled(): Promise<void> {
    if (!this.#owesAnswer || this.#isDead) return;
    this.#settled ??= Promise.withResolvers();
    await this.#settled.promise;
  }

  get #owesAnswer(): boolean {
    return this.#tasks.size + this.#leaving.size > 0;
  }

  /** Begins an order. */
  encode({ memory, job, client, isFresh, begun, nextFault }: EncodeOrder): WorkerTask {
    const lease = this.#leases.get(memory) ?? this.#attach(memory);
    const task = this.#nextTask++;
    const used = this.#hooks.takeSpare(uncompressedBytes(job));
    const request = { task, arena: lease.id, job, client, isFresh, begun, used, fault: nextFault() };
    const pending = Promise.withResolvers<TaskUpdate>();
    this.#awaitAnswer();
    this.#tasks.set(task, pending);
    this.#send({ type: "encode", ...request }, used === undefined ? [] : [used]);
    return { result: pending.promise, cancel: () => this.#send({ type: "cancel", task }) };
  }

  #attach(memory: PixelMemory): Lease {
    const region = memory.allocate(ARENA_BYTES);
    const lease = { id: this.#nextArena++, memory, region };
    this.#leases.set(memory, lease);
    this.#send({ type: "attach", arena: lease.id, memory: memory.memory, pointer: region.pointer });
    return lease;
  }

  /** Gives the arena in a display's memory back, as soon as the worker has done with it. */
  release(memory: PixelMemory): void {
    const lease = this.#leases.get(memory);
    if (lease === undefined) return;
    this.#awaitAnswer();
    this.#leases.delete(memory);
    this.#leaving.set(lease.id, lease);
    this.#send({ type: "detach", arena: lease.id });
  }

  /** Frees the streams of a client. */
  closeClient(client: number): void {
    if (this.clients.delete(client)) this.#send({ type: "close", client });
  }

  #send(request: WorkerRequest, transfer: Transferable[] = []): void {
    if (this.#isDead) return;
    this.#worker.postMessage(request, transfer);
    Atomics.add(this.#state, WorkerState.sent, 1);
  }

  /** To be called before there is one more answer to wait for. */
  #awaitAnswer(): void {
    if (!this.#owesAnswer) this.#heardMs = this.#hooks.clock.nowMs();
    if (this.#silenceTimer === undefined) this.#setSilenceTimer(this.#mostSilentMs);
  }

  get #mostSilentMs(): number {
    return this.#isReady ? JOB_DEADLINE_MS : WORKER_START_DEADLINE_MS;
  }

  /** It is left to run out though there was a word: a timer set and cancelled for each costs more than all else of it. */
  #setSilenceTimer(delayMs: number): void {
    this.#silenceTimer = this.#hooks.clock.setTimer(() => this.#onSilenceTimer(), delayMs);
  }

  #onSilenceTimer(): void {
    this.#silenceTimer = undefined;
    if (!this.#owesAnswer) return;
    const leftMs = this.#heardMs + this.#mostSilentMs - this.#hooks.clock.nowMs();
    if (leftMs > 0) this.#setSilenceTimer(leftMs);
    else this.end(`it did not answer for ${this.#mostSilentMs} ms`, false);
  }

  #settle(): void {
    this.#settled?.resolve();
    this.#settled = undefined;
  }

  #onReport(report: WorkerReport): void {
    if (this.#isDead) return;
    this.#heardMs = this.#hooks.clock.nowMs();
    if (!this.#isReady) this.#onReady();
    if (report.type === "detached") this.#onDetached(report.arena);
    else if (report.type !== "alive") this.#onAnswer(report);
    if (!this.#owesAnswer) this.#settle();
  }

  /** From now on it may be silent for less long. */
  #onReady(): void {
    this.#isReady = true;
    this.#silenceTimer?.cancel();
    this.#setSilenceTimer(this.#mostSilentMs);
  }

  #onAnswer(report: Exclude<WorkerReport, { type: "alive" | "detached" }>): void {
    const pending = this.#tasks.get(report.task);
    this.#tasks.delete(report.task);
    if (report.type === "encoded") pending?.resolve(report);
    else pending?.reject(new Error(report.type === "failed" ? report.reason : "Cannot encode: the job was cancelled"));
  }

  #onDetached(arena: number): void {
    const lease = this.#leaving.get(arena);
    this.#leaving.delete(arena);
    lease?.memory.free(lease.region);
  }

  /**
   * Ends the thread and its tasks. When it is not known to have stopped, the arenas are never given back: it may write
   * to them for a moment yet.
   */
  end(reason: string, hasStopped: boolean): void {
    if (this.#isDead) return;
    this.#isDead = true;
    this.#silenceTimer?.cancel();
    this.#worker.terminate();
    if (hasStopped || !this.#owesAnswer) {
      for (const lease of [...this.#leases.values(), ...this.#leaving.values()]) lease.memory.free(lease.region);
    }
    this.#leases.clear();
    this.#leaving.clear();
    const atHand = Atomics.load(this.#state, WorkerState.atHand);
    for (const [task, pending] of this.#tasks) {
      const message = `Cannot encode: the encoding worker ended, ${reason}`;
      pending.reject(new WorkerLostError(message, atHand === 0 || atHand === task));
    }
    this.#tasks.clear();
    this.#settle();
    this.#hooks.onDeath(this, reason);
  }
}

function uncompressedBytes({ rects, settings: { pixelFormat } }: EncodeJob): number {
  return UPDATE_HEADER_BYTES + rects.length * RECT_HEADER_BYTES + pixelCount(rects) * pixelFormat.bitsPerPixel / 8;
}
