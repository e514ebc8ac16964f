/** A motion from standard input behind vncd: `vncd_motion_peer.ts PORT WIDTH HEIGHT`. Prints READY; ends with its input. */

import { Display, type Rect, serveVnc } from "../../mod.ts";

const [port, displayWidth, displayHeight] = Deno.args.map(Number);
const display = new Display({ width: displayWidth!, height: displayHeight! });
const service = await serveVnc(display, { listen: `127.0.0.1::${port}` });
console.log("READY");
while (await paintFrame()) { /* one after the other */ }
await service.stop();
display.close();

/** Reads a frame and paints it in one turn, as a device does. False at the end of the input. */
async function paintFrame(): Promise<boolean> {
  const changes: Change[] = [];
  for (let change = await readChange(); change !== undefined; change = await readChange()) {
    if (change.width === 0) {
      changes.forEach(paint);
      return true;
    }
    changes.push(change);
  }
  return false;
}

interface Change extends Rect {
  readonly pixels: Uint8Array;
}

async function readChange(): Promise<Change | undefined> {
  const header = await readExactly(8);
  if (header === undefined) return undefined;
  const [x, y, width, height] = new Uint16Array(header.buffer) as unknown as [number, number, number, number];
  const pixels = await readExactly(width * height * 4);
  return pixels === undefined ? undefined : { x, y, width, height, pixels };
}

function paint({ x, y, width, height, pixels }: Change): void {
  for (let row = 0; row < height; row++) {
    const to = (y + row) * display.strideBytes + x * 4;
    display.pixels.set(pixels.subarray(row * width * 4, (row + 1) * width * 4), to);
  }
  display.update({ x, y, width, height });
}

async function readExactly(byteLength: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const bytes = new Uint8Array(byteLength);
  for (let filled = 0; filled < byteLength;) {
    const count = await Deno.stdin.read(bytes.subarray(filled));
    if (count === null) return undefined;
    filled += count;
  }
  return bytes;
}
