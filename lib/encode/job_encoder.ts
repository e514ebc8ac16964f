/** One job, part by part. */

import { LimitError } from "../base/errors.ts";
import { MAX_UPDATE_RECTS } from "../base/limits.ts";
import type { Rect } from "../base/rect.ts";
import { Encoding } from "../rfb/encodings.ts";
import { RECT_HEADER_BYTES } from "../rfb/server_messages.ts";
import type { Arena } from "./arena.ts";
import { chooseConversion, chooseEncoder } from "./choose.ts";
import { encodeCopyRect } from "./copy_rect.ts";
import type { EncodedUpdate, EncodeJob, EncodeSettings } from "./job.ts";
import { planParts } from "./part_plan.ts";
import type { ClientStreams } from "./rect_encoder.ts";
import { planCopies } from "./rect_plan.ts";
import { encodeSolidRect } from "./solid.ts";
import { usesGradient } from "./tight.ts";
import { UpdateBuffer } from "./update_buffer.ts";

/**
 * Encodes a job in steps of one part each, so that a worker can go round its clients. Yields after every part but the
 * last, returns the message. Between two steps the arena may be used for something else, the streams may not.
 */
export function* encodeJob(
  job: EncodeJob,
  arena: Arena,
  streams: ClientStreams,
  used?: ArrayBuffer,
): Generator<void, EncodedUpdate, void> {
  const { surface, settings } = job;
  const copies = planCopies(job.copies, surface);
  if (copies.length >= MAX_UPDATE_RECTS) {
    throw new LimitError(`Cannot encode ${copies.length} copies: an update has at most ${MAX_UPDATE_RECTS} rects`);
  }
  const conversionFor = keptConversions(settings);
  const { maxRects = MAX_UPDATE_RECTS } = job;
  const parts = planParts(job, arena, conversionFor(Encoding.Raw), maxRects - copies.length);
  const update = new UpdateBuffer(used);
  if (settings.encoding === Encoding.Raw) update.expect(rawBytes(parts, settings.pixelFormat.bitsPerPixel / 8));
  for (const copy of copies) encodeCopyRect(update, copy);
  let behind = parts.length;
  const spareRects = () => maxRects - update.rectCount - behind;
  for (const [at, part] of parts.entries()) {
    if (at > 0) yield;
    behind--;
    const { encoding, solidColour } = part;
    const context = {
      ...{ arena, surface, streams, update, spareRects },
      settings: { ...settings, encoding },
      conversion: conversionFor(encoding),
    };
    if (solidColour !== undefined) encodeSolidRect(context, part, encoding, solidColour);
    else chooseEncoder(encoding, settings.pixelFormat)(context, part);
  }
  return update.finish();
}

/** The conversion for each encoding, made once. */
function keptConversions(settings: EncodeSettings): (encoding: number) => Uint8Array {
  const { pixelFormat } = settings;
  const conversions = new Map<number, Uint8Array>();
  return (encoding) => {
    const conversion = conversions.get(encoding) ?? chooseConversion(encoding, pixelFormat, usesGradient(settings));
    conversions.set(encoding, conversion);
    return conversion;
  };
}

function rawBytes(parts: readonly Rect[], bytesPerPixel: number): number {
  return parts.reduce((sum, part) => sum + RECT_HEADER_BYTES + part.width * part.height * bytesPerPixel, 0);
}

/** Frees the streams of a client. */
export function closeStreams(streams: ClientStreams): void {
  streams.zlib?.close();
  streams.zrle?.close();
  streams.tight?.close();
}
