/** Runs a rect decoder as a connection does: at a place in a larger picture, with bytes in pieces. */

import assert from "node:assert/strict";
import { ProtocolError } from "../../lib/base/errors.ts";
import type { RectDecoder } from "../../lib/decode/decoder.ts";
import { createPixelTarget } from "../../lib/decode/pixel_target.ts";
import { ByteReader } from "../../lib/rfb/byte_reader.ts";
import { concat } from "./rects.ts";

interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * Decodes a rect at 3,2 in pieces and gives its pixels 0xXXRRGGBB; fails when something around it is painted or a byte
 * behind it is taken.
 */
export function decodeInPieces(
  decoder: RectDecoder,
  bytes: Uint8Array,
  { width, height }: Size,
  pieceBytes: number,
): number[] {
  const target = createPixelTarget(width + 5, height + 4);
  const all = concat([bytes, Uint8Array.of(0xaa)]);
  const reader = new ByteReader();
  let isDone = false;
  for (let at = 0; at < all.length; at += pieceBytes) {
    reader.append(all.slice(at, at + pieceBytes));
    if (!isDone) isDone = decoder.decodeRect(reader, { x: 3, y: 2, width, height }, target);
  }
  assert.ok(isDone, "the decoder wants more bytes than there are");
  assert.equal(reader.available, 1);
  const painted: number[] = [];
  for (const [at, value] of new Uint32Array(target.pixels.buffer).entries()) {
    const [x, y] = [at % target.width - 3, Math.floor(at / target.width) - 2];
    if (x >= 0 && x < width && y >= 0 && y < height) painted.push(value);
    else assert.equal(value, 0, `painted outside the rect at ${x},${y}`);
  }
  return painted;
}

/** Fails unless the decoder refuses the bytes with a ProtocolError that says so. */
export function assertRefused(
  decoder: RectDecoder,
  bytes: readonly number[] | Uint8Array,
  { width, height }: Size,
  message: RegExp,
): void {
  const target = createPixelTarget(width, height);
  assert.throws(
    () => decoder.decodeRect(new ByteReader(Uint8Array.from(bytes)), { x: 0, y: 0, width, height }, target),
    (error) => error instanceof ProtocolError && message.test(error.message),
  );
}
