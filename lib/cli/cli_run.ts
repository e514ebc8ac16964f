/** One run of the command line: what its subcommands share. */

import { createLogger, escapeText, type Logger, type LogLevel } from "../base/log.ts";
import type { measureServer, recordSession, replaySession, serveScene } from "../../mod.ts";
import type { CliHost } from "./host.ts";

/** The functions of the library that the verbs call; tests have their own. */
export interface Verbs {
  readonly serveScene: typeof serveScene;
  readonly recordSession: typeof recordSession;
  readonly replaySession: typeof replaySession;
  readonly measureServer: typeof measureServer;
}

/** What every verb understands. */
export interface OutputFlags {
  readonly json?: true;
  readonly logLevel: LogLevel;
}

/** The state of one run. */
export class CliRun {
  readonly host: CliHost;
  readonly verbs: Verbs;
  /** What the process exits with unless something is thrown. */
  exitCode = 0;
  /** Whether results are printed for programs. */
  isJson = false;
  /** Shows everything until the flags are read. */
  logLevel: LogLevel = "info";

  constructor(host: CliHost, verbs: Verbs) {
    this.host = host;
    this.verbs = verbs;
  }

  /** Takes the flags over and gives the logger they ask for. */
  startOutput(flags: OutputFlags): Logger {
    this.isJson = flags.json === true;
    this.logLevel = flags.logLevel;
    return createLogger(flags.logLevel, (line) => this.host.writeError(line));
  }

  /** Tells people something that is no trouble; hostile text in it is escaped. */
  tell(line: string): void {
    this.host.writeError(`vncd: ${escapeText(line, 2_000)}`);
  }

  /** Tells programs something, as one line of JSON, when they asked for it. */
  emit(event: string, detail: object): void {
    if (!this.isJson) return;
    this.host.writeOut(JSON.stringify({ event, time: new Date().toISOString(), ...detail }));
  }
}
