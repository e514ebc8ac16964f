/** The examples as their readers start them, and what a real viewer sees of them. */

import assert from "node:assert/strict";
import {
  connectVnc,
  desktop,
  Display,
  PointerButton,
  serveScene,
  SessionPlayer,
  SessionReader,
  type VncClient,
} from "../../mod.ts";
import { checkFbs } from "../helpers/fbs_check.ts";
import { needsPeer, PeerProcess, waitUntil } from "../helpers/peers.ts";
import { assertSamePicture, differingPixels, type Picture, pictureOfDisplay } from "../helpers/pictures.ts";
import { readScreenText } from "../helpers/screen_text.ts";
import { gvnccapture } from "../helpers/viewers.ts";
import { startVncd } from "../helpers/vncd.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const NEEDS_CAPTURE = needsPeer("gvnccapture", "convert");

function startExample(name: string, ...args: string[]): PeerProcess {
  const all = ["run", "--quiet", "-A", "--config", `${ROOT}deno.json`, `${ROOT}examples/${name}`, ...args];
  return new PeerProcess(Deno.execPath(), all, { NO_COLOR: "1" });
}

async function portOf(example: PeerProcess): Promise<number> {
  const match = await example.waitForOutput(/127\.0\.0\.1:(\d+)/);
  return Number(match[1]);
}

/** Runs `use` with a client, which is closed then. */
async function withClient(port: number, use: (client: VncClient) => void | Promise<void>): Promise<void> {
  const client = await connectVnc(`127.0.0.1::${port}`);
  try {
    await use(client);
  } finally {
    client.close();
  }
}

/** Captures until `isRight` holds for the picture; gives the last one either way. */
async function captureUntil(port: number, isRight: (picture: Picture) => boolean): Promise<Picture> {
  let picture = await gvnccapture(port);
  await waitUntil(async () => isRight(picture) || isRight(picture = await gvnccapture(port)), "the picture")
    .catch(() => {});
  return picture;
}

function colourAt({ width, rgb }: Picture, x: number, y: number): number {
  const at = (y * width + x) * 3;
  return rgb[at]! << 16 | rgb[at + 1]! << 8 | rgb[at + 2]!;
}

