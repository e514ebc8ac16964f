/** Cutting rects into parts. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { type Rect, rect } from "../../lib/base/rect.ts";
import {
  LARGE_PARTS,
  LOCAL_PARTS,
  MAX_PART_PIXELS,
  type PartShape,
  planCopies,
  planRects,
  RAW_PARTS,
  RRE_PARTS,
} from "../../lib/encode/rect_plan.ts";

const surface = { pointer: 0, width: 5000, height: 3000, strideBytes: 20_000 };
const rects = fc.record({
  x: fc.integer({ min: -100, max: 5200 }),
  y: fc.integer({ min: -100, max: 3200 }),
  width: fc.oneof(fc.nat(300), fc.nat(6000)),
  height: fc.oneof(fc.nat(300), fc.nat(6000)),
});
const shapes = fc.constantFrom<PartShape[]>(LARGE_PARTS, LOCAL_PARTS, RRE_PARTS);

function area(parts: readonly Rect[]): number {
  return parts.reduce((sum, part) => sum + part.width * part.height, 0);
}

function bounds(parts: readonly Rect[]): number[] {
  return [
    Math.min(...parts.map((part) => part.x)),
    Math.min(...parts.map((part) => part.y)),
    Math.max(...parts.map((part) => part.x + part.width)),
    Math.max(...parts.map((part) => part.y + part.height)),
  ];
}

Deno.test("parts of a rect are bounded and cover exactly what lies inside the surface", () => {
  fc.assert(fc.property(rects, shapes, (whole, shape) => {
    const parts = planRects([whole], surface, shape);
    const left = Math.max(0, whole.x), top = Math.max(0, whole.y);
    const right = Math.min(surface.width, whole.x + whole.width),
      bottom = Math.min(surface.height, whole.y + whole.height);
    const inside = Math.max(0, right - left) * Math.max(0, bottom - top);
    assert.equal(area(parts), inside);
    if (inside > 0) assert.deepEqual(bounds(parts), [left, top, right, bottom]);
    for (const part of parts) {
      assert.ok(part.width > 0 && part.height > 0 && Math.max(part.width, part.height) <= shape.maxSide);
      assert.ok(
        part.width * part.height <= Math.min(MAX_PART_PIXELS, Math.max(shape.maxPixels, shape.step * part.width)),
      );
    }
  }));
});

Deno.test("a part is cut evenly, without a sliver at the end", () => {
  const parts = planRects([rect(0, 0, 130, 100)], surface, LOCAL_PARTS);
  assert.deepEqual(parts.map((part) => part.width), [80, 50, 80, 50]);
});

Deno.test("Raw sends a full picture in one part, a very large one in few", () => {
  const screen = { pointer: 0, width: 16_384, height: 4_096, strideBytes: 65_536 };
  assert.equal(planRects([rect(0, 0, 1920, 1080)], screen, RAW_PARTS).length, 1);
  assert.equal(planRects([rect(0, 0, 16_384, 4_096)], screen, RAW_PARTS).length, 32);
});

Deno.test("a row of pixels is one part", () => {
  const row = rect(0, 7, 2000, 1);
  assert.deepEqual(planRects([row], surface, LOCAL_PARTS), [{ ...row, lossy: "forbidden" }]);
});

Deno.test("a part has the rule of its rect, and the bounds of many the strictest", () => {
  const rules = ["allowed", "forced"] as const;
  const outside = rect(0, 4000, 9, 9);
  const parts = planRects([rect(0, 0, 60, 180), rect(0, 250, 1, 1)], surface, RRE_PARTS, 100, rules);
  assert.deepEqual(parts.map(({ lossy }) => lossy), ["allowed", "allowed", "allowed", "forced"]);
  const bounds = planRects([rect(9, 9, 1, 1), rect(0, 0, 1, 1)], surface, LARGE_PARTS, 1, rules);
  assert.deepEqual(bounds.map(({ lossy }) => lossy), ["allowed"]);
  const inside = planRects([outside, rect(0, 0, 1, 1)], surface, LARGE_PARTS, 9, ["forbidden", "forced"]);
  assert.deepEqual(inside.map(({ lossy }) => lossy), ["forced"]);
});

Deno.test("more rects than fit are sent as their bounds", () => {
  const many = Array.from({ length: 200 }, (_, at) => rect(10 + at * 4, 20 + at, 2, 1));
  const parts = planRects(many, surface, LARGE_PARTS, 100);
  assert.ok(parts.length <= 100);
  assert.deepEqual(bounds(parts), bounds(many));
  assert.equal(planRects(many, surface, LARGE_PARTS, 200).length, 200);
});

Deno.test("a copy loses what would come from or go outside the surface", () => {
  const small = { pointer: 0, width: 100, height: 50, strideBytes: 448 };
  const copies = [
    { destination: rect(0, 0, 100, 50), dx: -10, dy: 5 },
    { destination: rect(90, 40, 100, 100), dx: 0, dy: 0 },
    { destination: rect(0, 0, 10, 10), dx: 200, dy: 0 },
  ];
  assert.deepEqual(planCopies(copies, small), [
    { destination: rect(0, 5, 90, 45), dx: -10, dy: 5 },
    { destination: rect(90, 40, 10, 10), dx: 0, dy: 0 },
  ]);
});
