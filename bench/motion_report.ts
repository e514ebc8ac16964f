/** Recorded sessions, shown again by every server to one viewer, at the speed they were recorded. */

import { errorMessage } from "../lib/base/errors.ts";
import { Encoding } from "../lib/rfb/encodings.ts";
import { feedMotion } from "./motion/feed.ts";
import { MOTION_SERVERS } from "./motion/motion_servers.ts";
import { type Motion, readMotion } from "./motion/session_frames.ts";
import { LightViewer } from "./measure/light_viewer.ts";

const ENCODINGS: Readonly<Record<string, number>> = { tight: Encoding.Tight, zrle: Encoding.ZRLE };
/** What is on its way when the last frame is shown arrives within that time. */
const TAIL_MS = 500;

interface MotionResult {
  /** Of the server with the viewer, less that of the server without one. */
  readonly cpuMs: number;
  readonly bytes: number;
  readonly updates: number;
}

/** The table for each recording, as Markdown. */
export async function motionReport(paths: readonly string[]): Promise<string> {
  const folder = await Deno.makeTempDir();
  const tables: string[] = [];
  try {
    for (const path of paths) tables.push(await motionTable(await readMotion(path), folder));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return tables.join("\n\n");
}

async function motionTable(motion: Motion, folder: string): Promise<string> {
  const names = Object.keys(ENCODINGS);
  const lines = [`| server | ${names.join(" | ")} |`, `|---|${names.map(() => "---|").join("")}`];
  for (const server of Object.keys(MOTION_SERVERS)) {
    try {
      lines.push(`| ${server} | ${(await measureServer(server, motion, folder)).map(cell).join(" | ")} |`);
    } catch (error) {
      console.error(`cannot measure ${server}: ${errorMessage(error)}`);
    }
  }
  const { name, width, height, frames } = motion;
  const seconds = ((frames.at(-1)?.timeMs ?? 0) / 1_000).toFixed(1);
  return `${name} (${width}x${height}, ${frames.length} frames in ${seconds} s):\n\n${lines.join("\n")}`;
}

async function measureServer(server: string, motion: Motion, folder: string): Promise<MotionResult[]> {
  const alone = await showMotion(server, motion, folder, undefined);
  const results: MotionResult[] = [];
  for (const encoding of Object.values(ENCODINGS)) {
    const seen = await showMotion(server, motion, folder, encoding);
    results.push({ ...seen, cpuMs: seen.cpuMs - alone.cpuMs });
  }
  return results;
}

/** Shows a motion to one viewer, or to nobody. */
async function showMotion(
  server: string,
  motion: Motion,
  folder: string,
  encoding: number | undefined,
): Promise<MotionResult> {
  await using running = await MOTION_SERVERS[server]!(motion, folder);
  const viewer = encoding === undefined ? undefined : await LightViewer.connect(running.port, [encoding]);
  if (viewer !== undefined) {
    await viewer.update(false);
    viewer.onUpdate = () => viewer.request(true);
    viewer.request(true);
  }
  const [cpuBefore, bytesBefore, updatesBefore] = [running.cpuMs(), viewer?.bytes ?? 0, viewer?.updates ?? 0];
  await feedMotion(motion, running.input);
  await new Promise((resolve) => setTimeout(resolve, TAIL_MS));
  const cpuMs = running.cpuMs() - cpuBefore;
  viewer?.close();
  return { cpuMs, bytes: (viewer?.bytes ?? 0) - bytesBefore, updates: (viewer?.updates ?? 0) - updatesBefore };
}

function cell({ cpuMs, bytes, updates }: MotionResult): string {
  return `${cpuMs.toFixed(0)} ms, ${(bytes / 1e6).toFixed(2)} MB, ${updates} updates`;
}
