/** ZYWRLE between this project and libvncserver's library, both ways. */

import assert from "node:assert/strict";
import { connectVnc } from "../../lib/client/open_vnc.ts";
import { Display } from "../../lib/display/display.ts";
import { Encoding, QUALITY_LEVEL_0 } from "../../lib/rfb/encodings.ts";
import { VncServer, type VncServerOptions } from "../../lib/server/vnc_server.ts";
import { parseAddress } from "../../lib/transport/address.ts";
import { listen } from "../../lib/transport/listener.ts";
import { libvncclient } from "../helpers/libvncclient.ts";
import { freePort, needsPeer, PeerProcess } from "../helpers/peers.ts";
import { assertSamePicture, type Picture, pictureOfDisplay, pictureOfPixels, psnr } from "../helpers/pictures.ts";
import { paintPicture } from "../helpers/random_picture.ts";
import { XScreen } from "../helpers/viewers.ts";

const [WIDTH, HEIGHT] = [330, 203];

/** A photo, with text beside it. */
function paint(display: Display): void {
  const words = new Uint32Array(display.pixels.buffer, display.pixels.byteOffset);
  const stride = display.strideBytes / 4;
  const text = paintPicture("text", WIDTH, HEIGHT, 4);
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const red = 128 + 90 * Math.sin(x / 23) * Math.cos(y / 31);
      const green = 110 + 80 * Math.sin((x + y) / 40) + ((x >> 5) + (y >> 5) & 1) * 30;
      const photo = red << 16 | (green & 255) << 8 | 90 + 60 * Math.cos(y / 17);
      const at = y * WIDTH + x;
      words[y * stride + x] = x < 250 ? photo : text[at]!;
    }
  }
  display.update({ x: 0, y: 0, width: WIDTH, height: HEIGHT });
}

async function serving(
  options: VncServerOptions,
  use: (port: number, expected: Picture) => Promise<void>,
): Promise<void> {
  const display = new Display({ width: WIDTH, height: HEIGHT });
  paint(display);
  const server = new VncServer(display, options);
  const listener = await listen(parseAddress("127.0.0.1::0", 5900));
  server.serve(listener);
  try {
    await use(listener.port!, pictureOfDisplay(display));
  } finally {
    await server.stop();
    display.close();
  }
}

/** What this project's own client shows, and the encodings of the rects. */
async function ownClient(port: number, qualityLevel: number): Promise<{ picture: Picture; used: Set<number> }> {
  const client = await connectVnc(`127.0.0.1::${port}`, {
    encodings: [Encoding.ZYWRLE, QUALITY_LEVEL_0 + qualityLevel],
  });
  const used = new Set<number>();
  client.on("update", ({ rects }) => rects.forEach((rect) => used.add(rect.encoding)));
  const update = client.nextUpdate();
  client.requestUpdate(false);
  await update;
  client.close();
  const { width, height, strideBytes, pixels } = client.framebuffer;
  return { picture: pictureOfPixels(width, height, strideBytes, pixels), used };
}

/** Nothing about it depends on what happened before. */
const ALWAYS_LOSSY: VncServerOptions = { lossy: "on", adaptive: false };

Deno.test({
  name: "libvncclient shows wavelets as this project's client does, and close to the picture",
  ...needsPeer("gcc"),
  fn: () =>
    serving(ALWAYS_LOSSY, async (port, expected) => {
      for (const [qualityLevel, floor] of [[8, 27], [4, 23], [1, 21]] as const) {
        const { picture, used } = await ownClient(port, qualityLevel);
        assert.deepEqual([...used], [Encoding.ZYWRLE]);
        const decibels = psnr(picture, expected);
        assert.ok(decibels > floor && decibels < 60, `${decibels} dB at level ${qualityLevel}`);
        assertSamePicture(
          await libvncclient(port, { encoding: "zywrle", qualityLevel, bits: 32 }),
          picture,
          `libvncclient at level ${qualityLevel}`,
        );
        const high = psnr(await libvncclient(port, { encoding: "zywrle", qualityLevel, bits: 16 }), expected);
        assert.ok(high > floor - 3, `${high} dB at level ${qualityLevel} and 16 bits`);
      }
    }),
});

Deno.test({
  name: "libvncclient shows the picture as it is where nothing may be lost, and at full quality",
  ...needsPeer("gcc"),
  async fn() {
    await serving({ ...ALWAYS_LOSSY, lossy: "off" }, async (port, expected) => {
      for (const qualityLevel of [1, 4, 8]) {
        assertSamePicture(
          await libvncclient(port, { encoding: "zywrle", qualityLevel, bits: 32 }),
          expected,
          `level ${qualityLevel}`,
        );
      }
    });
    await serving(ALWAYS_LOSSY, async (port, expected) => {
      assertSamePicture(
        await libvncclient(port, { encoding: "zywrle", qualityLevel: 9, bits: 32 }),
        expected,
        "level 9",
      );
    });
  },
});

Deno.test({
  name: "client shows x11vnc's wavelets close to the screen, the closer the higher the quality",
  ...needsPeer("x11vnc", "Xvfb", "display", "import"),
  async fn() {
    await using screen = await XScreen.start(320, 200);
    const photo = ["-display", screen.display, "-size", "320x200", "-window", "root", "plasma:tomato-steelblue"];
    {
      // it exits with 1 whatever happens; whether it has painted shows in the picture
      await using painter = new PeerProcess("display", photo);
      await painter.exit();
    }
    const expected = await screen.waitForPicture(({ rgb }) => new Set(rgb).size > 100);
    const args = ["-display", screen.display, "-localhost", "-forever", "-shared", "-nocursor", "-noxdamage"];
    const port = freePort();
    await using server = new PeerProcess("x11vnc", [...args, "-rfbport", String(port)]);
    await server.waitForOutput(/screen setup finished/);
    const decibels: number[] = [];
    for (const qualityLevel of [9, 7, 4, 1]) {
      const { picture, used } = await ownClient(port, qualityLevel);
      assert.deepEqual([...used], [Encoding.ZYWRLE]);
      decibels.push(psnr(picture, expected));
    }
    const floors = [25, 25, 21, 18];
    assert.ok(decibels.every((each, at) => each > floors[at]!), decibels.join());
    assert.ok(decibels[1]! > decibels[2]! && decibels[2]! > decibels[3]!, decibels.join());
  },
});

Deno.test({
  name: "ssvncviewer shows wavelets close to the picture, and then the picture",
  ...needsPeer("ssvncviewer", "Xvfb", "import"),
  fn: () =>
    serving(ALWAYS_LOSSY, async (port, expected) => {
      for (const [qualityLevel, floor] of [[7, 27], [4, 23], [1, 21]] as const) {
        await using screen = await XScreen.start(WIDTH, HEIGHT);
        const look = ["-fullscreen", "-shared", "-nocursorshape", "-quality", String(qualityLevel)];
        const args = [...look, "-encodings", "zywrle", `127.0.0.1::${port}`];
        await using _viewer = new PeerProcess("ssvncviewer", args, { DISPLAY: screen.display });
        const close = await screen.waitForPicture((picture) => psnr(picture, expected) > floor);
        assert.ok(psnr(close, expected) > floor, `${psnr(close, expected)} dB at level ${qualityLevel}`);
        assertSamePicture(await screen.waitForSame(() => expected), expected, `ssvncviewer at level ${qualityLevel}`);
      }
    }),
});
