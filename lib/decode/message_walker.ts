/** Where server messages end, without decoding a pixel: for those who measure, and must not be what costs. */

import { ProtocolError } from "../base/errors.ts";
import { Encoding, encodingName, PseudoEncoding } from "../rfb/encodings.ts";
import { ServerMessageType } from "../rfb/message_types.ts";
import { compactPixelBytes, hasTightPixels, type PixelFormat } from "../rfb/pixel_format.ts";

/**
 * Yields what it needs next: n > 0 asks for n bytes, which is what the yield gives; n < 0 skips −n; 0 asks to see the
 * bytes that have come, one at least, which are still to be taken or skipped then.
 */
type Walk<T> = Generator<number, T, Uint8Array>;

const HEXTILE_SIDE = 16;
const TRLE_SIDE = 16;
const UNTIL_LAST_RECT = 0xffff;
/** Tight sends less than that many bytes as they are. */
const TIGHT_SHORT_BYTES = 12;
/** An RRE subrect's place and size; CoRRE's. */
const RRE_PLACE_BYTES = 8;
const CORRE_PLACE_BYTES = 4;

/** What is told of messages. */
export interface WalkerOptions {
  /** The pixel format that rects are in; asked for at every rect. */
  readonly format: () => PixelFormat;
  /** Told of every rect but LastRect, when its header has been read. */
  readonly onRect: (encoding: number, width: number, height: number) => void;
  /** A message of so many bytes is complete. */
  readonly onMessage: (type: number, byteLength: number) => void;
}

/** Bytes of a pixel in the several encodings. */
interface PixelBytes {
  readonly plain: number;
  /** CPIXEL of TRLE. */
  readonly compact: number;
  /** TPIXEL of Tight. */
  readonly tight: number;
}

function pixelBytes(format: PixelFormat): PixelBytes {
  const plain = format.bitsPerPixel / 8;
  return { plain, compact: compactPixelBytes(format).bytes, tight: hasTightPixels(format) ? 3 : plain };
}

/** Walks over one message and returns its type. */
function* walkMessage(options: WalkerOptions): Walk<number> {
  const type = byteAt(yield 1, 0);
  if (type === ServerMessageType.FramebufferUpdate) yield* walkUpdate(options);
  else if (type === ServerMessageType.ServerCutText) yield* skip(u32(yield 7, 3));
  else if (type === ServerMessageType.SetColourMapEntries) yield* skip(u16(yield 5, 3) * 6);
  else if (type !== ServerMessageType.Bell) {
    throw new ProtocolError(`Cannot read on: a message of type ${type} is unknown`);
  }
  return type;
}

function* walkUpdate({ format, onRect }: WalkerOptions): Walk<void> {
  const count = u16(yield 3, 1);
  for (let i = 0; count === UNTIL_LAST_RECT || i < count; i++) {
    const header = yield 12;
    const [width, height, encoding] = [u16(header, 4), u16(header, 6), u32(header, 8) | 0];
    if (encoding === PseudoEncoding.LastRect) return;
    onRect(encoding, width, height);
    yield* walkRect(encoding, width, height, pixelBytes(format()));
  }
}

function* walkRect(encoding: number, width: number, height: number, bytes: PixelBytes): Walk<void> {
  switch (encoding) {
    case Encoding.Raw:
      return yield* skip(width * height * bytes.plain);
    case Encoding.CopyRect:
      return yield* skip(4);
    case Encoding.RRE:
      return yield* walkRre(bytes.plain, RRE_PLACE_BYTES);
    case Encoding.CoRRE:
      return yield* walkRre(bytes.plain, CORRE_PLACE_BYTES);
    case Encoding.Zlib:
    case Encoding.ZRLE:
    case Encoding.ZYWRLE:
      return yield* skip(u32(yield 4, 0));
    case Encoding.Hextile:
      return yield* walkHextile(width, height, bytes.plain);
    case Encoding.TRLE:
      return yield* walkTrle(width, height, bytes.compact);
    case Encoding.Tight:
    case Encoding.TightPNG:
      return yield* walkTight(width, height, bytes.tight);
    case Encoding.JPEG:
      return yield* walkJpeg();
    case PseudoEncoding.DesktopSize:
    case PseudoEncoding.QEMUExtendedKeyEvent:
      return;
    default:
      throw new ProtocolError(`Cannot read on: ${encodingName(encoding)} was not asked for`);
  }
}

