/** `vncd bench <server>` */

import type { Command } from "commander";
import { ConnectionError, UsageError } from "../base/errors.ts";
import { escapeText } from "../base/log.ts";
import {
  Encoding,
  type EncodingMeasurement,
  encodingName,
  MEASURABLE_ENCODINGS,
  type MeasuredServer,
  type MeasureServerOptions,
  type UnansweredEncoding,
} from "../../mod.ts";
import type { CliRun, OutputFlags } from "./cli_run.ts";
import { parseDuration } from "./duration.ts";
import type { StopRequest } from "./host.ts";
import { serverPassword } from "./server_password.ts";
import { addOutputFlags, addPasswordFlags, type PasswordFlags } from "./serving_flags.ts";
import { wholeNumber } from "./values.ts";

interface BenchFlags extends PasswordFlags, OutputFlags {
  readonly encodings?: readonly number[];
  readonly updates?: number;
  readonly seconds?: number;
  readonly compress?: number;
  readonly quality?: number;
}

const MAX_UPDATES = 100_000;
const MAX_LEVEL = 9;

const EXAMPLES = `
Asks for full updates, one after the other, in each encoding that the server answers in:
how many a second, milliseconds from the request to the first and to the last byte
(medians), bytes of an update, and how many times smaller than the pixels that is.
Nothing is decoded: it is the server and the way to it that is measured.

Examples:
  vncd bench host:0                          every encoding, two seconds each
  vncd bench host:0 --encodings zrle,tight --compress 2 --updates 50
  vncd bench host:0 --quality 8 --json       with JPEG where the server has it`;

/** Adds the verb. */
export function addBench(program: Command, run: CliRun): void {
  const command = program.command("bench").description("measure a VNC server");
  command
    .argument("<server>", "host:display, host::port, unix:/path or vnc://host")
    .option("--encodings <names>", "such as zrle,tight (default: all of them)", parseEncodings)
    .option("--updates <number>", "updates in each encoding", wholeNumber("--updates", 1, MAX_UPDATES))
    .option("--seconds <time>", "or as many as that time is enough for (default: 2)", parseDuration)
    .option("--compress <level>", "ask for this compress level", wholeNumber("--compress", 0, MAX_LEVEL))
    .option("--quality <level>", "allow a loss, at this quality level", wholeNumber("--quality", 0, MAX_LEVEL))
    .addHelpText("after", EXAMPLES);
  addPasswordFlags(command);
  addOutputFlags(command);
  command.action((server: string, flags: BenchFlags) => bench(run, server, flags));
}

function parseEncodings(text: string): number[] {
  const known = Object.entries(Encoding).filter(([, number]) => MEASURABLE_ENCODINGS.includes(number));
  return text.split(",").map((word) => {
    const found = known.find(([name]) => name.toLowerCase() === word.trim().toLowerCase());
    if (found !== undefined) return found[1];
    const names = known.map(([name]) => name.toLowerCase()).join(", ");
    throw new UsageError(`Cannot use "${escapeText(word)}" for --encodings: it is none of ${names}`);
  });
}

async function bench(run: CliRun, server: string, flags: BenchFlags): Promise<void> {
  const logger = run.startOutput(flags);
  const stop = run.host.listenForStop();
  let uncaught: unknown;
  void stop.requested.then((error) => uncaught = error);
  try {
    const options: MeasureServerOptions = {
      encodings: flags.encodings,
      updates: flags.updates,
      durationMs: flags.seconds,
      compressLevel: flags.compress,
      qualityLevel: flags.quality,
      password: await serverPassword(run, server, flags),
      signal: untilStop(stop, server),
      logger,
      onConnected: (measured) => tellServer(run, measured),
      onMeasured: (result) => tellResult(run, result),
    };
    const { unanswered } = await run.verbs.measureServer(server, options);
    for (const each of unanswered) tellUnanswered(run, each);
    if (uncaught !== undefined) throw uncaught;
  } finally {
    stop.dispose();
  }
}

function untilStop(stop: StopRequest, server: string): AbortSignal {
  const measuring = new AbortController();
  const reason = new ConnectionError(`Cannot measure ${escapeText(server)}: stopped before it began`, "connect");
  void stop.requested.then((error) => measuring.abort(error ?? reason));
  return measuring.signal;
}

const COLUMNS = ["encoding", "updates/s", "first byte", "last byte", "bytes", "ratio"] as const;

function tellServer(run: CliRun, { name, width, height }: MeasuredServer): void {
  run.tell(`measuring "${name}" (${width}x${height})`);
  run.emit("measuring", { name, width, height });
  if (!run.isJson) run.host.writeOut(tableRow(COLUMNS));
}

function tellResult(run: CliRun, result: EncodingMeasurement): void {
  run.emit("measured", { name: encodingName(result.encoding), ...result });
  if (run.isJson) return;
  run.host.writeOut(tableRow([
    encodingName(result.encoding),
    result.updatesPerSecond.toFixed(1),
    `${result.firstByteMs.toFixed(1)} ms`,
    `${result.lastByteMs.toFixed(1)} ms`,
    String(Math.round(result.bytesPerUpdate)),
    result.ratioToRaw.toFixed(1),
  ]));
}

function tellUnanswered(run: CliRun, { encoding, reason }: UnansweredEncoding): void {
  const name = encodingName(encoding);
  run.tell(`not measured: ${name}: ${reason}`);
  run.emit("unanswered", { name, encoding, reason });
}

function tableRow([name, ...numbers]: readonly string[]): string {
  return (name ?? "").padEnd(16) + numbers.map((text) => text.padStart(12)).join("");
}
