/** The main thread's end of one viewer's encoder: what its inflaters have seen, and the job in flight. */

import type { ClientEncoder, EncodedUpdate, EncodeJob } from "./job.ts";
import type { PoolWorker } from "./pool_worker.ts";
import type { TaskUpdate } from "./worker_messages.ts";

/** Who encodes for viewers. */
export interface ViewerHooks {
  /** The viewer gets the answer by `onEncoded` or `fail`. */
  submit(viewer: ViewerEncoder, job: EncodeJob): void;
  recycle(update: EncodedUpdate): void;
  /** The viewer is gone: nobody waits for its job. */
  onClosed(viewer: ViewerEncoder): void;
}

/** One viewer's place in the pool. */
export class ViewerEncoder implements ClientEncoder {
  /** The number its streams go by. */
  readonly id: number;
  /** Where its streams are. */
  home: PoolWorker | undefined;
  readonly #hooks: ViewerHooks;
  #pending: PromiseWithResolvers<EncodedUpdate> | undefined;
  #failure: Error | undefined;
  #jobs = 0;
  #begun = 0;
  #begunBefore = 0;
  #isFresh = false;
  #isClosed = false;

  constructor(id: number, hooks: ViewerHooks) {
    this.id = id;
    this.#hooks = hooks;
  }

  /** The streams whose header the viewer has; bits of `StreamBit`. */
  get begun(): number {
    return this.#begun;
  }

  /** Whether the viewer was sent something that its own streams know nothing of. */
  get isFresh(): boolean {
    return this.#isFresh;
  }

  /** Whether its job has not been answered. */
  get isWaiting(): boolean {
    return this.#pending !== undefined;
  }

  /** Counts what workers have begun for it, from 0 on. */
  nextJob(): number {
    return this.#jobs++;
  }

  encode(job: EncodeJob): Promise<EncodedUpdate> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#pending !== undefined) return Promise.reject(new Error("Cannot encode: a job is in flight already"));
    this.#pending = Promise.withResolvers();
    this.#hooks.submit(this, job);
    return this.#pending.promise;
  }

  recycle(update: EncodedUpdate): void {
    this.#hooks.recycle(update);
  }

  discard(update: EncodedUpdate): void {
    this.#begun = this.#begunBefore;
    this.#isFresh = true;
    this.#hooks.recycle(update);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.fail(new Error("Cannot encode: the encoder was closed"));
    this.#hooks.onClosed(this);
  }

  /** The answer; `isOwn`: the viewer's own streams made it. */
  onEncoded({ update, begun }: TaskUpdate, isOwn: boolean): void {
    this.#begunBefore = this.#begun;
    this.#begun = begun;
    this.#isFresh = !isOwn;
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
