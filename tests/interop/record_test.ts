/** Recording real servers with the command line, and replaying what was recorded to real viewers. */

import assert from "node:assert/strict";
import { connectVnc } from "../../lib/client/open_vnc.ts";
import type { VncClient } from "../../lib/client/vnc_client.ts";
import { checkFbs, type FbsSummary } from "../helpers/fbs_check.ts";
import { needsPeer, waitUntil } from "../helpers/peers.ts";
import { assertSamePicture, differingPixels, type Picture } from "../helpers/pictures.ts";
import { type PeerServer, startGrub, startScrollingXterm, XVNC } from "../helpers/servers.ts";
import { gvnccapture } from "../helpers/viewers.ts";
import { type Program, PROGRAMS, spawnVncd, startVncd } from "../helpers/vncd.ts";

/** Records `server` while `use` runs; gives the file's summary by the independent checker. */
async function record(
  program: Program,
  file: string,
  server: PeerServer,
  use: () => Promise<void>,
): Promise<FbsSummary> {
  await using recorder = spawnVncd(["record", file, `127.0.0.1:${server.port}`], program);
  await recorder.waitForOutput(/recording/i);
  await use();
  recorder.kill("SIGINT");
  assert.equal(await recorder.exit(), 0, recorder.output);
  return checkFbs(await Deno.readFile(file));
}

/** What gvnccapture sees of the replay once it stands at its last picture. */
async function lastPictureOfReplay(program: Program, file: string, expected: Picture): Promise<Picture> {
  await using replay = await startVncd(["replay", file, "--speed", "20", "--idle-limit", "100ms"], program);
  let shown = await gvnccapture(replay.port);
  await waitUntil(
    async () => differingPixels(shown = await gvnccapture(replay.port), expected) === 0,
    "the last picture",
  )
    .catch(() => {});
  return shown;
}

async function press(client: VncClient, keysyms: readonly number[]): Promise<void> {
  for (const keysym of keysyms) {
    client.sendKey(keysym, true);
    await new Promise((resolve) => setTimeout(resolve, 60));
    client.sendKey(keysym, false);
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
}

/** Waits until two captures of a peer's screen a moment apart are the same and not blank. */
async function captureWhenStill(port: number): Promise<Picture> {
  let before = await gvnccapture(port);
  let differing = Infinity;
  await waitUntil(
    async () => {
      await new Promise((resolve) => setTimeout(resolve, 400));
      const now = await gvnccapture(port);
      differing = differingPixels(now, before);
      before = now;
      return differing === 0 && new Set(now.rgb).size > 1;
    },
    "a still picture",
    60_000,
  ).catch((error) => {
    throw new Error(`${error.message}; ${differing} pixels differ, ${new Set(before.rgb).size} shades`);
  });
  return before;
}

const DOWN = 0xff54;
const RETURN = 0xff0d;

for (const program of PROGRAMS) {
  const { how } = program;
  Deno.test({
    name: `${how} records QEMU at the GRUB prompt with keys sent meanwhile, and replays to the same last picture`,
    ...needsPeer("qemu-system-x86_64", "gvnccapture", "convert"),
    async fn() {
      await using grub = await startGrub();
      const folder = await Deno.makeTempDir();
      const file = `${folder}/grub.rfb`;
      let last: Picture | undefined;
      const summary = await record(program, file, grub, async () => {
        const client = await connectVnc(`127.0.0.1::${grub.port}`);
        await waitUntil(async () => isGrubMenu(await gvnccapture(grub.port)), "GRUB's menu", 60_000);
        await press(client, [DOWN, DOWN, "c".charCodeAt(0)]);
        await press(client, [..."echo vncd"].map((character) => character.charCodeAt(0)));
        await press(client, [RETURN]);
        client.close();
        await grub.pause();
        last = await captureWhenStill(grub.port);
        await new Promise((resolve) => setTimeout(resolve, 1_000));
      });
      assert(summary.messages > 5 && summary.durationMs > 1_000 && summary.coveredAtZero, JSON.stringify(summary));
      assertSamePicture(await lastPictureOfReplay(program, file, last!), last!, "the replay's last picture");
      await Deno.remove(folder, { recursive: true });
    },
  });

  Deno.test({
    name: `${how} records Xvnc with an xterm scrolling, and replays to the same last picture`,
    ...needsPeer(XVNC, "xterm", "xwininfo", "gvnccapture", "convert"),
    async fn() {
      await using xterm = await startScrollingXterm(150);
      const folder = await Deno.makeTempDir();
      const file = `${folder}/xterm.rfb`;
      let last: Picture | undefined;
      const summary = await record(program, file, xterm, async () => {
        last = await captureWhenStill(xterm.port);
        await new Promise((resolve) => setTimeout(resolve, 500));
      });
      assert(summary.messages > 10 && summary.coveredAtZero, JSON.stringify(summary));
      assertSamePicture(await lastPictureOfReplay(program, file, last!), last!, "the replay's last picture");
      await Deno.remove(folder, { recursive: true });
    },
  });
}

/** GRUB's menu has its frame's white line where nothing else at boot has one. */
function isGrubMenu({ width, height, rgb }: Picture): boolean {
  if (width !== 720 || height !== 400) return false;
  let white = 0;
  for (let x = 20; x < 700; x++) white += rgb[(279 * width + x) * 3]! > 100 ? 1 : 0;
  return white > 600;
}
