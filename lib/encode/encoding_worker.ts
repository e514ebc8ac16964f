/** What an encoding worker does: goes round its clients' jobs, one rect at a time. */

import { setImmediate } from "node:timers";
import { errorMessage } from "../base/errors.ts";
import { Arena } from "./arena.ts";
import { causeFault } from "./fault.ts";
import type { EncodedUpdate } from "./job.ts";
import { closeStreams, encodeJob } from "./job_encoder.ts";
import type { ClientStreams } from "./rect_encoder.ts";
import type { WorkerReport, WorkerRequest } from "./worker_messages.ts";

/** A report at least so often while there is work: the pool takes silence for a hung worker. */
const ALIVE_INTERVAL_MS = 1_000;

/** Messages are let in at least so often while there is work. */
const TURN_INTERVAL_MS = 2;

interface WorkerClient {
  readonly id: number;
  readonly arena: Arena;
  readonly streams: ClientStreams;
  /** The job in flight. */
  steps?: AsyncGenerator<void, EncodedUpdate, void> | undefined;
  closed: boolean;
}

/** How reports leave the worker. */
export type SendReport = (report: WorkerReport, transfer: Transferable[]) => void;

/** The state of one worker's thread. */
export class EncodingWorker {
  readonly #send: SendReport;
  readonly #arenas = new Map<number, Arena>();
  readonly #clients = new Map<number, WorkerClient>();
  /** Clients with a job, in the order of their turns. */
  readonly #queue: WorkerClient[] = [];
  #running = false;
  #lastReportMs = 0;
  #lastTurnMs = 0;

  constructor(send: SendReport) {
    this.#send = send;
  }

  /** Takes what the pool sent. */
  onRequest(request: WorkerRequest): void {
    switch (request.type) {
      case "attach":
        this.#arenas.set(request.arena, new Arena(request.memory, request.pointer));
        break;
      case "detach":
        this.#arenas.delete(request.arena);
        break;
      case "open":
        this.#onOpen(request.client, request.arena);
        break;
      case "encode":
        this.#onEncode(request);
        break;
      case "close":
        this.#onClose(request.client);
    }
  }

  #onOpen(id: number, arenaId: number): void {
    const arena = this.#arenas.get(arenaId);
    if (arena === undefined) throw new Error(`Cannot open client ${id}: arena ${arenaId} is not attached`);
    this.#clients.set(id, { id, arena, streams: {}, closed: false });
  }

  #onEncode({ client: id, job, used, fault }: Extract<WorkerRequest, { type: "encode" }>): void {
    const client = this.#clients.get(id);
    if (client === undefined) throw new Error(`Cannot encode for client ${id}: it is not open`);
    client.steps = fault === undefined
      ? encodeJob(job, client.arena, client.streams, used)
      : causeFault(fault, () => client.closed);
    this.#queue.push(client);
    if (!this.#running) this.#run();
  }

  #onClose(id: number): void {
    const client = this.#clients.get(id);
    if (client === undefined) return;
    this.#clients.delete(id);
    client.closed = true;
    if (client.steps === undefined) this.#drop(client);
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (let client = this.#queue.shift(); client !== undefined; client = this.#queue.shift()) {
      await this.#step(client);
      if (client.closed) this.#drop(client);
      else if (client.steps !== undefined) this.#queue.push(client);
      if (this.#queue.length > 0) await this.#letMessagesIn();
    }
    this.#running = false;
  }

  /** One rect of a client's job. Never throws: what goes wrong is that client's. */
  async #step(client: WorkerClient): Promise<void> {
    if (client.closed || client.steps === undefined) return;
    try {
      const step = await client.steps.next();
      if (client.closed || !step.done) return;
      client.steps = undefined;
      this.#report({ type: "encoded", client: client.id, update: step.value }, [step.value.bytes.buffer]);
    } catch (error) {
      client.steps = undefined;
      if (!client.closed) this.#report({ type: "failed", client: client.id, reason: errorMessage(error) });
    }
  }

  #drop(client: WorkerClient): void {
    closeStreams(client.streams);
    this.#report({ type: "closed", client: client.id });
  }

  async #letMessagesIn(): Promise<void> {
    const nowMs = performance.now();
    if (nowMs - this.#lastReportMs > ALIVE_INTERVAL_MS) this.#report({ type: "alive" });
    if (nowMs - this.#lastTurnMs < TURN_INTERVAL_MS) return;
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#lastTurnMs = performance.now();
  }

  #report(report: WorkerReport, transfer: Transferable[] = []): void {
    this.#lastReportMs = performance.now();
    this.#send(report, transfer);
  }
}
