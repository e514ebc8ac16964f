/** JPEG in Tight between vncd and others, both ways. */

import assert from "node:assert/strict";
import { connectVnc } from "../../lib/client/open_vnc.ts";
import { Display } from "../../lib/display/display.ts";
import type { ClientEncoder, EncoderPool, PixelMemory } from "../../lib/encode/job.ts";
import { WorkerPool } from "../../lib/encode/pool.ts";
import { Encoding, FINE_QUALITY_0, QUALITY_LEVEL_0, Subsample } from "../../lib/rfb/encodings.ts";
import { serveVnc } from "../../lib/run/serve_vnc.ts";
import { paintPhoto } from "../helpers/jpeg_pictures.ts";
import { freeDisplay, needsPeer, PeerProcess, waitUntil } from "../helpers/peers.ts";
import { type Picture, pictureOfDisplay, pictureOfPixels, psnr } from "../helpers/pictures.ts";
import { XVNC } from "../helpers/servers.ts";
import { startTigerVnc, TIGERVNC_VIEWER, vncsnapshot, XScreen } from "../helpers/viewers.ts";

const [WIDTH, HEIGHT] = [640, 400];

/** A pool whose jobs may lose pixels anywhere and at any time, so that there is no exact picture in the end. */
class LossyPool implements EncoderPool {
  readonly #pool = new WorkerPool();
  lossyRects = 0;

  open(memory: PixelMemory): ClientEncoder {
    const encoder = this.#pool.open(memory);
    return {
      encode: async (job) => {
        const update = await encoder.encode({ ...job, lossy: job.rects.map(() => "allowed") });
        this.lossyRects += update.lossyRects?.length ?? 0;
        return update;
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

function photoDisplay(): Display {
  const display = new Display({ width: WIDTH, height: HEIGHT });
  const pixels = new Uint32Array(display.pixels.buffer, display.pixels.byteOffset);
  paintPhoto(WIDTH, HEIGHT, 2).forEach((colour, at) => {
    pixels[Math.floor(at / WIDTH) * display.strideBytes / 4 + at % WIDTH] = colour;
  });
  display.update({ x: 0, y: 0, width: WIDTH, height: HEIGHT });
  return display;
}

/** Serves the photo, with every update as lossy as its client likes; checks that something was lost. */
async function withPhoto(use: (port: number, expected: Picture) => Promise<void>): Promise<void> {
  const display = photoDisplay();
  const pool = new LossyPool();
  const service = await serveVnc(display, { listen: "127.0.0.1::0", pool });
  try {
    await use(service.port!, pictureOfDisplay(display));
    assert.ok(pool.lossyRects > 0, "no rect was lossy");
  } finally {
    await service.stop();
    display.close();
    pool.close();
  }
}

/** The floor of each level for this photo: 2 dB below what libjpeg reaches. */
const FLOORS: readonly [number, number][] = [[1, 26], [4, 29], [6, 32], [9, 38]];

for (const [qualityLevel, floor] of FLOORS) {
  Deno.test({
    name: `TigerVNC shows a photo at quality level ${qualityLevel}`,
    ...needsPeer(TIGERVNC_VIEWER, "Xvfb", "import"),
    fn: () =>
      withPhoto(async (port, expected) => {
        await using screen = await XScreen.start(WIDTH, HEIGHT);
        await using _viewer = startTigerVnc(screen, port, { encoding: "Tight", qualityLevel });
        const shown = await screen.waitForPicture((picture) => psnr(picture, expected) > floor);
        const decibels = psnr(shown, expected);
        assert.ok(decibels > floor && decibels < 60, `${decibels} dB`);
      }),
  });

  Deno.test({
    name: `vncsnapshot shows a photo at quality level ${qualityLevel}`,
    ...needsPeer("vncsnapshot", "convert"),
    fn: () =>
      withPhoto(async (port, expected) => {
        const decibels = psnr(await vncsnapshot(port, "tight", qualityLevel), expected);
        assert.ok(decibels > floor, `${decibels} dB`);
      }),
  });
}

async function pictureOf(port: number, encodings: readonly number[]): Promise<{ shown: Picture; kinds: Set<number> }> {
  const client = await connectVnc(`127.0.0.1::${port}`, { encodings });
  const update = client.nextUpdate();
  client.requestUpdate(false);
  const { rects } = await update;
  client.close();
  const { width, height, strideBytes, pixels } = client.framebuffer;
  const shown = pictureOfPixels(width, height, strideBytes, pixels);
  return { shown, kinds: new Set(rects.map(({ encoding }) => encoding)) };
}

Deno.test("vncd's own client shows a photo in Tight, TightPNG and JPEG, at levels and fine qualities", async () => {
  const wishes: readonly [readonly number[], number, number][] = [
    [[Encoding.Tight, QUALITY_LEVEL_0 + 9], Encoding.Tight, 38],
    [[Encoding.TightPNG, QUALITY_LEVEL_0 + 6], Encoding.TightPNG, 32],
    [[Encoding.JPEG, QUALITY_LEVEL_0 + 6], Encoding.JPEG, 32],
    [[Encoding.JPEG, FINE_QUALITY_0 + 95, Subsample.None], Encoding.JPEG, 36],
  ];
  for (const [encodings, expectedKind, floor] of wishes) {
    await withPhoto(async (port, expected) => {
      const { shown, kinds } = await pictureOf(port, encodings);
      const decibels = psnr(shown, expected);
      assert.deepEqual([...kinds], [expectedKind]);
      assert.ok(decibels > floor && decibels < 60, `${decibels} dB`);
    });
  }
});

Deno.test({
  name: "vncd's own client shows what Xvnc sends as JPEG",
  ...needsPeer(XVNC, "display"),
  async fn() {
    const display = freeDisplay();
    const args = [`:${display}`, "-SecurityTypes", "None", "-localhost", "-geometry", "640x400", "-depth", "24"];
    await using server = new PeerProcess(XVNC, [...args, "-AlwaysShared"]);
    await server.waitForOutput(/Listening for VNC connections/);
    const photo = ["-display", `:${display}`, "-size", "640x400", "-window", "root", "plasma:tomato-steelblue"];
    // it exits with 1 whatever happens; whether it has painted shows in the picture
    await using painter = new PeerProcess("display", photo);
    await painter.exit();
    let exact = await pictureOf(5900 + display, [Encoding.Raw]);
    await waitUntil(async () => {
      exact = await pictureOf(5900 + display, [Encoding.Raw]);
      return new Set(exact.shown.rgb).size > 100;
    }, "the photo");
    for (const [level, floor] of [[1, 25], [5, 30], [8, 33]] as const) {
      const { shown } = await pictureOf(5900 + display, [Encoding.Tight, QUALITY_LEVEL_0 + level]);
      const decibels = psnr(shown, exact.shown);
      assert.ok(decibels > floor && decibels < 60, `${decibels} dB at level ${level}`);
    }
  },
});
