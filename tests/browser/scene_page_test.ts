/** The whole way: guest, display, encoder, web door, page. */

import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { consoleScene } from "../../lib/guest/scenes/console.ts";
import { desktop } from "../../lib/guest/scenes/desktop.ts";
import { testcard } from "../../lib/guest/scenes/testcard.ts";
import type { Scene } from "../../lib/guest/scene.ts";
import { type SceneService, serveScene } from "../../lib/run/serve_scene.ts";
import { browserTest, openPage, pictureOfPage, readScreen } from "../helpers/browser.ts";
import { waitUntil } from "../helpers/peers.ts";
import { assertSamePicture, differingPixels, type Picture, pictureOfDisplay } from "../helpers/pictures.ts";

async function withPage(scene: Scene, use: (page: Page, running: SceneService) => Promise<void>): Promise<void> {
  const running = await serveScene({ scene, listen: "127.0.0.1::0", web: "127.0.0.1::0" });
  const { page, record } = await openPage();
  try {
    await page.goto(running.service.webUrl ?? "");
    await page.waitForSelector("body[data-state=connected]");
    await use(page, running);
    assert.deepEqual(record.errors, []);
  } finally {
    await page.context().close();
    await running.stop();
  }
}

async function showsDisplay(page: Page, running: SceneService): Promise<void> {
  let last: Picture | undefined;
  await waitUntil(async () => {
    last = await pictureOfPage(page);
    return differingPixels(last, pictureOfDisplay(running.display)) === 0;
  }, "the display's picture on the page").catch((error) => {
    assertSamePicture(last!, pictureOfDisplay(running.display), "the page");
    throw error;
  });
}

const STILL_SCENES: readonly Scene[] = [desktop({ still: true }), testcard({ still: true })];

for (const scene of STILL_SCENES) {
  browserTest(`${scene.name}: the page shows what the guest painted`, () =>
    withPage(scene, async (page, running) => {
      await waitUntil(() => new Set(pictureOfDisplay(running.display).rgb).size > 100, "the scene's picture");
      await showsDisplay(page, running);
      assert.equal(await page.textContent("#name"), scene.name);
    }));
}

browserTest(
  "console: what is typed into the page is on the guest's screen, and a new mode on the page",
  () =>
    withPage(consoleScene(), async (page, running) => {
      await page.keyboard.type("mode 800x600");
      await page.keyboard.press("Enter");
      await waitUntil(() => running.display.width === 800, "the mode that was typed");
      await waitUntil(async () => (await readScreen(page)).width === 800, "the mode on the page");
      await showsDisplay(page, running);
    }),
);
