/** The command tree, and what becomes of its errors. */

import { Command, CommanderError } from "commander";
import { errorMessage, UsageError } from "../base/errors.ts";
import { measureServer, recordSession, replaySession, serveScene } from "../../mod.ts";
import { addBench } from "./bench.ts";
import { CliRun, type Verbs } from "./cli_run.ts";
import { EXIT_CODES_HELP, ExitCode, exitCodeOf } from "./exit_codes.ts";
import type { CliHost } from "./host.ts";
import { addRecord } from "./record.ts";
import { addReplay } from "./replay.ts";
import { addServe } from "./serve.ts";

const LIBRARY: Verbs = { serveScene, recordSession, replaySession, measureServer };

const EXAMPLES = `
Addresses: host:N (N below 100 is a display, else a port), host::port, :N,
[IPv6]:N, unix:/path, vnc://host:port.

${EXIT_CODES_HELP}

Examples:
  vncd serve                                 a scripted machine on vnc://127.0.0.1:5900
  vncd record session.rfb host:0             record another VNC server
  vncd replay session.rfb                    serve the recording
  vncd bench host:0                          measure another VNC server
  vncd serve --help                          everything about a verb`;

/** Runs a command line (without the program's name) to its end and gives the exit code. Never rejects. */
export async function main(
  args: readonly string[],
  host: CliHost,
  version: string,
  verbs: Verbs = LIBRARY,
): Promise<number> {
  const run = new CliRun(host, verbs);
  // a command line that cannot be read has its error as JSON as well
  run.isJson = args.includes("--json");
  const program = createProgram(run, version);
  try {
    await program.parseAsync([...args], { from: "user" });
    return run.exitCode;
  } catch (error) {
    return report(run, error, helpFor(program, args));
  }
}

function createProgram(run: CliRun, version: string): Command {
  const program = new Command("vncd")
    .description("A VNC server with a machine of its own, that records and replays sessions.")
    .version(`vncd ${version}`, "--version", "print the version")
    .helpOption("--help", "print this")
    .helpCommand(false)
    .addHelpText("after", EXAMPLES)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => run.host.writeOut(text.trimEnd()),
      writeErr: (text) => run.host.writeError(text.trimEnd()),
      // told by report(), in the shape of every other error
      outputError: () => {},
    });
  addServe(program, run);
  addRecord(program, run);
  addReplay(program, run);
  addBench(program, run);
  return program;
}

/** The help that fits: of the verb where there is one. */
function helpFor(program: Command, args: readonly string[]): string {
  const verb = program.commands.find((command) => command.name() === args[0]);
  return verb === undefined ? "vncd --help" : `vncd ${verb.name()} --help`;
}

function report(run: CliRun, thrown: unknown, help: string): number {
  if (thrown instanceof CommanderError && thrown.exitCode === 0) return ExitCode.Ok;
  // without a verb the help has been printed already
  if (thrown instanceof CommanderError && thrown.code === "commander.help") return ExitCode.Usage;
  const error = thrown instanceof CommanderError ? usageErrorOf(thrown) : thrown;
  const exitCode = exitCodeOf(error);
  run.tell(errorMessage(error));
  if (exitCode === ExitCode.Usage) run.tell(`see ${help}`);
  if (run.logLevel === "debug") run.host.writeError(stackOf(error));
  else if (exitCode === ExitCode.Bug) run.tell("this is a bug of vncd; --log-level debug tells where");
  run.emit("error", { message: errorMessage(error), exitCode });
  return exitCode;
}

/** `error: unknown option '--sped'\n(Did you mean --speed?)` as a sentence like all others. */
function usageErrorOf(error: CommanderError): UsageError {
  const sentence = error.message.replace(/^error: /, "").replace(/\n\(Did/, " (did").replace(/\.$/, "");
  return new UsageError(`Cannot read the command line: ${sentence.replace(/\. Expected/, ", expected")}`);
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? "" : `\ncaused by ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
