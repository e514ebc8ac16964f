/** Encode once, send to many: who gets whose bytes, and that every picture is right. */

import assert from "node:assert/strict";
import { rect } from "../../lib/base/rect.ts";
import type { EncodeSettings } from "../../lib/encode/job.ts";
import { WorkerPool, type WorkerPoolOptions } from "../../lib/encode/pool.ts";
import { Encoding, encodingName } from "../../lib/rfb/encodings.ts";
import { R3G3B2, X8R8G8B8 } from "../../lib/rfb/pixel_format.ts";
import { paintPhoto } from "../helpers/jpeg_pictures.ts";
import { PoolViewer } from "../helpers/pool_viewer.ts";
import { paintPicture, PICTURE_KINDS, randomNumbers } from "../helpers/random_picture.ts";
import { pixelValues, TestSurface } from "../helpers/test_surface.ts";

const ENCODINGS = [
  Encoding.Raw,
  Encoding.RRE,
  Encoding.Hextile,
  Encoding.Zlib,
  Encoding.Tight,
  Encoding.TRLE,
  Encoding.ZRLE,
];
const WIDTH = 130;
const HEIGHT = 100;

function settingsOf(encoding: number): EncodeSettings {
  return { encoding, pixelFormat: X8R8G8B8 };
}

function anyOf<Item>(items: readonly Item[], random: () => number): Item {
  return items[random() % items.length]!;
}

/** A painted surface and viewers of it. */
class Rig {
  readonly surface = TestSurface.create(WIDTH, HEIGHT);
  readonly pool: WorkerPool;
  picture: Uint32Array = new Uint32Array(WIDTH * HEIGHT);
  generation = 0;

  constructor(options: WorkerPoolOptions) {
    this.pool = new WorkerPool({ maxWorkers: 1, ...options });
    this.paint(1);
  }

  paint(seed: number): void {
    this.picture = paintPicture(PICTURE_KINDS[seed % PICTURE_KINDS.length]!, WIDTH, HEIGHT, seed);
    this.surface.paint(this.picture);
    this.generation++;
  }

  viewer(encoding: number, pixelFormat = X8R8G8B8): PoolViewer {
    return new PoolViewer(this.pool, this.surface, { encoding, pixelFormat });
  }

  assertShown({ decoder }: PoolViewer): void {
    assert.deepEqual(decoder.picture, pixelValues(decoder.format, this.picture));
  }
}

async function withRig(body: (rig: Rig) => Promise<void>, options: WorkerPoolOptions = {}): Promise<void> {
  const rig = new Rig(options);
  try {
    await body(rig);
  } finally {
    rig.pool.close();
  }
}

for (const encoding of ENCODINGS) {
  Deno.test(`equal ${encodingName(encoding)} jobs of one state are encoded once, for viewers old and new`, async () => {
    await withRig(async (rig) => {
      const viewers = [rig.viewer(encoding), rig.viewer(encoding)];
      for (let seed = 2; seed < 12; seed++) {
        rig.paint(seed);
        const updates = await Promise.all(viewers.map((viewer) => viewer.encode(rig.generation)));
        assert.equal(new Set(updates).size, seed === 6 && encoding !== Encoding.Raw ? updatesOfNewcomer(encoding) : 1);
        for (const [at, update] of updates.entries()) await viewers[at]!.show(update);
        viewers.forEach((viewer) => rig.assertShown(viewer));
        if (seed === 5) viewers.push(rig.viewer(encoding));
      }
    });
  });
}

/** Zlib and ZRLE have a header that only a newcomer needs. */
function updatesOfNewcomer(encoding: number): number {
  return encoding === Encoding.Zlib || encoding === Encoding.ZRLE ? 2 : 1;
}

Deno.test("pictures stay right when viewers share and do not, change and go, in any order", async () => {
  await withRig(async (rig) => {
    const random = randomNumbers(7);
    const viewers: PoolViewer[] = [];
    for (let round = 0; round < 250; round++) {
      const format = random() % 4 === 0 ? R3G3B2 : X8R8G8B8;
      if (viewers.length < 6 && random() % 3 === 0) viewers.push(rig.viewer(anyOf(ENCODINGS, random), format));
      if (random() % 4 !== 0) rig.paint(random());
      const jobs = viewers.filter(() => random() % 3 > 0).map(async (viewer) => {
        if (random() % 9 === 0) viewer.settings = { ...viewer.settings, encoding: anyOf(ENCODINGS, random) };
        const isWhole = random() % 5 > 0;
        const update = await viewer.encode(rig.generation, isWhole ? undefined : [rect(random() % 100, 3, 20, 60)]);
        if (random() % 9 === 0) return viewer.encoder.discard(update);
        await viewer.show(update);
        if (isWhole) rig.assertShown(viewer);
      });
      await Promise.all(jobs);
      if (viewers.length > 0 && random() % 12 === 0) viewers.splice(random() % viewers.length, 1)[0]!.close();
    }
  }, { maxWorkers: 2 });
});

