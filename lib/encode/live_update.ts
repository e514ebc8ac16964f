/** Updates that are the surface itself: Raw pixels that no worker has to touch, nor anybody to copy. */

import { MAX_UPDATE_RECTS } from "../base/limits.ts";
import type { Rect } from "../base/rect.ts";
import { ByteWriter } from "../rfb/byte_writer.ts";
import { Encoding } from "../rfb/encodings.ts";
import { samePixels, X8R8G8B8 } from "../rfb/pixel_format.ts";
import {
  RECT_HEADER_BYTES,
  UPDATE_HEADER_BYTES,
  writeFramebufferUpdateHeader,
  writeRectHeader,
} from "../rfb/server_messages.ts";
import type { EncodedUpdate, EncodeJob, PixelMemory } from "./job.ts";

/** With fewer bytes in a rect the copy costs less than a write of its own does [vncd]. */
const MIN_RECT_BYTES = 64 * 1024;

/**
 * The update that consists of headers and the surface's own rows; undefined when the job does not allow it, or its
 * pixels have to be changed or gathered. Costs nothing but the headers, however large the picture is.
 */
export function liveUpdate(job: EncodeJob, { memory }: PixelMemory): EncodedUpdate | undefined {
  if (!canBeLive(job)) return undefined;
  const { surface: { pointer, strideBytes }, rects } = job;
  const tail = rects.flatMap((each, at) => {
    const rows = new Uint8Array(memory.buffer, pointer + each.y * strideBytes, each.height * strideBytes);
    return at === 0 ? [rows] : [rectHead(each), rows];
  });
  return { bytes: updateHead(rects), tail, rectCount: rects.length, isLive: true };
}

function canBeLive({ mayBeLive, settings, surface, copies, rects, maxRects = MAX_UPDATE_RECTS }: EncodeJob): boolean {
  const { encoding, beside = [], pixelFormat } = settings;
  return mayBeLive === true && encoding === Encoding.Raw && beside.length === 0 && samePixels(pixelFormat, X8R8G8B8) &&
    copies.length === 0 && rects.length > 0 && rects.length <= maxRects &&
    rects.every((each) =>
      each.width * 4 === surface.strideBytes && each.height * surface.strideBytes >= MIN_RECT_BYTES &&
      each.y + each.height <= surface.height
    );
}

function updateHead(rects: readonly Rect[]): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter(UPDATE_HEADER_BYTES + RECT_HEADER_BYTES);
  writeFramebufferUpdateHeader(writer, rects.length);
  writeRectHeader(writer, rects[0]!, Encoding.Raw);
  return writer.finish();
}

function rectHead(each: Rect): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter(RECT_HEADER_BYTES);
  writeRectHeader(writer, each, Encoding.Raw);
  return writer.finish();
}
