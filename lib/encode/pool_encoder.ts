/** The main thread's end of one client's encoder. */

import type { ClientEncoder, EncodedUpdate, EncodeJob } from "./job.ts";
import type { PoolWorker } from "./pool_worker.ts";

interface PendingJob {
  resolve(update: EncodedUpdate): void;
  reject(error: Error): void;
}

/** One client's place in a worker. */
export class PoolEncoder implements ClientEncoder {
  readonly #worker: PoolWorker;
  /** The number the worker knows the client by. */
  readonly id: number;
  #pending: PendingJob | undefined;
  #failure: Error | undefined;
  #jobs = 0;

  constructor(worker: PoolWorker, id: number) {
    this.#worker = worker;
    this.id = id;
  }

  /** Jobs that were begun. */
  get jobs(): number {
    return this.#jobs;
  }

  encode(job: EncodeJob): Promise<EncodedUpdate> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#pending !== undefined) return Promise.reject(new Error("Cannot encode: a job is in flight already"));
    return new Promise((resolve, reject) => {
      this.#worker.encode(this, job);
      this.#pending = { resolve, reject };
      this.#jobs++;
    });
  }

  recycle(update: EncodedUpdate): void {
    this.#worker.recycle(update.bytes.buffer);
  }

  close(): void {
    this.fail(new Error("Cannot encode: the encoder was closed"));
    this.#worker.closeEncoder(this);
  }

  /** The worker's answer. */
  onEncoded(update: EncodedUpdate): void {
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.resolve(update);
  }

  /** Rejects the job in flight and all to come. */
  fail(error: Error): void {
    this.#failure ??= error;
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.reject(error);
  }
}