Deno.test("viewers with other settings or other rects do not share", async () => {
  await withRig(async (rig) => {
    const viewers = [0, 1, 2, 3].map(() => rig.viewer(Encoding.ZRLE));
    viewers[1]!.settings = { ...settingsOf(Encoding.ZRLE), pixelFormat: R3G3B2 };
    viewers[1]!.decoder.format = R3G3B2;
    viewers[2]!.settings = { ...settingsOf(Encoding.ZRLE), compressLevel: 3 };
    const part = [rect(0, 0, 50, 50)];
    const rects = [undefined, undefined, undefined, part];
    const updates = await Promise.all(viewers.map((viewer, at) => viewer.encode(rig.generation, rects[at])));
    assert.equal(new Set(updates).size, 4);
    for (const [at, update] of updates.entries()) await viewers[at]!.show(update);
    viewers.slice(0, 3).forEach((viewer) => rig.assertShown(viewer));
  });
});

Deno.test("viewers with other quality levels share what loses nothing, and nothing else", async () => {
  await withRig(async (rig) => {
    const viewers = [92, 42].map((quality) => {
      const viewer = rig.viewer(Encoding.Tight);
      viewer.settings = { ...viewer.settings, jpeg: { quality, subsampling: "4:4:4" } };
      return viewer;
    });
    rig.picture = paintPhoto(WIDTH, HEIGHT, 2);
    rig.surface.paint(rig.picture);
    for (const [lossy, updateCount] of [[undefined, 1], [["allowed"], 2], [["forbidden"], 1]] as const) {
      rig.generation++;
      const updates = await Promise.all(viewers.map((viewer) => viewer.encode(rig.generation, undefined, lossy)));
      assert.equal(new Set(updates).size, updateCount);
      for (const [at, update] of updates.entries()) await viewers[at]!.show(update);
      if (updateCount === 1) viewers.forEach((viewer) => rig.assertShown(viewer));
    }
  });
});

Deno.test("one who comes later is sent the same bytes while the state lasts, and not after it", async () => {
  await withRig(async (rig) => {
    const viewers = [0, 1, 2, 3].map(() => rig.viewer(Encoding.Tight));
    const [a, b] = await Promise.all(viewers.slice(0, 2).map((viewer) => viewer.encode(rig.generation)));
    assert.equal(await viewers[2]!.encode(rig.generation), a);
    assert.equal(b, a);
    rig.paint(3);
    const late = await viewers[3]!.encode(rig.generation);
    assert.notEqual(late, a);
    await viewers[3]!.show(late);
    rig.assertShown(viewers[3]!);
  });
});

for (const encoding of [Encoding.Tight, Encoding.ZRLE, Encoding.Zlib]) {
  Deno.test(`a single ${encodingName(encoding)} viewer keeps its streams, before and after it has company`, async () => {
    await withRig(async (rig) => {
      async function repeatedBytes(viewer: PoolViewer): Promise<number> {
        await viewer.show(await viewer.encode(++rig.generation));
        return (await viewer.show(await viewer.encode(++rig.generation))).length;
      }
      rig.paint(6);
      const viewer = rig.viewer(encoding);
      const alone = await repeatedBytes(viewer);
      const company = rig.viewer(encoding);
      for (let round = 0; round < 3; round++) {
        rig.generation++;
        const updates = await Promise.all([viewer, company].map((each) => each.encode(rig.generation)));
        await viewer.show(updates[0]!);
        await company.show(updates[1]!);
      }
      company.close();
      assert.equal(await repeatedBytes(viewer), alone);
      const whole = (await rig.viewer(encoding).encode(0)).bytes.length;
      assert(alone < whole, `${alone} bytes of what was sent before, ${whole} of what was not`);
      rig.assertShown(viewer);
    });
  });
}

