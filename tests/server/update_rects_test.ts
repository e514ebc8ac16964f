import assert from "node:assert/strict";
import { MAX_UPDATE_RECTS } from "../../lib/base/limits.ts";
import { containsRect, type Rect, rect } from "../../lib/base/rect.ts";
import { joinRects } from "../../lib/server/update_rects.ts";

/** A checkerboard of blocks, the most rects a picture can have. */
function checkerboard(count: number): Rect[] {
  return Array.from({ length: count }, (_, i) => rect(i % 500 * 32, Math.floor(i / 500), 16, 1));
}

Deno.test("as many rects as an update can count stay as they are", () => {
  const rects = checkerboard(MAX_UPDATE_RECTS - 1);
  assert.equal(joinRects(rects, 1), rects);
});

Deno.test("one more, and they become bands that cover them all", () => {
  const rects = [...checkerboard(MAX_UPDATE_RECTS), rect(15_990, 0, 10, 200)];
  const joined = joinRects(rects, 1);
  assert(joined.length <= 4);
  const tall = rects.at(-1)!;
  assert(rects.slice(0, -1).every((r) => joined.some((band) => containsRect(band, r))));
  const covered = joined.reduce(
    (rows, band) => containsRect(band, rect(tall.x, band.y, tall.width, 1)) ? rows + band.height : rows,
    0,
  );
  assert.equal(covered, 200);
});
