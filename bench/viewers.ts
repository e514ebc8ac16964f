/**
 * CPU and memory of the server against the number of viewers of one busy display, all with the same settings and with
 * different ones: `deno run -A bench/viewers.ts [--counts 1,10,100,1000] [--seconds N] [--fps N] [--report FILE]`.
 */

import { parseArgs } from "node:util";
import { CommandedPeer } from "./measure/commanded_peer.ts";
import { Crowd, differentWishes, sameWishes, type Wishes } from "./measure/crowd.ts";
import { ownMachineLine } from "./measure/machine.ts";
import { median } from "./measure/statistics.ts";

const SIZE = { width: 1280, height: 720 };
const VIDEO = { width: 160, height: 120 };
const KINDS: readonly { readonly name: string; readonly wishes: Wishes }[] = [
  { name: "same (Tight)", wishes: sameWishes },
  { name: "different", wishes: differentWishes },
];
const WARM_UP_MS = 3_000;

const { values } = parseArgs({
  options: {
    counts: { type: "string", default: "1,10,100,1000" },
    seconds: { type: "string", default: "10" },
    fps: { type: "string", default: "10" },
    report: { type: "string" },
  },
});
const durationMs = Number(values.seconds) * 1_000;

interface Row {
  readonly kind: string;
  readonly viewers: number;
  /** Of the server, a second, without what painting takes. */
  readonly cpuMs: number;
  readonly updatesPerSecond: number;
  readonly slowestPerSecond: number;
  readonly bytesPerSecond: number;
  readonly residentBytes: number;
  readonly lost: number;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function cpuPerSecond(peer: CommandedPeer): Promise<number> {
  const [startMs, cpuMs] = [performance.now(), peer.cpuMs()];
  await pause(durationMs);
  return (peer.cpuMs() - cpuMs) * 1_000 / (performance.now() - startMs);
}

/** A server of its own for each row, so that none has the memory of those before. */
async function withServer<T>(use: (peer: CommandedPeer, port: number) => Promise<T>): Promise<T> {
  const args = [SIZE.width, SIZE.height, values.fps, VIDEO.width, VIDEO.height];
  await using peer = new CommandedPeer(new URL("./peers/vncd_busy_peer.ts", import.meta.url), args);
  const port = Number((await peer.expect("READY"))[0]);
  return await use(peer, port);
}

/** What painting takes while nobody looks. */
function paintingMs(): Promise<number> {
  return withServer(async (peer) => {
    await pause(WARM_UP_MS);
    return await cpuPerSecond(peer);
  });
}

function measure(kind: string, wishes: Wishes, viewers: number, withoutMs: number): Promise<Row> {
  return withServer(async (peer, port) => {
    const crowd = await Crowd.join(port, viewers, wishes);
    await pause(WARM_UP_MS);
    crowd.begin();
    const cpuMs = await cpuPerSecond(peer) - withoutMs;
    const { seconds, updates, bytes, failures } = crowd.report();
    const { residentBytes } = peer;
    crowd.close();
    return {
      ...{ kind, viewers, cpuMs, residentBytes, lost: failures.length },
      updatesPerSecond: median(updates) / seconds,
      slowestPerSecond: Math.min(...updates) / seconds,
      bytesPerSecond: bytes / seconds,
    };
  });
}

function tableRow(row: Row, rows: readonly Row[]): string {
  const one = rows.find(({ kind, viewers }) => kind === row.kind && viewers === 1);
  const ratio = one === undefined ? "-" : `${(row.cpuMs / one.cpuMs).toFixed(2)} x`;
  const cells = [
    ...[row.kind, row.viewers, `${row.cpuMs.toFixed(0)} ms`, ratio],
    ...[row.updatesPerSecond.toFixed(1), row.slowestPerSecond.toFixed(1)],
    ...[`${(row.bytesPerSecond / 1e6).toFixed(1)} MB`, `${(row.residentBytes / 1e6).toFixed(0)} MB`, row.lost],
  ];
  return `| ${cells.join(" | ")} |`;
}

async function report(): Promise<string> {
  const withoutMs = await paintingMs();
  const rows: Row[] = [];
  for (const { name, wishes } of KINDS) {
    for (const viewers of values.counts.split(",").map(Number)) {
      rows.push(await measure(name, wishes, viewers, withoutMs));
      console.error(tableRow(rows.at(-1)!, rows));
    }
  }
  return [
    "# Viewers of one display",
    ownMachineLine(),
    `A display of ${SIZE.width}x${SIZE.height} with a terminal that scrolls, a window that moves and a video of ` +
    `${VIDEO.width}x${VIDEO.height}, ${values.fps} frames a second, for ${values.seconds} s. CPU is the server ` +
    `process's own, user and system, all threads, each second, without the ${withoutMs.toFixed(0)} ms that painting ` +
    `takes while nobody looks. Different viewers ask for Tight, ZRLE and Zlib at levels 1 to 9.`,
    [
      "| settings | viewers | CPU | against one | updates/s, median | slowest | bytes/s | resident | lost |",
      "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
      ...rows.map((row) => tableRow(row, rows)),
    ].join("\n"),
  ].join("\n\n");
}

const text = await report();
console.log(text);
if (values.report !== undefined) Deno.writeTextFileSync(values.report, `${text}\n`);
