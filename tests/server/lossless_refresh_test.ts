import assert from "node:assert/strict";
import fc from "fast-check";
import { THROTTLE_FLOOR_BYTES } from "../../lib/base/limits.ts";
import { rect } from "../../lib/base/rect.ts";
import { QUIET_MS } from "../../lib/display/update_statistics.ts";
import { LossyWorld } from "./lossy_world.ts";

const WIDTH = 200;
const HEIGHT = 140;
const WHOLE = rect(0, 0, WIDTH, HEIGHT);
/** Everything may be lossy at once. */
const ON = { lossy: "on", adaptive: false, encodingPolicy: "best" } as const;
const AUTO = { lossy: "auto", adaptive: true, encodingPolicy: "best" } as const;

function worldTest(
  name: string,
  body: (world: LossyWorld) => Promise<void>,
  quality: typeof ON | typeof AUTO = ON,
): void {
  Deno.test(name, async () => {
    const world = new LossyWorld(WIDTH, HEIGHT, quality, 2);
    try {
      world.show(WHOLE);
      await body(world);
    } finally {
      world.close();
    }
    assert.equal(world.clock.timerCount, 0);
    assert.equal(world.isWatching, false);
  });
}

worldTest("what went out with a loss goes out again without one after two seconds", async (world) => {
  world.lossyArea = rect(70, 10, 20, 20);
  await world.watch(QUIET_MS - 200);
  assert.equal(world.jobs.length, 1);
  assert(world.difference() !== undefined);
  await world.watch(600);
  assert.equal(world.jobs.length, 2);
  assert.deepEqual(world.jobs[1]!.rects, [rect(64, 0, 64, 64)]);
  assert.equal(world.jobs[1]!.lossy, undefined);
  assert.equal(world.difference(), undefined);
});

worldTest("a client that waits with its request is sent the refresh, and nothing after it", async (world) => {
  world.request();
  await world.deliver();
  world.request();
  world.clock.advance(QUIET_MS);
  assert.equal(world.jobs.length, 2);
  await world.deliver();
  assert.equal(world.difference(), undefined);
  world.request();
  world.clock.advance(60_000);
  assert.equal(world.jobs.length, 2);
});

worldTest("while nothing is lossy there is no timer but the display's, and nothing is watched", async (world) => {
  world.lossyArea = rect(0, 0, 0, 0);
  await world.watch(5_000);
  assert.equal(world.clock.timerCount, 1);
  assert.equal(world.isWatching, false);
  world.lossyArea = WHOLE;
  world.show(rect(0, 0, 1, 1));
  await world.watch(500);
  // the refresh's, and the output's own
  assert.equal(world.clock.timerCount, 3);
  assert.equal(world.isWatching, true);
  await world.watch(5_000);
  assert.equal(world.clock.timerCount, 1);
  assert.equal(world.isWatching, false);
});

worldTest("without a request nothing is sent; the next one gets it", async (world) => {
  world.request();
  await world.deliver();
  world.clock.advance(30_000);
  assert.equal(world.jobs.length, 1);
  world.request();
  assert.equal(world.jobs.length, 2);
  assert.equal(world.jobs[1]!.lossy, undefined);
});

worldTest("a copy of what is lossy is lossy", async (world) => {
  await world.watch(QUIET_MS + 1_000);
  world.lossyArea = rect(0, 0, 16, 16);
  world.show(rect(0, 0, 64, 64));
  await world.watch(200);
  world.display.copy(rect(0, 0, 40, 40), 140, 80);
  await world.watch(200);
  assert.equal(world.jobs.at(-1)!.copies.length, 1);
  await world.watch(QUIET_MS + 500);
  assert.equal(world.difference(), undefined);
  assert.deepEqual(world.jobs.at(-1)!.rects, [rect(128, 64, 64, 64)]);
});

worldTest("what keeps moving is not refreshed, and does not keep the rest from being", async (world) => {
  for (let i = 0; i < 50; i++) {
    world.show(rect(0, 0, 30, 30));
    await world.watch(100);
  }
  const refreshed = world.jobs.filter(({ rects }) => rects.some(({ x }) => x >= 64));
  assert.equal(refreshed.length, 1);
  assert.deepEqual(world.jobs.at(-1)!.lossy, ["allowed"]);
  assert(world.difference()?.startsWith("0,0:"));
  await world.watch(QUIET_MS + 500);
  assert.equal(world.difference(), undefined);
});

worldTest(
  "something small that goes on changing does not keep the rest of its cell from being exact",
  async (world) => {
    await world.watch(200);
    world.lossyArea = rect(0, 0, 0, 0);
    for (let i = 0; i < 24; i++) {
      world.show(rect(5, 5, 4, 4));
      await world.watch(100);
    }
    assert.equal(world.difference(), undefined);
  },
);

worldTest("what is due is cut out of a rect that may be lossy", async (world) => {
  world.lossyArea = rect(0, 0, 64, 64);
  world.request();
  await world.deliver();
  world.clock.advance(QUIET_MS);
  world.show(rect(64, 0, 136, 140));
  world.request();
  const { rects, lossy } = world.jobs[1]!;
  const forbidden = rects.filter((_, at) => lossy![at] === "forbidden");
  assert.deepEqual(forbidden, [rect(0, 0, 64, 64)]);
  assert(rects.length > 1);
});

