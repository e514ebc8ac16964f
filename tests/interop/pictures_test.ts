/** The same picture in every viewer, in every encoding and colour depth it can ask for. */

import assert from "node:assert/strict";
import { desktop } from "../../lib/guest/scenes/desktop.ts";
import { testcard } from "../../lib/guest/scenes/testcard.ts";
import type { Scene } from "../../lib/guest/scene.ts";
import { serveScene } from "../../lib/run/serve_scene.ts";
import { needsPeer, waitUntil } from "../helpers/peers.ts";
import {
  assertSamePicture,
  type ChannelBits,
  type Picture,
  pictureOfDisplay,
  pixelsWrongAfterTruncation,
  psnr,
} from "../helpers/pictures.ts";
import {
  gvnccapture,
  nativeFormatViewer,
  startNativeFormatViewer,
  startTigerVnc,
  TIGERVNC_VIEWER,
  vncsnapshot,
  XScreen,
} from "../helpers/viewers.ts";

const SCENES: Readonly<Record<string, () => Scene>> = {
  desktop: () => desktop({ still: true }),
  testcard: () => testcard({ still: true }),
};

/** TigerVNC's colour levels. Its viewer cannot ask for 16 bits: others on a 16-bit screen do. */
const COLOUR_LEVELS: readonly { name: string; lowColourLevel?: number; bits: ChannelBits }[] = [
  { name: "full colour", bits: { red: 8, green: 8, blue: 8 } },
  { name: "256 colours", lowColourLevel: 2, bits: { red: 3, green: 3, blue: 2 } },
  { name: "64 colours", lowColourLevel: 1, bits: { red: 2, green: 2, blue: 2 } },
];

const RGB565: ChannelBits = { red: 5, green: 6, blue: 5 };

/** Whether there is more than a blank screen to compare. */
function isPainted({ rgb }: Picture): boolean {
  return new Set(rgb).size > 100;
}

async function withScene(scene: Scene, use: (port: number, expected: () => Picture) => Promise<void>): Promise<void> {
  const running = await serveScene({ scene, listen: "127.0.0.1::0" });
  try {
    await waitUntil(() => isPainted(pictureOfDisplay(running.display)), "the scene's picture");
    await use(running.service.port!, () => pictureOfDisplay(running.display));
  } finally {
    await running.stop();
  }
}

for (const [name, scene] of Object.entries(SCENES)) {
  Deno.test({
    name: `${name}: gvnccapture shows what the guest painted`,
    ...needsPeer("gvnccapture", "convert"),
    fn: () =>
      withScene(scene(), async (port, expected) => {
        assertSamePicture(await gvnccapture(port), expected(), "gvnccapture");
      }),
  });

  for (const encoding of ["raw", "rre", "corre", "hextile", "zlib", "tight"]) {
    Deno.test({
      name: `${name}: vncsnapshot in ${encoding} shows what the guest painted, but for its JPEG`,
      ...needsPeer("vncsnapshot", "convert"),
      fn: () =>
        withScene(scene(), async (port, expected) => {
          const decibels = psnr(await vncsnapshot(port, encoding), expected());
          assert(decibels > 35, `PSNR is ${decibels.toFixed(1)} dB`);
        }),
    });
  }

  for (const encoding of ["Raw", "Hextile", "Tight", "ZRLE"]) {
    for (const { name: colours, lowColourLevel, bits } of COLOUR_LEVELS) {
      Deno.test({
        name: `${name}: TigerVNC in ${encoding} at ${colours} shows what the guest painted`,
        ...needsPeer(TIGERVNC_VIEWER, "Xvfb", "import"),
        fn: () =>
          withScene(scene(), async (port, expected) => {
            const { width, height } = expected();
            await using screen = await XScreen.start(width, height);
            const options = lowColourLevel === undefined ? { encoding } : { encoding, lowColourLevel };
            await using _viewer = startTigerVnc(screen, port, options);
            const shown = await screen.waitForPicture((p) => pixelsWrongAfterTruncation(p, expected(), bits) === 0);
            if (lowColourLevel === undefined) assertSamePicture(shown, expected(), "TigerVNC");
            assert.equal(pixelsWrongAfterTruncation(shown, expected(), bits), 0);
          }),
      });
    }
  }

  for (const encoding of ["raw", "rre", "corre", "hextile", "zlib", "tight", "zrle"]) {
    Deno.test({
      name: `${name}: ${nativeFormatViewer(encoding)} in ${encoding} on a 16-bit screen shows what the guest painted`,
      ...needsPeer(nativeFormatViewer(encoding), "Xvfb", "import"),
      fn: () =>
        withScene(scene(), async (port, expected) => {
          const { width, height } = expected();
          await using screen = await XScreen.start(width, height, 16);
          await using _viewer = startNativeFormatViewer(screen, port, encoding);
          const shown = await screen.waitForPicture((p) => pixelsWrongAfterTruncation(p, expected(), RGB565) === 0);
          assert.equal(pixelsWrongAfterTruncation(shown, expected(), RGB565), 0);
        }),
    });
  }
}
