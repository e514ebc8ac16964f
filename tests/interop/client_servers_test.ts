import assert from "node:assert/strict";
import { AuthError } from "../../lib/base/errors.ts";
import { connectVnc } from "../../lib/client/open_vnc.ts";
import type { VncClient } from "../../lib/client/vnc_client.ts";
import { Encoding, encodingName, PseudoEncoding } from "../../lib/rfb/encodings.ts";
import { freeDisplay, freePort, needsPeer, peerBinary, PeerProcess, runPeer, waitUntil } from "../helpers/peers.ts";
import { assertSamePicture, differingPixels, type Picture, pictureOfPixels } from "../helpers/pictures.ts";
import { startGrub } from "../helpers/servers.ts";
import { gvnccapture, XScreen } from "../helpers/viewers.ts";

const XVNC = peerBinary("Xtigervnc", "Xvnc");
const X_PROGRAMS = ["xterm", "display", "xsetroot"] as const;
const LISTS = { DesktopSize: PseudoEncoding.DesktopSize, LastRect: PseudoEncoding.LastRect };

function pictureOf(client: VncClient): Picture {
  const { width, height, strideBytes, pixels } = client.framebuffer;
  return pictureOfPixels(width, height, strideBytes, pixels);
}

/** Asks until the picture has not changed for an update. */
async function wholePicture(client: VncClient): Promise<Picture> {
  const update = client.nextUpdate();
  client.requestUpdate(false);
  await update;
  return pictureOf(client);
}

function ask(port: number, encodings: readonly number[]): Promise<VncClient> {
  return connectVnc(`127.0.0.1::${port}`, { encodings: [...encodings, ...Object.values(LISTS)] });
}

/** Whole pictures until two in a row are equal and `isReady` holds. */
async function stillPicture(port: number, isReady: (picture: Picture) => boolean): Promise<Picture> {
  const client = await ask(port, [Encoding.Raw]);
  let last = await wholePicture(client);
  await waitUntil(async () => {
    const before = last;
    last = await wholePicture(client);
    return isReady(last) && differingPixels(last, before) === 0;
  }, "a still screen");
  client.close();
  return last;
}

/** Whether a client that follows by updates has the picture that Raw gives now. */
async function isShowing(client: VncClient, port: number): Promise<boolean> {
  const raw = await ask(port, [Encoding.Raw]);
  const now = await wholePicture(raw);
  raw.close();
  return differingPixels(pictureOf(client), now) === 0;
}

/** Whether the photo and the terminal with its last line are there. */
function isPainted(picture: Picture): boolean {
  const seen = new Set<number>();
  for (let i = 0; i < picture.rgb.length; i += 3) {
    seen.add(picture.rgb[i]! << 16 | picture.rgb[i + 1]! << 8 | picture.rgb[i + 2]!);
  }
  return seen.size > 1_000 && seen.has(0x123456) && seen.has(0x0abcde);
}

/** The encodings that real rects came in when one was asked for, after checking the picture against `expected`. */
async function checkEncoding(port: number, encoding: number, expected: Picture): Promise<Set<number>> {
  const client = await ask(port, [encoding]);
  const used = new Set<number>();
  client.on("update", ({ rects }) => rects.forEach((rect) => used.add(rect.encoding)));
  const picture = await wholePicture(client);
  const update = client.nextUpdate();
  client.requestUpdate(false, { x: 13, y: 7, width: 401, height: 203 });
  await update;
  assertSamePicture(picture, expected, encodingName(encoding));
  assertSamePicture(pictureOf(client), expected, `${encodingName(encoding)}, a part again`);
  client.close();
  return used;
}

/** A part of the screen where the terminal is. */
const INSIDE_TERMINAL = { x: 40, y: 30, width: 100, height: 60 };

/** A photo on the background and a terminal full of text. */
async function paintScreen(display: string): Promise<PeerProcess> {
  const photo = ["-display", display, "-size", "640x400", "-window", "root", "plasma:tomato-steelblue"];
  // it exits with 1 whatever happens; whether it has painted shows in the picture
  await using painter = new PeerProcess("display", photo);
  await painter.exit();
  const script = "for i in 1 2 3 4 5 6; do printf '\\033[3%dmline %d of the terminal\\033[0m\\n' $i $i; done; exec cat";
  const args = ["-geometry", "40x10+30+20", "-bg", "#123456", "-xrm", "*color6: #0abcde", "-e", "sh", "-c", script];
  return new PeerProcess("xterm", args, { DISPLAY: display });
}

async function startXvnc(): Promise<{ server: PeerProcess; port: number; display: string }> {
  const number = freeDisplay();
  const port = 5900 + number;
  const args = [`:${number}`, "-geometry", "640x400", "-depth", "24", "-SecurityTypes", "None", "-localhost"];
  const server = new PeerProcess(XVNC, [...args, "-rfbport", String(port), "-AlwaysShared"]);
  await server.waitForOutput(/Listening for VNC connections/);
  return { server, port, display: `:${number}` };
}

