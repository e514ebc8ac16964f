import assert from "node:assert/strict";
import fc from "fast-check";
import { type Rect, rect } from "../../lib/base/rect.ts";
import { CELL_SIDE, cellsOf, forEachMarkedCell, splitByCells } from "../../lib/display/cell_grid.ts";
import { DirtyMap } from "../../lib/display/dirty_map.ts";

const anyRect = fc.record({
  x: fc.integer({ min: 0, max: 500 }),
  y: fc.integer({ min: 0, max: 300 }),
  width: fc.integer({ min: 1, max: 400 }),
  height: fc.integer({ min: 1, max: 200 }),
});

function pixelsOf({ x, y, width, height }: Rect): string[] {
  return Array.from({ length: width * height }, (_, i) => `${x + i % width},${y + Math.floor(i / width)}`);
}

Deno.test("the cells of a rect are those it touches", () => {
  assert.deepEqual(cellsOf(rect(0, 0, 64, 64)), rect(0, 0, 1, 1));
  assert.deepEqual(cellsOf(rect(63, 64, 2, 65)), rect(0, 1, 2, 2));
  assert.deepEqual(cellsOf(rect(9, 9, 0, 0)), rect(0, 0, 0, 0));
});

Deno.test("every cell with a bit is visited once, and no other", () => {
  const sizes = { width: fc.integer({ min: 1, max: 700 }), height: fc.integer({ min: 1, max: 300 }) };
  fc.assert(fc.property(fc.record({ ...sizes, rects: fc.array(anyRect, { maxLength: 4 }) }), (run) => {
    const { width, height, rects } = run;
    const map = new DirtyMap(width, height);
    for (const marked of rects) map.markRect(marked);
    const visited: string[] = [];
    forEachMarkedCell(map, (column, row) => visited.push(`${column},${row}`));
    const expected = new Set<string>();
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x += 16) {
        if (map.isMarked(x, y)) expected.add(`${Math.floor(x / CELL_SIDE)},${Math.floor(y / CELL_SIDE)}`);
      }
    }
    assert.deepEqual(visited.sort(), [...expected].sort());
  }));
});

Deno.test("a split rect is all there, each pixel on the side of its cell", () => {
  const small = anyRect.map((r) => ({ ...r, width: r.width % 150 + 1, height: r.height % 150 + 1 }));
  fc.assert(
    fc.property(small, fc.integer({ min: 1, max: 7 }), (area, divisor) => {
      const isIn = (column: number, row: number) => (column + row * 3) % divisor === 0;
      const parts = splitByCells(area, isIn);
      const pixels = [...parts.in, ...parts.out].flatMap(pixelsOf);
      assert.deepEqual(pixels.sort(), pixelsOf(area).sort());
      for (const side of ["in", "out"] as const) {
        for (const { x, y, width, height } of parts[side].map(cellsOf)) {
          for (let i = 0; i < width * height; i++) {
            assert.equal(isIn(x + i % width, y + Math.floor(i / width)), side === "in");
          }
        }
      }
    }),
    { numRuns: 60 },
  );
});

Deno.test("a rect whose cells are all on one side stays whole", () => {
  assert.deepEqual(splitByCells(rect(10, 10, 300, 200), () => false), { in: [], out: [rect(10, 10, 300, 200)] });
});
