/** The viewer page with noVNC asking for encodings of the test's choice, and telling which rects came in. */

import type { Page } from "playwright-core";

/** Behind noVNC's own code, in its module: the list to ask for comes from the page, what is decoded goes to it. */
const HOOKS = `
{
  const { clientEncodings } = RFB.messages;
  RFB.messages.clientEncodings = (sock) => clientEncodings(sock, globalThis.wantedEncodings);
  const decode = RFB.prototype._handleDataRect;
  RFB.prototype._handleDataRect = function () {
    globalThis.used.add(this._FBU.encoding);
    const { imageRect } = Object.getPrototypeOf(this._display);
    this._display.imageRect = function (x, y, width, height, type, bytes) {
      globalThis.used.add(type);
      return imageRect.call(this, x, y, width, height, type, bytes);
    };
    return decode.call(this);
  };
}
`;

/** Makes noVNC ask for these encodings alone, on every page that is opened from now on. */
export async function askForEncodings(page: Page, encodings: readonly number[]): Promise<void> {
  await page.addInitScript((wanted) => {
    Object.assign(globalThis, { wantedEncodings: wanted, used: new Set() });
  }, [...encodings]);
  await page.route("**/novnc.js", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: await response.text() + HOOKS });
  });
}

/** The encodings of the rects that noVNC has decoded, and the types of the images in them. */
export function usedEncodings(page: Page): Promise<(number | string)[]> {
  return page.evaluate(() => [...(globalThis as unknown as { used: Set<number | string> }).used]);
}
