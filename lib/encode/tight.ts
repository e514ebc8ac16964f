/** Tight (rfbproto.rst "Tight Encoding"): fills, two colours, palettes, pixels, through four zlib streams, and JPEG. */

import { type Rect, rect } from "../base/rect.ts";
import { Encoding } from "../rfb/encodings.ts";
import type { Arena } from "./arena.ts";
import type { EncodeSettings, JpegSettings } from "./job.ts";
import { encodeJpeg, jpegOf } from "./jpeg.ts";
import { TightFilter, TightRects } from "./kernels/kernels.ts";
import { JPEG_RULE, JPEG_RULE_OFFSET, WIRE_BYTES_OFFSET } from "./pixel_conversion.ts";
import type { RectContext } from "./rect_encoder.ts";
import type { Part } from "./rect_plan.ts";
import { isSmooth } from "./smoothness.ts";
import { writePngRects } from "./tight_png.ts";
import { TightStreams } from "./tight_streams.ts";

const JPEG_CONTROL = 0x90;

/** Writes a part as the rects that suit what is in it; as one while there is no room for more in the update. */
export function encodeTightRects(context: RectContext, part: Part): void {
  const { arena, conversion, surface, settings } = context;
  if (mostRects(part) > context.spareRects()) return writeCopy(context, part);
  const jpeg = jpegOf(settings, part);
  const rules = jpeg === undefined ? conversion : conversion.with(JPEG_RULE_OFFSET, JPEG_RULE[part.lossy]);
  const bytes = arena.encode(arena.kernels.encodeTight, rules, surface, part);
  const found = foundRects(arena);
  const lossy = jpeg === undefined ? [] : jpegBounds(part, found);
  writeRects(context, part, found, bytes, found.length / TightRects.words - lossy.length);
  // last, for their files take the place of all bytes in the arena
  for (const bounds of lossy) {
    if (part.lossy !== "smooth" || isSmooth(context, bounds)) writeJpeg(context, bounds, jpeg!);
    else encodeTightRects(context, { ...bounds, lossy: "forbidden" });
  }
}

/** Writes a rect without a look at what is in it. */
function writeCopy(context: RectContext, bounds: Rect): void {
  const { arena, conversion, surface } = context;
  const bytes = arena.encode(arena.kernels.encodeRaw, conversion, surface, bounds);
  const found = Uint32Array.of(0, 0, bounds.width, bounds.height, TightFilter.copy, 0, bytes.length);
  writeRects(context, bounds, found, bytes, 1);
}

/** Writes the `count` rects of a part that are not left to JPEG. */
function writeRects(context: RectContext, part: Rect, found: Uint32Array, bytes: Uint8Array, count: number): void {
  const { update, streams, settings, conversion } = context;
  if (settings.encoding === Encoding.TightPNG) return writePngRects(context, part, found, bytes);
  const tight = streams.tight ??= new TightStreams();
  const wireBytes = conversion[WIRE_BYTES_OFFSET]!;
  update.appendRects(tight.write(part, found, bytes, wireBytes, settings.compressLevel), count);
}

function writeJpeg(context: RectContext, bounds: Rect, jpeg: JpegSettings): void {
  const { arena, conversion, surface, settings, update } = context;
  const file = encodeJpeg(arena, surface, bounds, jpeg, conversion[WIRE_BYTES_OFFSET]!);
  if (file === undefined) return writeCopy(context, bounds);
  update.beginRect(bounds, settings.encoding);
  update.u8(JPEG_CONTROL);
  update.compactLength(file.length);
  update.append(file);
  update.noteLossy(bounds);
}

function mostRects({ width, height }: Rect): number {
  const { tileSide } = TightRects;
  return Math.ceil(width / tileSide) * Math.ceil(height / tileSide);
}

/** The words of the rects that the kernel has found. */
function foundRects(arena: Arena): Uint32Array {
  const { firstIndex, words } = TightRects;
  const [count] = arena.scratch(1);
  return arena.scratch(firstIndex + count! * words).subarray(firstIndex);
}

/** Where the rects are that are left to JPEG. */
function jpegBounds(part: Rect, found: Uint32Array): Rect[] {
  const bounds: Rect[] = [];
  for (let at = 0; at < found.length; at += TightRects.words) {
    const [x, y, width, height, filter] = found.subarray(at);
    if (filter === TightFilter.jpeg) bounds.push(rect(part.x + x!, part.y + y!, width!, height!));
  }
  return bounds;
}

/** Whether pixels may go behind the gradient filter: not where nothing is compressed, which is all it is for. */
export function usesGradient({ gradients, compressLevel }: EncodeSettings): boolean {
  return gradients === true && compressLevel !== 0;
}
