/** Each encoding that noVNC reads, on its own, from the display to the page's canvas. */

import assert from "node:assert/strict";
import { Display } from "../../lib/display/display.ts";
import { COMPRESS_LEVEL_0, Encoding, encodingName, PseudoEncoding, QUALITY_LEVEL_0 } from "../../lib/rfb/encodings.ts";
import { serveVnc, type ServeVncOptions } from "../../lib/run/serve_vnc.ts";
import { browserTest, openPage, pictureOfPage } from "../helpers/browser.ts";
import { paintMixedPicture } from "../helpers/mixed_picture.ts";
import { askForEncodings, usedEncodings } from "../helpers/novnc_encodings.ts";
import { waitUntil } from "../helpers/peers.ts";
import { assertSamePicture, differingPixels, type Picture, pictureOfDisplay, psnr } from "../helpers/pictures.ts";

const [WIDTH, HEIGHT] = [330, 203];

type Look = () => Promise<Picture>;

/** Shows a display on a page whose noVNC asks for some encodings. */
async function withPage(
  encodings: readonly number[],
  options: ServeVncOptions,
  use: (look: Look, expected: Picture) => Promise<void>,
): Promise<(number | string)[]> {
  const display = new Display({ width: WIDTH, height: HEIGHT });
  paintMixedPicture(display);
  const service = await serveVnc(display, { listen: "127.0.0.1::0", web: "127.0.0.1::0", ...options });
  const { page, record } = await openPage();
  try {
    await askForEncodings(page, encodings);
    await page.goto(service.webUrl ?? "");
    await page.waitForSelector("body[data-state=connected]");
    await use(() => pictureOfPage(page), pictureOfDisplay(display));
    assert.deepEqual(record.errors, []);
    return await usedEncodings(page);
  } finally {
    await page.context().close();
    await service.stop();
    display.close();
  }
}

async function waitForSame(look: Look, expected: Picture): Promise<void> {
  let last: Picture | undefined;
  await waitUntil(async () => differingPixels(last = await look(), expected) === 0, "the display's picture")
    .catch((error) => {
      assertSamePicture(last!, expected, "the page");
      throw error;
    });
}

// Whoever lists it, and not TightPNG, is sent gradients.
const { LastRect } = PseudoEncoding;

const LOSSLESS = [
  Encoding.Raw,
  Encoding.RRE,
  Encoding.Hextile,
  Encoding.Zlib,
  Encoding.Tight,
  Encoding.ZRLE,
  Encoding.TightPNG,
];

for (const encoding of LOSSLESS) {
  for (const compressLevel of encoding === Encoding.Tight || encoding === Encoding.TightPNG ? [1, 6, 9] : [2]) {
    browserTest(`noVNC shows the picture in ${encodingName(encoding)} at compress level ${compressLevel}`, async () => {
      const used = await withPage([encoding, COMPRESS_LEVEL_0 + compressLevel, LastRect], {}, waitForSame);
      assert.ok(used.includes(encoding), used.join());
    });
  }
}

for (const encoding of [Encoding.JPEG, Encoding.Tight, Encoding.TightPNG]) {
  browserTest(`noVNC shows JPEG in ${encodingName(encoding)} close to the picture, and then the picture`, async () => {
    const lossy: ServeVncOptions = { lossy: "on", adaptive: false };
    const used = await withPage([encoding, QUALITY_LEVEL_0 + 6], lossy, async (look, expected) => {
      await waitUntil(async () => {
        const picture = await look();
        return picture.width === WIDTH && psnr(picture, expected) > 30;
      }, "a picture close to the display's");
      await waitForSame(look, expected);
    });
    assert.ok(used.includes(encoding) && used.includes("image/jpeg"), used.join());
    assert.equal(used.includes("image/png"), encoding === Encoding.TightPNG);
  });
}