function* walkRre(pixel: number, placeBytes: number): Walk<void> {
  const subrects = u32(yield 4, 0);
  yield* skip(pixel + subrects * (pixel + placeBytes));
}

/** The pixels of each tile of a rect. */
function* tilePixels(width: number, height: number, side: number): Generator<[number, number]> {
  for (let y = 0; y < height; y += side) {
    for (let x = 0; x < width; x += side) yield [Math.min(side, width - x), Math.min(side, height - y)];
  }
}

function* walkHextile(width: number, height: number, pixel: number): Walk<void> {
  for (const [columns, rows] of tilePixels(width, height, HEXTILE_SIDE)) {
    const flags = byteAt(yield 1, 0);
    if (flags & 1) {
      yield* skip(columns * rows * pixel);
      continue;
    }
    yield* skip(((flags >> 1 & 1) + (flags >> 2 & 1)) * pixel);
    if (flags & 8) yield* skip(byteAt(yield 1, 0) * (flags & 16 ? pixel + 2 : 2));
  }
}

function* walkTrle(width: number, height: number, pixel: number): Walk<void> {
  let palette = 0;
  for (const [columns, rows] of tilePixels(width, height, TRLE_SIDE)) {
    const kind = byteAt(yield 1, 0);
    const isReused = kind === 127 || kind === 129;
    if (kind === 0) yield* skip(columns * rows * pixel);
    if (kind === 0) continue;
    if (!isReused) palette = kind & 127;
    yield* skip(isReused ? 0 : palette * pixel);
    if (kind === 1) continue;
    if (kind < 128) yield* skip(Math.ceil(columns * packedBits(palette) / 8) * rows);
    else yield* walkRuns(columns * rows, kind === 128 ? pixel : 0);
  }
}

function packedBits(palette: number): number {
  if (palette === 2) return 1;
  return palette <= 4 ? 2 : 4;
}

/** Runs of colours, or of indices of a palette where a colour takes no bytes. */
function* walkRuns(pixels: number, pixel: number): Walk<void> {
  for (let left = pixels; left > 0;) {
    const seen = wholeRuns(yield 0, left, pixel);
    yield* skip(seen.byteLength);
    left -= seen.pixels;
    if (left > 0) left -= yield* walkRun(pixel);
  }
}

/** The pixels of one run. */
function* walkRun(pixel: number): Walk<number> {
  yield* skip(pixel);
  let pixels = 1;
  const isRun = pixel > 0 || (byteAt(yield 1, 0) & 128) !== 0;
  for (let more = isRun ? 255 : 0; more === 255;) {
    more = byteAt(yield 1, 0);
    pixels += more;
  }
  return pixels;
}

/** The runs of up to `limit` pixels that the bytes have as a whole: a step for each byte would cost more than a server. */
function wholeRuns(bytes: Uint8Array, limit: number, pixel: number): { pixels: number; byteLength: number } {
  let [pixels, byteLength] = [0, 0];
  while (pixels < limit) {
    let [at, length] = [byteLength + pixel, 1];
    const isRun = pixel > 0 || (bytes[at++] ?? 128) >= 128;
    for (let more = isRun ? 255 : 0; more === 255 && at <= bytes.length;) {
      more = bytes[at++] ?? 255;
      length += more;
    }
    if (at > bytes.length) break;
    pixels += length;
    byteLength = at;
  }
  return { pixels, byteLength };
}

