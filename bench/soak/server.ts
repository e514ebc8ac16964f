/**
 * The server of a soak, in a process of its own: one busy display behind two servers, each on TCP and WebSocket, one
 * with a loss wherever a viewer allows it, one as it is by default but with QEMU's choice of encodings. Prints
 * `READY tcp web tcp web` and obeys lines of stdin: `busy`, `size W H`, `still FILE` (paints no more, writes the picture
 * to FILE as B,G,R,X, and prints `STILL W H`), `tidy` (collects garbage, for which --expose-gc is needed, and prints
 * `TIDY heap used external`, in bytes of the main thread).
 */

import { TextLineStream } from "./text_lines.ts";
import { Display, serveVnc, type VncService } from "../../mod.ts";
import { createLogger } from "../../lib/base/log.ts";
import { BusyDesktop } from "../scenes/busy_desktop.ts";

const FRAMES_PER_SECOND = 15;
const FRAMES_PER_TROUBLE = 150;
const SWEEP_MS = 500;

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

const logger = createLogger("warn", (line) => Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`)));
const display = new Display({ width: 640, height: 480, fps: 30, logger });
const scene = new BusyDesktop(display);
let isBusy = true;
let frame = 0;

/** Cursors, bells and clipboards come between the pixels. */
function makeTrouble(): void {
  const side = 4 + frame % 29;
  const pixels = new Uint8Array(side * side * 4).map((_, at) => at * 7 + frame & 255);
  display.setCursor({ width: side, height: side, hotX: 1, hotY: 2, pixels });
  display.moveCursor(frame % display.width, 10, frame % 4 !== 0);
  display.bell();
  display.cutText(`frame ${frame}`);
}

setInterval(() => {
  if (!isBusy) return;
  scene.paint();
  if (++frame % FRAMES_PER_TROUBLE === 0) makeTrouble();
}, 1_000 / FRAMES_PER_SECOND);

/** Rows without what lies between them. */
function packedPixels(): Uint8Array {
  const { width, height, pixels, strideBytes } = display;
  const packed = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y++) {
    packed.set(pixels.subarray(y * strideBytes, y * strideBytes + width * 4), y * width * 4);
  }
  return packed;
}

/**
 * Collects what is not in use, so that what is shows, as V8 does by itself after some ten seconds of rest: it gives up
 * room for new objects too, 16 to 64 MB according to how it was used last. It frees the memory of buffers a moment later.
 */
async function tidy(): Promise<void> {
  const { gc } = globalThis as { gc?: (options: { type: string; flavor: string }) => void };
  gc?.({ type: "major", flavor: "last-resort" });
  await new Promise((resolve) => setTimeout(resolve, SWEEP_MS));
  const { heapTotal, heapUsed, external } = Deno.memoryUsage();
  print(`TIDY ${heapTotal} ${heapUsed} ${external}`);
}

function obey(line: string): void {
  const [command, ...args] = line.split(" ");
  if (command === "busy") isBusy = true;
  if (command === "tidy") void tidy();
  if (command === "size") display.resize(Number(args[0]), Number(args[1]));
  if (command !== "still") return;
  // a size that was set a moment ago has a picture as well
  scene.paint();
  isBusy = false;
  display.refresh();
  Deno.writeFileSync(args[0]!, packedPixels());
  print(`STILL ${display.width} ${display.height}`);
}

function portsOf(service: VncService): string {
  return `${service.port} ${new URL(service.webUrl!).port}`;
}

// capture programs ask to be alone
const common = { web: "127.0.0.1::0", share: "ignore", logger } as const;
const lossy = await serveVnc(display, { ...common, lossy: "on" });
const plain = await serveVnc(display, { ...common, encodingPolicy: "qemu" });
print(`READY ${portsOf(lossy)} ${portsOf(plain)}`);

const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
for await (const line of lines) obey(line);
Deno.exit(0);
