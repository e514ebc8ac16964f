import assert from "node:assert/strict";
import fc from "fast-check";
import { rect } from "../../lib/base/rect.ts";
import { Region } from "../../lib/base/region.ts";

const anyRegion = fc.array(
  fc.tuple(fc.nat(9), fc.nat(9), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })),
  { maxLength: 5 },
).map((rects) => rects.reduce((all, [x, y, w, h]) => all.union(Region.of(rect(x, y, w, h))), Region.empty));

function pixelsOf(region: Region): Set<number> {
  const pixels = new Set<number>();
  for (const r of region.rects) {
    for (let y = r.y; y < r.y + r.height; y++) {
      for (let x = r.x; x < r.x + r.width; x++) pixels.add(y * 1_000 + x);
    }
  }
  return pixels;
}

Deno.test("a region's rects are disjoint", () => {
  fc.assert(fc.property(anyRegion, (region) => assert.equal(region.area, pixelsOf(region).size)));
});

Deno.test("union, intersect and subtract are those of sets of pixels", () => {
  fc.assert(fc.property(anyRegion, anyRegion, (a, b) => {
    assert.deepEqual(new Set([...pixelsOf(a.union(b))].sort()), new Set([...pixelsOf(a).union(pixelsOf(b))].sort()));
    assert.deepEqual(pixelsOf(a.intersect(b)).symmetricDifference(pixelsOf(a).intersection(pixelsOf(b))).size, 0);
    assert.deepEqual(pixelsOf(a.subtract(b)).symmetricDifference(pixelsOf(a).difference(pixelsOf(b))).size, 0);
  }));
});

Deno.test("a region moved there and back is the same", () => {
  fc.assert(fc.property(anyRegion, fc.integer(), fc.integer(), (region, dx, dy) => {
    assert.deepEqual(region.translate(dx, dy).translate(-dx, -dy).rects, region.rects);
  }));
});
