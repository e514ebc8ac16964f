/** One connection from accept to close: bytes in, one place to end it. */

import type { Clock, Timer } from "../base/clock.ts";
import { ConnectionError, errorMessage, LimitError, ProtocolError } from "../base/errors.ts";
import { CLOSE_GRACE_MS, LOGIN_DEADLINE_MS, MAX_INPUT_BYTES } from "../base/limits.ts";
import type { Logger, LogLevel } from "../base/log.ts";
import type { Display } from "../display/display.ts";
import type { ClientEncoder } from "../encode/job.ts";
import { ByteReader } from "../rfb/byte_reader.ts";
import { ByteWriter } from "../rfb/byte_writer.ts";
import { SecurityType } from "../rfb/message_types.ts";
import { X8R8G8B8 } from "../rfb/pixel_format.ts";
import { writeServerInit } from "../rfb/server_messages.ts";
import { type AuthLimiter, limiterKey } from "../security/limiter.ts";
import type { ByteStream } from "../transport/byte_stream.ts";
import type { InputSink } from "./client_input.ts";
import type { DisplayStatistics } from "./display_statistics.ts";
import type { ClientInfo, EmitEvent } from "./events.ts";
import { Handshake } from "./handshake.ts";
import { InitializedClient } from "./initialized_client.ts";
import type { QualitySettings } from "./lossy_rules.ts";
import type { OutputBudget } from "./output_budget.ts";
import { OutputQueue } from "./output_queue.ts";

/** Received bytes are looked at in pieces, so that one big packet never overfills the reader. */
const FEED_BYTES = 64 * 1024;

/** What a connection needs of its server. */
export interface ConnectionHost {
  readonly outputBudget: OutputBudget;
  readonly display: Display;
  readonly name: string;
  readonly viewOnly: boolean;
  readonly limiter: AuthLimiter;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly sink: InputSink | undefined;
  readonly quality: QualitySettings;
  readonly statistics: DisplayStatistics;
  readonly emit: EmitEvent;
  openEncoder(): ClientEncoder;
  /** Why nobody can be let in now, in words for the client. */
  refusal(): string | undefined;
  /** How long a client with that shared flag has to wait before it may go on. */
  takeoverDelayMs(shared: boolean): number;
  /** Lets a client in beside the others, or instead of them; gives the reason when it may not. */
  admit(connection: Connection, shared: boolean): string | undefined;
  onClosed(connection: Connection): void;
}

/** One connection. Whatever goes wrong with it ends it, and nothing else. */
export class Connection {
  readonly id: number;
  /** Resolves when the connection is closed. */
  readonly closed: Promise<void>;
  readonly #stream: ByteStream;
  readonly #host: ConnectionHost;
  readonly #output: OutputQueue;
  readonly #reader = new ByteReader(new Uint8Array(0), MAX_INPUT_BYTES);
  readonly #handshake: Handshake;
  readonly #loginTimer: Timer;
  readonly #resolveClosed: () => void;
  #turnTimer: Timer | undefined;
  #graceTimer: Timer | undefined;
  #client: InitializedClient | undefined;
  #shared = false;
  #state: "open" | "finishing" | "closed" = "open";
  /** Why it is finishing, which is what closes it then. */
  #ending: { readonly reason: string; readonly level: LogLevel } | undefined;

