/** Lines typed through TigerVNC's viewer into `vncd serve console`, read off the guest's screen by another viewer. */

import assert from "node:assert/strict";
import { needsPeer, waitUntil } from "../helpers/peers.ts";
import { readScreenText } from "../helpers/screen_text.ts";
import { gvnccapture, startTigerVnc, TIGERVNC_VIEWER, XScreen } from "../helpers/viewers.ts";
import { PROGRAMS, startVncd } from "../helpers/vncd.ts";

const VISIBLE = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i)).join("");
/** Two lines, each short enough for the screen. */
const LINES = [VISIBLE.slice(0, 47), VISIBLE.slice(47)];

for (const program of PROGRAMS) {
  Deno.test({
    name: `every visible ASCII character typed in TigerVNC's viewer is echoed by the guest of ${program.how} serve`,
    ...needsPeer(TIGERVNC_VIEWER, "Xvfb", "xdotool", "gvnccapture", "convert"),
    async fn() {
      await using vncd = await startVncd(["serve", "console", "--share", "ignore"], program);
      await using screen = await XScreen.start(720, 400);
      await using _viewer = startTigerVnc(screen, vncd.port, { encoding: "ZRLE" });
      async function waitForRow(isRow: (row: string) => boolean, what: string): Promise<void> {
        let rows: string[] = [];
        await waitUntil(async () => (rows = readScreenText(await gvnccapture(vncd.port))).some(isRow), what)
          .catch(() => assert.fail(`${what} is not on the screen:\n${rows.join("\n")}`));
      }
      await waitForRow((row) => row.startsWith("vncd$"), "the prompt");
      await screen.waitForPicture((picture) => new Set(picture.rgb).size > 2);
      for (const line of LINES) {
        await screen.xdotool("type", "--delay", "25", `echo ${line}`);
        await waitForRow((row) => row.startsWith(`vncd$ echo ${line}`), `the typed ${line}`);
        await screen.xdotool("key", "Return");
        await waitForRow((row) => row === line, `the echo of ${line}`);
      }
    },
  });
}
