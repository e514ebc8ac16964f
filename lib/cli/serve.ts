/** `vncd serve [scene]` */

import type { Command } from "commander";
import { announceService } from "./announce.ts";
import type { CliRun } from "./cli_run.ts";
import { addServingFlags, type ServingFlags, servingOptions } from "./serving_flags.ts";

const EXAMPLES = `
Scenes: desktop (the default), console, testcard, a .png file, or a .ts or .js module
that default-exports a scene.

Examples:
  vncd serve                                 display 0, and a page on http://127.0.0.1:5700
  vncd serve console --listen :1 --no-web    a text screen on display 1
  vncd serve picture.png --view-only
  vncd serve scene.ts --listen 0.0.0.0:0 --password-file ~/.vnc/passwd
  vncd serve --listen unix:/run/vnc.sock --json`;

/** Adds the verb. */
export function addServe(program: Command, run: CliRun): void {
  const command = program.command("serve").description("serve a scripted machine");
  command.argument("[scene]", "what runs on the machine").addHelpText("after", EXAMPLES);
  addServingFlags(command);
  command.action((scene: string | undefined, flags: ServingFlags) => serve(run, scene, flags));
}

async function serve(run: CliRun, scene: string | undefined, flags: ServingFlags): Promise<void> {
  const logger = run.startOutput(flags);
  const stop = run.host.listenForStop();
  try {
    const running = await run.verbs.serveScene({ scene, ...await servingOptions(flags, run.host, logger) });
    announceService(run, "serving", running.name, running.service);
    const uncaught = await stop.requested;
    await running.stop();
    if (uncaught !== undefined) throw uncaught;
  } finally {
    stop.dispose();
  }
}
