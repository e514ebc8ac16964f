/**
 * `deno task bench`: vncd beside Xvnc and libvncserver in the same run, on the same picture. CPU is the server
 * process's own, user and system, all threads; only the ratios between rows of one run mean anything.
 */

import { parseArgs } from "node:util";
import { errorMessage } from "../lib/base/errors.ts";
import { type FullUpdateResult, MEASURED_ENCODINGS, measureFullUpdates } from "./full_updates.ts";
import { desktopPicture } from "./pictures.ts";
import { SERVERS } from "./servers.ts";

const PEERS = Object.keys(SERVERS).filter((name) => name !== "vncd");

async function measureServer(name: string, updates: number): Promise<FullUpdateResult[]> {
  const folder = await Deno.makeTempDir();
  const results: FullUpdateResult[] = [];
  try {
    await using server = await SERVERS[name]!(desktopPicture(), folder);
    for (const encoding of Object.keys(MEASURED_ENCODINGS)) {
      const result = await measureFullUpdates(server, encoding, updates);
      if (result !== undefined) results.push(result);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return results;
}

function cell(result: FullUpdateResult | undefined): string {
  if (result === undefined) return "-";
  return `${result.cpuMsPerUpdate.toFixed(1)} ms, ${(result.bytesPerUpdate / 1e6).toFixed(2)} MB`;
}

function ratioCell(own: FullUpdateResult | undefined, peers: readonly FullUpdateResult[]): string {
  if (own === undefined || peers.length === 0) return "-";
  const fastest = Math.min(...peers.map((peer) => peer.cpuMsPerUpdate));
  const smallest = Math.min(...peers.map((peer) => peer.bytesPerUpdate));
  const speed = (fastest / own.cpuMsPerUpdate).toFixed(2);
  return `${speed} x the speed, ${(own.bytesPerUpdate / smallest).toFixed(2)} x the bytes`;
}

function table(results: readonly FullUpdateResult[]): string {
  const names = Object.keys(SERVERS);
  const lines = [
    `| encoding | ${names.join(" | ")} | vncd against the better peer |`,
    `|---|${names.map(() => "---|").join("")}---|`,
  ];
  for (const encoding of Object.keys(MEASURED_ENCODINGS)) {
    const row = results.filter((result) => result.encoding === encoding);
    const cells = names.map((name) => cell(row.find((result) => result.server === name)));
    const own = row.find((result) => result.server === "vncd");
    const peers = row.filter((result) => PEERS.includes(result.server));
    lines.push(`| ${encoding} | ${cells.join(" | ")} | ${ratioCell(own, peers)} |`);
  }
  return lines.join("\n");
}

const { values } = parseArgs({ options: { updates: { type: "string", default: "40" } } });
const results: FullUpdateResult[] = [];
for (const name of Object.keys(SERVERS)) {
  try {
    results.push(...await measureServer(name, Number(values.updates)));
  } catch (error) {
    console.error(`cannot measure ${name}: ${errorMessage(error)}`);
  }
}
console.log(
  `Full 1920x1080 updates of a desktop picture, CPU and bytes an update, ${navigator.hardwareConcurrency} cores`,
);
console.log(table(results));
