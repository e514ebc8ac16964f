/** Real encoders, a real client: what is lossy at first is exact in the end. */

import assert from "node:assert/strict";
import { openVnc } from "../../lib/client/open_vnc.ts";
import type { VncClient } from "../../lib/client/vnc_client.ts";
import { Display } from "../../lib/display/display.ts";
import { QUIET_MS } from "../../lib/display/update_statistics.ts";
import { WorkerPool } from "../../lib/encode/pool.ts";
import { Encoding, encodingName, FINE_QUALITY_0, QUALITY_LEVEL_0 } from "../../lib/rfb/encodings.ts";
import { VncServer, type VncServerOptions } from "../../lib/server/vnc_server.ts";
import { memoryPipe } from "../../lib/transport/memory_pipe.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { differingPixels, pictureOfDisplay, pictureOfPixels, psnr } from "../helpers/pictures.ts";

const WIDTH = 330;
const HEIGHT = 200;
const { Hextile, JPEG, Raw, Tight, TightPNG, ZRLE, ZYWRLE } = Encoding;

/** A photograph: smooth colours with grain. */
function paintPhoto(display: Display, seed: number): void {
  let state = seed;
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      state = Math.imul(state, 1_664_525) + 1_013_904_223 >>> 0;
      const value = 120 + 80 * Math.sin((x + seed) / 40) * Math.cos(y / 30) + (state >>> 29);
      display.pixels.set([value, value * 0.8, 255 - value], y * display.strideBytes + x * 4);
    }
  }
  display.update({ x: 0, y: 0, width: WIDTH, height: HEIGHT });
}

function pictureOfClient({ framebuffer: { width, height, strideBytes, pixels } }: VncClient) {
  return pictureOfPixels(width, height, strideBytes, pixels);
}

interface Rig {
  readonly clock: FakeClock;
  readonly display: Display;
  readonly client: VncClient;
  /** Asks for changes and waits for them. */
  update(): Promise<void>;
}

function lossyTest(
  name: string,
  encodings: readonly number[],
  options: VncServerOptions,
  body: (rig: Rig) => Promise<void>,
): void {
  Deno.test(name, async () => {
    const clock = new FakeClock();
    const display = new Display({ width: WIDTH, height: HEIGHT, clock });
    const pool = new WorkerPool({ maxWorkers: 1 });
    const server = new VncServer(display, { pool, clock, ...options });
    paintPhoto(display, 1);
    display.refresh();
    const [near, far] = memoryPipe();
    server.addStream(far);
    const client = await openVnc(near, { encodings });
    const update = async () => {
      const updated = client.nextUpdate();
      client.requestUpdate(true);
      await updated;
    };
    try {
      await body({ clock, display, client, update });
    } finally {
      client.close();
      await server.stop();
      pool.close();
      display.close();
    }
  });
}

const level = (quality: number) => QUALITY_LEVEL_0 + quality;

const LISTS: readonly (readonly [encodings: readonly number[], lossy: number])[] = [
  [[Tight, level(5)], Tight],
  [[TightPNG, level(1)], TightPNG],
  [[JPEG, ZRLE, Hextile, Raw, level(6)], JPEG],
  [[JPEG, Raw, level(2)], JPEG],
  [[ZYWRLE, level(4)], ZYWRLE],
  // the client has no level to tell the depth of the wavelets by
  [[ZYWRLE, FINE_QUALITY_0 + 20], ZYWRLE],
];

for (const [encodings, lossy] of LISTS) {
  const names = encodings.map(encodingName).join(", ");
  const on = { lossy: "on", adaptive: false } as const;
  lossyTest(`${names}: close to the picture at first, exact in the end`, encodings, on, async (rig) => {
    const seen = new Set<number>();
    rig.client.on("update", ({ rects }) => rects.forEach(({ encoding }) => seen.add(encoding)));
    rig.client.requestUpdate(false);
    await rig.client.nextUpdate();
    const shown = pictureOfDisplay(rig.display);
    assert(differingPixels(pictureOfClient(rig.client), shown) > WIDTH * HEIGHT / 4);
    assert(psnr(pictureOfClient(rig.client), shown) > 24);
    assert(seen.has(lossy));
    rig.clock.advance(QUIET_MS);
    while (differingPixels(pictureOfClient(rig.client), shown) > 0) await rig.update();
  });

  lossyTest(
    `${names}: exact from the start with --lossy off`,
    encodings,
    { lossy: "off" },
    async ({ client, display }) => {
      client.requestUpdate(false);
      await client.nextUpdate();
      assert.equal(differingPixels(pictureOfClient(client), pictureOfDisplay(display)), 0);
    },
  );
}

lossyTest(
  "a client that lists ZYWRLE and no quality is sent ZRLE",
  [ZYWRLE],
  { lossy: "on", adaptive: false },
  async (rig) => {
    const updated = rig.client.nextUpdate();
    rig.client.requestUpdate(false);
    assert.deepEqual([...new Set((await updated).rects.map(({ encoding }) => encoding))], [ZRLE]);
    assert.equal(differingPixels(pictureOfClient(rig.client), pictureOfDisplay(rig.display)), 0);
  },
);

lossyTest("by default only video is lossy, and its last picture is exact", [Tight, level(8)], {}, async (rig) => {
  const { clock, display, client, update } = rig;
  client.requestUpdate(false);
  await client.nextUpdate();
  const differing = [differingPixels(pictureOfClient(client), pictureOfDisplay(display))];
  for (let frame = 2; frame < 30; frame++) {
    paintPhoto(display, frame);
    clock.advance(40);
    await update();
    differing.push(differingPixels(pictureOfClient(client), pictureOfDisplay(display)));
  }
  assert.equal(differing[0], 0);
  assert(differing.at(-1)! > WIDTH * HEIGHT / 4);
  clock.advance(QUIET_MS);
  while (differingPixels(pictureOfClient(client), pictureOfDisplay(display)) > 0) await update();
});
