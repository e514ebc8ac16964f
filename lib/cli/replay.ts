/** `vncd replay <file>` */

import type { Command } from "commander";
import type { PlaybackResult } from "../../mod.ts";
import { errorMessage } from "../base/errors.ts";
import { announceService } from "./announce.ts";
import type { CliRun } from "./cli_run.ts";
import { formatDuration, parseDuration } from "./duration.ts";
import { ExitCode, exitCodeOf } from "./exit_codes.ts";
import { addServingFlags, type ServingFlags, servingOptions } from "./serving_flags.ts";
import { speed } from "./values.ts";

interface ReplayFlags extends ServingFlags {
  readonly speed?: number;
  readonly loop?: true;
  readonly start?: number;
  readonly idleLimit?: number;
}

const EXAMPLES = `
Viewers that come late get the picture as it stands; at the end the last one stays.
Times are written as 90 (seconds), 1m30s or 250ms.

Examples:
  vncd replay session.rfb                    in real time, to any viewer and the browser
  vncd replay session.rfb --speed 4 --idle-limit 2s
  vncd replay session.rfb --start 1m30s --loop
  vncd replay session.rfb --speed max        the last picture, at once`;

/** Adds the verb. */
export function addReplay(program: Command, run: CliRun): void {
  const command = program.command("replay").description("serve a recording");
  command
    .argument("<file>", "the recording")
    .option("--speed <factor>", "times real time, or max (default: 1)", speed("--speed"))
    .option("--loop", "begin again at the end")
    .option("--start <time>", "begin there", parseDuration)
    .option("--idle-limit <time>", "no pause is longer", parseDuration)
    .addHelpText("after", EXAMPLES);
  addServingFlags(command);
  command.action((file: string, flags: ReplayFlags) => replay(run, file, flags));
}

async function replay(run: CliRun, file: string, flags: ReplayFlags): Promise<void> {
  const logger = run.startOutput(flags);
  const stop = run.host.listenForStop();
  try {
    const replaying = await run.verbs.replaySession({
      file,
      speed: flags.speed,
      loop: flags.loop === true,
      startMs: flags.start,
      idleLimitMs: flags.idleLimit,
      ...await servingOptions(flags, run.host, logger),
    });
    announceService(run, "replaying", replaying.name, replaying.service);
    replaying.finished.then((result) => onEnd(run, result), (error) => onBroken(run, error));
    const uncaught = await stop.requested;
    await replaying.stop();
    if (uncaught !== undefined) throw uncaught;
  } finally {
    stop.dispose();
  }
}

function onEnd(run: CliRun, result: PlaybackResult): void {
  const { durationMs, truncated, stopped } = result;
  if (stopped) return;
  if (truncated) run.exitCode = ExitCode.RecordingTruncated;
  run.tell(`the recording ends after ${formatDuration(durationMs)}${truncated ? ", where its tail was cut off" : ""}`);
  run.emit("ended", { durationMs, truncated });
}

/** The library has told people; what could be read stays on the display. */
function onBroken(run: CliRun, error: unknown): void {
  run.exitCode = exitCodeOf(error);
  run.emit("error", { message: errorMessage(error), exitCode: run.exitCode });
}
