import assert from "node:assert/strict";
import { type Rect, rect } from "../../lib/base/rect.ts";
import { DirtyMap } from "../../lib/display/dirty_map.ts";
import { UpdateTracker } from "../../lib/display/update_tracker.ts";

/** A tracker of a client that is up to date. */
function cleanTracker(width = 320, height = 200): UpdateTracker {
  const tracker = new UpdateTracker(width, height);
  tracker.take(true);
  return tracker;
}

const EVERYTHING = rect(0, 0, 320, 200);

Deno.test("a new tracker has everything changed, an emptied one nothing", () => {
  const tracker = new UpdateTracker(320, 200);
  assert.equal(tracker.isEmpty, false);
  assert.deepEqual(tracker.take(true), { copies: [], rects: [EVERYTHING] });
  assert.equal(tracker.isEmpty, true);
  assert.deepEqual(tracker.take(true), { copies: [], rects: [] });
});

Deno.test("resize forgets the copy and has everything changed", () => {
  const tracker = cleanTracker();
  tracker.addCopied(rect(0, 0, 50, 50), 10, 0, []);
  tracker.resize(33, 21);
  assert.deepEqual(tracker.take(true), { copies: [], rects: [rect(0, 0, 33, 21)] });
});

Deno.test("changed bits and changed rects come out as rects", () => {
  const tracker = cleanTracker();
  const map = new DirtyMap(320, 200);
  map.markRect(rect(16, 10, 16, 5));
  tracker.addChanged(map);
  tracker.addChangedRect(rect(32, 10, 1, 5));
  assert.deepEqual(tracker.take(true).rects, [rect(16, 10, 32, 5)]);
});

Deno.test("addChanged refuses a map of another size", () => {
  assert.throws(() => cleanTracker().addChanged(new DirtyMap(320, 201)), { name: "RangeError" });
});

Deno.test("a copy from clean pixels stays a copy, at its exact place", () => {
  const tracker = cleanTracker();
  tracker.addCopied(rect(101, 53, 37, 21), 5, -7, []);
  assert.equal(tracker.isEmpty, false);
  assert.deepEqual(tracker.take(true), { copies: [{ destination: rect(101, 53, 37, 21), dx: 5, dy: -7 }], rects: [] });
});

Deno.test("a copy is a change for a client without CopyRect", () => {
  const tracker = cleanTracker();
  tracker.addCopied(rect(96, 50, 32, 20), 16, 0, []);
  assert.deepEqual(tracker.take(false), { copies: [], rects: [rect(96, 50, 32, 20)] });
});

Deno.test("what is copied from a changed place is a change", () => {
  const tracker = cleanTracker();
  tracker.addChangedRect(rect(0, 100, 320, 10));
  tracker.addCopied(rect(0, 0, 320, 160), 0, -40, []);
  assert.deepEqual(tracker.take(true), {
    copies: [
      { destination: rect(0, 0, 320, 60), dx: 0, dy: -40 },
      { destination: rect(0, 70, 320, 30), dx: 0, dy: -40 },
      { destination: rect(0, 110, 320, 50), dx: 0, dy: -40 },
    ],
    rects: [rect(0, 60, 320, 10), rect(0, 100, 320, 10)],
  });
});

Deno.test("what is copied from a rect in flight is a change, what goes to it is not", () => {
  const tracker = cleanTracker();
  tracker.addCopied(rect(160, 0, 64, 64), 160, 0, [rect(0, 0, 16, 64), rect(208, 0, 64, 64)]);
  assert.deepEqual(tracker.take(true), {
    copies: [{ destination: rect(176, 0, 48, 64), dx: 160, dy: 0 }],
    rects: [rect(160, 0, 16, 64)],
  });
});

Deno.test("a change after the copy does not spoil what was copied from there", () => {
  const tracker = cleanTracker();
  tracker.addCopied(rect(160, 0, 64, 64), 160, 0, []);
  tracker.addChangedRect(rect(0, 0, 64, 64));
  assert.deepEqual(tracker.take(true), {
    copies: [{ destination: rect(160, 0, 64, 64), dx: 160, dy: 0 }],
    rects: [rect(0, 0, 64, 64)],
  });
});

Deno.test("a scrolling screen is one copy however often it scrolls", () => {
  const tracker = cleanTracker();
  for (let line = 0; line < 3; line++) {
    tracker.addCopied(rect(0, 0, 320, 184), 0, -16, []);
    tracker.addChangedRect(rect(0, 184, 320, 16));
  }
  assert.deepEqual(tracker.take(true), {
    copies: [{ destination: rect(0, 0, 320, 152), dx: 0, dy: -48 }],
    rects: [rect(0, 152, 320, 48)],
  });
});

Deno.test("a dragged window is one copy and what it uncovered", () => {
  const tracker = cleanTracker();
  const steps: [Rect, Rect][] = [
    [rect(16, 0, 96, 64), rect(0, 0, 16, 64)],
    [rect(32, 0, 96, 64), rect(16, 0, 16, 64)],
    [rect(48, 0, 96, 64), rect(32, 0, 16, 64)],
  ];
  for (const [destination, uncovered] of steps) {
    tracker.addCopied(destination, 16, 0, []);
    tracker.addChangedRect(uncovered);
  }
  assert.deepEqual(tracker.take(true), {
    copies: [{ destination: rect(48, 0, 96, 64), dx: 48, dy: 0 }],
    rects: [rect(0, 0, 48, 64)],
  });
});

Deno.test("of two copies that have nothing to do with each other the bigger one stays", () => {
  const small = rect(0, 0, 16, 16);
  const big = rect(160, 64, 64, 64);
  for (const order of [[small, big], [big, small]]) {
    const tracker = cleanTracker();
    for (const destination of order) tracker.addCopied(destination, 0, -16, []);
    assert.deepEqual(tracker.take(true).copies.map((copy) => copy.destination), [big]);
  }
});

Deno.test("a small copy out of a copied screen does not cost the screen", () => {
  const tracker = cleanTracker();
  tracker.addCopied(rect(0, 0, 320, 184), 0, -16, []);
  tracker.addCopied(rect(160, 160, 16, 16), 160, 0, []);
  const { copies, rects } = tracker.take(true);
  assert.deepEqual(rects, [rect(160, 160, 16, 16)]);
  assert.deepEqual(copies.map((copy) => copy.dy), [-16, -16, -16, -16]);
});

Deno.test("a copy that reaches outside is clipped at both ends", () => {
  const tracker = cleanTracker();
  tracker.addCopied(rect(-10, 0, 400, 20), 16, 0, []);
  assert.deepEqual(tracker.take(true).copies[0]?.destination, rect(16, 0, 304, 20));
});
