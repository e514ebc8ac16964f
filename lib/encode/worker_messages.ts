/** What the pool and a worker say to each other. */

import type { EncodedUpdate, EncodeJob } from "./job.ts";

/**
 * What a test lets go wrong with a job. `throw`: the worker dies of an exception; `close`: it ends without a word;
 * `hang`: it never comes back; `fail`: the job's encoder throws; `hold`: the job never ends, but others go on.
 */
export type EncodeFault = "throw" | "close" | "hang" | "fail" | "hold";

/** What a worker is to do. */
export interface EncodeTask {
  /** Its number, from 1 on. */
  readonly task: number;
  readonly arena: number;
  readonly job: EncodeJob;
  /** Whose streams go on with the job. Undefined: it has streams of its own, which end with it. */
  readonly client: number | undefined;
  /** The client's streams are not what its viewer has any more: they begin anew. */
  readonly isFresh: boolean;
  /** The streams whose header the viewer has, as bits of `StreamBit`. */
  readonly begun: number;
  /** Memory of an earlier update, transferred, for this one. */
  readonly used: ArrayBuffer | undefined;
  readonly fault: EncodeFault | undefined;
}

/** What came of it. */
export interface TaskUpdate {
  readonly update: EncodedUpdate;
  /** The streams whose header a viewer has that is sent the update. */
  readonly begun: number;
}

/** What a pool and a worker have in shared memory: indices of 32-bit words. */
export const WorkerState = {
  /** The number of the task that the worker is at, 0 for none. */
  atHand: 0,
  /** How many requests the worker was sent, so that it knows whether one waits without a look at its messages. */
  sent: 1,
  words: 2,
} as const;

/** From the pool to a worker. Tasks, clients and arenas are numbered by the pool. */
export type WorkerRequest =
  /** The first word; `state` is that of {@link WorkerState}. */
  | { readonly type: "start"; readonly state: Int32Array }
  | { readonly type: "attach"; readonly arena: number; readonly memory: WebAssembly.Memory; readonly pointer: number }
  /** No task for the arena follows. */
  | { readonly type: "detach"; readonly arena: number }
  | { readonly type: "encode" } & EncodeTask
  /** Nobody waits for the task any more; it is answered all the same. */
  | { readonly type: "cancel"; readonly task: number }
  /** The client's streams are needed no more. */
  | { readonly type: "close"; readonly client: number };

/** From a worker to the pool: every task is answered once, and so is every detached arena. */
export type WorkerReport =
  | { readonly type: "encoded"; readonly task: number } & TaskUpdate
  | { readonly type: "failed"; readonly task: number; readonly reason: string }
  | { readonly type: "cancelled"; readonly task: number }
  /** The arena is not touched any more. */
  | { readonly type: "detached"; readonly arena: number }
  /** Nothing is finished, but the worker is there. */
  | { readonly type: "alive" };
