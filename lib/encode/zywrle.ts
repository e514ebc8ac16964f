/** ZYWRLE: ZRLE whose raw tiles are wavelet coefficients, for clients that asked for less than full quality. */

import { Encoding } from "../rfb/encodings.ts";
import { compactPixelBytes, type PixelFormat } from "../rfb/pixel_format.ts";
import { appendCompressed } from "./compressed_payload.ts";
import { headedStream } from "./headed_stream.ts";
import type { EncodeKernel } from "./kernels/kernels.ts";
import type { RectContext } from "./rect_encoder.ts";
import type { Part } from "./rect_plan.ts";
import { encodeZrleRect, readSegments, tilesLevel } from "./zrle.ts";

/** Where a pixel's value has its channels: in the low three bytes, or in 5, 6, 5 or 5, 5, 5 of the low bits. */
const Layout = { bits888: 0, bits565: 1, bits555: 2 } as const;
const WIDTHS: readonly (readonly [layout: number, bits: readonly [number, number, number]])[] = [
  [Layout.bits565, [5, 6, 5]],
  [Layout.bits555, [5, 5, 5]],
];

/**
 * Writes a rect. Where nothing may be lost its tiles are palettes and runs, because a client that asked for less than
 * full quality takes every raw tile for coefficients; and it is never a ZRLE rect then, behind which libvncclient would
 * take them for pixels. A client that asked for full quality, or none, or whose pixels no peer transforms gets ZRLE.
 */
export function encodeZywrleRect(context: RectContext, part: Part): void {
  const { arena, conversion, surface, update, streams, settings } = context;
  const { zywrleDepth, pixelFormat } = settings;
  const layout = layoutOf(pixelFormat);
  if (zywrleDepth === undefined || layout === undefined) return encodeZrleRect(context, part);
  const kernel: EncodeKernel = (...given) =>
    arena.kernels.encodeZywrle(
      ...given,
      zywrleDepth,
      part.lossy !== "forbidden",
      layout,
      pixelFormat.bigEndianFlag,
    );
  update.beginRect(part, Encoding.ZYWRLE);
  const tiles = arena.encode(kernel, conversion, surface, part);
  const { segments, lossyTiles } = readSegments(arena);
  if (lossyTiles > 0) update.noteLossy(part);
  const stream = headedStream(streams, "zrle");
  appendCompressed(update, stream, tilesLevel(settings.compressLevel), tiles, segments);
}

/** The layout of a format's pixels; undefined for those that peers do not transform. Red and blue may change places. */
function layoutOf(format: PixelFormat): number | undefined {
  const { bitsPerPixel, redMax, greenMax, blueMax, redShift, greenShift, blueShift } = format;
  if (bitsPerPixel === 32) {
    const { bytes, fromLow } = compactPixelBytes(format);
    return bytes === 3 && fromLow && redMax === 255 && greenMax === 255 && blueMax === 255 ? Layout.bits888 : undefined;
  }
  const fields = [[redMax, redShift], [greenMax, greenShift], [blueMax, blueShift]]
    .sort(([, a], [, b]) => a! - b!)
    .map(String);
  const found = WIDTHS.find(([, [low, middle, high]]) =>
    fields.join() === [[2 ** low - 1, 0], [2 ** middle - 1, low], [2 ** high - 1, low + middle]].join()
  );
  return bitsPerPixel === 16 ? found?.[0] : undefined;
}
