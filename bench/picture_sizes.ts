/** What full updates cost against the size of the picture. */

import { errorMessage } from "../lib/base/errors.ts";
import { FullUpdateRun, UPDATE_CASES } from "./full_updates.ts";
import { desktopPicture } from "./pictures/desktop.ts";
import { SERVERS } from "./servers.ts";

const SIZES: readonly (readonly [number, number])[] = [[640, 480], [1280, 720], [1920, 1080], [3840, 2160], [
  7680,
  4320,
]];

/** What to measure. */
export interface PictureSizesOptions {
  /** Names of cases; some of each kind when empty. */
  readonly cases: readonly string[];
  readonly updates: number;
  readonly rounds: number;
}

/** Measures vncd alone and gives the table, as Markdown: CPU an update, and a million pixels of it. */
export async function pictureSizesReport({ cases, updates, rounds }: PictureSizesOptions): Promise<string> {
  const names = cases.length > 0 ? cases : ["raw", "hextile", "tight", "zrle"];
  const chosen = UPDATE_CASES.filter((each) => names.includes(each.name));
  const lines = [`| size | ${names.join(" | ")} |`, `|---|${names.map(() => "---|").join("")}`];
  for (const [width, height] of SIZES) {
    const folder = await Deno.makeTempDir();
    const cells: string[] = [];
    try {
      await using server = await SERVERS["vncd"]!(desktopPicture(width, height), folder);
      for (const each of chosen) {
        const run = await FullUpdateRun.start(server, each);
        for (let round = 0; round < rounds; round++) await run?.round(updates);
        const result = run?.finish("desktop");
        const perMegapixel = (result?.cpuMsPerUpdate ?? Number.NaN) / (width * height / 1e6);
        cells.push(`${result?.cpuMsPerUpdate.toFixed(1)} ms, ${perMegapixel.toFixed(1)} a megapixel`);
      }
    } catch (error) {
      console.error(`cannot measure ${width}x${height}: ${errorMessage(error)}`);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
    lines.push(`| ${width}x${height} | ${cells.join(" | ")} |`);
  }
  return lines.join("\n");
}
