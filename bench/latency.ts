/** From the damage of a line of text on an idle display to the first and the last byte of its update, for one viewer. */

import { Encoding } from "../lib/rfb/encodings.ts";
import { CommandedPeer } from "./measure/commanded_peer.ts";
import { LightViewer } from "./measure/light_viewer.ts";
import { percentile } from "./measure/statistics.ts";

const ENCODINGS = { raw: Encoding.Raw, tight: Encoding.Tight, zrle: Encoding.ZRLE };
const SHORTEST_PAUSE_MS = 60;
const LONGEST_PAUSE_MS = 260;
/** Code is compiled, and caches are warm, when so many lines have been shown. */
const WARM_UP_LINES = 20;
const CLOCK_ROUNDS = 50;
/** A line's update that has not come then is lost. */
const UPDATE_TIMEOUT_MS = 5_000;
/** No line is like one before: it would change nothing. */
let shownLines = 0;

/** What to measure. */
export interface LatencyOptions {
  readonly width: number;
  readonly height: number;
  readonly lines: number;
}

/** Milliseconds from the damage. */
interface Latency {
  readonly firstByteMs: number;
  readonly lastByteMs: number;
  readonly bytes: number;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** What the peer's clock is ahead of this one's: by the quickest answer, half of whose time is the most it can be wrong. */
async function clockOffsetMs(peer: CommandedPeer): Promise<{ readonly offsetMs: number; readonly errorMs: number }> {
  let best = { offsetMs: 0, errorMs: Infinity };
  for (let round = 0; round < CLOCK_ROUNDS; round++) {
    const sentMs = performance.now();
    await peer.send("clock");
    const [peerMs] = await peer.expect("CLOCK");
    const errorMs = (performance.now() - sentMs) / 2;
    if (errorMs < best.errorMs) best = { offsetMs: Number(peerMs) - sentMs - errorMs, errorMs };
  }
  return best;
}

async function inTime<T>(promise: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const error = new Error(`Cannot measure on: no update within ${UPDATE_TIMEOUT_MS} ms`);
  const timer = setTimeout(() => late.reject(error), UPDATE_TIMEOUT_MS);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Shows lines to a viewer that waits for what changes. */
async function measure(peer: CommandedPeer, port: number, encoding: number, lines: number): Promise<Latency[]> {
  const { offsetMs } = await clockOffsetMs(peer);
  const viewer = await LightViewer.connect(port, [encoding]);
  await viewer.update(false);
  const seen: { firstByteMs: number; lastByteMs: number; bytes: number }[] = [];
  for (let line = 0; line < lines; line++) {
    const update = viewer.update(true);
    await pause(SHORTEST_PAUSE_MS + Math.random() * (LONGEST_PAUSE_MS - SHORTEST_PAUSE_MS));
    await peer.send(`line ${shownLines++}`);
    seen.push(await inTime(update));
  }
  viewer.close();
  await peer.send("times");
  const damagedMs = (await peer.expect("TIMES")).map((ms) => Number(ms) - offsetMs);
  return seen.map(({ firstByteMs, lastByteMs, bytes }, at) => ({
    firstByteMs: firstByteMs - damagedMs[at]!,
    lastByteMs: lastByteMs - damagedMs[at]!,
    bytes,
  }));
}

function row(name: string, latencies: readonly Latency[]): string {
  const [first, last] = [latencies.map((one) => one.firstByteMs), latencies.map((one) => one.lastByteMs)];
  const cells = [percentile(first, 0.5), percentile(first, 0.99), percentile(last, 0.5), percentile(last, 0.99)];
  const bytes = percentile(latencies.map((one) => one.bytes), 0.5);
  return `| ${name} | ${cells.map((ms) => `${ms.toFixed(2)} ms`).join(" | ")} | ${bytes} |`;
}

/** Shows lines of 200x20 to a viewer of vncd in each encoding and gives the table, as Markdown. */
export async function latencyReport({ width, height, lines }: LatencyOptions): Promise<string> {
  await using peer = new CommandedPeer(new URL("./peers/vncd_line_peer.ts", import.meta.url), [width, height]);
  const port = Number((await peer.expect("READY"))[0]);
  const rows: string[] = [];
  for (const [name, encoding] of Object.entries(ENCODINGS)) {
    const latencies = await measure(peer, port, encoding, WARM_UP_LINES + lines);
    rows.push(row(name, latencies.slice(WARM_UP_LINES)));
  }
  const { errorMs } = await clockOffsetMs(peer);
  return [
    `From the damage of a 200x20 line of text on an idle display of ${width}x${height} to the bytes at one viewer, ` +
    `${lines} lines in each encoding. The two processes' clocks agree within ${errorMs.toFixed(2)} ms.`,
    [
      "| encoding | first byte, p50 | p99 | last byte, p50 | p99 | bytes |",
      "| --- | ---: | ---: | ---: | ---: | ---: |",
      ...rows,
    ].join("\n"),
  ].join("\n\n");
}
