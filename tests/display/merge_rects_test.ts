import assert from "node:assert/strict";
import fc from "fast-check";
import { containsRect, intersectRects, isEmptyRect, type Rect, rect } from "../../lib/base/rect.ts";
import { DirtyMap } from "../../lib/display/dirty_map.ts";
import { MAX_MERGED_RECTS, mergeDirtyRects } from "../../lib/display/merge_rects.ts";

function mapOf(width: number, height: number, rects: readonly Rect[]): DirtyMap {
  const map = new DirtyMap(width, height);
  for (const r of rects) map.markRect(r);
  return map;
}

function assertDisjoint(rects: readonly Rect[]): void {
  for (const [i, a] of rects.entries()) {
    for (const b of rects.slice(i + 1)) assert.ok(isEmptyRect(intersectRects(a, b)));
  }
}

function assertCovers(rects: readonly Rect[], map: DirtyMap): void {
  for (let y = 0; y < map.height; y++) {
    for (let x = 0; x < map.width; x++) {
      if (!map.isMarked(x, y)) continue;
      assert.ok(rects.some((r) => containsRect(r, rect(x, y, 1, 1))), `${x},${y} is not covered`);
    }
  }
}

Deno.test("mergeDirtyRects gives nothing for an empty map", () => {
  assert.deepEqual(mergeDirtyRects(new DirtyMap(100, 100)), []);
});

Deno.test("mergeDirtyRects gives one rect for a rect, rounded to bits and clipped to the true width", () => {
  assert.deepEqual(mergeDirtyRects(mapOf(100, 50, [rect(70, 10, 30, 7)])), [rect(64, 10, 36, 7)]);
});

Deno.test("mergeDirtyRects gives a whole surface as one rect", () => {
  assert.deepEqual(mergeDirtyRects(mapOf(1021, 763, [rect(0, 0, 1021, 763)])), [rect(0, 0, 1021, 763)]);
});

Deno.test("mergeDirtyRects goes right, then down, and covers exactly what few rects can", () => {
  const map = mapOf(320, 200, [rect(0, 0, 160, 40), rect(0, 40, 320, 100)]);
  assert.deepEqual(mergeDirtyRects(map), [rect(0, 0, 160, 140), rect(160, 40, 160, 100)]);
});

Deno.test("mergeDirtyRects leaves a thin frame thin", () => {
  const frame = [rect(0, 0, 320, 1), rect(0, 199, 320, 1), rect(0, 0, 1, 200), rect(319, 0, 1, 200)];
  const pixels = mergeDirtyRects(mapOf(320, 200, frame)).reduce((sum, r) => sum + r.width * r.height, 0);
  assert.equal(pixels, 320 * 2 + 198 * 16 * 2);
});

Deno.test("mergeDirtyRects makes one rect of a line of text, not one of every stroke", () => {
  const strokes = Array.from({ length: 80 }, (_, i) => rect(i * 8, 32 + (i * 5) % 11, 7, 1 + (i % 4)));
  assert.deepEqual(mergeDirtyRects(mapOf(640, 480, strokes)), [rect(0, 32, 640, 16)]);
});

Deno.test("mergeDirtyRects joins what lies near when rects cost more than the pixels between them", () => {
  const map = mapOf(320, 200, [rect(0, 0, 16, 16), rect(32, 0, 16, 16), rect(32, 40, 16, 16)]);
  assert.equal(mergeDirtyRects(map, 128).length, 3);
  assert.deepEqual(mergeDirtyRects(map, 4_096), [rect(0, 0, 64, 64)]);
});

Deno.test("mergeDirtyRects covers every dirty bit by disjoint rects inside the surface", () => {
  const anyRect = fc.record({
    x: fc.nat(150),
    y: fc.nat(90),
    width: fc.integer({ min: 1, max: 60 }),
    height: fc.integer({ min: 1, max: 40 }),
  });
  const rects = fc.array(anyRect, { minLength: 1, maxLength: 25 });
  const size = fc.record({ width: fc.integer({ min: 1, max: 150 }), height: fc.integer({ min: 1, max: 90 }) });
  fc.assert(
    fc.property(size, rects, fc.nat(5_000), ({ width, height }, dirty, rectCostPixels) => {
      const map = mapOf(width, height, dirty);
      const merged = mergeDirtyRects(map, rectCostPixels);
      assertDisjoint(merged);
      assertCovers(merged, map);
      assert.ok(merged.every((r) => !isEmptyRect(r) && containsRect(rect(0, 0, width, height), r)));
      assert.equal(merged.length === 0, map.isEmpty);
    }),
  );
});

Deno.test("mergeDirtyRects gives the same rects whatever rows the map was told of", () => {
  const anyRect = fc.record({ x: fc.nat(900), y: fc.nat(600), width: fc.nat(300), height: fc.nat(60) });
  fc.assert(
    fc.property(fc.array(anyRect, { maxLength: 40 }), fc.nat(600), fc.nat(600), (dirty, firstRow, endRow) => {
      const told = mapOf(1000, 640, dirty);
      told.includeRows(firstRow, endRow);
      const whole = mapOf(1000, 640, dirty);
      whole.includeRows(0, 640);
      assert.deepEqual(mergeDirtyRects(mapOf(1000, 640, dirty)), mergeDirtyRects(whole));
      assert.deepEqual(mergeDirtyRects(told), mergeDirtyRects(whole));
    }),
  );
});

Deno.test("mergeDirtyRects never gives more rects than the cap, for the worst of maps", () => {
  for (const cell of [16, 64, 256]) {
    const map = new DirtyMap(7680, 4320);
    for (let y = 0; y < 4320; y += cell) {
      for (let x = (y / cell) % 2 * cell; x < 7680; x += 2 * cell) map.markRect(rect(x, y, 1, 1));
    }
    const merged = mergeDirtyRects(map);
    assert.ok(merged.length > 0 && merged.length <= MAX_MERGED_RECTS, `${merged.length} rects`);
    assertDisjoint(merged);
  }
});
