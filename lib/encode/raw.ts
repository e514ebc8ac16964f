/** Raw (RFC 6143 §7.7.1): the pixels, row by row. */

import type { Rect } from "../base/rect.ts";
import { Encoding } from "../rfb/encodings.ts";
import type { RectContext } from "./rect_encoder.ts";

/** Writes a Raw rect. */
export function encodeRawRect({ arena, conversion, surface, update }: RectContext, part: Rect): void {
  update.beginRect(part, Encoding.Raw);
  update.append(arena.encode(arena.kernels.encodeRaw, conversion, surface, part));
}
