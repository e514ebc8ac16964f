/** `vncd record <file> [server]` */

import type { Command } from "commander";
import { ConnectionError, UsageError } from "../base/errors.ts";
import { escapeText, type Logger } from "../base/log.ts";
import type { RecordingRun, RecordingSummary, RecordSessionOptions } from "../../mod.ts";
import { announceService } from "./announce.ts";
import type { CliRun } from "./cli_run.ts";
import { formatDuration } from "./duration.ts";
import type { StopRequest } from "./host.ts";
import { serverPassword } from "./server_password.ts";
import { addServingFlags, SERVING_ONLY, type ServingFlags, servingOptions } from "./serving_flags.ts";
import { oneOf } from "./values.ts";

interface RecordFlags extends ServingFlags {
  readonly scene?: string;
  readonly overwrite?: true;
  readonly onDiskError?: "retry" | "stop";
}

const EXAMPLES = `
Without a server the scene is served and what its display shows is recorded, with one
the recorder joins it as a shared viewer. Ctrl+C finishes the file.

Examples:
  vncd record session.rfb                    serve the desktop, and record it
  vncd record session.rfb --scene console --listen :1
  vncd record session.rfb host:0             record another VNC server
  vncd record session.rfb unix:/run/vm.sock --password-cmd "pass show vm"`;

/** Adds the verb. */
export function addRecord(program: Command, run: CliRun): void {
  const command = program.command("record").description("record a session, of a machine or of another VNC server");
  command
    .argument("<file>", "the recording; file.idx is written beside it")
    .argument("[server]", "host:display, host::port, unix:/path or vnc://host")
    .option("--scene <scene>", "what runs on the machine, as for serve")
    .option("--overwrite", "lose a file that is there already")
    .option("--on-disk-error <action>", "retry or stop (default: retry)", oneOf("--on-disk-error", ["retry", "stop"]))
    .addHelpText("after", EXAMPLES);
  addServingFlags(command);
  command.action(async (file: string, server: string | undefined, flags: RecordFlags) => {
    if (server !== undefined) refuseServingFlags(command);
    await record(run, file, server, flags);
  });
}

/** A flag without effect would be taken for one that has some. */
function refuseServingFlags(command: Command): void {
  for (const name of [...SERVING_ONLY, "scene"]) {
    if (command.getOptionValueSource(name) !== "cli") continue;
    const flag = command.options.find((option) => option.attributeName() === name)?.long ?? name;
    throw new UsageError(`Cannot use ${flag} with a server: its session is recorded, and nothing is served`);
  }
}

async function record(run: CliRun, file: string, server: string | undefined, flags: RecordFlags): Promise<void> {
  const logger = run.startOutput(flags);
  const stop = run.host.listenForStop();
  try {
    const options = await recordingOptions(run, file, server, flags, logger);
    const recording = await run.verbs.recordSession({ ...options, signal: untilStop(stop, server) });
    announceRecording(run, file, recording);
    let uncaught: unknown;
    const stopped = stop.requested.then((error) => {
      uncaught = error;
      return recording.stop();
    });
    const summary = await Promise.race([recording.finished, stopped]);
    tellSummary(run, file, summary);
    const error = uncaught ?? summary.error;
    if (error !== undefined) throw error;
  } finally {
    stop.dispose();
  }
}

/** A server that does not answer must not keep who wants to leave. */
function untilStop(stop: StopRequest, server = "the scene"): AbortSignal {
  const connecting = new AbortController();
  const reason = new ConnectionError(`Cannot record ${escapeText(server)}: stopped before it began`, "connect");
  void stop.requested.then((error) => connecting.abort(error ?? reason));
  return connecting.signal;
}

async function recordingOptions(
  run: CliRun,
  file: string,
  server: string | undefined,
  flags: RecordFlags,
  logger: Logger,
): Promise<RecordSessionOptions> {
  const common = { file, overwrite: flags.overwrite === true, onDiskError: flags.onDiskError };
  if (server !== undefined) {
    return { ...common, server, serverPassword: await serverPassword(run, server, flags), logger };
  }
  return { ...common, scene: flags.scene, ...await servingOptions(flags, run.host, logger) };
}

function announceRecording(run: CliRun, file: string, recording: RecordingRun): void {
  const { scene, name, width, height } = recording;
  if (scene !== undefined) announceService(run, "serving", scene.name, scene.service);
  run.tell(`recording "${name}" (${width}x${height}) to ${file}`);
  run.emit("recording", { file, name, width, height });
}

function tellSummary(run: CliRun, file: string, summary: RecordingSummary): void {
  const { durationMs, messages, byteLength, error } = summary;
  run.tell(`recorded ${formatDuration(durationMs)}, ${messages} messages, ${formatBytes(byteLength)} to ${file}`);
  run.emit("recorded", { file, durationMs, messages, byteLength, error: error?.message ?? null });
}

function formatBytes(byteLength: number): string {
  return byteLength < 1e6 ? `${(byteLength / 1e3).toFixed(1)} kB` : `${(byteLength / 1e6).toFixed(1)} MB`;
}
