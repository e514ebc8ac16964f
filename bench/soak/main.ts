/**
 * `deno task soak`: mixed viewers that come, go and change their minds about a display that is busy and changes modes.
 * None may fail to decode; whenever the display stands still all must show exactly what it shows, and the server's
 * memory must be flat over the last half. Exits with 50 when an expectation failed. `--minutes N`, `--viewers N`, and to
 * look for the cause of a failure `--only ENCODING`.
 */

import { parseArgs } from "node:util";
import { encodingName } from "../../lib/rfb/encodings.ts";
import { Audience } from "./audience.ts";
import { FLAT_BYTES, isFlat, lastHalfTrend, type MemoryReading } from "./memory_trend.ts";
import { captureStill, lookWithRealViewer } from "./real_viewers.ts";
import { type Door, type HeapUsage, SoakServer, type StillPicture } from "./soak_server.ts";
import { pause } from "./soak_viewer.ts";
import { askOnlyFor, oneOf } from "./wishes.ts";

const EXPECTATION_FAILED = 50;
const SIZES: readonly (readonly [number, number])[] = [[640, 480], [512, 384], [800, 600], [641, 479], [720, 400]];
const STILL_EVERY_MS = 20_000;
/** Quiet for two seconds, then refreshed a few cells at a time, on a machine that others use as well. */
const SETTLE_MS = 45_000;
const STEP_MS = 1_000;
const STEPS_PER_SIZE = 9;
const STEPS_PER_LOOK = 15;
const MINUTE_MS = 60_000;
const SHOWN_FAILURES = 20;
/** Before that a server is still growing into its work. */
const JUDGED_FROM_MS = 10 * MINUTE_MS;

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "24" },
    viewers: { type: "string", default: "20" },
    only: { type: "string" },
  },
});
if (values.only !== undefined) askOnlyFor(values.only);
const [durationMs, seats] = [Number(values.minutes) * MINUTE_MS, Number(values.viewers)];

/** Everything that happens in one soak. */
class Soak {
  readonly #server: SoakServer;
  readonly #audience: Audience;
  readonly #failures: string[] = [];
  readonly #memory: MemoryReading[] = [];
  readonly #startMs = performance.now();
  #heap: HeapUsage | undefined;
  #stills = 0;
  #looks = 0;
  #looking: Promise<void> | undefined;
  #lastCpu = { atMs: this.#startMs, cpuMs: 0 };

  constructor(server: SoakServer) {
    this.#server = server;
    this.#audience = new Audience(server.doors, seats);
  }

