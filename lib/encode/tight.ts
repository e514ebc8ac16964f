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
import { fillPixel, writePngPayload } from "./tight_png.ts";
import { CHOOSY_LEVEL, ZlibStream } from "./zlib_stream.ts";

/** Fewer bytes go out as they are, without a length. */
const MIN_COMPRESSED_BYTES = 12;
/** Level when the client asks for none: a ninth fewer bytes of text than at 1, for a quarter more time [measured]. */
const DEFAULT_COMPRESS_LEVEL = 3;
/** From this level on what is behind the gradient filter is searched: 6 % of the bytes for half as much time again. */
const MIN_SEARCHED_LEVEL = 7;
/** The level it is searched at: higher ones search for long and find next to nothing [measured]. */
const GRADIENT_COMPRESS_LEVEL = 3;
/** Deflate's level at each compress level: from 3 on it takes a third more time for a tenth of the bytes [measured]. */
const DEFLATE_LEVEL: readonly number[] = [0, 1, 1, 2, 2, 2, 2, 3, 5, 9];
const FILTER_FOLLOWS = 4;
const FILL_CONTROL = 0x80;
const JPEG_CONTROL = 0x90;
const PALETTE_FILTER = 1;
const GRADIENT_FILTER = 2;

/** The zlib stream of each filter. */
const STREAM: Readonly<Record<number, number>> = {
  [TightFilter.copy]: 0,
  [TightFilter.mono]: 1,
  [TightFilter.palette]: 2,
  [TightFilter.gradient]: 3,
};

/** A rect that the kernel made of a part. */
interface TightRect {
  readonly bounds: Rect;
  readonly filter: number;
  readonly colours: number;
  /** Its palette and pixels. */
  readonly bytes: Uint8Array;
}

/** Writes a part as the rects that suit what is in it; as one while there is no room for more in the update. */
export function encodeTightRects(context: RectContext, part: Part): void {
  const { arena, conversion, surface, settings } = context;
  if (mostRects(part) > context.spareRects()) return writeCopy(context, part);
  const jpeg = jpegOf(settings, part);
  const rules = jpeg === undefined ? conversion : conversion.with(JPEG_RULE_OFFSET, JPEG_RULE[part.lossy]);
  const found = readRects(arena, part, arena.encode(arena.kernels.encodeTight, rules, surface, part));
  for (const each of found) if (each.filter !== TightFilter.jpeg) writeRect(context, each);
  // last, for their files take the place of all bytes in the arena
  for (const { bounds, filter } of found) {
    if (filter !== TightFilter.jpeg) continue;
    if (part.lossy !== "smooth" || isSmooth(context, bounds)) writeJpeg(context, bounds, jpeg!);
    else encodeTightRects(context, { ...bounds, lossy: "forbidden" });
  }
}

/** Writes a rect without a look at what is in it. */
function writeCopy(context: RectContext, bounds: Rect): void {
  const { arena, conversion, surface } = context;
  const bytes = arena.encode(arena.kernels.encodeRaw, conversion, surface, bounds);
  writeRect(context, { bounds, filter: TightFilter.copy, colours: 0, bytes });
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

function readRects(arena: Arena, part: Rect, output: Uint8Array): TightRect[] {
  const { firstIndex, words: size } = TightRects;
  const count = arena.scratch(1)[0]!;
  const words = arena.scratch(firstIndex + count * size);
  let start = 0;
  return Array.from({ length: count }, (_, at) => {
    const from = firstIndex + at * size;
    const [x, y, width, height, filter, colours, end] = words.subarray(from, from + size);
    const bytes = output.subarray(start, end);
    start = end!;
    const bounds = rect(part.x + x!, part.y + y!, width!, height!);
    return { bounds, filter: filter!, colours: colours!, bytes };
  });
}

function writeRect(context: RectContext, { bounds, filter, colours, bytes }: TightRect): void {
  const { update, settings } = context;
  const isPng = settings.encoding === Encoding.TightPNG;
  update.beginRect(bounds, settings.encoding);
  if (filter === TightFilter.fill) {
    update.u8(FILL_CONTROL);
    return update.append(isPng ? fillPixel(settings.pixelFormat, bytes) : bytes);
  }
  const paletteBytes = colours * context.conversion[WIRE_BYTES_OFFSET]!;
  if (isPng) return writePngPayload(context, { bounds, colours, paletteBytes, bytes });
  const stream = STREAM[filter]!;
  const reset = beginsStream(context, stream, bytes.length - paletteBytes) ? 1 << stream : 0;
  update.u8((filter === TightFilter.copy ? stream : stream | FILTER_FOLLOWS) << 4 | reset);
  if (filter === TightFilter.gradient) update.u8(GRADIENT_FILTER);
  if (colours > 0) {
    update.u8(PALETTE_FILTER);
    update.u8(colours - 1);
    update.append(bytes.subarray(0, paletteBytes));
  }
  // Palette indices and packed bits repeat at any byte.
  const pixelBytes = colours > 0 ? 1 : context.conversion[WIRE_BYTES_OFFSET]!;
  writePixels(context, stream, bytes.subarray(paletteBytes), pixelBytes);
}

/** Whether a rect's pixels are the first of a stream: the viewer may have read another one of that number before. */
function beginsStream({ streams }: RectContext, at: number, pixelBytes: number): boolean {
  return pixelBytes >= MIN_COMPRESSED_BYTES && streams.tight?.[at] === undefined;
}

function writePixels(context: RectContext, at: number, pixels: Uint8Array, pixelBytes: number): void {
  const { update, streams, settings } = context;
  if (pixels.length < MIN_COMPRESSED_BYTES) return update.append(pixels);
  const tight = streams.tight ??= [];
  const stream = tight[at] ??= new ZlibStream();
  const level = streamLevel(at, settings.compressLevel);
  const compressed = stream.compress(pixels, [{ end: pixels.length, pixelBytes }], level);
  update.compactLength(compressed.length);
  update.append(compressed);
}

function streamLevel(stream: number, compressLevel = DEFAULT_COMPRESS_LEVEL): number {
  if (stream !== STREAM[TightFilter.gradient]) return DEFLATE_LEVEL[compressLevel]!;
  return compressLevel < MIN_SEARCHED_LEVEL ? CHOOSY_LEVEL : GRADIENT_COMPRESS_LEVEL;
}

/** Whether pixels may go behind the gradient filter: not where nothing is compressed, which is all it is for. */
export function usesGradient({ gradients, compressLevel }: EncodeSettings): boolean {
  return gradients === true && compressLevel !== 0;
}
