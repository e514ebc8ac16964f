/** Keys and the pointer, from a real viewer all the way to the guest's screen and back. */

import assert from "node:assert/strict";
import { connectVnc } from "../../lib/client/open_vnc.ts";
import { desktop } from "../../lib/guest/scenes/desktop.ts";
import { Encoding, PseudoEncoding } from "../../lib/rfb/encodings.ts";
import { type SceneService, serveScene } from "../../lib/run/serve_scene.ts";
import { needsPeer, waitUntil } from "../helpers/peers.ts";
import {
  assertSamePicture,
  differingPixels,
  type Picture,
  pictureOfDisplay,
  pictureOfPixels,
} from "../helpers/pictures.ts";
import { startTigerVnc, TIGERVNC_VIEWER, XScreen } from "../helpers/viewers.ts";

const PRINTABLE = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).join("");
/** The title bar of the desktop's second window. */
const TITLE_BAR = { x: 800, y: 66 };

/** The desktop's first window, where typed text appears; the second shows the last key event, which may differ. */
const NOTES = { x: 126, y: 104, width: 564, height: 392 };

function notesOf(picture: Picture): Picture {
  const rgb = new Uint8Array(NOTES.width * NOTES.height * 3);
  for (let row = 0; row < NOTES.height; row++) {
    const from = ((NOTES.y + row) * picture.width + NOTES.x) * 3;
    rgb.set(picture.rgb.subarray(from, from + NOTES.width * 3), row * NOTES.width * 3);
  }
  return { width: NOTES.width, height: NOTES.height, rgb };
}

function serveDesktop(): Promise<SceneService> {
  return serveScene({ scene: desktop({ still: true }), listen: "127.0.0.1::0" });
}

/** The desktop's notes after `text` was typed on its own keyboard, key by key, as a person at the machine would. */
async function desktopWithText(text: string): Promise<Picture> {
  const running = await serveDesktop();
  const client = await connectVnc(`127.0.0.1::${running.service.port}`);
  try {
    for (const character of text) {
      // The extended key event goes around the server's keysym tables: scancodes, Shift pressed by hand.
      const { keycode, shift } = scancodeOf(character);
      const keysym = character.charCodeAt(0);
      if (shift) client.sendExtendedKey(0xffe1, 0x2a, true);
      client.sendExtendedKey(keysym, keycode, true);
      client.sendExtendedKey(keysym, keycode, false);
      if (shift) client.sendExtendedKey(0xffe1, 0x2a, false);
    }
    await waitUntilStill(running);
    return notesOf(pictureOfDisplay(running.display));
  } finally {
    client.close();
    await running.stop();
  }
}

const ROWS: readonly [firstKeycode: number, plain: string, shifted: string][] = [
  [0x02, "1234567890-=", "!@#$%^&*()_+"],
  [0x10, "qwertyuiop[]", "QWERTYUIOP{}"],
  [0x1e, "asdfghjkl;'`", 'ASDFGHJKL:"~'],
  [0x2b, "\\zxcvbnm,./", "|ZXCVBNM<>?"],
  [0x39, " ", ""],
];

/** Keycode and Shift of a printable character on a US keyboard, written down from the keyboard itself. */
function scancodeOf(character: string): { readonly keycode: number; readonly shift: boolean } {
  for (const [first, plain, shifted] of ROWS) {
    for (const [keys, shift] of [[plain, false], [shifted, true]] as const) {
      const index = keys.indexOf(character);
      if (index >= 0) return { keycode: first + index, shift };
    }
  }
  throw new Error(`no key types ${character}`);
}

/** Looks at a display without change that make it a still one. */
const STILL_LOOKS = 10;

/** Waits until the display has not changed for a while: in many looks, so that a process that was held up is not it. */
async function waitUntilStill({ display }: SceneService): Promise<void> {
  let before = pictureOfDisplay(display);
  let looks = 0;
  await waitUntil(() => {
    const now = pictureOfDisplay(display);
    looks = differingPixels(now, before) === 0 ? looks + 1 : 0;
    before = now;
    return looks === STILL_LOOKS;
  }, "a still display");
}

/** Waits until the desktop's notes are those, and fails with what differs when they do not become so. */
async function waitForNotes({ display }: SceneService, expected: Picture): Promise<void> {
  const notes = () => notesOf(pictureOfDisplay(display));
  await waitUntil(() => differingPixels(notes(), expected) === 0, "the text on the guest's screen").catch(() => {});
  assertSamePicture(notes(), expected, "the guest's screen");
}

