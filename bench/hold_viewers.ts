/** Very many viewers for minutes, at a steady rate, without losing one. */

import { CommandedPeer } from "./measure/commanded_peer.ts";
import { Crowd, type CrowdReport, sameWishes } from "./measure/crowd.ts";
import { median } from "./measure/statistics.ts";

const SIZE = { width: 1024, height: 768 };
const VIDEO = { width: 96, height: 64 };
/** A display that paints at the very rate that is asked for would leave no room for a frame that is late. */
const FRAMES_PER_UPDATE = 1.6;
/** Of the updates that a viewer should have had. */
const TOLERANCE = 0.02;
const WARM_UP_MS = 5_000;
const MINUTE_MS = 60_000;

/** What to hold. */
export interface HoldOptions {
  readonly viewers: number;
  readonly minutes: number;
  /** Updates a second that each viewer is to have. */
  readonly rate: number;
}

/** What came of it. */
export interface HoldReport {
  readonly markdown: string;
  /** Whether no viewer was lost or too slow. */
  readonly isHeld: boolean;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The server at the end of a minute. */
interface Minute {
  readonly cpuShare: number;
  readonly residentBytes: number;
}

/** How the viewers were served, and what the server took in each minute. */
interface Held {
  readonly crowd: CrowdReport;
  readonly minutes: readonly Minute[];
}

async function hold(peer: CommandedPeer, { viewers, minutes }: HoldOptions): Promise<Held> {
  const port = Number((await peer.expect("READY"))[0]);
  const crowd = await Crowd.join(port, viewers, sameWishes);
  await pause(WARM_UP_MS);
  crowd.begin();
  const held: Minute[] = [];
  for (let leftMs = minutes * MINUTE_MS; leftMs > 0; leftMs -= MINUTE_MS) {
    const [startMs, cpuMs] = [performance.now(), peer.cpuMs()];
    await pause(Math.min(leftMs, MINUTE_MS));
    const cpuShare = (peer.cpuMs() - cpuMs) / (performance.now() - startMs);
    held.push({ cpuShare, residentBytes: peer.residentBytes });
    const { failures } = crowd.report();
    console.error(`minute ${held.length}: ${describe(held.at(-1)!)}; ${failures.length} lost`);
  }
  const report = crowd.report();
  crowd.close();
  return { crowd: report, minutes: held };
}

function describe({ cpuShare, residentBytes }: Minute): string {
  return `${(cpuShare * 100).toFixed(0)} % CPU, ${(residentBytes / 1e6).toFixed(0)} MB resident`;
}

function faultsOf({ updates, seconds, failures }: CrowdReport, rate: number): string[] {
  const wanted = rate * seconds * (1 - TOLERANCE);
  const slow = updates.filter((count) => count < wanted).length;
  return [
    ...failures.length > 0 ? [`${failures.length} viewers were lost, the first: ${failures[0]}`] : [],
    ...slow > 0 ? [`${slow} viewers had fewer than ${rate} updates a second`] : [],
  ];
}

/** Holds viewers of vncd and says how, as Markdown. */
export async function holdViewersReport(options: HoldOptions): Promise<HoldReport> {
  const { viewers, rate } = options;
  const args = [SIZE.width, SIZE.height, rate * FRAMES_PER_UPDATE, VIDEO.width, VIDEO.height];
  await using peer = new CommandedPeer(new URL("./peers/vncd_busy_peer.ts", import.meta.url), args);
  const held = await hold(peer, options);
  const { updates, seconds, bytes, longestGapMs } = held.crowd;
  const slowest = updates.reduce((least, count) => Math.min(least, count), Infinity);
  const faults = faultsOf(held.crowd, rate);
  const markdown = [
    `${viewers} viewers of a display of ${SIZE.width}x${SIZE.height} with a terminal that scrolls, a window that moves ` +
    `and a video of ${VIDEO.width}x${VIDEO.height}, all asking for Tight, for ${(seconds / 60).toFixed(1)} minutes.`,
    `Updates a second: median ${(median(updates) / seconds).toFixed(2)}, slowest viewer ` +
    `${(slowest / seconds).toFixed(2)}; the longest that any viewer waited for one is ${longestGapMs.toFixed(0)} ms. ` +
    `${(bytes / seconds / 1e6).toFixed(1)} MB a second in all.`,
    held.minutes.map((minute, at) => `- minute ${at + 1}: ${describe(minute)}`).join("\n"),
    faults.length === 0
      ? `All were held at ${rate} updates a second, and none was lost.`
      : `FAILED: ${faults.join("; ")}`,
  ].join("\n\n");
  return { markdown, isHeld: faults.length === 0 };
}
