/** Every encoding over a recorded session: what it costs to encode what changed, without a network. */

import process from "node:process";

import { FrameMemory } from "../lib/display/frame_memory.ts";
import { Arena, ARENA_BYTES } from "../lib/encode/arena.ts";
import type { SurfaceView } from "../lib/encode/job.ts";
import { closeStreams, encodeJob } from "../lib/encode/job_encoder.ts";
import type { ClientStreams } from "../lib/encode/rect_encoder.ts";
import { Encoding, encodingName } from "../lib/rfb/encodings.ts";
import { X8R8G8B8 } from "../lib/rfb/pixel_format.ts";
import { type Change, type Motion, readMotion } from "./motion/session_frames.ts";

const ENCODINGS: readonly number[] = [
  Encoding.Raw,
  Encoding.RRE,
  Encoding.CoRRE,
  Encoding.Hextile,
  Encoding.Zlib,
  Encoding.Tight,
  Encoding.TightPNG,
  Encoding.TRLE,
  Encoding.ZRLE,
];

interface SessionResult {
  readonly cpuSeconds: number;
  readonly rawBytes: number;
  readonly bytes: number;
}

/** The table for each recording, as Markdown. */
export async function sessionEncodingReport(paths: readonly string[]): Promise<string> {
  const tables: string[] = [];
  for (const path of paths) {
    const motion = await readMotion(path);
    const lines = ["| encoding | CPU s | MB/s of raw pixels | ratio |", "|---|---|---|---|"];
    for (const encoding of ENCODINGS) {
      // the first time round compiles the kernels
      await encodeMotion({ ...motion, frames: motion.frames.slice(0, 3) }, encoding);
      const { cpuSeconds, rawBytes, bytes } = await encodeMotion(motion, encoding);
      const speed = (rawBytes / 1e6 / cpuSeconds).toFixed(0);
      lines.push(
        `| ${encodingName(encoding)} | ${cpuSeconds.toFixed(2)} | ${speed} | ${(rawBytes / bytes).toFixed(1)} |`,
      );
    }
    const { width, height, frames } = motion;
    tables.push(`${motion.name} (${width}x${height}, ${frames.length} updates):\n\n${lines.join("\n")}`);
  }
  return tables.join("\n\n");
}

/** One update for each that was recorded, of the same rects. */
async function encodeMotion({ width, height, frames }: Motion, encoding: number): Promise<SessionResult> {
  const memory = new FrameMemory();
  const strideBytes = Math.ceil(width / 16) * 64;
  const surface = { pointer: memory.allocate(strideBytes * height).pointer, width, height, strideBytes };
  const arena = new Arena(memory.memory, memory.allocate(ARENA_BYTES).pointer);
  const streams: ClientStreams = {};
  const result = { cpuSeconds: 0, rawBytes: 0, bytes: 0 };
  for (const { changes } of frames) {
    for (const change of changes) paint(memory, surface, change);
    const rects = changes.map(({ rect }) => rect);
    const startedMs = cpuMs();
    const steps = encodeJob(
      { surface, settings: { encoding, pixelFormat: X8R8G8B8 }, copies: [], rects },
      arena,
      streams,
    );
    let step = await steps.next();
    while (!step.done) step = await steps.next();
    result.cpuSeconds += (cpuMs() - startedMs) / 1_000;
    result.rawBytes += rects.reduce((sum, rect) => sum + rect.width * rect.height * 4, 0);
    result.bytes += step.value.bytes.length;
  }
  closeStreams(streams);
  return result;
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

function paint({ memory }: FrameMemory, { pointer, strideBytes }: SurfaceView, { rect, pixels }: Change): void {
  const rowBytes = rect.width * 4;
  const surface = new Uint8Array(memory.buffer);
  for (let y = 0; y < rect.height; y++) {
    const to = pointer + (rect.y + y) * strideBytes + rect.x * 4;
    surface.set(pixels.subarray(y * rowBytes, (y + 1) * rowBytes), to);
  }
}
