/** Real viewers that are sent the same bytes: their inflaters follow from own streams to shared ones and back. */

import assert from "node:assert/strict";
import { rect } from "../../lib/base/rect.ts";
import { Display } from "../../lib/display/display.ts";
import type { ClientEncoder, EncoderPool, PixelMemory } from "../../lib/encode/job.ts";
import { WorkerPool } from "../../lib/encode/pool.ts";
import { serveVnc } from "../../lib/run/serve_vnc.ts";
import { needsPeer, type PeerProcess } from "../helpers/peers.ts";
import { assertSamePicture, type Picture, pictureOfDisplay } from "../helpers/pictures.ts";
import { paintPicture, randomNumbers } from "../helpers/random_picture.ts";
import { startNativeFormatViewer, startTigerVnc, TIGERVNC_VIEWER, XScreen } from "../helpers/viewers.ts";

const WIDTH = 320;
const HEIGHT = 240;
const CHANGES = 40;

type StartViewer = (screen: XScreen, port: number) => PeerProcess;

/** A pool that counts what it is asked for and what it does. */
class CountingPool implements EncoderPool {
  asked = 0;
  done = 0;
  readonly #pool = new WorkerPool({ maxWorkers: 1, faultOf: () => void this.done++ });

  open(memory: PixelMemory): ClientEncoder {
    const encoder = this.#pool.open(memory);
    return {
      encode: (job) => {
        this.asked++;
        return encoder.encode(job);
      },
      recycle: (update) => encoder.recycle(update),
      discard: (update) => encoder.discard(update),
      close: () => encoder.close(),
    };
  }

  close(): void {
    this.#pool.close();
  }
}

/** A display in a pool that counts, and somewhere on it that changes. */
class Stage {
  readonly display = new Display({ width: WIDTH, height: HEIGHT });
  readonly pool = new CountingPool();
  readonly #random = randomNumbers(5);

  constructor() {
    this.#paint(0, 0, WIDTH, HEIGHT);
  }

  expected = (): Picture => pictureOfDisplay(this.display);

  /** Changes one thing after another, slowly enough for a viewer to see most of them. */
  async change(): Promise<void> {
    for (let i = 0; i < CHANGES; i++) {
      this.#paint(this.#random() % 200, this.#random() % 150, 1 + this.#random() % 120, 1 + this.#random() % 90);
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
  }

  #paint(left: number, top: number, width: number, height: number): void {
    for (const [at, colour] of paintPicture("mixed", width, height, this.#random()).entries()) {
      const [x, y] = [left + at % width, top + Math.floor(at / width)];
      this.display.pixels.set([colour & 255, colour >> 8 & 255, colour >> 16], y * this.display.strideBytes + x * 4);
    }
    this.display.update(rect(left, top, width, height));
  }
}

async function assertShown(screens: readonly XScreen[], stage: Stage, when: string): Promise<void> {
  for (const screen of screens) assertSamePicture(await screen.waitForSame(stage.expected), stage.expected(), when);
}

/** Two viewers `agree` when they always ask for the same levels. */
function testViewers(
  name: string,
  needs: ReturnType<typeof needsPeer>,
  startViewer: StartViewer,
  agree = true,
): void {
  Deno.test({
    name: `two viewers, ${name}, see the same before, while and after they are sent the same bytes`,
    ...needs,
    async fn() {
      const stage = new Stage();
      const service = await serveVnc(stage.display, { pool: stage.pool });
      try {
        await using first = await XScreen.start(WIDTH, HEIGHT);
        await using second = await XScreen.start(WIDTH, HEIGHT);
        await using _stays = startViewer(first, service.port!);
        await assertShown([first], stage, "alone");
        {
          await using _leaves = startViewer(second, service.port!);
          await assertShown([first, second], stage, "together");
          const { asked, done } = stage.pool;
          await stage.change();
          await assertShown([first, second], stage, "after shared updates");
          const shared = stage.pool.asked - asked - (stage.pool.done - done);
          assert(shared > 0 || !agree, `none of ${stage.pool.asked - asked} updates was sent to both viewers`);
        }
        await stage.change();
        await assertShown([first], stage, "alone again");
      } finally {
        await service.stop();
        stage.pool.close();
        stage.display.close();
      }
    },
  });
}

for (const encoding of ["Tight", "ZRLE"]) {
  testViewers(`TigerVNC in ${encoding}`, needsPeer(TIGERVNC_VIEWER, "Xvfb", "import"), (screen, port) => {
    return startTigerVnc(screen, port, { encoding });
  });
}

for (const encoding of ["zlib", "tight"]) {
  testViewers(`TightVNC in ${encoding}`, needsPeer("xtightvncviewer", "Xvfb", "import"), (screen, port) => {
    return startNativeFormatViewer(screen, port, encoding);
  });
}

// SSVNC goes by how fast its line was just now, whatever levels it is told
testViewers(
  "SSVNC in zrle",
  needsPeer("ssvncviewer", "Xvfb", "import"),
  (screen, port) => startNativeFormatViewer(screen, port, "zrle"),
  false,
);
