/** A program of the bench that obeys lines and answers in lines. */

import { TextLineStream } from "../soak/text_lines.ts";
import { ProcessCpu, residentBytes } from "./process_cpu.ts";

/** The program; disposing closes its input and waits for its end. */
export class CommandedPeer implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<string>;
  readonly #commands: WritableStreamDefaultWriter<Uint8Array>;
  readonly #cpu: ProcessCpu;

  /** Starts a script; `flags` go to V8. */
  constructor(script: URL, args: readonly (string | number)[], flags: readonly string[] = []) {
    const v8 = flags.length === 0 ? [] : [`--v8-flags=${flags.join(",")}`];
    const all = ["run", "-A", "--no-check", "--quiet", ...v8, script.pathname, ...args.map(String)];
    this.#child = new Deno.Command(Deno.execPath(), { args: all, stdin: "piped", stdout: "piped" }).spawn();
    const text = this.#child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
    this.#lines = text.getReader();
    this.#commands = this.#child.stdin.getWriter();
    this.#cpu = new ProcessCpu(this.#child.pid);
  }

  get residentBytes(): number {
    return residentBytes(this.#child.pid);
  }

  /** CPU so far, of all threads, user and system. */
  cpuMs(): number {
    return this.#cpu.readMs();
  }

  /** Sends a line. */
  async send(line: string): Promise<void> {
    await this.#commands.write(new TextEncoder().encode(`${line}\n`));
  }

  /** The next line it prints, which begins with `word`: the words behind that. */
  async expect(word: string): Promise<string[]> {
    const line = (await this.#lines.read()).value;
    const [first, ...rest] = line?.split(" ") ?? [];
    if (first !== word) throw new Error(`Cannot go on: ${word} was expected, not ${line ?? "the end"}`);
    return rest;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#commands.close().catch(() => {});
    await this.#child.status;
  }
}