Deno.test("equal viewers who never want the same have their own streams after a while, until they do", async () => {
  await withRig(async (rig) => {
    const [one, other] = [rig.viewer(Encoding.Tight), rig.viewer(Encoding.Tight)];
    rig.paint(6);
    const sizes: number[] = [];
    for (let round = 0; round < 20; round++) {
      for (const viewer of [one, other]) {
        const update = await viewer.encode(++rig.generation);
        sizes.push((await viewer.show(update)).length);
      }
    }
    assert(sizes.at(-1)! < sizes[2]!, sizes.join());
    const together = await Promise.all([one, other].map((viewer) => viewer.encode(rig.generation + 1)));
    assert.equal(together[0], together[1]);
    await one.show(together[0]!);
    rig.assertShown(one);
  });
});

Deno.test("the memory of a shared update is used again when the last viewer has given it back", async () => {
  await withRig(async (rig) => {
    const viewers = [rig.viewer(Encoding.Raw), rig.viewer(Encoding.Raw)];
    const encodeIn = (generation: number) => Promise.all(viewers.map((viewer) => viewer.encode(generation)));
    const first = await encodeIn(10);
    viewers[0]!.encoder.recycle(first[0]!);
    const second = await encodeIn(11);
    assert(first[1]!.bytes.length > 0);
    viewers[1]!.encoder.recycle(first[1]!);
    const third = await encodeIn(12);
    assert.equal(first[1]!.bytes.length, 0);
    assert(second[0]!.bytes.length > 0 && third[0]!.bytes.length > 0);
  });
});

Deno.test("one who comes later is sent the bytes of its state though the next state begins in the same turn", async () => {
  await withRig(async (rig) => {
    const [first, second, late] = [rig.viewer(Encoding.Tight), rig.viewer(Encoding.Tight), rig.viewer(Encoding.Tight)];
    const updates = await Promise.all([first, second].map((viewer) => viewer.encode(rig.generation)));
    for (const [at, update] of updates.entries()) await [first, second][at]!.show(update);
    const before = rig.picture;
    const coming = late.encode(rig.generation);
    rig.paint(3);
    const next = first.encode(rig.generation);
    await late.show(await coming);
    assert.deepEqual(late.decoder.picture, pixelValues(X8R8G8B8, before));
    await first.show(await next);
    rig.assertShown(first);
  });
});

Deno.test("viewers who leave take nobody else's job with them", async () => {
  await withRig(async (rig) => {
    const viewers = [0, 1, 2].map(() => rig.viewer(Encoding.Tight));
    const jobs = viewers.map((viewer) => viewer.encode(rig.generation));
    const lost = [0, 2].map((at) => assert.rejects(jobs[at]!, /the encoder was closed/));
    viewers[0]!.close();
    await Promise.resolve();
    viewers[2]!.close();
    await Promise.all(lost);
    await viewers[1]!.show(await jobs[1]!);
    rig.assertShown(viewers[1]!);
  });
});

Deno.test("a shared job that nobody waits for any more is cancelled", async () => {
  await withRig(async (rig) => {
    const viewers = [0, 1].map(() => rig.viewer(Encoding.Tight));
    const lost = viewers.map((viewer) => assert.rejects(viewer.encode(rig.generation), /the encoder was closed/));
    await Promise.resolve();
    for (const viewer of viewers) viewer.close();
    await Promise.all(lost);
    await rig.pool.settled();
  }, { faultOf: () => "hold" });
});

Deno.test("a shared job that fails ends those it was for", async () => {
  await withRig(async (rig) => {
    const viewers = [0, 1, 2].map(() => rig.viewer(Encoding.Tight));
    const lost = viewers.slice(0, 2).map((viewer) => viewer.encode(rig.generation));
    await Promise.all(lost.map((job) => assert.rejects(job, /a test wanted a failure/)));
    await viewers[2]!.show(await viewers[2]!.encode(rig.generation));
    rig.assertShown(viewers[2]!);
  }, { faultOf: (client) => client === 0 ? "fail" : undefined });
});

Deno.test("a shared job that was lost with its worker is encoded again for all", async () => {
  await withRig(async (rig) => {
    const viewers = [0, 1, 2].map(() => rig.viewer(Encoding.ZRLE));
    for (let round = 0; round < 3; round++) {
      rig.paint(round);
      const updates = await Promise.all(viewers.map((viewer) => viewer.encode(rig.generation)));
      for (const [at, update] of updates.entries()) await viewers[at]!.show(update);
      viewers.forEach((viewer) => rig.assertShown(viewer));
    }
  }, { maxWorkers: 2, faultOf: (client, job) => client === 0 && job === 1 ? "throw" : undefined });
});
