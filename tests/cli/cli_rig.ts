/** A command line without a process: surroundings and a library that a test plays. */

import { EventEmitter } from "node:events";
import type { Verbs } from "../../lib/cli/cli_run.ts";
import type { CliHost } from "../../lib/cli/host.ts";
import { main } from "../../lib/cli/main.ts";
import type {
  measureServer,
  MeasureServerOptions,
  PlaybackResult,
  RecordingSummary,
  recordSession,
  RecordSessionOptions,
  replaySession,
  ReplaySessionOptions,
  serveScene,
  ServeSceneOptions,
} from "../../mod.ts";

type Running<F extends (...args: never[]) => Promise<unknown>> = Awaited<ReturnType<F>>;

/** What the library was called with. */
export type Call =
  | { readonly verb: "serve"; readonly options: ServeSceneOptions }
  | { readonly verb: "record"; readonly options: RecordSessionOptions }
  | { readonly verb: "replay"; readonly options: ReplaySessionOptions }
  | { readonly verb: "bench"; readonly server: string; readonly options: MeasureServerOptions };

/** A run of the command line. */
export class CliRig {
  readonly out: string[] = [];
  readonly errors: string[] = [];
  readonly calls: Call[] = [];
  readonly environment: Record<string, string> = {};
  isInteractive = false;
  secret = "";
  stops = 0;
  /** What the library throws instead of starting. */
  failure: Error | undefined;
  readonly service = new EventEmitter();
  readonly stop = Promise.withResolvers<unknown>();
  readonly recorded = Promise.withResolvers<RecordingSummary>();
  readonly played = Promise.withResolvers<PlaybackResult>();
  readonly #started = Promise.withResolvers<void>();

  /** Runs a command line to its end. */
  async run(...args: string[]): Promise<number> {
    const code = await main(args, this.#host(), "1.2.3", this.#verbs());
    this.#started.resolve();
    return code;
  }

  /** Runs one that serves, and stops it as soon as it does. */
  async runAndStop(...args: string[]): Promise<number> {
    const running = this.run(...args);
    await this.#started.promise;
    this.stop.resolve(undefined);
    return await running;
  }

  /** Resolves when the library was called. */
  get started(): Promise<void> {
    return this.#started.promise;
  }

  #host(): CliHost {
    return {
      writeOut: (line) => this.out.push(line),
      writeError: (line) => this.errors.push(line),
      environment: (name) => this.environment[name],
      isInteractive: this.isInteractive,
      readSecret: (prompt) => {
        this.errors.push(prompt);
        return Promise.resolve(this.secret);
      },
      listenForStop: () => ({ requested: this.stop.promise, dispose: () => {} }),
    };
  }

  #verbs(): Verbs {
    const served = Object.assign(this.service, {
      addresses: ["127.0.0.1:5900", "unix:/run/vnc.sock"],
      webUrl: "http://127.0.0.1:5700/",
    });
    const stop = () => {
      this.stops++;
      return Promise.resolve();
    };
    const scene = { name: "desktop", service: served, stop } as unknown as Running<typeof serveScene>;
    return {
      serveScene: (options = {}) => this.#start({ verb: "serve", options }, scene),
      recordSession: (options) => this.#start({ verb: "record", options }, this.#recording(options, scene)),
      replaySession: (options) =>
        this.#start({ verb: "replay", options }, {
          name: "old desktop",
          service: served,
          finished: this.played.promise,
          stop,
        } as unknown as Running<typeof replaySession>),
      measureServer: (server, options = {}) => this.#start({ verb: "bench", server, options }, this.#measure(options)),
    };
  }

  #measure(options: MeasureServerOptions): Running<typeof measureServer> {
    const server = { name: "far", width: 640, height: 480 };
    const measured = { encoding: 16, updates: 7, updatesPerSecond: 35.71, firstByteMs: 12.34, lastByteMs: 28.06 };
    const result = { ...measured, bytesPerUpdate: 12_345.6, ratioToRaw: 99.53 };
    if (this.failure === undefined) {
      options.onConnected?.(server);
      options.onMeasured?.(result);
    }
    return { ...server, measured: [result], unanswered: [{ encoding: 5, reason: "it answers in Raw (0)" }] };
  }

  #recording(options: RecordSessionOptions, scene: Running<typeof serveScene>): Running<typeof recordSession> {
    const summary = { durationMs: 1_500, messages: 12, byteLength: 34_500, error: undefined };
    return {
      scene: options.server === undefined ? scene : undefined,
      name: "far",
      width: 640,
      height: 480,
      finished: this.recorded.promise,
      stop: () => {
        this.stops++;
        this.recorded.resolve(summary);
        return this.recorded.promise;
      },
    };
  }

  #start<T>(call: Call, running: T): Promise<T> {
    this.calls.push(call);
    this.#started.resolve();
    return this.failure === undefined ? Promise.resolve(running) : Promise.reject(this.failure);
  }
}
