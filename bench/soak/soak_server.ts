/** The process of server.ts, as the soak sees it. */

import { ProcessCpu, residentBytes } from "../measure/process_cpu.ts";
import { TextLineStream } from "./text_lines.ts";

/** What every viewer has to show; bytes B,G,R,X, rows behind each other. */
export interface StillPicture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/** A way in. */
export interface Door {
  readonly kind: "tcp" | "websocket";
  readonly port: number;
}

/** The process. */
export class SoakServer implements AsyncDisposable {
  readonly doors: readonly Door[];
  readonly #child: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<string>;
  readonly #commands: WritableStreamDefaultWriter<Uint8Array>;
  readonly #cpu: ProcessCpu;
  readonly #file = Deno.makeTempFileSync({ suffix: ".bgrx" });

  private constructor(child: Deno.ChildProcess, lines: ReadableStreamDefaultReader<string>, ports: readonly number[]) {
    this.#child = child;
    this.#lines = lines;
    this.#commands = child.stdin.getWriter();
    this.#cpu = new ProcessCpu(child.pid);
    this.doors = ports.map((port, i) => ({ kind: i % 2 === 0 ? "tcp" : "websocket", port }));
  }

  /** Starts it; its warnings and errors go to stderr. */
  static async start(): Promise<SoakServer> {
    const script = new URL("./server.ts", import.meta.url).pathname;
    const args = ["run", "-A", "--no-check", "--quiet", script];
    const child = new Deno.Command(Deno.execPath(), { args, stdin: "piped", stdout: "piped" }).spawn();
    const text = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
    const lines = text.getReader();
    const [, ...ports] = (await lines.read()).value?.split(" ") ?? [];
    if (ports.length === 0) throw new Error("Cannot start the server: it ended at once");
    return new SoakServer(child, lines, ports.map(Number));
  }

  get residentBytes(): number {
    return residentBytes(this.#child.pid);
  }

  /** CPU so far, of all threads. */
  cpuMs(): number {
    return this.#cpu.readMs();
  }

  /** Paints on. */
  async busy(): Promise<void> {
    await this.#send("busy");
  }

  /** Sets another mode. */
  async resize(width: number, height: number): Promise<void> {
    await this.#send(`size ${width} ${height}`);
  }

  /** Paints no more, and gives what is shown. */
  async still(): Promise<StillPicture> {
    await this.#send(`still ${this.#file}`);
    const [word, width, height] = (await this.#lines.read()).value?.split(" ") ?? [];
    if (word !== "STILL") throw new Error("Cannot get a still picture: the server is gone");
    return { width: Number(width), height: Number(height), pixels: await Deno.readFile(this.#file) };
  }

  async #send(line: string): Promise<void> {
    await this.#commands.write(new TextEncoder().encode(`${line}\n`));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#commands.close().catch(() => {});
    await this.#child.status;
    await Deno.remove(this.#file);
  }
}
