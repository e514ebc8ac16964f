/** Raw (RFC 6143 §7.7.1): the pixels, row by row. */

import { type Rect, rect } from "../base/rect.ts";
import { Encoding } from "../rfb/encodings.ts";
import { samePixels, X8R8G8B8 } from "../rfb/pixel_format.ts";
import type { RectContext } from "./rect_encoder.ts";
import { MAX_PART_PIXELS } from "./rect_plan.ts";

/** Writes a Raw rect of any size. */
export function encodeRawRect(context: RectContext, part: Rect): void {
  const { arena, settings, surface, update } = context;
  update.beginRect(part, Encoding.Raw);
  // A viewer with the server's own format gets the surface's bytes: nothing is analysed, so no snapshot is needed.
  if (samePixels(settings.pixelFormat, X8R8G8B8)) arena.forEachRow(surface, part, (row) => update.append(row));
  else appendConverted(context, part);
}

/** Converts as many rows at a time as the arena holds. */
function appendConverted({ arena, conversion, surface, update }: RectContext, part: Rect): void {
  const rows = Math.floor(MAX_PART_PIXELS / part.width);
  for (let y = 0; y < part.height; y += rows) {
    const band = rect(part.x, part.y + y, part.width, Math.min(rows, part.height - y));
    update.append(arena.encode(arena.kernels.encodeRaw, conversion, surface, band));
  }
}
