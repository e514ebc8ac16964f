/** Tight's rects as they go on the wire (rfbproto.rst "Tight Encoding"): headers, palettes and deflated pixels. */

import { deflateTo } from "./deflate";
import { DeflateStream, DeflateWork, INPUT, OUTPUT, SEGMENTS } from "./deflate_work";
import { COPY, FILL, GRADIENT, JPEG, RECT_BYTES, TightRect } from "./tight";

const TIGHT_ENCODING: u32 = 7;
const HEADER_BYTES: usize = 12;
/** Fewer bytes go out as they are, without a length. */
const MIN_COMPRESSED_BYTES: usize = 12;
const FILTER_FOLLOWS: u32 = 4;
const FILL_CONTROL: u8 = 0x80;
const PALETTE_FILTER: u8 = 1;
const GRADIENT_FILTER: u8 = 2;
/** Of a compressed length, which takes seven bits a byte. */
const MAX_LENGTH_BYTES: usize = 3;

/** A part whose rects are written, made by lib/encode/tight_streams.ts. The rects follow it. */
@unmanaged
class TightPart {
  x: u32;
  y: u32;
  wireBytes: u32;
  count: u32;
  /** Levels of deflate: behind the gradient filter, and for all else. */
  gradientLevel: u32;
  level: u32;
}

/** Slots of the part's streams, by the number Tight gives them; only those that are needed. */
const STREAMS: usize = 24;
const RECTS: usize = 40;

/**
 * Writes all rects of a part but those that are left to JPEG. Their bytes lie at the input, one rect's behind the
 * other's, and are lost. Returns the number of bytes at the output.
 */
export function writeTightRects(work: DeflateWork, part: TightPart): u32 {
  const input = changetype<usize>(work) + INPUT;
  const output = changetype<usize>(work) + OUTPUT;
  let start = input;
  let at = output;
  for (let index: u32 = 0; index < part.count; index++) {
    const found = changetype<TightRect>(changetype<usize>(part) + RECTS + <usize>index * RECT_BYTES);
    const end = input + found.end;
    if (found.filter != JPEG) at = writeRect(work, part, found, start, end, at);
    start = end;
  }
  return <u32>(at - output);
}

/** The bytes from `start` to `end` are the palette and the pixels. */
function writeRect(work: DeflateWork, part: TightPart, found: TightRect, start: usize, end: usize, at: usize): usize {
  at = writeHeader(part, found, at);
  if (found.filter == FILL) {
    store<u8>(at, FILL_CONTROL);
    return appendBytes(start, end, at + 1);
  }
  const pixels = start + <usize>(found.colours * part.wireBytes);
  const number = streamNumber(found.filter);
  const stream = changetype<DeflateStream>(<usize>load<u32>(changetype<usize>(part) + STREAMS + (<usize>number << 2)));
  const isCompressed = end - pixels >= MIN_COMPRESSED_BYTES;
  // the viewer may have read another stream of that number before
  const reset = isCompressed && stream.started == 0 ? <u32>1 << number : 0;
  const filterFollows = found.filter == COPY ? 0 : FILTER_FOLLOWS;
  store<u8>(at++, (number | filterFollows) << 4 | reset);
  at = writeFilter(found, start, pixels, at);
  if (!isCompressed) return appendBytes(pixels, end, at);
  // palette indices and packed bits repeat at any byte
  const pixelBytes = found.colours > 0 ? 1 : part.wireBytes;
  const level = found.filter == GRADIENT ? part.gradientLevel : part.level;
  return writeCompressed(work, stream, pixels, <u32>(end - pixels), pixelBytes, level, at);
}

function writeHeader(part: TightPart, found: TightRect, at: usize): usize {
  store<u16>(at, bswap<u16>(<u16>(part.x + found.x)));
  store<u16>(at, bswap<u16>(<u16>(part.y + found.y)), 2);
  store<u16>(at, bswap<u16>(<u16>found.width), 4);
  store<u16>(at, bswap<u16>(<u16>found.height), 6);
  store<u32>(at, bswap<u32>(TIGHT_ENCODING), 8);
  return at + HEADER_BYTES;
}

/** The zlib stream of a filter: copies, two colours, palettes and gradients each have their own. */
function streamNumber(filter: u32): u32 {
  return filter == COPY ? 0 : filter == GRADIENT ? 3 : filter;
}

/** What a rect says of its filter; the palette lies between `start` and `pixels`. */
function writeFilter(found: TightRect, start: usize, pixels: usize, at: usize): usize {
  if (found.filter == GRADIENT) store<u8>(at++, GRADIENT_FILTER);
  if (found.colours == 0) return at;
  store<u8>(at, PALETTE_FILTER);
  store<u8>(at, <u8>(found.colours - 1), 1);
  return appendBytes(start, pixels, at + 2);
}

function appendBytes(start: usize, end: usize, at: usize): usize {
  memory.copy(at, start, end - start);
  return at + (end - start);
}

/** A length and that many bytes, which are moved down where the length is short. */
function writeCompressed(
  work: DeflateWork,
  stream: DeflateStream,
  pixels: usize,
  byteCount: u32,
  pixelBytes: u32,
  level: u32,
  at: usize,
): usize {
  const segment = changetype<usize>(work) + SEGMENTS;
  store<u32>(segment, byteCount);
  store<u32>(segment, pixelBytes, 4);
  const start = at + MAX_LENGTH_BYTES;
  const end = deflateTo(work, stream, pixels, start, 1, level);
  return appendBytes(start, end, writeCompactLength(<u32>(end - start), at));
}

/** Seven bits a byte, the lowest first. */
function writeCompactLength(length: u32, at: usize): usize {
  for (; length >= 128; length >>= 7) store<u8>(at++, length & 127 | 128);
  store<u8>(at, length);
  return at + 1;
}
