/** Hextile (RFC 6143 §7.7.4): tiles of 16x16, raw or a background with subrects. */

import type { Rect } from "../base/rect.ts";
import { Encoding } from "../rfb/encodings.ts";
import type { RectContext } from "./rect_encoder.ts";

/** Writes a Hextile rect. */
export function encodeHextileRect({ arena, conversion, surface, update }: RectContext, part: Rect): void {
  update.beginRect(part, Encoding.Hextile);
  update.append(arena.encode(arena.kernels.encodeHextile, conversion, surface, part));
}
