/**
 * CPU and memory of the server against the number of viewers of one busy display, all with the same settings and with
 * different ones.
 */

import { CommandedPeer } from "./measure/commanded_peer.ts";
import { Crowd, differentWishes, sameWishes, type Wishes } from "./measure/crowd.ts";
import { median } from "./measure/statistics.ts";

const SIZE = { width: 1280, height: 720 };
const VIDEO = { width: 160, height: 120 };
const KINDS: readonly { readonly name: string; readonly wishes: Wishes }[] = [
  { name: "same (Tight)", wishes: sameWishes },
  { name: "different", wishes: differentWishes },
];
const WARM_UP_MS = 3_000;

/** What to measure. */
export interface ViewersOptions {
  /** How many viewers, one count after the other. */
  readonly counts: readonly number[];
  readonly seconds: number;
  /** Frames that the display shows in a second. */
  readonly fps: number;
}

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

async function cpuPerSecond(peer: CommandedPeer, seconds: number): Promise<number> {
  const [startMs, cpuMs] = [performance.now(), peer.cpuMs()];
  await pause(seconds * 1_000);
  return (peer.cpuMs() - cpuMs) * 1_000 / (performance.now() - startMs);
}

/** A server of its own for each row, so that none has the memory of those before. */
async function withServer<T>(fps: number, use: (peer: CommandedPeer, port: number) => Promise<T>): Promise<T> {
  const args = [SIZE.width, SIZE.height, fps, VIDEO.width, VIDEO.height];
  await using peer = new CommandedPeer(new URL("./peers/vncd_busy_peer.ts", import.meta.url), args);
  const port = Number((await peer.expect("READY"))[0]);
  return await use(peer, port);
}

/** What painting takes while nobody looks. */
function paintingMs({ fps, seconds }: ViewersOptions): Promise<number> {
  return withServer(fps, async (peer) => {
    await pause(WARM_UP_MS);
    return await cpuPerSecond(peer, seconds);
  });
}

/** `withoutMs` is what painting takes. */
function measure(
  { fps, seconds: duration }: ViewersOptions,
  { name: kind, wishes }: typeof KINDS[number],
  viewers: number,
  withoutMs: number,
): Promise<Row> {
  return withServer(fps, async (peer, port) => {
    const crowd = await Crowd.join(port, viewers, wishes);
    await pause(WARM_UP_MS);
    crowd.begin();
    const cpuMs = await cpuPerSecond(peer, duration) - withoutMs;
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

/** Measures vncd with each number of viewers and gives the table, as Markdown. */
export async function viewersReport(options: ViewersOptions): Promise<string> {
  const { counts, seconds, fps } = options;
  const withoutMs = await paintingMs(options);
  const rows: Row[] = [];
  for (const kind of KINDS) {
    for (const viewers of counts) {
      rows.push(await measure(options, kind, viewers, withoutMs));
      console.error(tableRow(rows.at(-1)!, rows));
    }
  }
  return [
    `A display of ${SIZE.width}x${SIZE.height} with a terminal that scrolls, a window that moves and a video of ` +
    `${VIDEO.width}x${VIDEO.height}, ${fps} frames a second, for ${seconds} s. CPU is the server ` +
    `process's own, user and system, all threads, each second, without the ${withoutMs.toFixed(0)} ms that painting ` +
    `takes while nobody looks. Different viewers ask for Tight, ZRLE and Zlib at levels 1 to 9.`,
    [
      "| settings | viewers | CPU | against one | updates/s, median | slowest | bytes/s | resident | lost |",
      "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
      ...rows.map((row) => tableRow(row, rows)),
    ].join("\n"),
  ].join("\n\n");
}
