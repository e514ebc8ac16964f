/** Encode once, send to many: equal jobs of one display's viewers, cut in one state of its surface, are one job. */

import type { Rect } from "../base/rect.ts";
import type { CopiedRect, EncodedUpdate, EncodeJob } from "./job.ts";
import type { JobRun } from "./job_run.ts";
import { settingsKey } from "./settings_key.ts";
import type { ViewerEncoder } from "./viewer_encoder.ts";
import type { TaskUpdate } from "./worker_messages.ts";

/** Finished jobs that are kept for viewers who come with the same one in the same state [vncd]. */
const MAX_KEPT_JOBS = 4;
/** The bytes of a job that is kept [vncd: a raw update of 1920x1080]. */
const MAX_KEPT_BYTES = 8 << 20;
/** After so many shared jobs that only one viewer wanted, equal viewers have their own streams again [vncd]. */
const MAX_LONELY_JOBS = 8;

/** Who runs jobs. */
export interface SharedJobsHooks {
  /** With streams that begin anew. `leader` is asked for the faults of tests. */
  runShared(leader: ViewerEncoder, job: EncodeJob): JobRun;
  /** With the viewer's own streams; the viewer is answered. */
  runOwn(viewer: ViewerEncoder, job: EncodeJob): void;
  recycle(update: EncodedUpdate): void;
}

/** The viewers whose settings come to the same: they may have jobs in common. */
interface Company {
  readonly viewers: Set<ViewerEncoder>;
  /** Shared jobs in succession that only one of them wanted. */
  lonelyJobs: number;
}

/** A job of one state of the surface. */
interface SharedJob {
  readonly key: string;
  readonly job: EncodeJob;
  readonly company: Company;
  /** Who waits for it. */
  readonly viewers: Set<ViewerEncoder>;
  /** How many have wanted it. */
  wantedBy: number;
  /** `own`: it is run with the streams of the only one who wanted it. */
  state: "gathering" | "running" | "done" | "own";
  run?: JobRun;
  result?: TaskUpdate;
  /** Who has to give the update back before its memory is used again; the job itself while it is kept. */
  holders: number;
}

/** The jobs of one display. */
export class SharedJobs {
  readonly #hooks: SharedJobsHooks;
  readonly #companies = new Map<string, Company>();
  readonly #companyOf = new Map<ViewerEncoder, Company>();
  readonly #holdersOf = new WeakMap<EncodedUpdate, SharedJob>();
  #generation: number | undefined;
  #jobs = new Map<string, SharedJob>();
  /** Of any generation: those that somebody waits for. */
  readonly #awaited = new Set<SharedJob>();
  #kept: SharedJob[] = [];

  constructor(hooks: SharedJobsHooks) {
    this.#hooks = hooks;
  }

