import assert from "node:assert/strict";
import fc from "fast-check";
import { rect } from "../../lib/base/rect.ts";
import { DirtyMap } from "../../lib/display/dirty_map.ts";
import { mergeDirtyRects } from "../../lib/display/merge_rects.ts";
import { MergedRects } from "../../lib/display/merged_rects.ts";

function mapOf(marked: readonly { x: number; y: number; width: number; height: number }[]): DirtyMap {
  const map = new DirtyMap(200, 100);
  for (const { x, y, width, height } of marked) map.markRect(rect(x, y, width, height));
  return map;
}

const areas = fc.array(
  fc.record({ x: fc.nat(220), y: fc.nat(110), width: fc.nat(40), height: fc.nat(30) }),
  { maxLength: 4 },
);

Deno.test("maps become what merging makes of them, whichever came before", () => {
  fc.assert(fc.property(fc.array(areas, { minLength: 1, maxLength: 12 }), (lists) => {
    const merged = new MergedRects();
    for (const marked of [...lists, ...lists]) {
      const map = mapOf(marked);
      assert.deepEqual(merged.of(map), mergeDirtyRects(map));
      map.markAll();
    }
  }));
});

Deno.test("maps of the same bits become the same list, however they were marked", () => {
  const merged = new MergedRects();
  const first = merged.of(mapOf([rect(0, 10, 64, 5), rect(100, 50, 8, 8)]));
  const other = mapOf([rect(100, 50, 8, 8), rect(0, 13, 64, 2), rect(0, 10, 64, 3)]);
  assert.equal(merged.of(other), first);
  other.markRect(rect(0, 0, 1, 1));
  assert.notEqual(merged.of(other), first);
  assert.deepEqual(merged.of(other, 4_096), mergeDirtyRects(other, 4_096));
  assert.deepEqual(merged.of(new DirtyMap(200, 101)), []);
});
