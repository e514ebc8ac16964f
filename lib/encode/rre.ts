/** RRE (RFC 6143 §7.7.3) and CoRRE (rfbproto.rst "CoRRE Encoding"): a background with subrects of one colour each. */

import type { Rect } from "../base/rect.ts";
import { Encoding } from "../rfb/encodings.ts";
import type { EncodeKernel } from "./kernels/kernels.ts";
import { encodeRawRect } from "./raw.ts";
import type { RectContext } from "./rect_encoder.ts";
import { RRE_PARTS } from "./rect_plan.ts";

/** Writes an RRE rect, or a Raw one where that is smaller: every client has to understand Raw. */
export function encodeRreRect(context: RectContext, part: Rect): void {
  encodeSubrects(context, part, Encoding.RRE, context.arena.kernels.encodeRre);
}

/** The same as CoRRE. */
export function encodeCorreRect(context: RectContext, part: Rect): void {
  encodeSubrects(context, part, Encoding.CoRRE, context.arena.kernels.encodeCorre);
}

function encodeSubrects(context: RectContext, part: Rect, encoding: number, kernel: EncodeKernel): void {
  // Parts become so large only when there are too many rects for one update.
  if (part.width * part.height > RRE_PARTS.maxPixels || Math.max(part.width, part.height) > RRE_PARTS.maxSide) {
    return encodeRawRect(context, part);
  }
  const { arena, conversion, surface, update } = context;
  const bytes = arena.encode(kernel, conversion, surface, part);
  const isRaw = arena.scratch(1)[0] === 1;
  update.beginRect(part, isRaw ? Encoding.Raw : encoding);
  update.append(bytes);
}
