/** Slices: the same picture, in as many pieces as there are workers. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { type Rect, rect } from "../../lib/base/rect.ts";
import type { EncodeJob, LossyRule } from "../../lib/encode/job.ts";
import { WorkerPool } from "../../lib/encode/pool.ts";
import { sliceCount, sliceJob } from "../../lib/encode/slices.ts";
import { Encoding, encodingName } from "../../lib/rfb/encodings.ts";
import { R3G3B2, X8R8G8B8 } from "../../lib/rfb/pixel_format.ts";
import { PoolViewer } from "../helpers/pool_viewer.ts";
import { paintPicture } from "../helpers/random_picture.ts";
import { TestSurface } from "../helpers/test_surface.ts";

const RULES: readonly LossyRule[] = ["forbidden", "smooth", "allowed", "forced"];

function jobOf(rects: readonly Rect[], lossy: readonly LossyRule[]): EncodeJob {
  const surface = { pointer: 0, width: 16_384, height: 16_384, strideBytes: 65_536 };
  return { surface, settings: { pixelFormat: X8R8G8B8, encoding: Encoding.Raw }, copies: [], rects, lossy };
}

function rowsOf(rects: readonly Rect[], lossy: readonly LossyRule[]): string[] {
  return rects.flatMap(({ x, y, width, height }, at) => {
    return Array.from({ length: height }, (_, row) => `${x},${y + row} ${width} ${lossy[at]}`);
  });
}

const rects = fc.array(
  fc.record({
    x: fc.nat(1_000),
    y: fc.nat(1_000),
    width: fc.integer({ min: 1, max: 4_000 }),
    height: fc.integer({ min: 1, max: 900 }),
  }),
  { minLength: 1, maxLength: 20 },
);

Deno.test("slices have every row of a job once, in order, with its rule, and none is empty", () => {
  fc.assert(
    fc.property(rects, fc.integer({ min: 1, max: 6 }), (rects, count) => {
      const lossy = rects.map((_, at) => RULES[at % 3]!);
      const slices = sliceJob(jobOf(rects, lossy), count);
      assert(slices.length <= count && slices.every((slice) => slice.rects.length > 0));
      const rows = slices.flatMap((slice) => rowsOf(slice.rects, slice.lossy!));
      assert.deepEqual(rows, rowsOf(rects, lossy));
    }),
    { numRuns: 200 },
  );
});

Deno.test("slices of one large rect have about as many pixels each", () => {
  const slices = sliceJob(jobOf([rect(0, 0, 1920, 1080)], ["forbidden"]), 4);
  assert.deepEqual(slices.map((slice) => slice.rects.map(({ height }) => height)), [[320], [256], [256], [248]]);
});

Deno.test("small jobs, jobs with copies and pixels as they are are not worth slices", () => {
  const large = { ...jobOf([rect(0, 0, 1920, 1080)], []), settings: { pixelFormat: R3G3B2, encoding: Encoding.Raw } };
  assert.equal(sliceCount(large, 2), 2);
  assert.equal(sliceCount(large, 16), 7);
  assert.equal(sliceCount(large, 1), 1);
  assert.equal(sliceCount({ ...large, rects: [rect(0, 0, 640, 480)] }, 2), 1);
  assert.equal(sliceCount({ ...large, copies: [{ destination: rect(0, 0, 8, 8), dx: 1, dy: 0 }] }, 2), 1);
  assert.equal(sliceCount({ ...large, settings: { pixelFormat: X8R8G8B8, encoding: Encoding.Raw } }, 2), 1);
});

const { RRE, CoRRE, Hextile, Zlib, Tight, TRLE, ZRLE } = Encoding;

for (const encoding of [RRE, CoRRE, Hextile, Zlib, Tight, TRLE, ZRLE]) {
  Deno.test(`a large ${encodingName(encoding)} update comes from several workers and shows the picture`, async () => {
    const pool = new WorkerPool({ maxWorkers: 3 });
    const surface = TestSurface.create(1024, 1024);
    const viewer = new PoolViewer(pool, surface, { encoding, pixelFormat: X8R8G8B8 });
    let pieces = 1;
    // workers are started when there is work for them
    for (let generation = 1; generation < 100 && pieces < 3; generation++) {
      const picture = paintPicture("mixed", surface.width, surface.height, generation);
      surface.paint(picture);
      const update = await viewer.encode(generation);
      pieces = 1 + (update.tail ?? []).length;
      await viewer.show(update);
      assert.deepEqual(viewer.decoder.picture, picture);
    }
    assert.equal(pieces, 3);
    viewer.close();
    pool.close();
  });
}
