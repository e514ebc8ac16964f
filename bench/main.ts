/**
 * `deno task bench [what] [options]`: vncd beside Xvnc and libvncserver in the same run, on the same pictures. CPU is the
 * server process's own, user and system, all threads; only the ratios between rows of one run mean anything.
 *
 *   updates   full updates of still pictures (the default): --pictures a,b --cases tight,zrle --updates N --rounds N
 *   sizes     the same for one picture from 640x480 to 7680x4320
 *   encoders  every encoding over recorded sessions: files, or what `bench/sessions` produces where none is given
 *   motion    the same sessions shown by all servers to one viewer, at the speed they were recorded
 *
 * `--report FILE` writes the Markdown to a file as well, `--conclusion TEXT` ends it.
 */

import { parseArgs } from "node:util";
import { fullUpdatesReport } from "./full_updates_report.ts";
import { PICTURES } from "./pictures/pictures.ts";
import { machineLine } from "./measure/machine.ts";
import { motionReport } from "./motion_report.ts";
import { pictureSizesReport } from "./picture_sizes.ts";
import { sessionEncodingReport } from "./session_encoding.ts";
import { produceSession, SESSIONS } from "./sessions/produce.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    pictures: { type: "string", default: Object.keys(PICTURES).join(",") },
    cases: { type: "string", default: "" },
    updates: { type: "string", default: "6" },
    rounds: { type: "string", default: "8" },
    size: { type: "string", default: "1920x1080" },
    report: { type: "string" },
    conclusion: { type: "string", default: "" },
  },
});

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

async function report(what: string): Promise<string> {
  const [width, height] = values.size.split("x").map(Number);
  const shared = { cases: parts(values.cases), updates: Number(values.updates), rounds: Number(values.rounds) };
  if (what === "updates") {
    const size = { width: width!, height: height! };
    const title = `# Full ${values.size} updates of still pictures\n\n`;
    return title + await fullUpdatesReport({ ...shared, ...size, pictures: parts(values.pictures) });
  }
  if (what === "sizes") return `# Cost against picture size\n\n${await pictureSizesReport(shared)}`;
  if (what === "encoders") return `# Encoders over sessions\n\n${await withSessions(sessionEncodingReport)}`;
  if (what === "motion") return `# Motion\n\n${await withSessions(motionReport)}`;
  throw new Error(`Cannot measure "${what}": it is none of updates, sizes, encoders and motion`);
}

const text = await report(positionals[0] ?? "updates");
const [title, ...rest] = text.split("\n\n");
const markdown = [title, await machineLine(), ...rest, values.conclusion].filter((part) => part !== "").join("\n\n");
console.log(markdown);
if (values.report !== undefined) Deno.writeTextFileSync(values.report, `${markdown}\n`);
