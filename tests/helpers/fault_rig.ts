/** A server on real sockets with somebody who watches all the time: whom one bad client may not disturb. */

import assert from "node:assert/strict";
import { createLogger } from "../../lib/base/log.ts";
import { rect } from "../../lib/base/rect.ts";
import { connectVnc } from "../../lib/client/open_vnc.ts";
import type { VncClient } from "../../lib/client/vnc_client.ts";
import { Display } from "../../lib/display/display.ts";
import { serveVnc, type ServeVncOptions, type VncService } from "../../lib/run/serve_vnc.ts";
import type { DisconnectedClient } from "../../lib/server/events.ts";
import { FaultClient } from "./fault_client.ts";
import { waitUntil } from "./peers.ts";
import { SkippingClock } from "./skipping_clock.ts";

/** Size of the display: several Hextile tiles each way. */
export const FAULT_RIG_SIZE = { width: 160, height: 100 } as const;

interface RigParts {
  readonly display: Display;
  readonly service: VncService;
  readonly witness: VncClient;
  readonly clock: SkippingClock;
  readonly lines: readonly string[];
}

/** A served display, its witness, its log, and who went and why. */
export class FaultRig implements AsyncDisposable {
  readonly display: Display;
  readonly service: VncService;
  readonly witness: VncClient;
  /** The server's clock. */
  readonly clock: SkippingClock;
  /** The log from `info` up. */
  readonly lines: readonly string[];
  readonly disconnected: DisconnectedClient[] = [];
  #colour = 0;

  private constructor({ display, service, witness, clock, lines }: RigParts) {
    this.display = display;
    this.service = service;
    this.witness = witness;
    this.clock = clock;
    this.lines = lines;
    service.on("disconnected", (client) => this.disconnected.push(client));
    witness.on("update", () => witness.requestUpdate(true));
    witness.requestUpdate(true);
  }

  /** Serves on a free port of loopback unless told otherwise, and lets the witness in. */
  static async start(options: ServeVncOptions = {}): Promise<FaultRig> {
    const lines: string[] = [];
    const clock = new SkippingClock();
    const logger = createLogger("info", (line) => lines.push(line));
    const display = new Display({ ...FAULT_RIG_SIZE, fps: 100 });
    const service = await serveVnc(display, { logger, clock, ...options });
    const witness = await connectVnc(`127.0.0.1::${service.port}`, { password: options.password });
    return new FaultRig({ display, service, witness, clock, lines });
  }

  /** A client that has not sent anything. */
  async connect(): Promise<FaultClient> {
    return await FaultClient.open(this.service.port!);
  }

  /** A client that has got through a handshake without a password. */
  async initialized(): Promise<FaultClient> {
    const client = await this.connect();
    await client.initialize();
    return client;
  }

  /** How the server lost a client; waits for it. */
  async endOf(client: FaultClient): Promise<DisconnectedClient> {
    function isIt({ address }: DisconnectedClient): boolean {
      return address === client.address;
    }
    await waitUntil(() => this.disconnected.some(isIt), `the end of ${client.address}`);
    return this.disconnected.find(isIt)!;
  }

  /** The server has closed a client, for that reason and with one line in the log; nobody else has gone with it. */
  async assertClosed(client: FaultClient, reason: RegExp): Promise<void> {
    const { id, reason: given } = await this.endOf(client);
    assert.match(given, reason);
    const said = this.lines.filter((line) => line.includes(`client ${id} `) && !line.includes(" connected from "));
    assert.equal(said.filter((line) => !line.includes(" initialized: ")).length, 1, said.join("\n"));
    assert.ok(said.at(-1)!.includes("disconnected: "), said.at(-1));
    assert.ok(this.service.server.clients.some((other) => other.id === this.#witnessId), "the witness is gone");
    client.close();
  }

  /** The server still answers a client that was let in. */
  async assertServes(client: FaultClient): Promise<void> {
    await client.request(false, rect(0, 0, 1, 1));
    assert.equal((await client.read(2))[0], 0, "this is no FramebufferUpdate");
  }

  /** What changes on the display reaches the witness. */
  async assertWitnessServed(): Promise<void> {
    const colour = this.#colour = this.#colour % 255 + 1;
    this.display.pixels.fill(colour, 0, 3);
    this.display.update(rect(0, 0, 1, 1));
    await waitUntil(() => this.witness.framebuffer.pixels[0] === colour, "an update of the witness");
  }

  /** Only the witness is left, and it is served. */
  async assertOnlyWitness(): Promise<void> {
    const { server } = this.service;
    await waitUntil(() => server.clients.length === 1, "the end of all clients but the witness");
    assert.equal(server.clients[0]!.id, this.#witnessId);
    await this.assertWitnessServed();
  }

  /** It was the first to come. */
  get #witnessId(): number {
    return 1;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.witness.close();
    await this.service.stop();
    this.display.close();
  }
}

/** A test with a rig of its own. */
export function faultTest(
  name: string,
  body: (rig: FaultRig) => Promise<void>,
  options: ServeVncOptions = {},
  { ignore = false } = {},
): void {
  Deno.test({
    name,
    ignore,
    async fn() {
      await using rig = await FaultRig.start(options);
      await body(rig);
      await rig.assertOnlyWitness();
    },
  });
}
