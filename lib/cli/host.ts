/** What a command line has around it: outputs, environment, a terminal, signals. */

import { UsageError } from "../base/errors.ts";

/** Somebody wants the program to end. */
export interface StopRequest {
  /** Resolves at the first signal, or with the error that nobody caught. */
  readonly requested: Promise<unknown>;
  /** Leaves signals alone again. */
  dispose(): void;
}

/** The surroundings; tests have their own. */
export interface CliHost {
  /** Writes a line for programs. */
  writeOut(line: string): void;
  /** Writes a line for people. */
  writeError(line: string): void;
  environment(name: string): string | undefined;
  /** Whether somebody can be asked. */
  readonly isInteractive: boolean;
  /** Asks without showing what is typed. */
  readSecret(prompt: string): Promise<string>;
  /** From now on the first SIGINT, SIGTERM or SIGHUP is a request; the second one ends the process at once. */
  listenForStop(): StopRequest;
}

const STOP_SIGNALS: readonly Deno.Signal[] = ["SIGINT", "SIGTERM", "SIGHUP"];
/** What a shell reports for a program that a SIGINT ended. */
const EXIT_AT_ONCE = 130;

const END_OF_TEXT = "\x03";
const END_OF_INPUT = ["\r", "\n", "\x04"];
const ERASE = ["\x7f", "\b"];

/** The real surroundings. */
export function systemHost(): CliHost {
  return {
    writeOut: (line) => writeAll(Deno.stdout, `${line}\n`),
    writeError: (line) => writeAll(Deno.stderr, `${line}\n`),
    environment: (name) => Deno.env.get(name),
    isInteractive: Deno.stdin.isTerminal() && Deno.stderr.isTerminal(),
    readSecret,
    listenForStop,
  };
}

function writeAll(output: { writeSync(bytes: Uint8Array): number }, text: string): void {
  const bytes = new TextEncoder().encode(text);
  try {
    for (let offset = 0; offset < bytes.length;) offset += output.writeSync(bytes.subarray(offset));
  } catch {
    // a reader that has gone, such as `head`, is no reason to stop serving
  }
}

async function readSecret(prompt: string): Promise<string> {
  // raw before the prompt: who types at once must not be shown either
  Deno.stdin.setRaw(true);
  try {
    writeAll(Deno.stderr, prompt);
    return await readTyped();
  } finally {
    Deno.stdin.setRaw(false);
    writeAll(Deno.stderr, "\n");
  }
}

async function readTyped(): Promise<string> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(256);
  let typed: string[] = [];
  while (true) {
    const count = await Deno.stdin.read(buffer);
    for (const character of decoder.decode(buffer.subarray(0, count ?? 0), { stream: true })) {
      if (character === END_OF_TEXT) throw new UsageError("Cannot get the password: it was not given");
      if (END_OF_INPUT.includes(character)) return typed.join("");
      if (ERASE.includes(character)) typed = typed.slice(0, -1);
      else typed.push(character);
    }
    if (count === null) return typed.join("");
  }
}

function listenForStop(): StopRequest {
  const stop = Promise.withResolvers<unknown>();
  let isRequested = false;
  function onSignal(): void {
    if (isRequested) Deno.exit(EXIT_AT_ONCE);
    isRequested = true;
    stop.resolve(undefined);
  }
  function onUncaught(event: ErrorEvent | PromiseRejectionEvent): void {
    event.preventDefault();
    isRequested = true;
    stop.resolve("reason" in event ? event.reason : event.error);
  }
  for (const signal of STOP_SIGNALS) Deno.addSignalListener(signal, onSignal);
  globalThis.addEventListener("error", onUncaught);
  globalThis.addEventListener("unhandledrejection", onUncaught);
  function dispose(): void {
    for (const signal of STOP_SIGNALS) Deno.removeSignalListener(signal, onSignal);
    globalThis.removeEventListener("error", onUncaught);
    globalThis.removeEventListener("unhandledrejection", onUncaught);
  }
  return { requested: stop.promise, dispose };
}
