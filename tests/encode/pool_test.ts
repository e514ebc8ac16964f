/** The pool: right pictures through real workers, and what dies with what. */

import assert from "node:assert/strict";
import { JOB_DEADLINE_MS, POOL_CLOSE_GRACE_MS, WORKER_START_DEADLINE_MS } from "../../lib/base/limits.ts";
import { rect } from "../../lib/base/rect.ts";
import { createLogger } from "../../lib/base/log.ts";
import { FrameMemory } from "../../lib/display/frame_memory.ts";
import type { ClientEncoder, EncodeSettings, PixelMemory } from "../../lib/encode/job.ts";
import { WorkerPool, type WorkerPoolOptions } from "../../lib/encode/pool.ts";
import type { EncodeFault } from "../../lib/encode/worker_messages.ts";
import { Encoding } from "../../lib/rfb/encodings.ts";
import { X8R8G8B8 } from "../../lib/rfb/pixel_format.ts";
import { FakeClock, settle } from "../helpers/fake_clock.ts";
import { paintPicture } from "../helpers/random_picture.ts";
import { ReferenceDecoder } from "../helpers/reference_decoder.ts";
import { TestSurface } from "../helpers/test_surface.ts";

const ZRLE: EncodeSettings = { encoding: Encoding.ZRLE, pixelFormat: X8R8G8B8 };
const RAW: EncodeSettings = { encoding: Encoding.Raw, pixelFormat: X8R8G8B8 };

/** An encoder and the picture its client has. */
class Viewer {
  readonly encoder: ClientEncoder;
  #decoder: ReferenceDecoder | undefined;

  constructor(pool: WorkerPool, readonly surface: TestSurface, memory: PixelMemory = surface.memory) {
    this.encoder = pool.open(memory);
  }

