/**
 * `deno task bench [what] [options]`: vncd beside Xvnc and libvncserver in the same run, on the same pictures. CPU is the
 * server process's own, user and system, all threads; only the ratios between rows of one run mean anything.
 *
 *   updates   full updates of still pictures (the default): --pictures a,b --cases tight,zrle --updates N --rounds N
 *   sizes     the same for one picture from 640x480 to 7680x4320
 *
 * `--report FILE` writes the Markdown to a file as well, `--conclusion TEXT` ends it.
 */

import { parseArgs } from "node:util";
import { fullUpdatesReport } from "./full_updates_report.ts";
import { PICTURES } from "./pictures/pictures.ts";
import { machineLine } from "./measure/machine.ts";
import { pictureSizesReport } from "./picture_sizes.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    pictures: { type: "string", default: Object.keys(PICTURES).join(",") },
    cases: { type: "string", default: "" },
    updates: { type: "string", default: "8" },
    rounds: { type: "string", default: "3" },
    size: { type: "string", default: "1920x1080" },
    report: { type: "string" },
    conclusion: { type: "string", default: "" },
  },
});

function parts(list: string): string[] {
  return list.split(",").filter((part) => part !== "");
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
  throw new Error(`Cannot measure "${what}": it is neither updates nor sizes`);
}

const text = await report(positionals[0] ?? "updates");
const [title, ...rest] = text.split("\n\n");
const markdown = [title, await machineLine(), ...rest, values.conclusion].filter((part) => part !== "").join("\n\n");
console.log(markdown);
if (values.report !== undefined) Deno.writeTextFileSync(values.report, `${markdown}\n`);
