/** Viewers that are not vncd's, now and then, as far as they are installed. */

import { needsPeer } from "../../tests/helpers/peers.ts";
import { differingPixels, type Picture, pictureOfPixels } from "../../tests/helpers/pictures.ts";
import { gvnccapture, startTigerVnc, TIGERVNC_VIEWER, vncsnapshot, XScreen } from "../../tests/helpers/viewers.ts";
import type { Door, StillPicture } from "./soak_server.ts";
import { pause } from "./soak_viewer.ts";
import { oneOf } from "./wishes.ts";

const SNAPSHOT_ENCODINGS = ["raw", "hextile", "zlib", "tight", "rre", "corre"];
const TIGERVNC_ENCODINGS = ["Raw", "Hextile", "ZRLE", "Tight"];
/** How long TigerVNC's viewer looks. */
const LOOK_MS = 8_000;
/** What it says when it cannot read on; what X says of its windows is another matter. */
const TIGERVNC_TROUBLE = /^(?!XRequest).*(error|invalid|unknown|unexpected|exceeded|bad )/im;

function isInstalled(...binaries: string[]): boolean {
  return !needsPeer(...binaries).ignore;
}

/** Runs one real viewer while the display is busy; says what it ran. Throws when that could not read what it got. */
export async function lookWithRealViewer(door: Door, turn: number): Promise<string | undefined> {
  if (turn % 2 === 0 && isInstalled("vncsnapshot", "convert")) return await lookWithSnapshot(door);
  if (isInstalled(TIGERVNC_VIEWER, "Xvfb")) return await lookWithTigerVnc(door);
  return undefined;
}

async function lookWithSnapshot({ port }: Door): Promise<string> {
  const encoding = oneOf(SNAPSHOT_ENCODINGS);
  await vncsnapshot(port, encoding);
  return `vncsnapshot with ${encoding}`;
}

async function lookWithTigerVnc({ port }: Door): Promise<string> {
  const encoding = oneOf(TIGERVNC_ENCODINGS);
  await using screen = await XScreen.start(1024, 768);
  await using viewer = startTigerVnc(screen, port, { encoding });
  let hasEnded = false;
  viewer.child.status.then(() => hasEnded = true);
  await pause(LOOK_MS);
  if (hasEnded || TIGERVNC_TROUBLE.test(viewer.output)) throw new Error(`TigerVNC with ${encoding}: ${viewer.output}`);
  return `TigerVNC with ${encoding}`;
}

/** Captures a display that stands still with gtk-vnc; undefined when that is not there, else the pixels that are wrong. */
export async function captureStill({ port }: Door, expected: StillPicture): Promise<number | undefined> {
  if (!isInstalled("gvnccapture", "convert")) return undefined;
  const { width, height, pixels } = expected;
  const shown: Picture = await gvnccapture(port);
  return differingPixels(shown, pictureOfPixels(width, height, width * 4, pixels));
}
