/** Faults on demand, for tests of the pool. Only the pool's options can ask for one. */

import type { EncodedUpdate } from "./job.ts";
import type { EncodeFault } from "./worker_messages.ts";

/** Does what a fault says, at once or when the returned job is run. */
export function causeFault(fault: EncodeFault, isCancelled: () => boolean): AsyncGenerator<void, EncodedUpdate, void> {
  if (fault === "throw") throw new Error("Cannot encode: a test wanted an exception");
  if (fault === "close") self.close();
  while (fault === "hang");
  return fault === "fail" ? failingJob() : endlessJob(isCancelled);
}

// deno-lint-ignore require-yield -- it fails before it could
async function* failingJob(): AsyncGenerator<void, EncodedUpdate, void> {
  await Promise.reject(new Error("Cannot encode: a test wanted a failure"));
  throw new Error("unreachable");
}

async function* endlessJob(isCancelled: () => boolean): AsyncGenerator<void, EncodedUpdate, void> {
  while (!isCancelled()) yield await Promise.resolve();
  throw new Error("Cannot encode: the job was cancelled");
}
