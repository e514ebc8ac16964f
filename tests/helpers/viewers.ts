/** Real viewers, each giving the picture it shows. */

import { peerBinary, PeerProcess, runPeer, waitUntil } from "./peers.ts";
import { differingPixels, type Picture } from "./pictures.ts";

/** Binaries of TigerVNC's viewer by distribution. */
export const TIGERVNC_VIEWER = peerBinary("xtigervncviewer", "vncviewer");

async function readPicture(command: string, args: readonly string[]): Promise<Picture> {
  const process = new Deno.Command(command, {
    args: [...args, "-depth", "8", "ppm:-"],
    stdout: "piped",
    stderr: "piped",
  });
  const { code, stdout, stderr } = await process.output();
  if (code !== 0) throw new Error(`${command} failed: ${new TextDecoder().decode(stderr)}`);
  const header = new TextDecoder("latin1").decode(stdout.subarray(0, 40)).match(/^P6\s+(\d+)\s+(\d+)\s+255\s/);
  if (header === null) throw new Error(`${command} gave no 8-bit PPM`);
  return { width: Number(header[1]), height: Number(header[2]), rgb: stdout.slice(header[0].length) };
}

/** A picture file as ImageMagick reads it. */
export function readPictureFile(path: string): Promise<Picture> {
  return readPicture("convert", [path, "-alpha", "off", "-type", "TrueColor"]);
}

async function captureFile(name: string, capture: (path: string) => Promise<unknown>): Promise<Picture> {
  const folder = await Deno.makeTempDir();
  try {
    await capture(`${folder}/${name}`);
    return await readPictureFile(`${folder}/${name}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** gtk-vnc's capture program. `port` is a TCP port on loopback. */
export function gvnccapture(port: number): Promise<Picture> {
  return captureFile("capture.png", (path) => runPeer("gvnccapture", [`127.0.0.1:${port - 5900}`, path]));
}

/** vncsnapshot with one encoding, which asks for JPEG where it is given a level; its output is a JPEG in any case. */
export function vncsnapshot(port: number, encoding: string, qualityLevel?: number): Promise<Picture> {
  const asked = qualityLevel === undefined ? [] : ["-jpeg", "-vncQuality", `${qualityLevel}`];
  const args = ["-quiet", "-nocursor", "-quality", "100", ...asked, "-encodings", `${encoding} copyrect`];
  return captureFile("capture.jpg", (path) => runPeer("vncsnapshot", [...args, `127.0.0.1:${port - 5900}`, path]));
}

/** A virtual X screen for viewers to run on. */
export class XScreen implements AsyncDisposable {
  readonly #server: PeerProcess;
  readonly display: string;

  private constructor(server: PeerProcess, display: string) {
    this.#server = server;
    this.display = display;
  }

  /** Starts Xvfb; `depth` is 24 or 16. */
  static async start(width: number, height: number, depth = 24): Promise<XScreen> {
    const args = ["-displayfd", "1", "-screen", "0", `${width}x${height}x${depth}`, "-nolisten", "tcp", "-noreset"];
    const server = new PeerProcess("Xvfb", args);
    const match = await server.waitForOutput(/^(\d+)$/m);
    return new XScreen(server, `:${match[1]}`);
  }

  /** What the screen shows, without the pointer. */
  picture(): Promise<Picture> {
    return readPicture("import", ["-display", this.display, "-window", "root"]);
  }

  /** Runs xdotool on this screen. */
  xdotool(...args: string[]): Promise<string> {
    return runPeer("xdotool", args, { DISPLAY: this.display });
  }

  /** Waits until `isRight` holds for the screen's picture; gives the last picture either way. */
  async waitForPicture(isRight: (picture: Picture) => boolean, timeoutMs = 25_000): Promise<Picture> {
    let last = await this.picture();
    await waitUntil(async () => isRight(last = await this.picture()), "the picture on the screen", timeoutMs)
      .catch(() => {});
    return last;
  }

  /** Waits until the screen shows `expected()` pixel by pixel; gives the last picture either way. */
  waitForSame(expected: () => Picture, timeoutMs?: number): Promise<Picture> {
    return this.waitForPicture((picture) => differingPixels(picture, expected()) === 0, timeoutMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
  }
}

/** Options of {@link startTigerVnc}. */
export interface TigerVncOptions {
  /** Raw, Hextile, ZRLE or Tight. */
  readonly encoding: string;
  /** Undefined for full colour, 2 for 256 colours (rgb332), 1 for 64 (rgb222), 0 for 8. */
  readonly lowColourLevel?: number;
  /** Asks for JPEG at this level. */
  readonly qualityLevel?: number;
}

/** TigerVNC's viewer, full screen. Its tip about the menu key fades after some seconds: wait for the picture. */
export function startTigerVnc(screen: XScreen, port: number, options: TigerVncOptions): PeerProcess {
  const colours = options.lowColourLevel === undefined
    ? ["-FullColor=1"]
    : ["-FullColor=0", `-LowColorLevel=${options.lowColourLevel}`];
  const level = options.encoding === "Tight" ? ["-CustomCompressLevel=1", "-CompressLevel=6"] : [];
  const args = [
    "-FullScreen",
    "-Shared",
    "-AutoSelect=0",
    ...(options.qualityLevel === undefined ? ["-NoJPEG=1"] : ["-NoJPEG=0", `-QualityLevel=${options.qualityLevel}`]),
    `-PreferredEncoding=${options.encoding}`,
    ...colours,
  ];
  const rest = ["-RemoteResize=0", "-AlertOnFatalError=0", "-ReconnectOnError=0", `127.0.0.1::${port}`];
  return new PeerProcess(TIGERVNC_VIEWER, [...args, ...level, ...rest], { DISPLAY: screen.display });
}

/** Viewers that take the pixel format of their X screen, 16 bpp on a depth-16 one: TightVNC's, and SSVNC's for ZRLE. */
export function nativeFormatViewer(encoding: string): string {
  return encoding === "zrle" ? "ssvncviewer" : "xtightvncviewer";
}

/** Starts {@link nativeFormatViewer} full screen. */
export function startNativeFormatViewer(screen: XScreen, port: number, encoding: string): PeerProcess {
  const args = ["-fullscreen", "-shared", "-nocursorshape", "-encodings", `copyrect ${encoding}`];
  return new PeerProcess(nativeFormatViewer(encoding), [...args, `127.0.0.1::${port}`], { DISPLAY: screen.display });
}
