import assert from "node:assert/strict";
import fc from "fast-check";
import type { Rect } from "../../lib/base/rect.ts";
import { rect } from "../../lib/base/rect.ts";
import { DirtyMap, dirtyMapStrideBytes } from "../../lib/display/dirty_map.ts";

const WIDTH = 90;
const HEIGHT = 12;

const anyRect: fc.Arbitrary<Rect> = fc.record({
  x: fc.integer({ min: -20, max: WIDTH + 10 }),
  y: fc.integer({ min: -5, max: HEIGHT + 3 }),
  width: fc.integer({ min: 0, max: WIDTH }),
  height: fc.integer({ min: 0, max: HEIGHT }),
});

/** The blocks of 16 pixels that hold a pixel of the rects, as "column,row". */
function blocksOf(pixels: Iterable<[number, number]>): Set<string> {
  const blocks = new Set<string>();
  for (const [x, y] of pixels) {
    if (x >= 0 && y >= 0 && x < WIDTH && y < HEIGHT) blocks.add(`${x >> 4},${y}`);
  }
  return blocks;
}

function* pixelsOf(r: Rect): Generator<[number, number]> {
  for (let y = r.y; y < r.y + r.height; y++) for (let x = r.x; x < r.x + r.width; x++) yield [x, y];
}

function blocksIn(map: DirtyMap): Set<string> {
  const blocks = new Set<string>();
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x += 16) if (map.isMarked(x, y)) blocks.add(`${x >> 4},${y}`);
  }
  return blocks;
}

Deno.test("the rows of a map are a multiple of 8 bytes apart", () => {
  assert.deepEqual([1, 1024, 1025, 3840, 7680].map(dirtyMapStrideBytes), [8, 8, 16, 32, 64]);
});

Deno.test("markRect marks the blocks that the rect touches and no other", () => {
  fc.assert(fc.property(fc.array(anyRect, { maxLength: 6 }), (rects) => {
    const map = new DirtyMap(WIDTH, HEIGHT);
    for (const r of rects) map.markRect(r);
    assert.deepEqual(blocksIn(map), blocksOf(rects.flatMap((r) => [...pixelsOf(r)])));
    assert.equal(map.isEmpty, blocksIn(map).size === 0);
    map.clear();
    assert.ok(map.isEmpty && map.words.every((word) => word === 0));
  }));
});

Deno.test("markRect rounds what is not whole outwards and ignores what is not a number", () => {
  const map = new DirtyMap(64, 8);
  map.markRect(rect(NaN, 0, 10, 10));
  map.markRect(rect(0, 0, NaN, 10));
  assert.ok(map.isEmpty);
  map.markRect(rect(15.5, 2.5, 1, 1));
  assert.deepEqual([[15, 2], [16, 2], [15, 3], [16, 3], [32, 2]].map(([x, y]) => map.isMarked(x!, y!)), [
    true,
    true,
    true,
    true,
    false,
  ]);
});

Deno.test("markAll never sets a bit behind the last block", () => {
  const map = new DirtyMap(40, 3);
  map.markAll();
  assert.deepEqual([...map.words], [7, 0, 7, 0, 7, 0]);
});

Deno.test("orFrom joins two maps", () => {
  fc.assert(fc.property(anyRect, anyRect, (a, b) => {
    const map = new DirtyMap(WIDTH, HEIGHT);
    const other = new DirtyMap(WIDTH, HEIGHT);
    map.markRect(a);
    other.markRect(b);
    map.orFrom(other);
    assert.deepEqual(blocksIn(map), blocksOf([...pixelsOf(a), ...pixelsOf(b)]));
    assert.deepEqual(blocksIn(other), blocksOf(pixelsOf(b)));
  }));
});

Deno.test("orFrom refuses a map of another size", () => {
  assert.throws(() => new DirtyMap(16, 16).orFrom(new DirtyMap(16, 17)), { name: "RangeError" });
});

Deno.test("markMoved marks where the marked pixels of the source went, and does not run on", () => {
  const delta = fc.integer({ min: -40, max: 40 });
  fc.assert(fc.property(fc.array(anyRect, { maxLength: 3 }), anyRect, delta, delta, (marked, source, dx, dy) => {
    const map = new DirtyMap(WIDTH, HEIGHT);
    for (const r of marked) map.markRect(r);
    const before = blocksIn(map);
    const moved = [...pixelsOf(source)]
      .filter(([x, y]) => x >= 0 && x < WIDTH && before.has(`${x >> 4},${y}`))
      .map(([x, y]): [number, number] => [x + dx, y + dy]);
    map.markMoved(source, dx, dy);
    assert.deepEqual(blocksIn(map), new Set([...before, ...blocksOf(moved)]));
  }));
});

Deno.test("clearing a rect forgets the bits that lie inside it, those of a last short block too", () => {
  const map = new DirtyMap(70, 4);
  map.markAll();
  map.clearRect(rect(10, 1, 40, 2));
  const marked = [0, 16, 32, 48, 64].map((x) => [0, 1, 2, 3].map((y) => map.isMarked(x, y) ? "x" : ".").join(""));
  assert.deepEqual(marked, ["xxxx", "x..x", "x..x", "xxxx", "xxxx"]);
  map.clearRect(rect(64, 0, 6, 4));
  assert.equal(map.isMarked(69, 0), false);
  map.clearRect(rect(-5, -5, 100, 100));
  assert(map.isEmpty);
});
