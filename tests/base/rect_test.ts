import assert from "node:assert/strict";
import fc from "fast-check";
import {
  boundRects,
  containsRect,
  intersectRects,
  isEmptyRect,
  type Rect,
  rect,
  subtractRect,
} from "../../lib/base/rect.ts";

const anyRect = fc.tuple(fc.integer({ min: -5, max: 12 }), fc.integer({ min: -5, max: 12 }), fc.nat(10), fc.nat(10))
  .map(([x, y, width, height]) => rect(x, y, width, height));

/** The pixels of a rect as a set of "x,y". */
function pixelsOf(...rects: Rect[]): Set<string> {
  const pixels = new Set<string>();
  for (const r of rects) {
    for (let y = r.y; y < r.y + r.height; y++) {
      for (let x = r.x; x < r.x + r.width; x++) pixels.add(`${x},${y}`);
    }
  }
  return pixels;
}

Deno.test("intersectRects covers the pixels of both", () => {
  fc.assert(fc.property(anyRect, anyRect, (a, b) => {
    assert.deepEqual(pixelsOf(intersectRects(a, b)), pixelsOf(a).intersection(pixelsOf(b)));
  }));
});

Deno.test("subtractRect leaves disjoint rects with exactly the other pixels", () => {
  fc.assert(fc.property(anyRect, anyRect, (a, b) => {
    const parts = subtractRect(a, b);
    assert.deepEqual(pixelsOf(...parts), pixelsOf(a).difference(pixelsOf(b)));
    assert.equal(parts.reduce((sum, part) => sum + part.width * part.height, 0), pixelsOf(...parts).size);
  }));
});

Deno.test("boundRects covers both and touches their outermost pixels", () => {
  fc.assert(fc.property(anyRect, anyRect, (a, b) => {
    const bounds = boundRects(a, b);
    assert(containsRect(bounds, a) && containsRect(bounds, b));
    if (!isEmptyRect(a) && !isEmptyRect(b)) {
      assert.equal(bounds.x, Math.min(a.x, b.x));
      assert.equal(bounds.y + bounds.height, Math.max(a.y + a.height, b.y + b.height));
    }
  }));
});
