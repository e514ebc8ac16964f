/** The viewer page, served by vncd itself, on the scenes it comes with. */

import assert from "node:assert/strict";
import { encode } from "fast-png";
import { desktop } from "../../lib/guest/scenes/desktop.ts";
import { testcard } from "../../lib/guest/scenes/testcard.ts";
import { serveScene } from "../../lib/run/serve_scene.ts";
import { browserTest, openPage, readScreen } from "../helpers/browser.ts";
import { waitUntil } from "../helpers/peers.ts";
import { assertSamePicture, differingPixels, type Picture, pictureOfDisplay } from "../helpers/pictures.ts";
import { PROGRAMS, startVncd } from "../helpers/vncd.ts";

async function pictureOnPage(page: Parameters<typeof readScreen>[0]): Promise<Picture> {
  const { width, height, pixels } = await readScreen(page);
  const rgb = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; from < pixels.length; from += 4, to += 3) rgb.set(pixels.subarray(from, from + 3), to);
  return { width, height, rgb };
}

/** Opens the page and waits until its canvas shows `expected()`, pixel by pixel. */
async function assertPageShows(url: string, expected: () => Picture): Promise<void> {
  const { page, record } = await openPage();
  try {
    await page.goto(url);
    await page.waitForSelector("body[data-state=connected]");
    let shown: Picture | undefined;
    await waitUntil(async () => {
      shown = await pictureOnPage(page);
      return differingPixels(shown, expected()) === 0;
    }, "the picture on the page").catch(() => {});
    assertSamePicture(shown!, expected(), "the page");
    assert.deepEqual(record.errors, []);
    const host = new URL(url).host;
    for (const request of record.requests) assert.equal(new URL(request).host, host, "a request to somewhere else");
  } finally {
    await page.context().close();
  }
}

for (const scene of [desktop({ still: true }), testcard({ still: true })]) {
  browserTest(`the page shows the scene ${scene.name} pixel for pixel`, async () => {
    const running = await serveScene({ scene, web: "127.0.0.1::0" });
    try {
      await assertPageShows(running.service.webUrl!, () => pictureOfDisplay(running.display));
    } finally {
      await running.stop();
    }
  });
}

/** A picture in which every pixel says where it is. */
function samplePicture(width: number, height: number): Picture {
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) rgb.set([i % width, Math.floor(i / width), (i * 7) >> 4], i * 3);
  return { width, height, rgb };
}

for (const program of PROGRAMS) {
  browserTest(`the page of ${program.how} serve shows a picture pixel for pixel`, async () => {
    const folder = await Deno.makeTempDir();
    const { width, height, rgb } = samplePicture(333, 222);
    await Deno.writeFile(`${folder}/sample.png`, encode({ width, height, data: rgb, depth: 8, channels: 3 }));
    {
      await using vncd = await startVncd(["serve", "sample.png", "--web", "127.0.0.1::0"], { ...program, cwd: folder });
      await assertPageShows(vncd.webUrl!, () => ({ width, height, rgb }));
    }
    await Deno.remove(folder, { recursive: true });
  });
}
