/** Real viewers and servers as test peers: found, started, and stopped again. */

const REQUIRED = Deno.env.get("VNCD_REQUIRE_PEERS") === "1";

function isInstalled(binary: string): boolean {
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  return folders.some((folder) => {
    try {
      return Deno.statSync(`${folder}/${binary}`).isFile;
    } catch {
      return false;
    }
  });
}

/**
 * Test options for a test that needs other programs: it is shown as ignored where one is missing, and runs (to fail)
 * all the same where VNCD_REQUIRE_PEERS=1.
 */
export function needsPeer(...binaries: string[]): { readonly ignore: boolean } {
  return { ignore: !REQUIRED && !binaries.every(isInstalled) };
}

/** The name of a binary that goes by several, or the first of them when none is there. */
export function peerBinary(...names: [string, ...string[]]): string {
  return names.find(isInstalled) ?? names[0];
}

/** A program that a test started. Disposing ends it and waits. */
export class PeerProcess implements AsyncDisposable {
  readonly child: Deno.ChildProcess;
  readonly name: string;
  #output = "";
  readonly #readers: Promise<void>[];
  #ended = false;

  constructor(command: string, args: readonly string[], env: Record<string, string> = {}, cwd?: string) {
    this.name = command;
    const options: Deno.CommandOptions = { args: [...args], env, stdin: "null", stdout: "piped", stderr: "piped" };
    if (cwd !== undefined) options.cwd = cwd;
    this.child = new Deno.Command(command, options).spawn();
    this.#readers = [this.#collect(this.child.stdout), this.#collect(this.child.stderr)];
    this.child.status.then(() => this.#ended = true);
  }

  /** Everything the program has printed, both outputs. */
  get output(): string {
    return this.#output;
  }

  async #collect(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of stream) this.#output += decoder.decode(chunk, { stream: true });
  }

  /** Waits until the output has something that matches, and gives the match. */
  async waitForOutput(pattern: RegExp, timeoutMs = 20_000): Promise<RegExpMatchArray> {
    let match: RegExpMatchArray | null = null;
    await waitUntil(
      () => {
        match = this.#output.match(pattern);
        if (match === null && this.#ended) throw new Error(`${this.name} ended: ${this.#output}`);
        return match !== null;
      },
      `${pattern} from ${this.name}`,
      timeoutMs,
    ).catch((error) => {
      throw new Error(`${error instanceof Error ? error.message : error}; it printed: ${this.#output}`);
    });
    return match!;
  }

  /** Waits for the program to end by itself and gives its exit code. */
  async exit(): Promise<number> {
    const { code } = await this.child.status;
    await Promise.all(this.#readers);
    return code;
  }

  /** Sends a signal unless the program has ended. */
  kill(signal: Deno.Signal = "SIGTERM"): void {
    if (!this.#ended) this.child.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill("SIGTERM");
    const timer = setTimeout(() => this.kill("SIGKILL"), 3_000);
    await this.exit();
    clearTimeout(timer);
  }
}

/** Polls until `condition` holds; throws with `what` when it does not in time. */
export async function waitUntil(
  condition: () => boolean | Promise<boolean>,
  what: string,
  timeoutMs = 20_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!await condition()) {
    if (performance.now() > deadline) throw new Error(`Waited ${timeoutMs} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Runs a program to its end; throws with its output unless it exits with 0 in time. */
export async function runPeer(
  command: string,
  args: readonly string[],
  env: Record<string, string> = {},
  timeoutMs = 30_000,
): Promise<string> {
  await using process = new PeerProcess(command, args, env);
  const timer = setTimeout(() => process.kill("SIGKILL"), timeoutMs);
  const code = await process.exit();
  clearTimeout(timer);
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} exited with ${code}: ${process.output}`);
  return process.output;
}

/** A loopback TCP port that was free a moment ago. */
export function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}

/** A VNC display number (port − 5900) that is free on loopback, for programs that count in displays. */
export function freeDisplay(): number {
  for (let attempt = 0; attempt < 100; attempt++) {
    const display = 100 + Math.floor(Math.random() * 5_000);
    try {
      Deno.listen({ hostname: "127.0.0.1", port: 5900 + display }).close();
      if (!exists(`/tmp/.X11-unix/X${display}`)) return display;
    } catch {
      continue;
    }
  }
  throw new Error("Cannot find a free display: 100 tries failed");
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}
