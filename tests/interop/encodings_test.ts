/** Each encoding that a real viewer reads, on its own: the picture, then a blit and a repainted part of it. */

import assert from "node:assert/strict";
import { Display } from "../../lib/display/display.ts";
import { Encoding, encodingName, PseudoEncoding } from "../../lib/rfb/encodings.ts";
import { VncServer, type VncServerOptions } from "../../lib/server/vnc_server.ts";
import { parseAddress } from "../../lib/transport/address.ts";
import { listen } from "../../lib/transport/listener.ts";
import { EncodingTap } from "../helpers/encoding_tap.ts";
import { libvncclient } from "../helpers/libvncclient.ts";
import { paintMixedPicture } from "../helpers/mixed_picture.ts";
import { needsPeer, PeerProcess } from "../helpers/peers.ts";
import { assertSamePicture, differingPixels, type Picture, pictureOfDisplay, psnr } from "../helpers/pictures.ts";
import { gvnccapture, startTigerVnc, TIGERVNC_VIEWER, vncsnapshot, XScreen } from "../helpers/viewers.ts";

const [WIDTH, HEIGHT] = [400, 300];

const PIXEL_ENCODINGS: ReadonlySet<number> = new Set(Object.values<number>(Encoding));

/** What else has rects, but for the two that are a header only. */
const OTHER_RECTS: ReadonlySet<number> = new Set(
  Object.values<number>(PseudoEncoding).filter((pseudo) => {
    return pseudo !== PseudoEncoding.LastRect && pseudo !== PseudoEncoding.DesktopSize;
  }),
);

/** Serves a picture to viewers that may use one encoding only, and CopyRect. */
async function serving(
  encoding: number,
  options: VncServerOptions,
  use: (port: number, display: Display, tap: EncodingTap) => Promise<void>,
): Promise<void> {
  const display = new Display({ width: WIDTH, height: HEIGHT });
  paintMixedPicture(display);
  const server = new VncServer(display, options);
  const tap = new EncodingTap((wanted) => {
    return PIXEL_ENCODINGS.has(wanted) ? wanted === encoding || wanted === Encoding.CopyRect : !OTHER_RECTS.has(wanted);
  });
  const listener = await listen(parseAddress("127.0.0.1::0", 5900));
  server.serve(tap.listener(listener));
  try {
    await use(listener.port!, display, tap);
  } finally {
    await server.stop();
    display.close();
  }
}

/** A window goes somewhere else, over part of where it was, and a stripe is painted. */
function change(display: Display): void {
  display.copy({ x: 20, y: 30, width: 300, height: 170 }, 55, 82);
  const stripe = { x: 120, y: 10, width: 63, height: 280 };
  for (let y = stripe.y; y < stripe.y + stripe.height; y++) {
    const at = y * display.strideBytes + stripe.x * 4;
    display.pixels.subarray(at, at + stripe.width * 4).forEach((_, i, row) => row[i] = (i >> 4) * 16 + y & 0xff);
  }
  display.update(stripe);
}

/** What was sent was of the encoding that is tested; Raw is for what no encoding makes smaller. */
function assertUsed(tap: EncodingTap, ...expected: number[]): void {
  const unexpected = [...tap.used].filter((used) => used !== Encoding.Raw && !expected.includes(used));
  assert.deepEqual(unexpected.map(encodingName), []);
  for (const encoding of expected) assert.ok(tap.used.has(encoding), `${encodingName(encoding)} was not used`);
}

/** A viewer that asks for more than is tested would have encodings that nobody has looked at. */
function assertAsked(tap: EncodingTap, tested: readonly number[]): void {
  const untested = [...tap.wanted].filter((wanted) => {
    return PIXEL_ENCODINGS.has(wanted) && wanted !== Encoding.CopyRect && !tested.includes(wanted);
  });
  assert.deepEqual(untested.map(encodingName), []);
}

interface ScreenViewer {
  readonly name: string;
  readonly binary: string;
  /** All that it can read, but for those of `others`. */
  readonly encodings: readonly number[];
  /** What has tests of its own: wavelets. */
  readonly others?: readonly number[];
  /** Whether there is a menu above the picture. */
  readonly hasMenu?: boolean;
  start(screen: XScreen, port: number): PeerProcess;
  /** The same with JPEG at a quality level. */
  startLossy(screen: XScreen, port: number, qualityLevel: number): PeerProcess;
}