Deno.test({
  name: "client shows Xvnc's screen in Raw, RRE, Hextile, Tight and ZRLE as gvnccapture does",
  ...needsPeer(XVNC, "gvnccapture", ...X_PROGRAMS),
  async fn() {
    const { server, port, display } = await startXvnc();
    await using _server = server;
    await using _terminal = await paintScreen(display);
    const expected = await stillPicture(port, isPainted);
    for (const encoding of [Encoding.Raw, Encoding.RRE, Encoding.Hextile, Encoding.Tight, Encoding.ZRLE]) {
      const used = await checkEncoding(port, encoding, expected);
      assert.ok(used.has(encoding), `${encodingName(encoding)} was not used`);
    }
    assertSamePicture(await gvnccapture(port), expected, "gvnccapture");
  },
});

Deno.test({
  name: "client follows CopyRect and DesktopSize of Xvnc",
  ...needsPeer(XVNC, "xrandr", ...X_PROGRAMS),
  async fn() {
    const { server, port, display } = await startXvnc();
    await using _server = server;
    await using _terminal = await paintScreen(display);
    const script = "i=0; while [ $i -lt 40 ]; do i=$((i+1)); echo line $i of many; sleep 0.1; done; exec cat";
    const client = await ask(port, [Encoding.CopyRect, Encoding.Hextile]);
    const used = new Set<number>();
    client.on("update", ({ rects }) => {
      rects.forEach((rect) => used.add(rect.encoding));
      client.requestUpdate(true);
    });
    client.requestUpdate(false);
    await using _scrolling = new PeerProcess("xterm", ["+j", "-geometry", "30x12+300+150", "-e", "sh", "-c", script], {
      DISPLAY: display,
    });
    await waitUntil(() => used.has(Encoding.CopyRect), "a CopyRect");
    await waitUntil(() => isShowing(client, port), "the scrolled picture");
    await runPeer("xrandr", ["-display", display, "--fb", "800x600"]).catch(() => {
      return runPeer("xrandr", ["-display", display, "-s", "800x600"]);
    });
    await waitUntil(() => client.width === 800 && isShowing(client, port), "the picture in its new size");
    client.close();
  },
});

Deno.test({
  name: "client shows x11vnc's screen in Raw, RRE, CoRRE, Hextile, Zlib, Tight and ZRLE, with a password",
  ...needsPeer("x11vnc", "Xvfb", ...X_PROGRAMS),
  async fn() {
    await using screen = await XScreen.start(640, 400);
    await using _terminal = await paintScreen(screen.display);
    const args = ["-display", screen.display, "-localhost", "-forever", "-shared", "-nocursor", "-noxdamage"];
    const port = freePort();
    await using server = new PeerProcess("x11vnc", [...args, "-passwd", "secret", "-rfbport", String(port)]);
    await server.waitForOutput(/screen setup finished/);
    const address = `127.0.0.1::${port}`;
    await assert.rejects(connectVnc(address), AuthError);
    await assert.rejects(connectVnc(address, { password: "wrong" }), AuthError);
    const expected = await screen.waitForPicture(isPainted);
    const { Raw, RRE, CoRRE, Hextile, Zlib, Tight, ZRLE } = Encoding;
    for (const encoding of [Raw, RRE, CoRRE, Hextile, Zlib, Tight, ZRLE]) {
      const client = await connectVnc(address, { password: "secret", encodings: [encoding, ...Object.values(LISTS)] });
      const used = new Set<number>();
      client.on("update", ({ rects }) => rects.forEach((rect) => used.add(rect.encoding)));
      await waitUntil(async () => differingPixels(await wholePicture(client), expected) === 0, encodingName(encoding));
      if (encoding === RRE) {
        // the whole picture in one piece would be larger in RRE than in Raw
        const update = client.nextUpdate();
        client.requestUpdate(false, INSIDE_TERMINAL);
        await update;
        assertSamePicture(pictureOf(client), expected, "RRE, the terminal again");
      }
      assert.ok(used.has(encoding), `${encodingName(encoding)} was not used`);
      client.close();
    }
  },
});

Deno.test({
  name: "client shows QEMU's screen in Raw, Hextile, Zlib, Tight, TightPNG and ZRLE",
  ...needsPeer("qemu-system-x86_64"),
  async fn() {
    await using grub = await startGrub();
    await waitUntil(async () => {
      const client = await ask(grub.port, [Encoding.Raw]);
      const { rgb } = await wholePicture(client);
      client.close();
      return new Set(rgb).size > 1;
    }, "something on the screen");
    await grub.pause();
    const expected = await stillPicture(grub.port, () => true);
    const { Raw, Hextile, Zlib, Tight, TightPNG, ZRLE } = Encoding;
    for (const encoding of [Raw, Hextile, Zlib, Tight, TightPNG, ZRLE]) {
      const used = await checkEncoding(grub.port, encoding, expected);
      assert.deepEqual([...used], [encoding], encodingName(encoding));
    }
  },
});