Deno.test({
  name: "every printable character typed into TigerVNC's viewer appears on the guest's screen and in the viewer",
  ...needsPeer(TIGERVNC_VIEWER, "Xvfb", "xdotool", "import"),
  async fn() {
    const expected = await desktopWithText(PRINTABLE);
    const running = await serveDesktop();
    try {
      await using screen = await XScreen.start(running.display.width, running.display.height);
      await using _viewer = startTigerVnc(screen, running.service.port!, { encoding: "ZRLE" });
      await screen.waitForSame(() => pictureOfDisplay(running.display));
      await screen.xdotool("type", "--delay", "25", PRINTABLE);
      await waitForNotes(running, expected);
      const shown = await screen.waitForSame(() => pictureOfDisplay(running.display));
      assertSamePicture(shown, pictureOfDisplay(running.display), "the viewer's screen");
    } finally {
      await running.stop();
    }
  },
});

Deno.test("keysyms sent without any Shift arrive as the characters they name", async () => {
  const expected = await desktopWithText(`(${PRINTABLE}`);
  const running = await serveDesktop();
  const client = await connectVnc(`127.0.0.1::${running.service.port}`);
  try {
    for (const character of `(${PRINTABLE}`) {
      client.sendKey(character.charCodeAt(0), true);
      client.sendKey(character.charCodeAt(0), false);
    }
    await waitForNotes(running, expected);
  } finally {
    client.close();
    await running.stop();
  }
});

Deno.test("dragging a window sends CopyRects, and the client's picture equals the surface after every step", async () => {
  const running = await serveDesktop();
  const encodings = [Encoding.Hextile, Encoding.CopyRect, Encoding.Raw, PseudoEncoding.DesktopSize];
  const client = await connectVnc(`127.0.0.1::${running.service.port}`, { encodings });
  const counts = new Map<number, number>();
  client.on("update", ({ rects }) => {
    for (const { encoding } of rects) counts.set(encoding, (counts.get(encoding) ?? 0) + 1);
  });
  function shown(): Picture {
    const { width, height, strideBytes, pixels } = client.framebuffer;
    return pictureOfPixels(width, height, strideBytes, pixels);
  }
  async function catchUp(): Promise<void> {
    await waitUntil(async () => {
      client.requestUpdate(true);
      await Promise.race([client.nextUpdate(), new Promise((resolve) => setTimeout(resolve, 300))]);
      return differingPixels(shown(), pictureOfDisplay(running.display)) === 0;
    }, "the client's picture to equal the surface");
  }
  try {
    client.requestUpdate(false);
    await catchUp();
    client.sendPointer(TITLE_BAR.x, TITLE_BAR.y, 0);
    client.sendPointer(TITLE_BAR.x, TITLE_BAR.y, 1);
    for (let step = 1; step <= 24; step++) {
      client.sendPointer(TITLE_BAR.x - step * 23, TITLE_BAR.y + Math.round(Math.sin(step / 3) * 60 + step * 11), 1);
      if (step % 4 === 0) await catchUp();
    }
    client.sendPointer(TITLE_BAR.x - 24 * 23, TITLE_BAR.y + 264, 0);
    await waitUntilStill(running);
    await catchUp();
    assertSamePicture(shown(), pictureOfDisplay(running.display), "the client's picture");
    assert((counts.get(Encoding.CopyRect) ?? 0) > 0, `no CopyRect among ${[...counts]}`);
  } finally {
    client.close();
    await running.stop();
  }
});

Deno.test({
  name: "a window dragged in TigerVNC's viewer looks the same there as on the guest",
  ...needsPeer(TIGERVNC_VIEWER, "Xvfb", "xdotool", "import"),
  async fn() {
    const running = await serveDesktop();
    try {
      await using screen = await XScreen.start(running.display.width, running.display.height);
      await using _viewer = startTigerVnc(screen, running.service.port!, { encoding: "ZRLE" });
      await screen.waitForSame(() => pictureOfDisplay(running.display));
      const start = pictureOfDisplay(running.display);
      const steps = Array.from(
        { length: 20 },
        (_, i) => ["mousemove", `${TITLE_BAR.x - i * 20}`, `${TITLE_BAR.y + i * 14}`],
      );
      const moves = steps.flatMap((step) => [...step, "sleep", "0.03"]);
      await screen.xdotool(
        "mousemove",
        `${TITLE_BAR.x}`,
        `${TITLE_BAR.y}`,
        "sleep",
        "0.1",
        "mousedown",
        "1",
        ...moves,
        "mouseup",
        "1",
      );
      await waitUntilStill(running);
      const shown = await screen.waitForSame(() => pictureOfDisplay(running.display));
      assertSamePicture(shown, pictureOfDisplay(running.display), "the viewer's screen");
      assert(differingPixels(shown, start) > 20_000, "the window has not moved");
    } finally {
      await running.stop();
    }
  },
});
