/** A VncServer with everything around it under the test's control. */

import assert from "node:assert/strict";
import { CLOSE_GRACE_MS } from "../../lib/base/limits.ts";
import { createLogger } from "../../lib/base/log.ts";
import { Display } from "../../lib/display/display.ts";
import type { InputDevice } from "../../lib/machine/input_device.ts";
import type { DisconnectedClient } from "../../lib/server/events.ts";
import { VncServer, type VncServerOptions } from "../../lib/server/vnc_server.ts";
import { FakeClock, settle } from "./fake_clock.ts";
import { FakePool } from "./fake_encoder.ts";

/** Not a multiple of 16: the true width must be told. */
export const RIG_WIDTH = 70;
export const RIG_HEIGHT = 40;

/** A server over a small display, on a fake clock, with fake encoders. */
export class ServerRig {
  readonly clock = new FakeClock();
  readonly pool = new FakePool();
  readonly lines: string[] = [];
  readonly display: Display;
  readonly server: VncServer;
  readonly disconnected: DisconnectedClient[] = [];

  constructor(options: VncServerOptions = {}) {
    this.display = new Display({ width: RIG_WIDTH, height: RIG_HEIGHT, clock: this.clock });
    const logger = createLogger("info", (line) => this.lines.push(line));
    this.server = new VncServer(this.display, { clock: this.clock, pool: this.pool, logger, ...options });
    this.server.on("disconnected", (client) => this.disconnected.push(client));
  }

  /** Why clients went, in order. */
  get reasons(): string[] {
    return this.disconnected.map((client) => client.reason);
  }

  /** Ends everything and asserts that nothing of it is left. */
  async end(): Promise<void> {
    const stopped = this.server.stop();
    await settle();
    this.clock.advance(CLOSE_GRACE_MS);
    await stopped;
    assert.equal(this.server.clients.length, 0);
    assert(this.pool.encoders.every((encoder) => encoder.isClosed), "an encoder is still open");
    assert.equal(this.clock.timerCount, 0, "a timer is still set");
    this.display.close();
  }
}

/** A test with a rig of its own, ended whatever happens. */
export function serverTest(
  name: string,
  body: (rig: ServerRig) => Promise<void>,
  options: VncServerOptions = {},
): void {
  Deno.test(name, async () => {
    const rig = new ServerRig(options);
    try {
      await body(rig);
    } finally {
      await rig.end();
    }
  });
}

/** A machine that notes what is done to it. */
export class FakeDevice implements InputDevice {
  readonly log: string[] = [];
  pointerIsAbsolute = true;
  ledState = 0;

  putKeycode(keycode: number, down: boolean): void {
    this.log.push(`${down ? "+" : "-"}${keycode.toString(16)}`);
  }

  putAbsolute(x: number, y: number, buttonMask: number): void {
    this.log.push(`at ${x},${y} ${buttonMask}`);
  }

  putRelative(dx: number, dy: number, buttonMask: number): void {
    this.log.push(`by ${dx},${dy} ${buttonMask}`);
  }

  onChange(): () => void {
    return () => {};
  }

  take(): string[] {
    return this.log.splice(0);
  }
}
