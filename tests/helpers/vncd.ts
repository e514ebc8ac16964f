/** vncd as its user starts it: the command line, or the compiled executable where VNCD_EXECUTABLE names it. */

import { PeerProcess } from "./peers.ts";

/** Until a program that is loaded from source serves, on a machine that has much else to do. */
const START_TIMEOUT_MS = 60_000;

/** A running `vncd serve`, `record` or `replay`. */
export class VncdProcess extends PeerProcess {
  /** The TCP port viewers connect to, once it has been printed. */
  port = 0;
  /** The viewer page, when there is one. */
  webUrl: string | undefined;
}

/** How the command line is started: from source or as the executable. */
export interface VncdStart {
  readonly executable?: string | undefined;
  readonly cwd?: string;
}

/** Starts a verb and waits until it serves. `--listen` is a free port on loopback unless it is among the arguments. */
export async function startVncd(args: readonly string[], start: VncdStart = {}): Promise<VncdProcess> {
  const listen = args.includes("--listen") ? [] : ["--listen", "127.0.0.1::0"];
  const web = args.includes("--web") || args.includes("--no-web") ? [] : ["--no-web"];
  const process = spawnVncd([...args, ...listen, ...web], start);
  try {
    const pattern = /vnc:\/\/127\.0\.0\.1:(\d+)(?=\D)(?:\/)?(?:.*?(http:\/\/[\w.:]+\/?))?/;
    const match = await process.waitForOutput(pattern, START_TIMEOUT_MS);
    process.port = Number(match[1]);
    process.webUrl = match[2];
    return process;
  } catch (error) {
    await process[Symbol.asyncDispose]();
    throw error;
  }
}

/** Starts any command line without waiting for anything. */
export function spawnVncd(args: readonly string[], { executable, cwd }: VncdStart = {}): VncdProcess {
  if (executable !== undefined) return new VncdProcess(executable, args, { NO_COLOR: "1" }, cwd);
  const cli = new URL("../../cli.ts", import.meta.url).pathname;
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const all = ["run", "--quiet", "-A", "--config", config, cli, ...args];
  return new VncdProcess(Deno.execPath(), all, { NO_COLOR: "1" }, cwd);
}

/** A way to start vncd, for tests that show the same of each. */
export interface Program extends VncdStart {
  /** What it is called in a test's name. */
  readonly how: string;
}

/** The command line from source and, where VNCD_EXECUTABLE names one, the compiled executable. */
export const PROGRAMS: readonly Program[] = [{ how: "vncd" }, ...compiledPrograms()];

function compiledPrograms(): Program[] {
  const executable = Deno.env.get("VNCD_EXECUTABLE");
  return executable === undefined ? [] : [{ how: "the compiled vncd", executable }];
}
