/** A busy display in a process of its own, and what that process holds of the machine. */

import { PeerProcess } from "./peers.ts";

const FIXTURE = new URL("../fixtures/busy_display.ts", import.meta.url).pathname;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;
const PAGE_BYTES = 4_096;

/** What the display is like. */
export interface BusyServerOptions {
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  /** How much faster than real time the server's clock runs. Default 1. */
  readonly clockSpeed?: number;
  /** Whether memory is tidied up all the time, so that what stays in use shows. Default false. */
  readonly tidyMemory?: boolean;
}

/** Little room for garbage, in V8 and in the C library. */
const TIDY_FLAGS = "--v8-flags=--max-semi-space-size=1,--max-old-space-size=64";
const TIDY_ENV = { MALLOC_ARENA_MAX: "2" };

/** The process; its log is in `output`. */
export class BusyServer extends PeerProcess {
  port = 0;
  webPort = 0;

  private constructor({ width, height, fps, clockSpeed = 1, tidyMemory = false }: BusyServerOptions) {
    const args = [width, height, fps, clockSpeed].map(String);
    const flags = ["-A", "--no-check", "--quiet", "--config", CONFIG, ...tidyMemory ? [TIDY_FLAGS] : []];
    super(Deno.execPath(), ["run", ...flags, FIXTURE, ...args], tidyMemory ? TIDY_ENV : {});
  }

  /** Starts one and waits until it serves. */
  static async start(options: BusyServerOptions): Promise<BusyServer> {
    const server = new BusyServer(options);
    try {
      const [, port, webPort] = await server.waitForOutput(/READY (\d+) (\d+)/);
      server.port = Number(port);
      server.webPort = Number(webPort);
      return server;
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Memory of the process that is in use, in bytes. */
  get residentBytes(): number {
    const pages = Deno.readTextFileSync(`/proc/${this.child.pid}/statm`).split(" ")[1];
    return Number(pages) * PAGE_BYTES;
  }

  /** Files, sockets and the like that the process has open. */
  get openDescriptors(): number {
    return [...Deno.readDirSync(`/proc/${this.child.pid}/fd`)].length;
  }

  /** Lines of the log that match. */
  linesOf(pattern: RegExp): string[] {
    return this.output.split("\n").filter((line) => pattern.test(line));
  }
}
