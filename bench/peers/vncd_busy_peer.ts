/**
 * A busy display in a process of its own: `vncd_busy_peer.ts WIDTH HEIGHT FPS VIDEO_WIDTH VIDEO_HEIGHT`. Prints
 * `READY port` and ends with its standard input.
 */

import { Display, serveVnc } from "../../mod.ts";
import { BusyDesktop } from "../scenes/busy_desktop.ts";

const MAX_VIEWERS = 2_000;

const [width = 1280, height = 720, fps = 10, videoWidth = 320, videoHeight = 200] = Deno.args.map(Number);
const display = new Display({ width, height });
const service = await serveVnc(display, { maxConnections: MAX_VIEWERS });
const scene = new BusyDesktop(display, { width: videoWidth, height: videoHeight });
const timer = setInterval(() => scene.paint(), 1_000 / fps);
console.log(`READY ${service.port}`);
await Deno.stdin.readable.pipeTo(new WritableStream());
clearInterval(timer);
await service.stop();
display.close();
