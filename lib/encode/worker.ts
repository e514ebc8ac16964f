/** The entry of an encoding worker's thread. */

import { EncodingWorker } from "./encoding_worker.ts";
import type { WorkerReport, WorkerRequest } from "./worker_messages.ts";

/** The part of DedicatedWorkerGlobalScope that is used. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<WorkerRequest>) => void) | null;
  postMessage(message: WorkerReport, transfer: Transferable[]): void;
}

const scope = self as unknown as WorkerScope;
const worker = new EncodingWorker((report, transfer) => scope.postMessage(report, transfer));
scope.onmessage = (event) => worker.onRequest(event.data);