  get failures(): readonly string[] {
    return [...this.#failures, ...this.#audience.failures];
  }

  async run(): Promise<void> {
    let [nextStillMs, nextMinuteMs] = [STILL_EVERY_MS, MINUTE_MS];
    for (let step = 1; this.#elapsedMs < durationMs; step++) {
      await pause(STEP_MS);
      if (step % STEPS_PER_SIZE === 0) await this.#server.resize(...oneOf(SIZES));
      if (step % STEPS_PER_LOOK === 0) this.#looking ??= this.#look();
      if (this.#elapsedMs >= nextStillMs) {
        await this.#compareAll();
        nextStillMs = this.#elapsedMs + STILL_EVERY_MS;
      }
      for (; this.#elapsedMs >= nextMinuteMs; nextMinuteMs += MINUTE_MS) this.#tellMinute(nextMinuteMs / MINUTE_MS);
    }
    await this.#compareAll();
    await this.#audience.end();
    this.#judgeMemory();
  }

  /** A sentence about what was seen. */
  get summary(): string {
    const { joined, updates, bytes, seen } = this.#audience;
    const encodings = [...seen].map(encodingName).sort().join(", ");
    return `${joined} viewers, ${updates} updates, ${megabytes(bytes)}, ${this.#stills} times compared, ` +
      `${this.#looks} looks of real viewers\nencodings seen: ${encodings}`;
  }

  get #elapsedMs(): number {
    return performance.now() - this.#startMs;
  }

  /** Real viewers look in the background; a comparison waits for them. */
  async #look(): Promise<void> {
    try {
      const what = await lookWithRealViewer(this.#tcpDoor(), this.#looks);
      if (what !== undefined) this.#looks++;
    } catch (error) {
      this.#failures.push(`a real viewer failed: ${error}`);
    }
    this.#looking = undefined;
  }

  #tcpDoor(): Door {
    return oneOf(this.#server.doors.filter(({ kind }) => kind === "tcp"));
  }

  async #compareAll(): Promise<void> {
    await this.#looking;
    this.#audience.setSteady(true);
    const expected = await this.#server.still();
    const deadlineMs = performance.now() + SETTLE_MS;
    let wrong = this.#audience.viewers;
    while (performance.now() < deadlineMs && (wrong.length > 0 || this.#audience.isJoining)) {
      await pause(STEP_MS);
      wrong = this.#audience.viewers.filter(({ picture }) => picture.difference(expected) !== undefined);
    }
    for (const viewer of wrong) {
      const difference = viewer.picture.difference(expected);
      if (viewer.failure !== undefined || difference === undefined) continue;
      const { x, y, width, height } = difference.bounds;
      const where = `${difference.pixels} pixels in ${width}x${height} at ${x},${y}`;
      this.#failures.push(`wrong are ${where}: ${viewer.description}`);
    }
    await this.#compareCapture(expected);
    this.#stills++;
    this.#heap = await this.#server.tidy();
    this.#memory.push({ atMs: this.#elapsedMs, bytes: this.#server.residentBytes });
    await this.#server.busy();
    this.#audience.setSteady(false);
  }

  async #compareCapture(expected: StillPicture): Promise<void> {
    try {
      const wrong = await captureStill(this.#tcpDoor(), expected);
      if (wrong !== undefined && wrong > 0) this.#failures.push(`${wrong} pixels are wrong in gvnccapture's picture`);
    } catch (error) {
      this.#failures.push(`gvnccapture failed: ${error}`);
    }
  }

  #tellMinute(minute: number): void {
    const { viewers, joined, updates, bytes } = this.#audience;
    const [atMs, cpuMs] = [this.#elapsedMs + this.#startMs, this.#server.cpuMs()];
    const load = (cpuMs - this.#lastCpu.cpuMs) / (atMs - this.#lastCpu.atMs);
    this.#lastCpu = { atMs, cpuMs };
    console.log(
      `minute ${minute}: ${viewers.length} viewers of ${joined} so far, ${updates} updates, ${megabytes(bytes)}, ` +
        `${this.#stills} comparisons, ${this.#looks} real viewers; server ${(load * 100).toFixed(0)} % CPU, ` +
        `${megabytes(this.#server.residentBytes)} resident${this.#heapText}; ${this.failures.length} failures`,
    );
  }

  get #heapText(): string {
    if (this.#heap === undefined) return "";
    const { taken, used, external } = this.#heap;
    return ` (heap ${megabytes(used)} of ${megabytes(taken)}, external ${megabytes(external)} at rest)`;
  }

  #judgeMemory(): void {
    const trend = lastHalfTrend(this.#memory);
    const text = `memory of the server at rest, last half: ${megabytes(trend.medianBytes)} +- ` +
      `${megabytes(trend.noiseBytes)}, rise ${megabytes(trend.riseBytes)} in ` +
      `${(trend.durationMs / MINUTE_MS).toFixed(1)} minutes; flat is at most ${megabytes(FLAT_BYTES)}`;
    console.log(`at rest: ${this.#memory.map(({ bytes }) => (bytes / 1e6).toFixed(0)).join(" ")} MB`);
    console.log(durationMs < JUDGED_FROM_MS ? `${text}; not judged, the soak was too short` : text);
    if (durationMs >= JUDGED_FROM_MS && !isFlat(trend)) this.#failures.push(text);
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

async function runSoak(): Promise<readonly string[]> {
  await using server = await SoakServer.start();
  const soak = new Soak(server);
  await soak.run();
  console.log(soak.summary);
  return soak.failures;
}

const failures = await runSoak();
for (const failure of failures.slice(0, SHOWN_FAILURES)) console.log(`FAILED: ${failure}`);
console.log(failures.length === 0 ? "passed" : `${failures.length} expectations failed`);
Deno.exit(failures.length === 0 ? 0 : EXPECTATION_FAILED);