function tightVncLike(
  binary: string,
  encodings: readonly number[],
  others: readonly number[] = [],
): ScreenViewer {
  const start = (screen: XScreen, port: number, options: readonly string[]) => {
    const args = ["-fullscreen", "-shared", "-nocursorshape", ...options, `127.0.0.1::${port}`];
    return new PeerProcess(binary, args, { DISPLAY: screen.display });
  };
  return {
    name: binary,
    binary,
    encodings,
    others,
    start: (screen, port) => start(screen, port, ["-nojpeg"]),
    startLossy: (screen, port, qualityLevel) => start(screen, port, ["-quality", String(qualityLevel)]),
  };
}

const SCREEN_VIEWERS: readonly ScreenViewer[] = [
  {
    name: "TigerVNC",
    binary: TIGERVNC_VIEWER,
    encodings: [Encoding.Raw, Encoding.RRE, Encoding.Hextile, Encoding.ZRLE, Encoding.Tight],
    start: (screen, port) => startTigerVnc(screen, port, { encoding: "Tight" }),
    startLossy: (screen, port, qualityLevel) => startTigerVnc(screen, port, { encoding: "Tight", qualityLevel }),
  },
  tightVncLike("xtightvncviewer", [
    Encoding.Raw,
    Encoding.RRE,
    Encoding.CoRRE,
    Encoding.Hextile,
    Encoding.Zlib,
    Encoding.Tight,
  ]),
  tightVncLike("ssvncviewer", [
    Encoding.Raw,
    Encoding.RRE,
    Encoding.CoRRE,
    Encoding.Hextile,
    Encoding.Zlib,
    Encoding.Tight,
    Encoding.ZRLE,
  ], [Encoding.ZYWRLE]),
  {
    name: "gtk-vnc",
    binary: "gvncviewer",
    encodings: [Encoding.Raw, Encoding.RRE, Encoding.Hextile, Encoding.ZRLE, Encoding.Tight],
    hasMenu: true,
    start: startGvncviewer,
    startLossy: startGvncviewer,
  },
];

/** It asks for JPEG at level 5, always. */
function startGvncviewer(screen: XScreen, port: number): PeerProcess {
  return new PeerProcess("gvncviewer", [`127.0.0.1:${port - 5900}`], { DISPLAY: screen.display });
}

/** Rows for a menu above the picture, and what a blank screen is left with. */
const MENU_ROWS = 60;

/** The last rows of a screen that are not all black, as many as the display has. */
function underMenu({ width, height, rgb }: Picture): Picture {
  const rowBytes = width * 3;
  const end = Math.ceil((rgb.findLastIndex((value) => value > 0) + 1) / rowBytes);
  const start = Math.max(0, end - HEIGHT);
  return { width, height: Math.min(height, HEIGHT), rgb: rgb.slice(start * rowBytes, (start + HEIGHT) * rowBytes) };
}

/** A screen with a viewer that shows the display. */
class ViewerScreen implements AsyncDisposable {
  readonly #viewer: ScreenViewer;
  readonly #display: Display;
  readonly #screen: XScreen;
  #process: PeerProcess | undefined;

  private constructor(viewer: ScreenViewer, display: Display, screen: XScreen) {
    this.#viewer = viewer;
    this.#display = display;
    this.#screen = screen;
  }

  /** Starts both; with a quality level the viewer asks for JPEG. */
  static async start(viewer: ScreenViewer, port: number, display: Display, level?: number): Promise<ViewerScreen> {
    const rows = viewer.hasMenu === true ? HEIGHT + MENU_ROWS : HEIGHT;
    const shown = new ViewerScreen(viewer, display, await XScreen.start(WIDTH, rows));
    const screen = shown.#screen;
    shown.#process = level === undefined ? viewer.start(screen, port) : viewer.startLossy(screen, port, level);
    return shown;
  }

