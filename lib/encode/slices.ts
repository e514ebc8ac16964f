/** One job as several that run at the same time, and their updates as one. */

import { MAX_UPDATE_RECTS } from "../base/limits.ts";
import type { Rect } from "../base/rect.ts";
import { Encoding } from "../rfb/encodings.ts";
import { samePixels, X8R8G8B8 } from "../rfb/pixel_format.ts";
import { RECT_COUNT_OFFSET, UPDATE_HEADER_BYTES } from "../rfb/server_messages.ts";
import type { EncodeJob, LossyRule } from "./job.ts";
import type { TaskUpdate } from "./worker_messages.ts";

/** Less is not worth a second worker [vncd: a quarter of 1280x720]. */
const MIN_SLICE_PIXELS = 1 << 18;
/** Rects are cut between ZRLE's tiles. */
const CUT_ROWS = 64;

/**
 * How many slices a job is cut into for so many workers: one each, for more only take longer [measured]; 1 where a second
 * worker would not help. Copies have to be first in one update: a job with any is not cut. Pixels that are sent as they
 * are wait for memory, not for a worker.
 */
export function sliceCount({ settings, copies, rects }: EncodeJob, workers: number): number {
  const isCopied = settings.encoding === Encoding.Raw && samePixels(settings.pixelFormat, X8R8G8B8);
  if (workers < 2 || isCopied || copies.length > 0) return 1;
  const worthwhile = Math.floor(pixelCount(rects) / MIN_SLICE_PIXELS);
  return Math.max(1, Math.min(worthwhile, workers));
}

interface Slice {
  readonly rects: Rect[];
  readonly lossy: LossyRule[];
}

/** At most `count` jobs of about as many pixels each; one after the other they are the whole job. */
export function sliceJob(job: EncodeJob, count: number): EncodeJob[] {
  const share = pixelCount(job.rects) / count;
  let slice: Slice = { rects: [], lossy: [] };
  let roomPixels = share;
  const slices = [slice];
  for (const [at, whole] of job.rects.entries()) {
    for (let rest = whole; rest.height > 0;) {
      if (roomPixels <= 0 && slices.length < count) {
        slices.push(slice = { rects: [], lossy: [] });
        roomPixels += share;
      }
      const rows = slices.length < count ? cutRows(roomPixels / rest.width) : Infinity;
      const height = Math.min(rest.height, rows);
      slice.rects.push({ ...rest, height });
      slice.lossy.push(job.lossy?.[at] ?? "forbidden");
      roomPixels -= rest.width * height;
      rest = { ...rest, y: rest.y + height, height: rest.height - height };
    }
  }
  const maxRects = Math.floor(MAX_UPDATE_RECTS / count);
  return slices.map(({ rects, lossy }) => ({ ...job, rects, maxRects, ...(job.lossy !== undefined && { lossy }) }));
}

function cutRows(rows: number): number {
  return Math.max(1, Math.ceil(rows / CUT_ROWS)) * CUT_ROWS;
}

/** Pixels of all rects together. */
export function pixelCount(rects: readonly Rect[]): number {
  return rects.reduce((sum, { width, height }) => sum + width * height, 0);
}

/** The updates of all slices as one, in their order. Their bytes are used, not copied. */
export function joinSlices(slices: readonly TaskUpdate[]): TaskUpdate {
  if (slices.length === 1) return slices[0]!;
  const [{ bytes }, ...others] = slices.map(({ update }) => update) as [
    TaskUpdate["update"],
    ...TaskUpdate["update"][],
  ];
  const rectCount = slices.reduce((sum, { update }) => sum + update.rectCount, 0);
  const lossyRects = slices.flatMap(({ update }) => update.lossyRects ?? []);
  new DataView(bytes.buffer, bytes.byteOffset).setUint16(RECT_COUNT_OFFSET, rectCount);
  const tail = others.map((other) => other.bytes.subarray(UPDATE_HEADER_BYTES));
  return {
    update: { bytes, tail, rectCount, ...(lossyRects.length > 0 && { lossyRects }) },
    begun: slices.reduce((sum, { begun }) => sum | begun, 0),
  };
}
