/** The pictures that every server under measurement shows. */

import { encode } from "fast-png";
import { desktopPicture } from "./desktop.ts";
import { flatUI } from "./flat_ui.ts";
import { photo } from "./photo.ts";
import type { BenchPicture } from "./picture.ts";
import { textPage } from "./text_page.ts";

/** How to paint each picture, by name. */
export const PICTURES: Readonly<Record<string, (width: number, height: number) => BenchPicture>> = {
  desktop: desktopPicture,
  text: textPage,
  photo,
  flat: flatUI,
};

/** The picture as PNG. */
export function pictureAsPng({ width, height, rgbx }: BenchPicture): Uint8Array {
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0, j = 0; j < rgb.length; i += 4, j += 3) {
    rgb[j] = rgbx[i]!;
    rgb[j + 1] = rgbx[i + 1]!;
    rgb[j + 2] = rgbx[i + 2]!;
  }
  // the fastest level: the file is read once and thrown away
  return encode({ width, height, data: rgb, depth: 8, channels: 3 }, { zlib: { level: 1 } });
}
