/** How far a server's picture is from what it should show. */

import { connectVnc } from "../lib/client/open_vnc.ts";
import type { BenchPicture } from "./pictures/picture.ts";

/** Peak signal-to-noise ratio in dB of one full update; Infinity when it is exact. */
export async function pictureLoss(
  port: number,
  encodings: readonly number[],
  { width, height, rgbx }: BenchPicture,
): Promise<number> {
  const client = await connectVnc(`127.0.0.1::${port}`, { encodings });
  const covered = client.nextUpdate();
  client.requestUpdate(false);
  await covered;
  client.close();
  const { pixels, strideBytes } = client.framebuffer;
  let sum = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [from, to] = [(y * width + x) * 4, y * strideBytes + x * 4];
      for (let channel = 0; channel < 3; channel++) sum += (rgbx[from + channel]! - pixels[to + 2 - channel]!) ** 2;
    }
  }
  return 10 * Math.log10(255 ** 2 / (sum / (width * height * 3)));
}
