/** TRLE (RFC 6143 §7.7.5): tiles of 16x16, palettes and runs, not compressed any further. */

import type { Rect } from "../base/rect.ts";
import { Encoding } from "../rfb/encodings.ts";
import type { RectContext } from "./rect_encoder.ts";

/** Writes a TRLE rect; the context's conversion makes CPIXELs. */
export function encodeTrleRect({ arena, conversion, surface, update }: RectContext, part: Rect): void {
  update.beginRect(part, Encoding.TRLE);
  update.append(arena.encode(arena.kernels.encodeTrle, conversion, surface, part));
}
