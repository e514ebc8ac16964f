/** The first command of the README, and the same of the executable alone in an empty directory. */

import assert from "node:assert/strict";
import { desktop } from "../../lib/guest/scenes/desktop.ts";
import { serveScene } from "../../lib/run/serve_scene.ts";
import { needsPeer } from "../helpers/peers.ts";
import { differingPixels, type Picture, pictureOfDisplay } from "../helpers/pictures.ts";
import { gvnccapture } from "../helpers/viewers.ts";
import { PROGRAMS, startVncd } from "../helpers/vncd.ts";

/** The clock's digits and the blinking caret may differ from the still desktop's. */
const MOVING_PIXELS = 2_000;

async function stillDesktop(): Promise<Picture> {
  const running = await serveScene({ scene: desktop({ still: true }) });
  const picture = pictureOfDisplay(running.display);
  await running.stop();
  return picture;
}

for (const program of PROGRAMS) {
  Deno.test({
    name: `${program.how} serve, alone in an empty directory, shows the default scene`,
    ...needsPeer("gvnccapture", "convert"),
    async fn() {
      const folder = await Deno.makeTempDir();
      try {
        await using vncd = await startVncd(["serve", "--web", "127.0.0.1::0"], { ...program, cwd: folder });
        const shown = await gvnccapture(vncd.port);
        const differing = differingPixels(shown, await stillDesktop());
        assert(differing <= MOVING_PIXELS, `${differing} pixels differ from the desktop`);
        const page = await fetch(vncd.webUrl!);
        assert.match(await page.text(), /<title>/);
        assert.deepEqual([...Deno.readDirSync(folder)], []);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}