  /** Two updates arrive and show what is on the surface. */
  async assertServed(surface = this.surface): Promise<void> {
    this.#decoder ??= new ReferenceDecoder(surface.width, surface.height, X8R8G8B8);
    for (const seed of [1, 2]) {
      const picture = paintPicture("mixed", surface.width, surface.height, seed);
      surface.paint(picture);
      await this.#decoder.applyUpdate((await this.encoder.encode(surface.job(ZRLE))).bytes);
      assert.deepEqual(this.#decoder.picture, picture);
    }
  }

  async assertLost(pattern: RegExp): Promise<void> {
    await assert.rejects(this.encoder.encode(this.surface.job(ZRLE)), pattern);
  }
}

async function withPool(options: WorkerPoolOptions, body: (pool: WorkerPool) => Promise<void>): Promise<void> {
  const pool = new WorkerPool(options);
  try {
    await body(pool);
  } finally {
    pool.close();
  }
}

function createSurface(width: number, height: number, memory = new FrameMemory()): TestSurface {
  return new TestSurface(memory, width, height);
}

/** The fault for the first job of the first client. */
function firstJob(fault: EncodeFault): NonNullable<WorkerPoolOptions["faultOf"]> {
  return (client, job) => client === 0 && job === 0 ? fault : undefined;
}

Deno.test("a pool that finishes waits for a worker that hangs no longer than its grace time", async () => {
  const clock = new FakeClock();
  const pool = new WorkerPool({ maxWorkers: 1, clock, faultOf: firstJob("hang") });
  const viewer = new Viewer(pool, createSurface(32, 32));
  const lost = viewer.assertLost(/closed|ended/);
  let isFinished = false;
  const finished = pool.finish().then(() => isFinished = true);
  clock.advance(POOL_CLOSE_GRACE_MS - 1);
  await settle();
  assert.ok(!isFinished);
  clock.advance(1);
  await finished;
  await lost;
});

Deno.test("a pool that finishes without work does so at once, and gives its arenas back", async () => {
  const clock = new FakeClock();
  const pool = new WorkerPool({ maxWorkers: 1, clock });
  const surface = createSurface(32, 32);
  const freed: number[] = [];
  const viewer = new Viewer(pool, surface, {
    memory: surface.memory.memory,
    allocate: (byteLength) => surface.memory.allocate(byteLength),
    free: ({ pointer }) => freed.push(pointer),
  });
  await viewer.assertServed();
  viewer.encoder.close();
  await pool.finish();
  assert.equal(freed.length, 1);
  assert.equal(clock.timerCount, 0);
});

Deno.test("every client of a pool gets its picture", async () => {
  await withPool({ maxWorkers: 2 }, async (pool) => {
    const surfaces = [createSurface(100, 70), createSurface(65, 90)];
    const viewers = [0, 1, 2, 3, 4].map((at) => new Viewer(pool, surfaces[at % 2]!));
    for (const viewer of viewers) await viewer.assertServed();
  });
});

Deno.test("a surface in memory that grew after the encoder was opened is read", async () => {
  await withPool({ maxWorkers: 1 }, async (pool) => {
    const memory = new FrameMemory();
    const viewer = new Viewer(pool, createSurface(120, 90, memory));
    await viewer.assertServed();
    const grown = memory.allocate(48 << 20);
    const surface = createSurface(120, 90, memory);
    assert.ok(surface.view.pointer > grown.pointer);
    await viewer.assertServed(surface);
  });
});

for (const fault of ["throw", "close", "hang"] as const) {
  Deno.test(`a worker that meets ${fault} is replaced, and its clients are served on by other streams`, async () => {
    const clock = new FakeClock();
    const lines: string[] = [];
    const logger = createLogger("error", (line) => lines.push(line));
    const started = Promise.withResolvers<void>();
    const faultOf: WorkerPoolOptions["faultOf"] = (client, job) => {
      if (client !== 0 || job !== 2) return undefined;
      started.resolve();
      return fault;
    };
    await withPool({ maxWorkers: 2, clock, logger, faultOf }, async (pool) => {
      const surfaces = [0, 1, 2].map(() => createSurface(80, 60)) as [TestSurface, TestSurface, TestSurface];
      // Clients go to the worker with the fewest: victim and neighbour share one.
      const [victim, other, neighbour] = surfaces.map((surface) => new Viewer(pool, surface)) as [
        Viewer,
        Viewer,
        Viewer,
      ];
      for (const viewer of [victim, neighbour, other]) await viewer.assertServed();
      const served = [victim.assertServed(), neighbour.assertServed()];
      await started.promise;
      await other.assertServed();
      if (fault !== "throw") clock.advance(JOB_DEADLINE_MS);
      await Promise.all(served);
      for (const viewer of [victim, other, new Viewer(pool, surfaces[0])]) await viewer.assertServed();
      assert.equal(lines.length, 1);
    });
  });
}

Deno.test("a job that two workers were lost at ends its own client, and the pool serves on", async () => {
  await withPool({ maxWorkers: 1, faultOf: (client) => client === 0 ? "throw" : undefined }, async (pool) => {
    const surfaces = [createSurface(80, 60), createSurface(80, 60)] as const;
    const [victim, neighbour] = [new Viewer(pool, surfaces[0]), new Viewer(pool, surfaces[1])];
    await Promise.all([victim.assertLost(/worker ended/), neighbour.assertServed()]);
    await victim.assertLost(/worker ended/);
    await neighbour.assertServed();
  });
});

Deno.test("a job that fails ends its own client only", async () => {
  await withPool({ maxWorkers: 1, faultOf: firstJob("fail") }, async (pool) => {
    const surface = createSurface(80, 60);
    const [victim, neighbour] = [new Viewer(pool, surface), new Viewer(pool, surface)];
    await victim.assertLost(/a test wanted a failure/);
    await victim.assertLost(/a test wanted a failure/);
    await neighbour.assertServed();
  });
});

Deno.test("clients of a worker are served while another's job goes on", async () => {
  await withPool({ maxWorkers: 1, faultOf: firstJob("hold") }, async (pool) => {
    const surface = createSurface(80, 60);
    const [slow, quick] = [new Viewer(pool, surface), new Viewer(pool, surface)];
    const dropped = slow.assertLost(/the encoder was closed/);
    await quick.assertServed();
    slow.encoder.close();
    await dropped;
    await quick.assertServed();
  });
});

Deno.test("a small job overtakes a large one on the same worker", async () => {
  await withPool({ maxWorkers: 1 }, async (pool) => {
    const surface = TestSurface.create(2000, 2000);
    surface.paint(paintPicture("noise", 2000, 2000, 1));
    const [large, small] = [pool.open(surface.memory), pool.open(surface.memory)];
    const finished: string[] = [];
    const largeJob = large.encode(surface.job({ ...ZRLE, compressLevel: 9 })).then(() => finished.push("large"));
    await small.encode(surface.job(ZRLE, [rect(0, 0, 16, 16)])).then(() => finished.push("small"));
    await largeJob;
    assert.deepEqual(finished, ["small", "large"]);
  });
});

Deno.test("an arena is given back when its last client is closed", async () => {
  await withPool({ maxWorkers: 1, faultOf: firstJob("hold") }, async (pool) => {
    const surface = createSurface(40, 40);
    const counted = countRegions(surface.memory);
    const [busy, idle] = [new Viewer(pool, surface, counted.memory), new Viewer(pool, surface, counted.memory)];
    const dropped = busy.assertLost(/the encoder was closed/);
    assert.equal(counted.taken(), 1);
    busy.encoder.close();
    idle.encoder.close();
    idle.encoder.close();
    await dropped;
    // The worker answers in order: when a later client is served, the earlier ones are gone.
    await new Viewer(pool, createSurface(20, 20)).assertServed();
    assert.equal(counted.taken(), 0);
  });
});

Deno.test("a worker has longer for its first word than for the next ones", async () => {
  const clock = new FakeClock();
  const lines: string[] = [];
  const logger = createLogger("error", (line) => lines.push(line));
  const faultOf: WorkerPoolOptions["faultOf"] = (client, job) => client === 1 && job === 0 ? "hang" : undefined;
  await withPool({ maxWorkers: 1, clock, logger, faultOf }, async (pool) => {
    const viewer = new Viewer(pool, createSurface(40, 40));
    const served = viewer.assertServed();
    // in one turn: the worker cannot have said anything yet
    clock.advance(JOB_DEADLINE_MS);
    await served;
    assert.deepEqual(lines, []);
    const hung = new Viewer(pool, createSurface(40, 40)).assertServed();
    clock.advance(JOB_DEADLINE_MS);
    await hung;
    assert.equal(lines.length, 1);
  });
});

Deno.test("a worker's silence is counted from its last word on, or from when it began to owe an answer", async () => {
  const clock = new FakeClock();
  const lines: string[] = [];
  const logger = createLogger("error", (line) => lines.push(line));
  const started = Promise.withResolvers<void>();
  const faultOf: WorkerPoolOptions["faultOf"] = (client, job) => {
    if (client !== 0 || job !== 4) return undefined;
    started.resolve();
    return "hang";
  };
  await withPool({ maxWorkers: 1, clock, logger, faultOf }, async (pool) => {
    const viewer = new Viewer(pool, createSurface(40, 40));
    for (const waitMs of [JOB_DEADLINE_MS * 3, JOB_DEADLINE_MS * 0.75]) {
      await viewer.assertServed();
      clock.advance(waitMs);
    }
    const served = viewer.assertServed();
    await started.promise;
    clock.advance(JOB_DEADLINE_MS - 1);
    assert.deepEqual(lines, []);
    clock.advance(1);
    await served;
    assert.equal(lines.length, 1);
  });
});

Deno.test("the arena of a worker that may still be running is never given back", async () => {
  const clock = new FakeClock();
  await withPool({ maxWorkers: 1, clock, faultOf: firstJob("hang") }, async (pool) => {
    const surface = createSurface(40, 40);
    const counted = countRegions(surface.memory);
    const viewer = new Viewer(pool, surface, counted.memory);
    const served = viewer.assertServed();
    clock.advance(WORKER_START_DEADLINE_MS);
    await served;
    assert.equal(counted.taken(), 2);
    viewer.encoder.close();
    await new Viewer(pool, createSurface(20, 20)).assertServed();
    assert.equal(counted.taken(), 1);
  });
});

function countRegions(memory: FrameMemory): { memory: PixelMemory; taken: () => number } {
  let taken = 0;
  return {
    taken: () => taken,
    memory: {
      memory: memory.memory,
      allocate(byteLength) {
        taken++;
        return memory.allocate(byteLength);
      },
      free(region) {
        taken--;
        memory.free(region);
      },
    },
  };
}

Deno.test("clients that close at any moment leave the pool serving", async () => {
  await withPool({ maxWorkers: 2 }, async (pool) => {
    const surface = createSurface(150, 150);
    const steady = new Viewer(pool, surface);
    for (let round = 0; round < 300; round++) {
      const encoder = pool.open(surface.memory);
      const job = encoder.encode(surface.job(round % 2 === 0 ? ZRLE : RAW)).catch(() => undefined);
      for (let turns = round % 7; turns > 0; turns--) await Promise.resolve();
      if (round % 5 === 0) await job;
      encoder.close();
      await job;
    }
    await steady.assertServed();
  });
});

Deno.test("a second job beside one in flight is refused", async () => {
  await withPool({ maxWorkers: 1 }, async (pool) => {
    const surface = createSurface(40, 40);
    const encoder = pool.open(surface.memory);
    const first = encoder.encode(surface.job(RAW));
    await assert.rejects(encoder.encode(surface.job(RAW)), /in flight/);
    assert.equal((await first).rectCount, 1);
  });
});

Deno.test("the memory of an update that was sent is used again", async () => {
  await withPool({ maxWorkers: 1 }, async (pool) => {
    const surface = createSurface(40, 40);
    surface.paint(paintPicture("noise", 40, 40, 1));
    const encoder = pool.open(surface.memory);
    const first = await encoder.encode(surface.job(RAW));
    const expected = first.bytes.slice();
    encoder.recycle(first);
    const second = await encoder.encode(surface.job(RAW));
    assert.equal(first.bytes.byteLength, 0);
    assert.deepEqual(second.bytes, expected);
    encoder.recycle(first);
    assert.deepEqual((await encoder.encode(surface.job(RAW))).bytes, expected);
  });
});

Deno.test("a closed pool rejects jobs in flight and opens no more", async () => {
  const pool = new WorkerPool({ maxWorkers: 1, faultOf: firstJob("hold") });
  const surface = createSurface(40, 40);
  const encoder = pool.open(surface.memory);
  const lost = assert.rejects(encoder.encode(surface.job(RAW)), /the pool was closed/);
  pool.close();
  await lost;
  assert.throws(() => pool.open(surface.memory), /the pool is closed/);
  encoder.close();
});
