/** Raw (RFC 6143 §7.7.1): the pixels, row by row. */

import type { Rect } from "../base/rect.ts";
import { Encoding } from "../rfb/encodings.ts";
import { samePixels, X8R8G8B8 } from "../rfb/pixel_format.ts";
import type { RectContext } from "./rect_encoder.ts";

/** Writes a Raw rect. */
export function encodeRawRect({ arena, conversion, settings, surface, update }: RectContext, part: Rect): void {
  update.beginRect(part, Encoding.Raw);
  // A viewer with the server's own format gets the surface's bytes: nothing is analysed, so no snapshot is needed.
  if (samePixels(settings.pixelFormat, X8R8G8B8)) arena.forEachRow(surface, part, (row) => update.append(row));
  else update.append(arena.encode(arena.kernels.encodeRaw, conversion, surface, part));
}
