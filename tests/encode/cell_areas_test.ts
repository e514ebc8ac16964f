import assert from "node:assert/strict";
import fc from "fast-check";
import { CellAreas } from "../../lib/encode/cell_areas.ts";

const grids = fc.record({ columns: fc.integer({ min: 1, max: 9 }), rows: fc.integer({ min: 1, max: 9 }) })
  .chain(({ columns, rows }) => {
    const size = columns * rows;
    return fc.record({
      columns: fc.constant(columns),
      cells: fc.array(fc.nat(2), { minLength: size, maxLength: size }),
      minCells: fc.integer({ min: 1, max: 6 }),
    });
  });

Deno.test("every cell is in one area, with cells of its own value", () => {
  fc.assert(fc.property(grids, ({ columns, cells, minCells }) => {
    const areas = new CellAreas(Uint32Array.from(cells), columns);
    const large = areas.take((value) => value === 2, minCells, 0);
    const seen = cells.map(() => -1);
    for (const { x, y, width, height, value } of [...large, ...areas.take(() => true)]) {
      for (let i = 0; i < width * height; i++) {
        const at = (y + Math.floor(i / width)) * columns + x + i % width;
        assert.equal(seen[at], -1);
        seen[at] = value;
      }
    }
    seen.forEach((value, at) => assert(value === cells[at] || value === 0 && cells[at] === 2));
    for (const { width, height } of large) assert(width * height >= Math.min(minCells, cells.length));
  }));
});

Deno.test("what is wanted is taken as far right and then as far down as it goes", () => {
  const areas = new CellAreas(Uint32Array.of(7, 7, 0, 7, 7, 7, 0, 7, 0), 3);
  assert.deepEqual(areas.take((value) => value === 7, 3, 5), [{ x: 0, y: 0, width: 2, height: 2, value: 7 }]);
  assert.deepEqual(areas.take((value) => value === 5).map(({ x, y }) => [x, y]), [[2, 1], [1, 2]]);
  assert.equal(areas.take(() => true).length, 3);
});

Deno.test("a grid of one value is one area, however few its cells are", () => {
  assert.equal(new CellAreas(Uint32Array.of(3, 3), 2).take((value) => value === 3, 4).length, 1);
});
