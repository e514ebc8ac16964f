/** The process of server.ts, as the soak sees it. */

import { CommandedPeer } from "../measure/commanded_peer.ts";

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

/** What V8 has of the main thread's memory, in bytes. */
export interface HeapUsage {
  /** What it has taken of the system's memory. */
  readonly taken: number;
  readonly used: number;
  /** Buffers, and the display's shared memory. */
  readonly external: number;
}

/** The process. */
export class SoakServer implements AsyncDisposable {
  readonly doors: readonly Door[];
  readonly #peer: CommandedPeer;
  readonly #file = Deno.makeTempFileSync({ suffix: ".bgrx" });

  private constructor(peer: CommandedPeer, ports: readonly number[]) {
    this.#peer = peer;
    this.doors = ports.map((port, i) => ({ kind: i % 2 === 0 ? "tcp" : "websocket", port }));
  }

  /** Starts it; its warnings and errors go to stderr. */
  static async start(): Promise<SoakServer> {
    const peer = new CommandedPeer(new URL("./server.ts", import.meta.url), [], ["--expose-gc"]);
    return new SoakServer(peer, (await peer.expect("READY")).map(Number));
  }

  /** What the process holds of the machine's memory. */
  get residentBytes(): number {
    return this.#peer.residentBytes;
  }

  /** CPU so far, of all threads. */
  cpuMs(): number {
    return this.#peer.cpuMs();
  }

  /** Paints on. */
  async busy(): Promise<void> {
    await this.#peer.send("busy");
  }

  /** Sets another mode. */
  async resize(width: number, height: number): Promise<void> {
    await this.#peer.send(`size ${width} ${height}`);
  }

  /** Collects garbage; gives what is left. */
  async tidy(): Promise<HeapUsage> {
    await this.#peer.send("tidy");
    const [taken, used, external] = (await this.#peer.expect("TIDY")).map(Number);
    return { taken: taken!, used: used!, external: external! };
  }

  /** Paints no more, and gives what is shown. */
  async still(): Promise<StillPicture> {
    await this.#peer.send(`still ${this.#file}`);
    const [width, height] = await this.#peer.expect("STILL");
    return { width: Number(width), height: Number(height), pixels: await Deno.readFile(this.#file) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#peer[Symbol.asyncDispose]();
    await Deno.remove(this.#file);
  }
}