/** How many pixels have each colour. */
function countColours(picture: Picture): Map<number, number> {
  const counts = new Map<number, number>();
  for (let i = 0; i < picture.width * picture.height; i++) {
    const colour = colourAt(picture, i, 0);
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  return counts;
}

Deno.test({
  name: "bouncing_ball: gvnccapture sees the ball, and somewhere else a moment later",
  ...NEEDS_CAPTURE,
  async fn() {
    const source = await Deno.readTextFile(`${ROOT}examples/bouncing_ball.ts`);
    assert(source.split("\n").length - 1 <= 30, "it is longer than 30 lines");
    await using example = startExample("bouncing_ball.ts", "127.0.0.1::0");
    const port = await portOf(example);
    const first = await captureUntil(port, (picture) => countColours(picture).has(0xffb000));
    const colours = countColours(first);
    assert.deepEqual([first.width, first.height], [640, 400]);
    assert.deepEqual([...colours.keys()].toSorted(), [0x000000, 0xffb000]);
    const ballPixels = colours.get(0xffb000)!;
    assert(ballPixels > 1_200 && ballPixels < 3_700, `${ballPixels} pixels have the ball's colour`);
    const later = await captureUntil(port, (picture) => differingPixels(picture, first) > 0);
    assert(countColours(later).has(0xffb000) && differingPixels(later, first) > 0, "the ball rests");
  },
});

/** Places on the board and their colours: on the line and the dot, and beside them. */
const BOARD: readonly (readonly [x: number, y: number, colour: number])[] = [
  [100, 100, 0xc82814],
  [200, 150, 0xc82814],
  [300, 200, 0xc82814],
  [500, 400, 0x1e3cc8],
  [60, 200, 0xffffff],
  [200, 160, 0xffffff],
  [400, 300, 0xffffff],
];

function isDrawn(picture: Picture): boolean {
  return BOARD.every(([x, y, colour]) => colourAt(picture, x, y) === colour);
}

Deno.test({
  name: "drawing_board: gvnccapture sees the line that a client has drawn, and nothing after c",
  ...NEEDS_CAPTURE,
  async fn() {
    await using example = startExample("drawing_board.ts", "127.0.0.1::0");
    const port = await portOf(example);
    await withClient(port, async (client) => {
      client.sendPointer(20, 300, 0);
      client.sendPointer(100, 100, PointerButton.Left);
      client.sendPointer(300, 200, PointerButton.Left);
      client.sendPointer(300, 200, 0);
      client.sendPointer(500, 400, PointerButton.Right);
      client.sendPointer(500, 400, 0);
      const drawn = await captureUntil(port, isDrawn);
      assert.deepEqual(BOARD.map(([x, y]) => [x, y, colourAt(drawn, x, y)]), BOARD);
      client.sendKey("c".charCodeAt(0), true);
      client.sendKey("c".charCodeAt(0), false);
      const wiped = await captureUntil(port, (picture) => countColours(picture).size === 1);
      assert.deepEqual([...countColours(wiped)], [[0xffffff, 800 * 600]]);
    });
  },
});

Deno.test({
  name: "my_scene: gvnccapture reads the keys that were typed, counted",
  ...NEEDS_CAPTURE,
  async fn() {
    await using example = await startVncd(["serve", `${ROOT}examples/my_scene.ts`]);
    const { port } = example;
    const greeting = "Press keys, I count them.";
    const shown = await captureUntil(port, (picture) => readScreenText(picture)[0] === greeting);
    assert.equal(readScreenText(shown)[0], greeting);
    await withClient(port, async (client) => {
      for (const keysym of [0x78, 0xff0d]) {
        client.sendKey(keysym, true);
        client.sendKey(keysym, false);
      }
      // the capture does not share: before it comes, the keys have to be there
      const update = client.nextUpdate();
      client.requestUpdate(false);
      await update;
    });
    const typed = await captureUntil(port, (picture) => readScreenText(picture)[3]?.startsWith("2: Enter") ?? false);
    assert.deepEqual(readScreenText(typed).slice(2, 4), ["1: x", "2: Enter"]);
  },
});

/** What a recording shows at its end. */
async function lastPicture(path: string): Promise<Picture> {
  using reader = await SessionReader.open(path);
  const display = new Display({ width: reader.header.width, height: reader.header.height });
  try {
    const { truncated } = await new SessionPlayer(reader, display, { speed: Infinity }).play();
    assert.equal(truncated, false);
    return pictureOfDisplay(display);
  } finally {
    display.close();
  }
}

Deno.test("record_server: its recording is strict and ends with the picture that the server shows", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/session.rfb`;
  const running = await serveScene({ scene: desktop({ still: true }), listen: "127.0.0.1::0" });
  try {
    const before = pictureOfDisplay(running.display);
    await using example = startExample("record_server.ts", `127.0.0.1::${running.service.port}`, file, "3");
    await example.waitForOutput(/recording 1024x768 pixels/);
    await withClient(running.service.port!, async (client) => {
      for (const character of "recorded") {
        client.sendKey(character.charCodeAt(0), true);
        client.sendKey(character.charCodeAt(0), false);
      }
      await waitUntil(() => differingPixels(pictureOfDisplay(running.display), before) > 100, "the typed text");
    });
    assert.equal(await example.exit(), 0, example.output);
    const { messages } = checkFbs(await Deno.readFile(file));
    assert.match(example.output, new RegExp(`: ${messages} messages, `));
    assertSamePicture(await lastPicture(file), pictureOfDisplay(running.display), "the recording's last picture");
  } finally {
    await running.stop();
    await Deno.remove(folder, { recursive: true });
  }
});
