/**
 * Where server messages end, without decoding a pixel: for viewers that must cost next to nothing. Generators that
 * yield what they need next: n > 0 asks for n bytes, n < 0 skips −n.
 */

import { Encoding, PseudoEncoding } from "../../lib/rfb/encodings.ts";
import { ServerMessageType } from "../../lib/rfb/message_types.ts";

/** Asks for bytes (n > 0, they are what the yield gives) or skips them (n < 0). */
export type Walk<T> = Generator<number, T, Uint8Array>;

const BYTES_PER_PIXEL = 4;
/** Tight's TPIXEL of 32 bpp with 8 bits a colour. */
const TPIXEL_BYTES = 3;
const HEXTILE_SIDE = 16;
const UNTIL_LAST_RECT = 0xffff;
/** Tight sends less than that many bytes as they are. */
const TIGHT_SHORT_BYTES = 12;

/** Told of every rect, when its header has been read. */
export type OnRect = (encoding: number) => void;

/** Walks over one message of a server at 32 bpp; returns its type. Throws for what it cannot walk over. */
export function* walkMessage(onRect: OnRect): Walk<number> {
  const type = byteAt(yield 1, 0);
  if (type === ServerMessageType.FramebufferUpdate) yield* walkUpdate(onRect);
  else if (type === ServerMessageType.ServerCutText) yield* skip(u32(yield 7, 3));
  else if (type === ServerMessageType.SetColourMapEntries) yield* skip(u16(yield 5, 3) * 6);
  else if (type !== ServerMessageType.Bell) throw new Error(`Cannot walk over a message of type ${type}`);
  return type;
}

function* walkUpdate(onRect: OnRect): Walk<void> {
  const count = u16(yield 3, 1);
  for (let i = 0; count === UNTIL_LAST_RECT || i < count; i++) {
    const header = yield 12;
    const [width, height, encoding] = [u16(header, 4), u16(header, 6), u32(header, 8) | 0];
    if (encoding === PseudoEncoding.LastRect) return;
    onRect(encoding);
    yield* walkRect(encoding, width, height);
  }
}

function* walkRect(encoding: number, width: number, height: number): Walk<void> {
  switch (encoding) {
    case Encoding.Raw:
      return yield* skip(width * height * BYTES_PER_PIXEL);
    case Encoding.CopyRect:
      return yield* skip(4);
    case Encoding.Zlib:
    case Encoding.ZRLE:
    case Encoding.ZYWRLE:
      return yield* skip(u32(yield 4, 0));
    case Encoding.Hextile:
      return yield* walkHextile(width, height);
    case Encoding.Tight:
    case Encoding.TightPNG:
      return yield* walkTight(width, height);
    case PseudoEncoding.DesktopSize:
    case PseudoEncoding.QEMUExtendedKeyEvent:
      return;
    default:
      throw new Error(`Cannot walk over encoding ${encoding}`);
  }
}

function* walkHextile(width: number, height: number): Walk<void> {
  for (let y = 0; y < height; y += HEXTILE_SIDE) {
    for (let x = 0; x < width; x += HEXTILE_SIDE) {
      yield* walkTile(Math.min(HEXTILE_SIDE, width - x) * Math.min(HEXTILE_SIDE, height - y));
    }
  }
}

function* walkTile(pixels: number): Walk<void> {
  const flags = byteAt(yield 1, 0);
  if (flags & 1) return yield* skip(pixels * BYTES_PER_PIXEL);
  yield* skip(((flags >> 1 & 1) + (flags >> 2 & 1)) * BYTES_PER_PIXEL);
  if (flags & 8) yield* skip(byteAt(yield 1, 0) * (flags & 16 ? BYTES_PER_PIXEL + 2 : 2));
}

function* walkTight(width: number, height: number): Walk<void> {
  const control = byteAt(yield 1, 0);
  const kind = control >> 4;
  if (kind === 8) return yield* skip(TPIXEL_BYTES);
  if (kind > 8) return yield* skip(yield* compactLength());
  const filter = control & 0x40 ? byteAt(yield 1, 0) : 0;
  let byteLength = width * height * TPIXEL_BYTES;
  if (filter === 1) {
    const colours = byteAt(yield 1, 0) + 1;
    yield* skip(colours * TPIXEL_BYTES);
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

/** Feeds walks with bytes as they come, in whatever pieces. */
export class MessageWalker {
  readonly #onRect: OnRect;
  readonly #onMessage: (type: number) => void;
  readonly #header = new Uint8Array(16);
  #walk: Walk<number>;
  #needed: number;
  #filled = 0;

  /** `onMessage` is told the type of each message when its last byte is there. */
  constructor(onRect: OnRect, onMessage: (type: number) => void) {
    this.#onRect = onRect;
    this.#onMessage = onMessage;
    this.#walk = walkMessage(onRect);
    this.#needed = this.#walk.next().value;
  }

  /** Takes the next bytes. */
  feed(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) at += this.#needed < 0 ? this.#skip(bytes, at) : this.#take(bytes, at);
  }

  #skip(bytes: Uint8Array, at: number): number {
    const count = Math.min(-this.#needed, bytes.length - at);
    this.#needed += count;
    if (this.#needed === 0) this.#goOn(this.#header);
    return count;
  }

  #take(bytes: Uint8Array, at: number): number {
    const count = Math.min(this.#needed - this.#filled, bytes.length - at);
    this.#header.set(bytes.subarray(at, at + count), this.#filled);
    this.#filled += count;
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
    this.#walk = walkMessage(this.#onRect);
    this.#needed = this.#walk.next().value;
    this.#onMessage(step.value);
  }
}