  /** Takes a viewer's job; the viewer is answered. */
  submit(viewer: ViewerEncoder, job: EncodeJob): void {
    const wishes = settingsKey(job);
    const company = this.#join(viewer, wishes);
    if (job.generation === undefined) return this.#hooks.runOwn(viewer, job);
    if (job.generation !== this.#generation) this.#startGeneration(job.generation);
    const key = `${viewer.begun} ${wishes} ${hashJob(job)}`;
    const found = this.#jobs.get(key);
    if (found === undefined) return this.#gather(key, viewer, job, company);
    if (!isSameContent(found.job, job)) return this.#hooks.runOwn(viewer, job);
    if (found.state === "own") {
      // two have met who might have shared
      company.lonelyJobs = 0;
      return this.#gather(key, viewer, job, company);
    }
    found.wantedBy++;
    found.viewers.add(viewer);
    if (found.state === "done") this.#answerLater(found);
  }

  /** A viewer is gone. */
  leave(viewer: ViewerEncoder): void {
    this.#companyOf.get(viewer)?.viewers.delete(viewer);
    this.#companyOf.delete(viewer);
    for (const shared of this.#awaited) {
      if (shared.viewers.delete(viewer) && shared.viewers.size === 0) this.#cancel(shared);
    }
  }

  /** Gives an update back. */
  recycle(update: EncodedUpdate): void {
    const shared = this.#holdersOf.get(update);
    if (shared === undefined) this.#hooks.recycle(update);
    else this.#letGo(shared);
  }

  #join(viewer: ViewerEncoder, wishes: string): Company {
    const before = this.#companyOf.get(viewer);
    const company = this.#companies.get(wishes) ?? { viewers: new Set(), lonelyJobs: 0 };
    if (before === company) return company;
    before?.viewers.delete(viewer);
    this.#companies.set(wishes, company);
    this.#companyOf.set(viewer, company);
    company.viewers.add(viewer);
    for (const [key, { viewers }] of this.#companies) if (viewers.size === 0) this.#companies.delete(key);
    return company;
  }

  /** What was encoded in another state is nobody's any more who comes now. */
  #startGeneration(generation: number): void {
    this.#generation = generation;
    for (const { company, state, wantedBy } of this.#jobs.values()) {
      if (state !== "own") company.lonelyJobs = wantedBy > 1 ? 0 : company.lonelyJobs + 1;
    }
    this.#jobs = new Map();
    for (const shared of this.#kept.splice(0)) this.#letGo(shared);
  }

  /** Those who come in the same turn are waited for, then it is known whether there are several. */
  #gather(key: string, viewer: ViewerEncoder, job: EncodeJob, company: Company): void {
    const shared: SharedJob = {
      key,
      job,
      company,
      viewers: new Set([viewer]),
      wantedBy: 1,
      state: "gathering",
      holders: 1,
    };
    this.#jobs.set(key, shared);
    this.#awaited.add(shared);
    queueMicrotask(() => this.#start(shared));
  }

  #start(shared: SharedJob): void {
    const { company, viewers, job } = shared;
    const [leader] = viewers;
    if (leader === undefined) return;
    const isShared = viewers.size > 1 || company.viewers.size > 1 && company.lonelyJobs < MAX_LONELY_JOBS;
    if (!isShared) {
      shared.state = "own";
      this.#awaited.delete(shared);
      viewers.clear();
      return this.#hooks.runOwn(leader, job);
    }
    shared.state = "running";
    shared.run = this.#hooks.runShared(leader, job);
    shared.run.result.then((result) => this.#onEncoded(shared, result), (error) => this.#onFailure(shared, error));
  }

  #onEncoded(shared: SharedJob, result: TaskUpdate): void {
    shared.state = "done";
    shared.result = result;
    this.#awaited.delete(shared);
    this.#holdersOf.set(result.update, shared);
    this.#answer(shared);
    if (this.#jobs.get(shared.key) !== shared) return this.#letGo(shared);
    if (byteLengthOf(result.update) > MAX_KEPT_BYTES) return this.#forget(shared);
    this.#kept.push(shared);
    if (this.#kept.length > MAX_KEPT_JOBS) this.#forget(this.#kept.shift()!);
  }

  #forget(kept: SharedJob): void {
    this.#drop(kept);
    this.#letGo(kept);
  }

  /** It is held until then: another viewer may begin the next state in between, and end its keeping. */
  #answerLater(shared: SharedJob): void {
    shared.holders++;
    queueMicrotask(() => {
      this.#answer(shared);
      this.#letGo(shared);
    });
  }

  #answer(shared: SharedJob): void {
    for (const viewer of shared.viewers) {
      shared.holders++;
      viewer.onEncoded(shared.result!, false);
    }
    shared.viewers.clear();
  }

  /** Whoever comes next with the job begins it anew. */
  #onFailure(shared: SharedJob, error: Error): void {
    this.#drop(shared);
    for (const viewer of shared.viewers) viewer.fail(error);
    shared.viewers.clear();
  }

  #cancel(shared: SharedJob): void {
    this.#drop(shared);
    shared.run?.cancel();
  }

  /** Nobody can join any more. */
  #drop(shared: SharedJob): void {
    this.#awaited.delete(shared);
    if (this.#jobs.get(shared.key) === shared) this.#jobs.delete(shared.key);
  }

  #letGo(shared: SharedJob): void {
    if (--shared.holders === 0) this.#hooks.recycle(shared.result!.update);
  }
}

function byteLengthOf({ bytes, tail = [] }: EncodedUpdate): number {
  return tail.reduce((sum, piece) => sum + piece.length, bytes.length);
}

/** A number that jobs with the same copies, rects and rules have in common, and hardly any others. */
function hashJob({ copies, rects, lossy }: EncodeJob): number {
  let hash = lossy === undefined ? copies.length : ~copies.length;
  for (const { x, y, width, height } of rects) {
    hash = Math.imul(hash ^ x << 16 ^ y, 0x9e3779b1);
    hash = Math.imul(hash ^ hash >>> 15 ^ width << 16 ^ height, 0x85ebca77);
  }
  return hash;
}

/** Whether two jobs of one generation ask for the same. The surface is the same then. */
function isSameContent(a: EncodeJob, b: EncodeJob): boolean {
  return sameItems(a.rects, b.rects, sameRect) && sameItems(a.copies, b.copies, sameCopy) &&
    sameItems(a.lossy ?? [], b.lossy ?? [], Object.is);
}

function sameItems<Item>(a: readonly Item[], b: readonly Item[], same: (a: Item, b: Item) => boolean): boolean {
  return a === b || a.length === b.length && a.every((item, at) => same(item, b[at]!));
}

function sameRect(a: Rect, b: Rect): boolean {
  return a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height;
}

function sameCopy(a: CopiedRect, b: CopiedRect): boolean {
  return a.dx === b.dx && a.dy === b.dy && sameRect(a.destination, b.destination);
}
