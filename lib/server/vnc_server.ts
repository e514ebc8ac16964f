/** A display served to VNC clients. */

import { EventEmitter } from "node:events";
import { type Clock, systemClock } from "../base/clock.ts";
import { errorMessage, UsageError } from "../base/errors.ts";
import { MAX_CONNECTIONS } from "../base/limits.ts";
import { type Logger, silentLogger } from "../base/log.ts";
import type { Display } from "../display/display.ts";
import type { EncoderPool, EncodingPolicy } from "../encode/job.ts";
import { WorkerPool } from "../encode/pool.ts";
import { InputRouter } from "../input/input_router.ts";
import type { LayoutName } from "../input/layout.ts";
import type { InputDevice } from "../machine/input_device.ts";
import { AuthLimiter } from "../security/limiter.ts";
import { VNC_AUTH_PASSWORD_BYTES } from "../security/vnc_auth.ts";
import type { ByteStream, Listener } from "../transport/byte_stream.ts";
import { Connection, type ConnectionHost } from "./connection.ts";
import { Connections } from "./connections.ts";
import { DisplayStatistics } from "./display_statistics.ts";
import type { ClientInfo, VncServerEvents } from "./events.ts";
import { DEFAULT_QUALITY, type LossyMode, type QualitySettings } from "./lossy_rules.ts";
import { OutputBudget } from "./output_budget.ts";
import type { SharePolicy } from "./share_policy.ts";

/** How a {@link VncServer} treats its clients. */
export interface VncServerOptions {
  /** The machine whose keyboard and pointer the clients move. Without one there are the events. */
  readonly input?: InputDevice | undefined;
  /** What clients show as the desktop's name. Default `vncd`. */
  readonly name?: string | undefined;
  /** Default `allow-exclusive`. */
  readonly share?: SharePolicy | undefined;
  /** Clients at the same time. Default 64. */
  readonly maxConnections?: number | undefined;
  /** VncAuth with this password, of which eight characters count; undefined lets everybody in. */
  readonly password?: string | undefined;
  /** Whether clients only watch. */
  readonly viewOnly?: boolean | undefined;
  /** The guest's keyboard. Default `en-us`. */
  readonly layout?: LayoutName | undefined;
  /** Whether Shift is pressed or lifted for keysyms that need it otherwise. Default true; false is QEMU's way. */
  readonly synthesizeModifiers?: boolean | undefined;
  /** Whether CapsLock and NumLock of the guest follow the clients' keysyms. Default true. */
  readonly lockKeySync?: boolean | undefined;
  /** Whether pixels may be sent with a loss to clients that set a quality level. Default `auto`: only what moves. */
  readonly lossy?: LossyMode | undefined;
  /** Whether that depends on how often a part of the picture changes. Default true. */
  readonly adaptive?: boolean | undefined;
  /** Whether each rect is sent as what is best of what its client offers, or as the first. Default `best`. */
  readonly encodingPolicy?: EncodingPolicy | undefined;
  /** Default: silent. */
  readonly logger?: Logger | undefined;
  /** Default: the machine's own clock. */
  readonly clock?: Clock | undefined;
  /** Where updates are encoded; the server's own workers by default, made with the first client. */
  readonly pool?: EncoderPool | undefined;
}

/** What is special about one stream. */
export interface AddStreamOptions {
  /** Lets this client in without a password. */
  readonly skipAuth?: boolean | undefined;
}

/**
 * Serves one display to any number of RFB clients. Whatever a client does, it can only end its own connection.
 *
 * @example
 * ```ts
 * import { Display, memoryPipe, openVnc, VncServer } from "@vncd/vncd";
 * import assert from "node:assert/strict";
 * import { once } from "node:events";
 *
 * const display = new Display({ width: 320, height: 200 });
 * const server = new VncServer(display, { name: "example" });
 * const [near, far] = memoryPipe();
 * server.addStream(far);
 * const client = await openVnc(near);
 * assert(client.name === "example" && client.framebuffer.width === 320);
 * client.sendKey(0x61, true);
 * const [{ keysym, down }] = await once(server, "key");
 * assert(keysym === 0x61 && down);
 *
 * client.close();
 * await server.stop();
 * display.close();
 * ```
 */
export class VncServer extends EventEmitter<VncServerEvents> {
  readonly #display: Display;
  readonly #options: VncServerOptions;
  readonly #logger: Logger;
  readonly #connections: Connections;
  readonly #host: ConnectionHost;
  readonly #router: InputRouter | undefined;
  readonly #listeners = new Set<Listener>();
  readonly #running = new Set<Promise<void>>();
  #ownPool: WorkerPool | undefined;
  #nextId = 1;
  #stopping: Promise<void> | undefined;

