/** Full updates of every picture, in every case, of every server: one run, one table for each picture, one of ratios. */

import { errorMessage } from "../lib/base/errors.ts";
import { type FullUpdateResult, FullUpdateRun, UPDATE_CASES, type UpdateCase } from "./full_updates.ts";
import { median } from "./measure/statistics.ts";
import { pictureLoss } from "./picture_loss.ts";
import type { BenchPicture } from "./pictures/picture.ts";
import { PICTURES } from "./pictures/pictures.ts";
import { type BenchServer, SERVERS } from "./servers.ts";

/** What to measure. */
export interface FullUpdateOptions {
  readonly pictures: readonly string[];
  /** Parts of cases' names; all cases when empty. */
  readonly cases: readonly string[];
  readonly updates: number;
  readonly rounds: number;
  readonly width: number;
  readonly height: number;
}

/** A result, and how far the picture is from what it should be, where that is not exact. */
interface Row extends FullUpdateResult {
  readonly lossDb: number | undefined;
}

const OWN = "vncd";

/** Measures and gives the report, as Markdown. */
export async function fullUpdatesReport(options: FullUpdateOptions): Promise<string> {
  const rows: Row[] = [];
  for (const name of options.pictures) {
    const paint = PICTURES[name];
    if (paint === undefined) throw new Error(`Cannot measure "${name}": the pictures are ${Object.keys(PICTURES)}`);
    rows.push(...await measurePicture(name, paint(options.width, options.height), options));
  }
  const tables = options.pictures.map((name) => `${name}:\n\n${pictureTable(rows.filter((r) => r.picture === name))}`);
  return [...tables, `Against the better peer:\n\n${ratioTable(rows, options.pictures)}`].join("\n\n");
}

async function measurePicture(name: string, picture: BenchPicture, options: FullUpdateOptions): Promise<Row[]> {
  const folder = await Deno.makeTempDir();
  await using servers = new AsyncDisposableStack();
  servers.defer(() => Deno.remove(folder, { recursive: true }));
  const running: BenchServer[] = [];
  for (const [server, start] of Object.entries(SERVERS)) {
    try {
      running.push(servers.use(await start(picture, folder)));
    } catch (error) {
      console.error(`cannot measure ${server}: ${errorMessage(error)}`);
    }
  }
  const rows: Row[] = [];
  for (const each of UPDATE_CASES) {
    if (options.cases.length > 0 && !options.cases.some((part) => each.name.startsWith(part))) continue;
    rows.push(...await measureCase(running, each, name, picture, options));
  }
  return rows;
}

/** Servers take turns in every round, so that what else goes on in the machine hits all of them. */
async function measureCase(
  servers: readonly BenchServer[],
  what: UpdateCase,
  name: string,
  picture: BenchPicture,
  { updates, rounds }: FullUpdateOptions,
): Promise<Row[]> {
  const runs = new Map<BenchServer, FullUpdateRun>();
  for (const server of servers) {
    const run = await FullUpdateRun.start(server, what);
    if (run !== undefined) runs.set(server, run);
  }
  for (let round = 0; round < rounds; round++) {
    for (const run of runs.values()) await run.round(updates);
  }
  const rows: Row[] = [];
  for (const [server, run] of runs) {
    const result = run.finish(name);
    rows.push({
      ...result,
      lossDb: what.isLossy ? await pictureLoss(server.port, what.encodings, picture) : undefined,
    });
  }
  return rows;
}

function pictureTable(rows: readonly Row[]): string {
  const names = Object.keys(SERVERS);
  const lines = [tableLine(["case", ...names]), tableLine(["---", ...names.map(() => "---")])];
  for (const each of new Set(rows.map((row) => row.case))) {
    const cells = names.map((name) => cell(rows.find((row) => row.case === each && row.server === name)));
    lines.push(tableLine([each, ...cells]));
  }
  return lines.join("\n");
}

function tableLine(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function cell(row: Row | undefined): string {
  if (row === undefined) return "-";
  const loss = row.lossDb === undefined ? "" : `, ${row.lossDb.toFixed(1)} dB`;
  const wall = `${row.wallMsPerUpdate.toFixed(0)} ms until it is there`;
  return `${row.cpuMsPerUpdate.toFixed(1)} ms, ${wall}, ${(row.bytesPerUpdate / 1e6).toFixed(3)} MB${loss}`;
}

/** Our speed and bytes against those of the peer that uses the least CPU, and our bytes against the fewest. */
interface Ratio {
  readonly speed: number;
  readonly bytes: number;
  readonly bytesOfSmallest: number;
}

function ratioOf(rows: readonly Row[]): Ratio | undefined {
  const own = rows.find((row) => row.server === OWN);
  const peers = rows.filter((row) => row.server !== OWN).sort((a, b) => a.cpuMsPerUpdate - b.cpuMsPerUpdate);
  const better = peers[0];
  if (own === undefined || better === undefined) return undefined;
  const fewest = Math.min(...peers.map((peer) => peer.bytesPerUpdate));
  return {
    speed: better.cpuMsPerUpdate / own.cpuMsPerUpdate,
    bytes: own.bytesPerUpdate / better.bytesPerUpdate,
    bytesOfSmallest: own.bytesPerUpdate / fewest,
  };
}

function ratioTable(rows: readonly Row[], pictures: readonly string[]): string {
  const heads = ["case", ...pictures, "median", "worst"];
  const lines = [tableLine(heads), tableLine(heads.map(() => "---"))];
  for (const each of new Set(rows.map((row) => row.case))) {
    const ofCase = rows.filter((row) => row.case === each);
    const ratios = pictures.map((name) => ratioOf(ofCase.filter((row) => row.picture === name)));
    const known = ratios.filter((ratio) => ratio !== undefined);
    if (known.length > 0) lines.push(tableLine([each, ...ratios.map(ratioCell), medianCell(known), worstCell(known)]));
  }
  return lines.join("\n");
}

function ratioCell(ratio: Ratio | undefined): string {
  if (ratio === undefined) return "-";
  const { speed, bytes, bytesOfSmallest } = ratio;
  const smallest = bytes === bytesOfSmallest ? "" : ` (${bytesOfSmallest.toFixed(2)})`;
  return `${speed.toFixed(2)} x at ${bytes.toFixed(2)}${smallest}`;
}

function medianCell(ratios: readonly Ratio[]): string {
  return ratioCell({
    speed: median(ratios.map((ratio) => ratio.speed)),
    bytes: median(ratios.map((ratio) => ratio.bytes)),
    bytesOfSmallest: median(ratios.map((ratio) => ratio.bytesOfSmallest)),
  });
}

function worstCell(ratios: readonly Ratio[]): string {
  return ratioCell({
    speed: Math.min(...ratios.map((ratio) => ratio.speed)),
    bytes: Math.max(...ratios.map((ratio) => ratio.bytes)),
    bytesOfSmallest: Math.max(...ratios.map((ratio) => ratio.bytesOfSmallest)),
  });
}
