/**
 * `deno task bench [what] [options]`: vncd beside Xvnc and libvncserver in the same run, on the same pictures. CPU is the
 * server process's own, user and system, all threads; only the ratios between rows of one run mean anything.
 *
 *   updates   full updates of still pictures (the default): --pictures a,b --cases tight,zrle --updates N --rounds N
 *   sizes     the same for one picture from 640x480 to 7680x4320
 *   encoders  every encoding over recorded sessions: files, or what `bench/sessions` produces where none is given
 *   motion    the same sessions shown by all servers to one viewer, at the speed they were recorded
 *
 * And of vncd alone:
 *
 *   latency   from a line of text to its bytes on the wire: --size 1920x1080 --lines N
 *   viewers   CPU and memory against the viewers of one display: --counts 1,10,100,1000 --seconds N --fps N
 *   hold      very many viewers for minutes: --viewers N --minutes N --rate N; exits with 50 when one was lost or too slow
 *
 * `--report FILE` writes the Markdown to a file as well, `--conclusion TEXT` ends it.
 */

import { parseArgs } from "node:util";
import { fullUpdatesReport } from "./full_updates_report.ts";
import { holdViewersReport } from "./hold_viewers.ts";
import { latencyReport } from "./latency.ts";
import { machineLine, ownMachineLine } from "./measure/machine.ts";
import { motionReport } from "./motion_report.ts";
import { pictureSizesReport } from "./picture_sizes.ts";
import { PICTURES } from "./pictures/pictures.ts";
import { sessionEncodingReport } from "./session_encoding.ts";
import { produceSession, SESSIONS } from "./sessions/produce.ts";
import { viewersReport } from "./viewers.ts";

const EXPECTATION_FAILED = 50;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    pictures: { type: "string", default: Object.keys(PICTURES).join(",") },
    cases: { type: "string", default: "" },
    updates: { type: "string", default: "6" },
    rounds: { type: "string", default: "8" },
    size: { type: "string", default: "1920x1080" },
    lines: { type: "string", default: "200" },
    counts: { type: "string", default: "1,10,100,1000" },
    seconds: { type: "string", default: "10" },
    fps: { type: "string", default: "10" },
    viewers: { type: "string", default: "1000" },
    minutes: { type: "string", default: "5" },
    rate: { type: "string", default: "5" },
    report: { type: "string" },
    conclusion: { type: "string", default: "" },
  },
});

/** Something to measure, by its word on the command line. */
interface Measurement {
  readonly title: string;
  readonly machine: () => string | Promise<string>;
  readonly measure: () => Promise<string>;
}

const [width, height] = values.size.split("x").map(Number) as [number, number];
const stills = { cases: parts(values.cases), updates: Number(values.updates), rounds: Number(values.rounds) };

const MEASUREMENTS: Readonly<Record<string, Measurement>> = {
  updates: {
    title: `Full ${values.size} updates of still pictures`,
    machine: machineLine,
    measure: () => fullUpdatesReport({ ...stills, width, height, pictures: parts(values.pictures) }),
  },
  sizes: { title: "Cost against picture size", machine: machineLine, measure: () => pictureSizesReport(stills) },
  encoders: {
    title: "Encoders over sessions",
    machine: machineLine,
    measure: () => withSessions(sessionEncodingReport),
  },
  motion: { title: "Motion", machine: machineLine, measure: () => withSessions(motionReport) },
  latency: {
    title: "Latency",
    machine: ownMachineLine,
    measure: () => latencyReport({ width, height, lines: Number(values.lines) }),
  },
  viewers: {
    title: "Viewers of one display",
    machine: ownMachineLine,
    measure: () => {
      const counts = parts(values.counts).map(Number);
      return viewersReport({ counts, seconds: Number(values.seconds), fps: Number(values.fps) });
    },
  },
  hold: { title: `${values.viewers} viewers`, machine: ownMachineLine, measure: hold },
};

function parts(list: string): string[] {
  return list.split(",").filter((part) => part !== "");
}

/** Calls with the recordings named on the command line, or with fresh ones. */
async function withSessions(measure: (paths: readonly string[]) => Promise<string>): Promise<string> {
  const given = positionals.slice(1);
  if (given.length > 0) return await measure(given);
  const folder = await Deno.makeTempDir();
  try {
    const paths = SESSIONS.map((name) => `${folder}/${name}.rfb`);
    for (const [at, name] of SESSIONS.entries()) await produceSession(name, paths[at]!);
    return await measure(paths);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function hold(): Promise<string> {
  const { markdown, isHeld } = await holdViewersReport({
    viewers: Number(values.viewers),
    minutes: Number(values.minutes),
    rate: Number(values.rate),
  });
  if (!isHeld) Deno.exitCode = EXPECTATION_FAILED;
  return markdown;
}

const what = positionals[0] ?? "updates";
const measurement = MEASUREMENTS[what];
if (measurement === undefined) {
  throw new Error(`Cannot measure "${what}": it is none of ${Object.keys(MEASUREMENTS).join(", ")}`);
}
const { title, machine, measure } = measurement;
const markdown = [`# ${title}`, await machine(), await measure(), values.conclusion]
  .filter((part) => part !== "").join("\n\n");
console.log(markdown);
if (values.report !== undefined) Deno.writeTextFileSync(values.report, `${markdown}\n`);
