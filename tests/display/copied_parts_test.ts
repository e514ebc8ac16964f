import assert from "node:assert/strict";
import fc from "fast-check";
import { intersectRects, isEmptyRect, type Rect, rect, translateRect } from "../../lib/base/rect.ts";
import { copiedParts } from "../../lib/display/copied_parts.ts";

const anyRect: fc.Arbitrary<Rect> = fc.record({
  x: fc.nat(60),
  y: fc.nat(60),
  width: fc.integer({ min: 1, max: 40 }),
  height: fc.integer({ min: 1, max: 40 }),
});

Deno.test("copiedParts gives nothing when nothing was copied", () => {
  assert.deepEqual(copiedParts({ destination: rect(0, 0, 0, 0), dx: 1, dy: 1 }, []), []);
});

Deno.test("copiedParts leaves out what is painted over", () => {
  const copied = { destination: rect(0, 0, 100, 100), dx: 0, dy: -16 };
  assert.deepEqual(copiedParts(copied, [rect(0, 84, 100, 16)]), [{ ...copied, destination: rect(0, 0, 100, 84) }]);
  assert.deepEqual(copiedParts(copied, [rect(0, 0, 200, 200)]), []);
});

Deno.test("copiedParts copies everything when the parts would be many", () => {
  const copied = { destination: rect(0, 0, 1000, 100), dx: 0, dy: -16 };
  const specks = Array.from({ length: 50 }, (_, i) => rect(i * 20, 50, 10, 10));
  assert.deepEqual(copiedParts(copied, specks), [copied]);
});

Deno.test("copiedParts never overwrites what a later part has yet to read", () => {
  const delta = fc.integer({ min: -30, max: 30 });
  fc.assert(fc.property(anyRect, fc.array(anyRect, { maxLength: 5 }), delta, delta, (destination, painted, dx, dy) => {
    const parts = copiedParts({ destination, dx, dy }, painted);
    for (const [i, part] of parts.entries()) {
      for (const later of parts.slice(i + 1)) {
        const source = translateRect(later.destination, -dx, -dy);
        assert.ok(isEmptyRect(intersectRects(part.destination, source)));
      }
    }
  }));
});
