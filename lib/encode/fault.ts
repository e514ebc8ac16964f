/** Faults on demand, for tests of the pool. Only the pool's options can ask for one. */

import type { EncodedUpdate } from "./job.ts";
import type { EncodeFault } from "./worker_messages.ts";

/** Does what a fault says, at once or when the returned job is run. */
export function causeFault(fault: EncodeFault, isCancelled: () => boolean): Generator<void, EncodedUpdate, void> {
  if (fault === "throw") throw new Error("Cannot encode: a test wanted an exception");
  if (fault === "close") self.close();
  while (fault === "hang");
  return fault === "fail" ? failingJob() : endlessJob(isCancelled);
}

// deno-lint-ignore require-yield -- it fails before it could
function* failingJob(): Generator<void, EncodedUpdate, void> {
  throw new Error("Cannot encode: a test wanted a failure");
}

function* endlessJob(isCancelled: () => boolean): Generator<void, EncodedUpdate, void> {
  while (!isCancelled()) yield;
  throw new Error("Cannot encode: the job was cancelled");
}
