/** One worker of the pool: its clients, its arenas, and whether it still answers. */

import type { Clock, Timer } from "../base/clock.ts";
import { JOB_DEADLINE_MS, MAX_RECYCLED_BYTES } from "../base/limits.ts";
import { ARENA_BYTES } from "./arena.ts";
import type { EncodeJob, PixelMemory, PixelMemoryRegion } from "./job.ts";
import { PoolEncoder } from "./pool_encoder.ts";
import type { EncodeFault, WorkerReport, WorkerRequest } from "./worker_messages.ts";

/** A worker's arena in one display's memory, and the clients that need it. */
interface Lease {
  readonly id: number;
  readonly memory: PixelMemory;
  readonly region: PixelMemoryRegion;
  readonly clients: Set<number>;
}

/** What the pool wants to know and decide. */
export interface PoolWorkerHooks {
  readonly clock: Clock;
  faultOf(client: number, job: number): EncodeFault | undefined;
  /** The worker is gone, and so is every client it had. */
  onDeath(worker: PoolWorker, reason: string): void;
}

/** A thread and those who depend on it. */
export class PoolWorker {
  readonly #hooks: PoolWorkerHooks;
  readonly #worker: Worker;
  readonly #encoders = new Map<number, PoolEncoder>();
  readonly #leases = new Map<PixelMemory, Lease>();
  /** Clients the worker owes an answer. */
  readonly #awaited = new Set<number>();
  #nextArena = 0;
  #deadline: Timer | undefined;
  #recycled: ArrayBuffer | undefined;
  #settled: PromiseWithResolvers<void> | undefined;
  #dead = false;

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
  }

  /** Clients that are pinned to it. */
  get clientCount(): number {
    return this.#encoders.size;
  }

  /** Resolves when the worker owes no answer any more, or is gone. */
  async settled(): Promise<void> {
    if (this.#awaited.size === 0 || this.#dead) return;
    this.#settled ??= Promise.withResolvers();
    await this.#settled.promise;
  }

  /** Pins a client to this worker. */
  open(memory: PixelMemory, id: number): PoolEncoder {
    const lease = this.#leases.get(memory) ?? this.#attach(memory);
    lease.clients.add(id);
    this.#send({ type: "open", client: id, arena: lease.id });
    const encoder = new PoolEncoder(this, id);
    this.#encoders.set(id, encoder);
    return encoder;
  }

  #attach(memory: PixelMemory): Lease {
    const region = memory.allocate(ARENA_BYTES);
    const lease = { id: this.#nextArena++, memory, region, clients: new Set<number>() };
    this.#leases.set(memory, lease);
    this.#send({ type: "attach", arena: lease.id, memory: memory.memory, pointer: region.pointer });
    return lease;
  }

  /** Sends a job; the encoder gets the answer. */
  encode(encoder: PoolEncoder, job: EncodeJob): void {
    const used = this.#recycled;
    this.#recycled = undefined;
    const fault = this.#hooks.faultOf(encoder.id, encoder.jobs);
    this.#send({ type: "encode", client: encoder.id, job, used, fault }, used === undefined ? [] : [used]);
    this.#await(encoder.id);
  }

  /** Keeps memory for the next job. */
  recycle(buffer: ArrayBuffer): void {
    if (buffer.byteLength > MAX_RECYCLED_BYTES) return;
    if (buffer.byteLength > (this.#recycled?.byteLength ?? 0)) this.#recycled = buffer;
  }

  /** Lets the worker forget a client; its arena is given back when the worker says so. */
  closeEncoder(encoder: PoolEncoder): void {
    if (this.#dead || !this.#encoders.delete(encoder.id)) return;
    this.#send({ type: "close", client: encoder.id });
    this.#await(encoder.id);
  }

  #send(request: WorkerRequest, transfer: Transferable[] = []): void {
    if (!this.#dead) this.#worker.postMessage(request, transfer);
  }

  #await(client: number): void {
    this.#awaited.add(client);
    if (this.#deadline === undefined) this.#setDeadline();
  }

  #setDeadline(): void {
    this.#deadline?.cancel();
    this.#deadline = undefined;
    if (this.#awaited.size === 0) return this.#settle();
    this.#deadline = this.#hooks.clock.setTimer(
      () => this.end(`it did not answer for ${JOB_DEADLINE_MS} ms`, false),
      JOB_DEADLINE_MS,
    );
  }

  #settle(): void {
    this.#settled?.resolve();
    this.#settled = undefined;
  }

  #onReport(report: WorkerReport): void {
    if (this.#dead) return;
    if (report.type === "closed") this.#onClosed(report.client);
    else if (report.type !== "alive") this.#onAnswer(report);
    this.#setDeadline();
  }

  #onAnswer(report: Extract<WorkerReport, { type: "encoded" | "failed" }>): void {
    const encoder = this.#encoders.get(report.client);
    // A closed client's answer may have been on its way; its `closed` is still to come.
    if (encoder === undefined) return;
    this.#awaited.delete(report.client);
    if (report.type === "encoded") encoder.onEncoded(report.update);
    else encoder.fail(new Error(report.reason));
  }

  #onClosed(client: number): void {
    this.#awaited.delete(client);
    for (const lease of this.#leases.values()) {
      if (!lease.clients.delete(client) || lease.clients.size > 0) continue;
      this.#send({ type: "detach", arena: lease.id });
      this.#leases.delete(lease.memory);
      lease.memory.free(lease.region);
    }
  }

  /**
   * Ends the thread and everything its clients wait for. When it is not known to have stopped, the arenas are never
   * given back: it may write to them for a moment yet.
   */
  end(reason: string, hasStopped: boolean): void {
    if (this.#dead) return;
    this.#dead = true;
    this.#deadline?.cancel();
    this.#worker.terminate();
    const error = new Error(`Cannot encode: the encoding worker ended, ${reason}`);
    for (const encoder of this.#encoders.values()) encoder.fail(error);
    this.#encoders.clear();
    if (hasStopped || this.#awaited.size === 0) {
      for (const lease of this.#leases.values()) lease.memory.free(lease.region);
    }
    this.#leases.clear();
    this.#settle();
    this.#hooks.onDeath(this, reason);
  }
}