  /** Fails unless the viewer comes to show exactly what the display has. */
  async expectSame(): Promise<void> {
    const isSame = (screen: Picture) => differingPixels(this.#shown(screen), pictureOfDisplay(this.#display)) === 0;
    const last = await this.#screen.waitForPicture(isSame);
    assertSamePicture(this.#shown(last), pictureOfDisplay(this.#display), this.#viewer.name);
  }

  /** Fails unless the viewer comes to show what the display has, with some loss. */
  async expectClose(floorDb: number): Promise<void> {
    const lossOf = (screen: Picture) => psnr(this.#shown(screen), pictureOfDisplay(this.#display));
    const decibels = lossOf(await this.#screen.waitForPicture((screen) => lossOf(screen) > floorDb));
    assert.ok(decibels > floorDb, `${decibels} dB`);
  }

  #shown(screen: Picture): Picture {
    return this.#viewer.hasMenu === true ? underMenu(screen) : screen;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process?.[Symbol.asyncDispose]();
    await this.#screen[Symbol.asyncDispose]();
  }
}

for (const viewer of SCREEN_VIEWERS) {
  const { name, binary, encodings, others = [] } = viewer;
  const needs = needsPeer(binary, "Xvfb", "import");
  for (const encoding of encodings) {
    Deno.test(
      `${name} shows in ${encodingName(encoding)} what was painted and moved`,
      needs,
      () =>
        serving(encoding, { lossy: "off" }, async (port, display, tap) => {
          await using shown = await ViewerScreen.start(viewer, port, display);
          await shown.expectSame();
          assertUsed(tap, encoding);
          change(display);
          await shown.expectSame();
          assertUsed(tap, encoding, Encoding.CopyRect);
          assertAsked(tap, [...encodings, ...others]);
        }),
    );
  }

  Deno.test(
    `${name} shows JPEG close to the picture, and then the picture, also after a blit`,
    needs,
    () =>
      serving(Encoding.Tight, { lossy: "on", adaptive: false }, async (port, display, tap) => {
        await using shown = await ViewerScreen.start(viewer, port, display, 5);
        await shown.expectClose(28);
        await shown.expectSame();
        change(display);
        await shown.expectSame();
        assertUsed(tap, Encoding.Tight, Encoding.CopyRect);
        assert.ok(tap.jpegs > 0, "nothing was sent as JPEG");
      }),
  );
}

/** gtk-vnc's program that shows nothing asks for less than the one with a window. */
const GVNCCAPTURE = [Encoding.Raw, Encoding.RRE, Encoding.Hextile, Encoding.ZRLE];

for (const encoding of GVNCCAPTURE) {
  Deno.test(
    `gvnccapture shows in ${encodingName(encoding)} what was painted`,
    needsPeer("gvnccapture", "convert"),
    () =>
      serving(encoding, { lossy: "off" }, async (port, display, tap) => {
        assertSamePicture(await gvnccapture(port), pictureOfDisplay(display), "gvnccapture");
        assertUsed(tap, encoding);
        assertAsked(tap, GVNCCAPTURE);
      }),
  );
}

/** What it can read, by the names that its command line has. */
const VNCSNAPSHOT = {
  raw: Encoding.Raw,
  rre: Encoding.RRE,
  corre: Encoding.CoRRE,
  hextile: Encoding.Hextile,
  zlib: Encoding.Zlib,
  tight: Encoding.Tight,
};

for (const [name, encoding] of Object.entries(VNCSNAPSHOT)) {
  Deno.test(
    `vncsnapshot shows in ${name} what was painted, but for its JPEG`,
    needsPeer("vncsnapshot", "convert"),
    () =>
      serving(encoding, { lossy: "off" }, async (port, display, tap) => {
        const decibels = psnr(await vncsnapshot(port, name), pictureOfDisplay(display));
        assert.ok(decibels > 28, `${decibels} dB`);
        assertUsed(tap, encoding);
      }),
  );
}

/** What it can read, by the names that its encoding list has; ZYWRLE has tests of its own. */
const LIBVNCCLIENT = { ...VNCSNAPSHOT, trle: Encoding.TRLE, zrle: Encoding.ZRLE };

for (const [name, encoding] of Object.entries(LIBVNCCLIENT)) {
  Deno.test(
    `libvncclient shows in ${name} what was painted`,
    needsPeer("gcc"),
    () =>
      serving(encoding, { lossy: "off" }, async (port, display, tap) => {
        const picture: Picture = await libvncclient(port, { encoding: name, qualityLevel: 9, bits: 32 });
        assertSamePicture(picture, pictureOfDisplay(display), name);
        assertUsed(tap, encoding);
      }),
  );
}