worldTest(
  "auto: a picture is exact from the start, video is forced once it is known, and exact again after it",
  async (world) => {
    await world.watch(500);
    assert.equal(world.jobs[0]!.lossy, undefined);
    assert.equal(world.difference(), undefined);
    for (let i = 0; i < 40; i++) {
      world.show(rect(0, 0, 128, 64));
      await world.watch(100);
    }
    assert.deepEqual(world.jobs.at(-1)!.lossy, ["forced"]);
    world.show(rect(128, 64, 10, 10));
    await world.watch(100);
    assert.equal(world.jobs.at(-1)!.lossy, undefined);
    await world.watch(QUIET_MS + 1_000);
    assert.equal(world.difference(), undefined);
  },
  AUTO,
);

Deno.test("a refresh of very much comes in pieces, and all of it", async () => {
  const world = new LossyWorld(640, 640, ON, 2);
  try {
    world.show(rect(0, 0, 640, 640));
    await world.watch(QUIET_MS + 1_000);
    const [first, ...refreshes] = world.jobs.map(({ rects }) => rects.reduce((sum, r) => sum + r.width * r.height, 0));
    assert.equal(first, 640 * 640);
    assert.deepEqual(refreshes, [64 * 64 * 64, 36 * 64 * 64]);
    assert.equal(world.difference(), undefined);
  } finally {
    world.close();
  }
});

Deno.test("a client that takes nothing is not refreshed before it does", async () => {
  const world = new LossyWorld(WIDTH, HEIGHT, ON, 2, 1_000);
  try {
    world.show(WHOLE);
    world.request();
    await world.deliver();
    world.stall(2 * THROTTLE_FLOOR_BYTES);
    world.request();
    world.clock.advance(QUIET_MS + 1_000);
    assert.equal(world.jobs.length, 1);
    await world.take(3 * THROTTLE_FLOOR_BYTES);
    assert.equal(world.jobs.length, 2);
    await world.deliver();
    assert.equal(world.difference(), undefined);
  } finally {
    world.close();
  }
});

const anyRect = fc.record({
  x: fc.integer({ min: 0, max: WIDTH }),
  y: fc.integer({ min: 0, max: HEIGHT }),
  width: fc.integer({ min: 1, max: 150 }),
  height: fc.integer({ min: 1, max: 100 }),
});

type Act = (world: LossyWorld) => void | Promise<void>;

/** A step that says what it is when it is part of a counterexample. */
class Step {
  readonly #text: string;
  readonly act: Act;

  constructor(text: string, act: Act) {
    this.#text = text;
    this.act = act;
  }

  [fc.toStringMethod](): string {
    return this.#text;
  }
}

function stepOf<T>(
  weight: number,
  name: string,
  value: fc.Arbitrary<T>,
  act: (world: LossyWorld, value: T) => ReturnType<Act>,
) {
  const arbitrary = value.map((v) => new Step(`${name} ${JSON.stringify(v)}`, (world) => act(world, v)));
  return { weight, arbitrary };
}

const nothing = fc.constant(0);
const anySize = fc.record({ width: fc.integer({ min: 60, max: 260 }), height: fc.integer({ min: 60, max: 200 }) });

const anyStep = fc.oneof(
  stepOf(4, "paint", anyRect, (world, area) => world.paint(area)),
  stepOf(3, "lose", anyRect, (world, area) => void (world.lossyArea = area)),
  stepOf(4, "copy", fc.tuple(anyRect, anyRect), (world, [area, { x, y }]) => world.display.copy(area, x, y)),
  stepOf(3, "refresh", nothing, (world) => world.display.refresh()),
  stepOf(5, "request", nothing, (world) => world.request()),
  stepOf(4, "deliver", nothing, (world) => world.deliver()),
  stepOf(3, "advance", fc.integer({ min: 1, max: 1_500 }), (world, ms) => world.clock.advance(ms)),
  stepOf(1, "resize", anySize, (world, { width, height }) => world.display.resize(width, height)),
);

Deno.test("after quiet every pixel is exact, whatever was painted, copied, lost and sent late", async () => {
  let refreshes = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyStep, { minLength: 5, maxLength: 40 }),
      fc.constantFrom(0, 4, 9),
      async (steps, level) => {
        const world = new LossyWorld(WIDTH, HEIGHT, ON, level);
        try {
          for (const { act } of steps) await act(world);
          await world.watch(QUIET_MS * 2 + 4_000);
          assert.equal(world.difference(), undefined);
          const jobs = world.jobs.length;
          refreshes += jobs;
          await world.watch(QUIET_MS * 2);
          assert.equal(world.jobs.length, jobs, "what is exact is sent again");
          assert.equal(world.isWatching, false);
        } finally {
          world.close();
        }
      },
    ),
    { numRuns: 150 },
  );
  assert(refreshes > 300);
});
