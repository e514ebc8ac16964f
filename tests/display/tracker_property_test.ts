import assert from "node:assert/strict";
import fc from "fast-check";
import { makeWorldDisplay, TrackerWorld } from "./tracker_world.ts";

const WIDTH = { min: 1, max: 150 };
const HEIGHT = { min: 1, max: 40 };

const anyRect = fc.record({
  x: fc.integer({ min: -4, max: WIDTH.max }),
  y: fc.integer({ min: -4, max: HEIGHT.max }),
  width: fc.integer({ min: 1, max: 90 }),
  height: fc.integer({ min: 1, max: 25 }),
});
const place = { x: fc.integer({ min: -30, max: WIDTH.max }), y: fc.integer({ min: -10, max: HEIGHT.max }) };
/** Most copies of real guests move something a little. */
const nudge = { dx: fc.integer({ min: -20, max: 20 }), dy: fc.integer({ min: -6, max: 6 }) };

type Step = (world: TrackerWorld) => void;

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: anyRect.map((area): Step => (world) => world.paint(area)) },
  {
    weight: 2,
    arbitrary: fc.record({ area: anyRect, ...place }).map(({ area, x, y }): Step => (world) => world.copy(area, x, y)),
  },
  {
    weight: 4,
    arbitrary: fc.record({ area: anyRect, ...nudge })
      .map(({ area, dx, dy }): Step => (world) => world.copy(area, area.x + dx, area.y + dy)),
  },
  {
    weight: 1,
    arbitrary: fc.record({ area: anyRect, ...place })
      .map(({ area, x, y }): Step => (world) => world.copyWrongly(area, x, y)),
  },
  { weight: 3, arbitrary: fc.constant<Step>((world) => world.tick()) },
  { weight: 4, arbitrary: fc.constant<Step>((world) => world.cut()) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 30 }).map((lines): Step => (world) => world.encode(lines)) },
  { weight: 3, arbitrary: fc.constant<Step>((world) => world.deliver()) },
  { weight: 1, arbitrary: anyRect.map((area): Step => (world) => world.request(area)) },
);

const scenario = fc.record({
  width: fc.integer(WIDTH),
  height: fc.integer(HEIGHT),
  startsSettled: fc.boolean(),
  steps: fc.array(step, { size: "max", minLength: 5, maxLength: 50 }),
});

function runScenarios(allowCopies: boolean, numRuns: number): number {
  const display = makeWorldDisplay();
  let copiedPixels = 0;
  fc.assert(
    fc.property(scenario, ({ width, height, startsSettled, steps }) => {
      display.resize(width, height);
      const world = new TrackerWorld(display, allowCopies);
      if (startsSettled) world.showFirstPicture();
      for (const act of steps) act(world);
      assert.equal(world.settle(), undefined);
      copiedPixels += world.copiedPixels;
    }),
    { numRuns },
  );
  display.close();
  return copiedPixels;
}

Deno.test("a client that copies ends with the surface's picture, whatever was painted, copied and sent late", () => {
  assert.ok(runScenarios(true, 3_000) > 100_000);
});

Deno.test("a client that cannot copy ends with the surface's picture as well", () => {
  assert.equal(runScenarios(false, 300), 0);
});
