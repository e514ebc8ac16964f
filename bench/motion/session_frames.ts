/** A recording as what changed, when: the same motion for every server, whatever it was recorded from. */

import type { Rect } from "../../lib/base/rect.ts";
import type { PixelTarget } from "../../lib/decode/decoder.ts";
import { MessageDecoder } from "../../lib/decode/message_decoder.ts";
import { createPixelTarget, movePixels } from "../../lib/decode/pixel_target.ts";
import { ByteReader } from "../../lib/rfb/byte_reader.ts";
import { SessionReader } from "../../lib/session/reader.ts";

/** Pixels, bytes B,G,R,0 without gaps between rows. */
export interface Change {
  readonly rect: Rect;
  readonly pixels: Uint8Array<ArrayBuffer>;
}

/** What changed at one time. */
export interface Frame {
  readonly timeMs: number;
  readonly changes: readonly Change[];
}

/** A motion of one size. */
export interface Motion {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly frames: readonly Frame[];
}

/** Reads a whole recording that keeps its size. */
export async function readMotion(path: string): Promise<Motion> {
  using reader = await SessionReader.open(path);
  const { width, height } = reader.header;
  const target = createPixelTarget(width, height);
  const frames: Frame[] = [];
  let painted: Rect[] = [];
  const decoder = new MessageDecoder({
    target,
    resize: () => {
      throw new Error(`Cannot measure with "${path}": its size changes`);
    },
    copy: (source, destination) => {
      movePixels(target, source, destination);
      painted.push(destination);
    },
    painted: (rect) => void painted.push(rect),
  });
  const stream = new ByteReader();
  for (let block = await reader.next(); block !== undefined; block = await reader.next()) {
    stream.append(block.bytes);
    while (decoder.next(stream) !== undefined) { /* what it paints is told above */ }
    if (painted.length > 0) frames.push({ timeMs: block.timeMs, changes: painted.map((rect) => cutOut(target, rect)) });
    painted = [];
  }
  return { name: path.replace(/^.*\/|\.rfb$/g, ""), width, height, frames };
}

function cutOut({ pixels, strideBytes }: PixelTarget, rect: Rect): Change {
  const rowBytes = rect.width * 4;
  const cut = new Uint8Array(rowBytes * rect.height);
  for (let y = 0; y < rect.height; y++) {
    const from = (rect.y + y) * strideBytes + rect.x * 4;
    cut.set(pixels.subarray(from, from + rowBytes), y * rowBytes);
  }
  return { rect, pixels: cut };
}