  /** Throws a UsageError for options that cannot be meant: an empty password, no connections. */
  constructor(display: Display, options: VncServerOptions = {}) {
    super();
    checkOptions(options);
    const { clock = systemClock, logger = silentLogger, share = "allow-exclusive" } = options;
    this.#display = display;
    this.#options = options;
    this.#logger = logger;
    this.#connections = new Connections({
      policy: share,
      maxConnections: options.maxConnections ?? MAX_CONNECTIONS,
      clock,
    });
    this.#router = options.input && new InputRouter(options.input, routerOptions(options));
    this.#host = this.#makeHost(clock);
    if ((options.password?.length ?? 0) > VNC_AUTH_PASSWORD_BYTES) {
      logger.warn(`only the first ${VNC_AUTH_PASSWORD_BYTES} characters of the password count: VncAuth knows no more`);
    }
  }

  /** The clients that see the display. */
  get clients(): readonly ClientInfo[] {
    return this.#connections.initialized.map((connection) => connection.info);
  }

  /** Accepts clients from a listener until `stop`, which closes it. */
  serve(listener: Listener): void {
    if (this.#stopping !== undefined) return listener.close();
    this.#listeners.add(listener);
    this.#track(this.#accept(listener));
  }

  /** Serves a client that is connected already. */
  addStream(stream: ByteStream, options: AddStreamOptions = {}): void {
    if (this.#stopping !== undefined) return stream.close();
    const password = options.skipAuth ? undefined : this.#options.password;
    const connection = new Connection(this.#nextId++, stream, this.#host, password);
    this.#connections.add(connection);
    this.#track(connection.run());
  }

  /** Lets nobody in any more, lets clients have what is on its way to them, and waits until all are gone. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    for (const listener of this.#listeners) listener.close();
    await Promise.all(this.#connections.all.map((connection) => connection.finish("the server stops")));
    await Promise.all(this.#running);
    this.#router?.close();
    await this.#ownPool?.finish();
  }

  async #accept(listener: Listener): Promise<void> {
    try {
      for await (const stream of listener) this.addStream(stream);
    } catch (error) {
      this.#logger.error(`cannot accept connections on ${listener.address} any more: ${errorMessage(error)}`);
    } finally {
      this.#listeners.delete(listener);
    }
  }

  /** `task` never rejects. */
  #track(task: Promise<void>): void {
    this.#running.add(task);
    void task.then(() => this.#running.delete(task));
  }

  #makeHost(clock: Clock): ConnectionHost {
    return {
      outputBudget: new OutputBudget(),
      display: this.#display,
      name: this.#options.name ?? "vncd",
      viewOnly: this.#options.viewOnly ?? false,
      limiter: new AuthLimiter(clock),
      clock,
      logger: this.#logger,
      sink: this.#router,
      quality: qualityOf(this.#options),
      statistics: new DisplayStatistics(this.#display, clock),
      emit: (name, ...details) => this.#tell(name, details),
      openEncoder: () => this.#pool().open(this.#display.memory),
      refusal: () => this.#connections.refusal(),
      takeoverDelayMs: (shared) => this.#connections.takeoverDelayMs(shared),
      admit: (connection, shared) => this.#connections.admit(connection, shared),
      onClosed: (connection) => this.#connections.remove(connection),
    };
  }

  #pool(): EncoderPool {
    if (this.#options.pool !== undefined) return this.#options.pool;
    this.#ownPool ??= new WorkerPool({ logger: this.#logger });
    return this.#ownPool;
  }

  /** An owner's listener that throws must not cost a client its connection. */
  #tell(name: keyof VncServerEvents, details: readonly unknown[]): void {
    try {
      this.emit(name, ...details as VncServerEvents[typeof name]);
    } catch (error) {
      this.#logger.error(`a listener of "${name}" failed: ${errorMessage(error)}`);
    }
  }
}

function checkOptions({ password, maxConnections }: VncServerOptions): void {
  if (password === "") {
    throw new UsageError("Cannot serve with an empty password: leave it out to let everybody in [CVE-2011-0011]");
  }
  if (maxConnections !== undefined && !(Number.isSafeInteger(maxConnections) && maxConnections > 0)) {
    throw new UsageError(`Cannot serve ${maxConnections} connections: it has to be a number from 1 on`);
  }
}

function qualityOf({ lossy, adaptive, encodingPolicy }: VncServerOptions): QualitySettings {
  return {
    lossy: lossy ?? DEFAULT_QUALITY.lossy,
    adaptive: adaptive ?? DEFAULT_QUALITY.adaptive,
    encodingPolicy: encodingPolicy ?? DEFAULT_QUALITY.encodingPolicy,
  };
}

function routerOptions({ layout, synthesizeModifiers = true, lockKeySync = true }: VncServerOptions) {
  return { synthesizeModifiers, lockKeySync, ...(layout !== undefined && { layout }) };
}