  /** `password` undefined lets everybody in. */
  constructor(id: number, stream: ByteStream, host: ConnectionHost, password: string | undefined) {
    this.id = id;
    this.#stream = stream;
    this.#host = host;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.closed = promise;
    this.#resolveClosed = resolve;
    this.#output = new OutputQueue(stream, {
      clock: host.clock,
      budget: host.outputBudget,
      onDrain: () => this.#guard(() => this.#client?.onDrain()),
      onFailure: (error) => this.#closeFor(error),
    });
    this.#handshake = new Handshake({
      password,
      limiter: host.limiter,
      limiterKey: limiterKey(stream.kind, stream.peerAddress),
      clock: host.clock,
      refusal: () => host.refusal(),
      send: (bytes) => this.#output.send(bytes),
      onRefused: (reason) => void this.finish(reason, "warn"),
      onClientInit: (shared) => this.#onClientInit(shared),
    });
    this.#loginTimer = host.clock.setTimer(() => this.#onLoginDeadline(), LOGIN_DEADLINE_MS);
  }

  /** Who is at the other end. */
  get address(): string {
    return this.#stream.peerAddress;
  }

  /** The client as it stands. */
  get info(): ClientInfo {
    return {
      id: this.id,
      address: this.address,
      transport: this.#stream.kind,
      version: this.#handshake.version,
      securityType: securityName(this.#handshake.securityType),
      shared: this.#shared,
      viewOnly: this.#host.viewOnly,
    };
  }

  /** Whether the client sees the display. */
  get isInitialized(): boolean {
    return this.#client !== undefined && this.#state !== "closed";
  }

  /** Starts the handshake and reads until the connection ends. Never rejects. */
  async run(): Promise<void> {
    this.#log("info", `connected from ${this.#stream.peerAddress} (${this.#stream.kind})`);
    this.#host.emit("connected", this.info);
    try {
      this.#handshake.start();
      await this.#read();
    } catch (error) {
      this.#closeFor(error);
    }
  }

  /** Ends the connection once the client has what is on its way to it, or the grace time is over. Never rejects. */
  async finish(reason: string, level: LogLevel = "info"): Promise<void> {
    if (this.#state !== "open") return await this.closed;
    this.#state = "finishing";
    this.#ending = { reason, level };
    this.#cancelTimers();
    this.#graceTimer = this.#host.clock.setTimer(() => this.close(reason, level), CLOSE_GRACE_MS);
    try {
      await Promise.race([this.#client?.drained() ?? this.#output.flushed(), this.closed]);
      this.close(reason, level);
    } catch (error) {
      this.#closeFor(error);
    }
  }

  /** Ends the connection now. May be called any number of times; the first reason counts. */
  close(reason: string, level: LogLevel = "info"): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    const info = this.info;
    const ending = this.#ending ?? { reason, level };
    this.#cancelTimers();
    this.#handshake.end();
    this.#output.end();
    this.#client?.close();
    this.#stream.close();
    this.#host.onClosed(this);
    this.#log(ending.level, `disconnected: ${ending.reason}`);
    this.#host.emit("disconnected", { ...info, reason: ending.reason });
    this.#resolveClosed();
  }

  /** What comes while the connection is finishing is read, so that it cannot reset it, and dropped. */
  async #read(): Promise<void> {
    while (this.#state !== "closed") {
      const chunk = await this.#stream.read();
      if (chunk === null) return await this.finish("closed by the client");
      this.#feed(chunk);
    }
  }

  #feed(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length && this.#state === "open"; at += FEED_BYTES) {
      this.#reader.append(chunk.subarray(at, at + FEED_BYTES));
      this.#advance();
    }
  }

  #advance(): void {
    if (this.#client === undefined) this.#handshake.advance(this.#reader);
    if (this.#state === "open") this.#client?.advance(this.#reader);
  }

  #onClientInit(shared: boolean): void {
    this.#shared = shared;
    this.#takeTurn();
  }

  #takeTurn(): void {
    const delayMs = this.#host.takeoverDelayMs(this.#shared);
    if (delayMs === 0) return this.#initialize();
    this.#turnTimer = this.#host.clock.setTimer(() => {
      this.#guard(() => {
        this.#takeTurn();
        this.#advance();
      });
    }, delayMs);
  }

  #initialize(): void {
    const refusal = this.#host.admit(this, this.#shared);
    if (refusal !== undefined) return this.close(refusal, "warn");
    this.#loginTimer.cancel();
    const { display, clock, sink, quality, statistics, emit } = this.#host;
    const client = new InitializedClient({
      display,
      clock,
      sink,
      quality,
      statistics,
      emit,
      encoder: this.#host.openEncoder(),
      output: this.#output,
      client: this.info,
      debug: (makeLine) => this.#debug(makeLine),
      onFailure: (reason) => this.close(reason, "error"),
    });
    this.#client = client;
    this.#sendServerInit(client);
    this.#log("info", `initialized: RFB ${this.#handshake.version}, ${this.#shared ? "shared" : "exclusive"}`);
    emit("initialized", this.info);
  }

  #sendServerInit({ announced: { width, height } }: InitializedClient): void {
    const writer = new ByteWriter();
    writeServerInit(writer, { width, height, pixelFormat: X8R8G8B8, name: this.#host.name });
    this.#output.send(writer.finish());
  }

  #onLoginDeadline(): void {
    this.close(`the handshake took more than ${LOGIN_DEADLINE_MS / 1_000} s`, "warn");
  }

  #cancelTimers(): void {
    for (const timer of [this.#loginTimer, this.#turnTimer, this.#graceTimer]) timer?.cancel();
  }

  /** For what timers and the output call: an exception there would be nobody's. */
  #guard(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#closeFor(error);
    }
  }

  #closeFor(error: unknown): void {
    this.close(errorMessage(error), levelOf(error));
  }

  #debug(makeLine: () => string): void {
    if (this.#host.logger.level === "debug") this.#log("debug", makeLine());
  }

  #log(level: LogLevel, message: string): void {
    this.#host.logger[level](`client ${this.id} ${message}`);
  }
}

/** A line that went down is everyday, a peer that breaks the rules is worth a warning, the rest is our own fault. */
function levelOf(error: unknown): LogLevel {
  if (error instanceof ConnectionError) return "info";
  return error instanceof ProtocolError || error instanceof LimitError ? "warn" : "error";
}

function securityName(type: SecurityType | undefined): string | undefined {
  return Object.entries(SecurityType).find(([, number]) => number === type)?.[0];
}