function* walkTight(width: number, height: number, pixel: number): Walk<void> {
  const control = byteAt(yield 1, 0);
  const kind = control >> 4;
  if (kind === 8) return yield* skip(pixel);
  if (kind > 8) return yield* skip(yield* compactLength());
  const filter = control & 0x40 ? byteAt(yield 1, 0) : 0;
  let byteLength = width * height * pixel;
  if (filter === 1) {
    const colours = byteAt(yield 1, 0) + 1;
    yield* skip(colours * pixel);
    byteLength = colours === 2 ? Math.ceil(width / 8) * height : width * height;
  }
  yield* skip(byteLength < TIGHT_SHORT_BYTES ? byteLength : yield* compactLength());
}

function* compactLength(): Walk<number> {
  let length = 0;
  for (let shift = 0; shift < 21; shift += 7) {
    const byte = byteAt(yield 1, 0);
    length |= (shift === 14 ? byte : byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  return length;
}

/** From marker to marker, and byte by byte through what is between them (ITU T.81 annex B). */
function* walkJpeg(): Walk<void> {
  yield* skip(2);
  for (let marker = byteAt(yield 2, 1); marker !== 0xd9;) {
    yield* skip(u16(yield 2, 0) - 2);
    marker = marker === 0xda ? yield* walkScan() : byteAt(yield 2, 1);
  }
}

/** The marker that ends a scan. */
function* walkScan(): Walk<number> {
  for (;;) {
    const there = yield 0;
    const at = there.indexOf(0xff);
    yield* skip(at < 0 ? there.length : at + 1);
    if (at < 0) continue;
    const marker = byteAt(yield 1, 0);
    if (marker !== 0 && !(marker >= 0xd0 && marker <= 0xd7)) return marker;
  }
}

function* skip(byteLength: number): Walk<void> {
  if (byteLength > 0) yield -byteLength;
}

function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at]!;
}

function u16(bytes: Uint8Array, at: number): number {
  return bytes[at]! << 8 | bytes[at + 1]!;
}

function u32(bytes: Uint8Array, at: number): number {
  return (u16(bytes, at) << 16 | u16(bytes, at + 2)) >>> 0;
}

/**
 * Walks over a server's messages as their bytes come, in whatever pieces. Looks at lengths only: what is wrong inside a
 * rect goes unseen, or ends in a {@link ProtocolError} of `feed` later on.
 */
export class MessageWalker {
  readonly #options: WalkerOptions;
  readonly #header = new Uint8Array(16);
  #walk: Walk<number>;
  #needed: number;
  #filled = 0;
  #messageBytes = 0;

  constructor(options: WalkerOptions) {
    this.#options = options;
    this.#walk = walkMessage(options);
    this.#needed = this.#walk.next().value;
  }

  /** Bytes of the message that is not complete yet. */
  get pendingBytes(): number {
    return this.#messageBytes;
  }

  /** Takes the next bytes. */
  feed(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      if (this.#needed === 0) this.#goOn(bytes.subarray(at));
      else at += this.#needed < 0 ? this.#skip(bytes, at) : this.#take(bytes, at);
    }
  }

  #skip(bytes: Uint8Array, at: number): number {
    const count = Math.min(-this.#needed, bytes.length - at);
    this.#needed += count;
    this.#messageBytes += count;
    if (this.#needed === 0) this.#goOn(this.#header);
    return count;
  }

  #take(bytes: Uint8Array, at: number): number {
    const count = Math.min(this.#needed - this.#filled, bytes.length - at);
    this.#header.set(bytes.subarray(at, at + count), this.#filled);
    this.#filled += count;
    this.#messageBytes += count;
    if (this.#filled === this.#needed) this.#goOn(this.#header);
    return count;
  }

  #goOn(taken: Uint8Array): void {
    this.#filled = 0;
    const step = this.#walk.next(taken);
    if (!step.done) {
      this.#needed = step.value;
      return;
    }
    const byteLength = this.#messageBytes;
    this.#messageBytes = 0;
    this.#walk = walkMessage(this.#options);
    this.#needed = this.#walk.next().value;
    this.#options.onMessage(step.value, byteLength);
  }
}
