/** The viewer page as the command line serves it, from source and compiled: nothing beside the program is needed. */

import assert from "node:assert/strict";
import { encode } from "fast-png";
import { browserTest, openPage, pictureOfPage } from "../helpers/browser.ts";
import { waitUntil } from "../helpers/peers.ts";
import { assertSamePicture, differingPixels, type Picture } from "../helpers/pictures.ts";
import { PROGRAMS, startVncd } from "../helpers/vncd.ts";

/** A picture in which every pixel says where it is. */
function samplePicture(width: number, height: number): Picture {
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) rgb.set([i % width, Math.floor(i / width), (i * 7) >> 4], i * 3);
  return { width, height, rgb };
}

for (const program of PROGRAMS) {
  browserTest(`the page of ${program.how} serve shows a picture pixel for pixel`, async () => {
    const folder = await Deno.makeTempDir();
    const sample = samplePicture(333, 222);
    const { width, height, rgb } = sample;
    await Deno.writeFile(`${folder}/sample.png`, encode({ width, height, data: rgb, depth: 8, channels: 3 }));
    const { page, record } = await openPage();
    try {
      await using vncd = await startVncd(["serve", "sample.png", "--web", "127.0.0.1::0"], { ...program, cwd: folder });
      await page.goto(vncd.webUrl!);
      await page.waitForSelector("body[data-state=connected]");
      let shown: Picture | undefined;
      await waitUntil(async () => differingPixels(shown = await pictureOfPage(page), sample) === 0, "the picture")
        .catch(() => {});
      assertSamePicture(shown!, sample, "the page");
      assert.deepEqual(record.errors, []);
      for (const request of record.requests) assert.equal(new URL(request).host, new URL(vncd.webUrl!).host);
    } finally {
      await page.context().close();
      await Deno.remove(folder, { recursive: true });
    }
  });
}
