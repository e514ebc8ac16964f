/** What the pool and a worker say to each other. */

import type { EncodedUpdate, EncodeJob } from "./job.ts";

/**
 * What a test lets go wrong with a job. `throw`: the worker dies of an exception; `close`: it ends without a word;
 * `hang`: it never comes back; `fail`: the job's encoder throws; `hold`: the job never ends, but others go on.
 */
export type EncodeFault = "throw" | "close" | "hang" | "fail" | "hold";

/** From the pool to a worker. Clients and arenas are numbered by the pool. */
export type WorkerRequest =
  | { readonly type: "attach"; readonly arena: number; readonly memory: WebAssembly.Memory; readonly pointer: number }
  | { readonly type: "detach"; readonly arena: number }
  | { readonly type: "open"; readonly client: number; readonly arena: number }
  | {
    readonly type: "encode";
    readonly client: number;
    readonly job: EncodeJob;
    /** Memory of an earlier update, transferred, for this one. */
    readonly used: ArrayBuffer | undefined;
    readonly fault: EncodeFault | undefined;
  }
  | { readonly type: "close"; readonly client: number };

/** From a worker to the pool. */
export type WorkerReport =
  | { readonly type: "encoded"; readonly client: number; readonly update: EncodedUpdate }
  | { readonly type: "failed"; readonly client: number; readonly reason: string }
  /** The client's streams are gone and its arena is not touched for it any more. */
  | { readonly type: "closed"; readonly client: number }
  /** No job is finished, but the worker goes on. */
  | { readonly type: "alive" };
