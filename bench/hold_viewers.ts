/**
 * Very many viewers for minutes, at a steady rate, without losing one: `deno run -A bench/hold_viewers.ts
 * [--viewers 1000] [--minutes 5] [--rate 5] [--report FILE]`. Exits with 50 when a viewer was lost or too slow.
 */

import { parseArgs } from "node:util";
import { CommandedPeer } from "./measure/commanded_peer.ts";
import { Crowd, type CrowdReport, sameWishes } from "./measure/crowd.ts";
import { ownMachineLine } from "./measure/machine.ts";
import { median } from "./measure/statistics.ts";

const EXPECTATION_FAILED = 50;
const SIZE = { width: 1024, height: 768 };
const VIDEO = { width: 96, height: 64 };
/** A display that paints at the very rate that is asked for would leave no room for a frame that is late. */
const FRAMES_PER_UPDATE = 1.6;
/** Of the updates that a viewer should have had. */
const TOLERANCE = 0.02;
const WARM_UP_MS = 5_000;
const MINUTE_MS = 60_000;

const { values } = parseArgs({
  options: {
    viewers: { type: "string", default: "1000" },
    minutes: { type: "string", default: "5" },
    rate: { type: "string", default: "5" },
    report: { type: "string" },
  },
});
const [viewers, minutes, rate] = [Number(values.viewers), Number(values.minutes), Number(values.rate)];

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The server at the end of a minute. */
interface Minute {
  readonly cpuShare: number;
  readonly residentBytes: number;
}

async function hold(peer: CommandedPeer): Promise<{ readonly crowd: CrowdReport; readonly minutes: Minute[] }> {
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

function faultsOf({ updates, seconds, failures }: CrowdReport): string[] {
  const wanted = rate * seconds * (1 - TOLERANCE);
  const slow = updates.filter((count) => count < wanted).length;
  return [
    ...failures.length > 0 ? [`${failures.length} viewers were lost, the first: ${failures[0]}`] : [],
    ...slow > 0 ? [`${slow} viewers had fewer than ${rate} updates a second`] : [],
  ];
}

const args = [SIZE.width, SIZE.height, rate * FRAMES_PER_UPDATE, VIDEO.width, VIDEO.height];
await using peer = new CommandedPeer(new URL("./peers/vncd_busy_peer.ts", import.meta.url), args);
const held = await hold(peer);
const { updates, seconds, bytes, longestGapMs } = held.crowd;
const faults = faultsOf(held.crowd);
const text = [
  `# ${viewers} viewers`,
  ownMachineLine(),
  `${viewers} viewers of a display of ${SIZE.width}x${SIZE.height} with a terminal that scrolls, a window that moves and ` +
  `a video of ${VIDEO.width}x${VIDEO.height}, all asking for Tight, for ${(seconds / 60).toFixed(1)} minutes.`,
  `Updates a second: median ${(median(updates) / seconds).toFixed(2)}, slowest viewer ` +
  `${
    (updates.reduce((least, count) => Math.min(least, count), Infinity) / seconds).toFixed(2)
  }; the longest that any ` +
  `viewer waited for one is ${longestGapMs.toFixed(0)} ms. ${(bytes / seconds / 1e6).toFixed(1)} MB a second in all.`,
  held.minutes.map((minute, at) => `- minute ${at + 1}: ${describe(minute)}`).join("\n"),
  faults.length === 0
    ? `All were held at ${rate} updates a second, and none was lost.`
    : `FAILED: ${faults.join("; ")}`,
].join("\n\n");
console.log(text);
if (values.report !== undefined) Deno.writeTextFileSync(values.report, `${text}\n`);
if (faults.length > 0) Deno.exitCode = EXPECTATION_FAILED;
