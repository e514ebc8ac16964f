/** Many viewers of one display, sharing and not: whatever happens, in the end everybody sees what is there. */

import assert from "node:assert/strict";
import { type Rect, rect } from "../../lib/base/rect.ts";
import { openVnc } from "../../lib/client/open_vnc.ts";
import type { VncClient } from "../../lib/client/vnc_client.ts";
import { Display } from "../../lib/display/display.ts";
import { WorkerPool } from "../../lib/encode/pool.ts";
import { COMPRESS_LEVEL_0, Encoding, encodingName, PseudoEncoding } from "../../lib/rfb/encodings.ts";
import { VncServer } from "../../lib/server/vnc_server.ts";
import { memoryPipe } from "../../lib/transport/memory_pipe.ts";
import { waitUntil } from "../helpers/peers.ts";
import { paintPicture, PICTURE_KINDS, randomNumbers } from "../helpers/random_picture.ts";
import { SlowStream } from "../helpers/slow_stream.ts";

const MOST_VIEWERS = 10;
const FEWEST_VIEWERS = 4;
const STEPS = 300;

/** What a viewer takes; several of the crowd take the same. */
function encodingsOf(encoding: number, random: (below: number) => number): readonly number[] {
  const lists = [
    [encoding],
    [encoding, Encoding.CopyRect],
    [encoding, Encoding.CopyRect, PseudoEncoding.DesktopSize, PseudoEncoding.Cursor],
    [encoding, COMPRESS_LEVEL_0 + 6],
  ];
  return lists[Math.min(random(lists.length), random(lists.length))]!;
}

/** One who watches, and always asks for more. */
class Viewer {
  #error: Error | undefined;
  updates = 0;

  private constructor(readonly client: VncClient, readonly stream: SlowStream) {
    client.on("update", () => {
      this.updates++;
      client.requestUpdate(true);
    });
    client.closed.then((error) => this.#error = error);
    client.requestUpdate(false);
  }

  static async join(server: VncServer, encodings: readonly number[]): Promise<Viewer> {
    const [near, far] = memoryPipe({ capacityBytes: 8_192 });
    server.addStream(far);
    const stream = new SlowStream(near);
    return new Viewer(await openVnc(stream, { encodings }), stream);
  }

  /** Whether it sees the display. Throws when its client has given up. */
  sees(display: Display): boolean {
    if (this.#error !== undefined) throw this.#error;
    const { pixels, strideBytes, width, height } = this.client.framebuffer;
    // without DesktopSize it sees as much as there is room for
    const [columns, rows] = [Math.min(width, display.width), Math.min(height, display.height)];
    for (let at = 0; at < columns * rows; at++) {
      const [x, y] = [at % columns, Math.floor(at / columns)];
      const [shown, painted] = [y * strideBytes + x * 4, y * display.strideBytes + x * 4];
      for (let channel = 0; channel < 3; channel++) {
        if (pixels[shown + channel] !== display.pixels[painted + channel]) return false;
      }
    }
    return true;
  }
}

/** A display, its server, and who watches. */
class Crowd {
  readonly display = new Display({ width: 200, height: 150, fps: 200 });
  readonly pool: WorkerPool;
  readonly server: VncServer;
  readonly viewers: Viewer[] = [];
  jobs = 0;
  /** Of those who have left. */
  #updatesOfOthers = 0;
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = randomNumbers(seed);
    this.pool = new WorkerPool({ maxWorkers: 2, faultOf: () => void this.jobs++ });
    this.server = new VncServer(this.display, { pool: this.pool });
  }

  /** Something happens. */
  async step(encoding: number): Promise<void> {
    const what = this.#random(14);
    if (what <= 1 && this.viewers.length < MOST_VIEWERS) await this.#join(encoding);
    else if (what === 2 && this.viewers.length > FEWEST_VIEWERS) this.#leave();
    else if (what === 3) this.#anyone()?.stream.hold();
    else if (what === 4) this.release();
    else if (what === 5) this.#anyone()?.client.requestUpdate(false, this.#area());
    else if (what < 9) this.display.copy(this.#area(), this.#random(200), this.#random(150));
    else if (what === 9 && this.#random(4) === 0) this.display.resize(120 + this.#random(80), 100 + this.#random(50));
    else this.#paint(this.#area());
    if (this.#random(3) > 0) await new Promise((resolve) => setTimeout(resolve, this.#random(12)));
  }

  release(): void {
    for (const { stream } of this.viewers) stream.release();
  }

  async assertAllSee(): Promise<void> {
    this.release();
    for (const viewer of this.viewers) await waitUntil(() => viewer.sees(this.display), "the right picture");
  }

  /** Whether updates were more than what workers had to encode. */
  assertShared(): void {
    const updates = this.viewers.reduce((sum, viewer) => sum + viewer.updates, this.#updatesOfOthers);
    assert(updates > this.jobs, `${this.jobs} jobs for ${updates} updates`);
  }

  async end(): Promise<void> {
    for (const { client } of this.viewers) client.close();
    await this.server.stop();
    this.pool.close();
    this.display.close();
  }

  async #join(encoding: number): Promise<void> {
    this.viewers.push(await Viewer.join(this.server, encodingsOf(encoding, (below) => this.#random(below))));
  }

  #leave(): void {
    const [viewer] = this.viewers.splice(this.#random(this.viewers.length), 1);
    this.#updatesOfOthers += viewer!.updates;
    viewer!.client.close();
  }

  #anyone(): Viewer | undefined {
    return this.viewers[this.#random(this.viewers.length)];
  }

  #area(): Rect {
    const { width, height } = this.display;
    const [x, y] = [this.#random(width), this.#random(height)];
    return rect(x, y, 1 + this.#random(width - x), 1 + this.#random(height - y));
  }

  #paint(area: Rect): void {
    const kind = PICTURE_KINDS[this.#random(PICTURE_KINDS.length)]!;
    const picture = paintPicture(kind, area.width, area.height, this.#random(1_000));
    for (const [at, colour] of picture.entries()) {
      const [x, y] = [area.x + at % area.width, area.y + Math.floor(at / area.width)];
      this.display.pixels.set([colour & 255, colour >> 8 & 255, colour >> 16], y * this.display.strideBytes + x * 4);
    }
    this.display.update(area);
  }

  #random(below: number): number {
    return this.#next() % below;
  }
}

const { Raw, Hextile, Zlib, Tight, TRLE, ZRLE } = Encoding;

for (const encoding of [Raw, Hextile, Zlib, Tight, TRLE, ZRLE]) {
  Deno.test(`a crowd of ${encodingName(encoding)} viewers that come, stop and go see what is there`, async () => {
    const crowd = new Crowd(encoding + 1);
    try {
      for (let step = 1; step <= STEPS; step++) {
        await crowd.step(encoding);
        if (step % 50 === 0) await crowd.assertAllSee();
      }
      crowd.assertShared();
    } finally {
      await crowd.end();
    }
  });
}
