/** Encoding workers that throw, end without a word or never come back: they are replaced, and nobody is lost at once. */

import assert from "node:assert/strict";
import { CLOSE_GRACE_MS, WORKER_START_DEADLINE_MS } from "../../lib/base/limits.ts";
import { createLogger } from "../../lib/base/log.ts";
import { WorkerPool } from "../../lib/encode/pool.ts";
import type { EncodeFault } from "../../lib/encode/worker_messages.ts";
import type { FaultClient } from "../helpers/fault_client.ts";
import { FaultRig } from "../helpers/fault_rig.ts";
import { waitUntil } from "../helpers/peers.ts";
import { SkippingClock } from "../helpers/skipping_clock.ts";

/** The witness is the pool's client 0, and has a worker with client 2; client 1 has another, with client 3. */
const VICTIM = 1;

const REASONS: Readonly<Record<Exclude<EncodeFault, "hold">, RegExp>> = {
  throw: /^Cannot encode an update: .*worker ended, .*a test wanted an exception/,
  close: /^Cannot encode an update: .*worker ended, it did not answer for \d+ ms$/,
  hang: /^Cannot encode an update: .*worker ended, it did not answer for \d+ ms$/,
  fail: /^Cannot encode an update: .*a test wanted a failure$/,
};

/** A pool of two workers in which jobs of one client go wrong. */
class FaultyPool {
  readonly clock = new SkippingClock();
  readonly lines: string[] = [];
  /** Whose jobs workers have begun. */
  readonly begun: number[] = [];
  /** Resolves when the job has been sent. */
  readonly started: Promise<void>;
  readonly pool: WorkerPool;

  constructor(fault: EncodeFault, isFaulty: (job: number) => boolean) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.started = promise;
    this.pool = new WorkerPool({
      maxWorkers: 2,
      clock: this.clock,
      logger: createLogger("info", (line) => this.lines.push(line)),
      faultOf: (client, job) => {
        this.begun.push(client);
        if (client !== VICTIM || !isFaulty(job)) return undefined;
        resolve();
        return fault;
      },
    });
  }
}

async function withFaultyPool(
  fault: EncodeFault,
  body: (rig: FaultRig, faulty: FaultyPool) => Promise<void>,
  isFaulty: (job: number) => boolean = (job) => job === 0,
): Promise<void> {
  const faulty = new FaultyPool(fault, isFaulty);
  try {
    await using rig = await FaultRig.start({ pool: faulty.pool });
    await rig.assertWitnessServed();
    await body(rig, faulty);
    await rig.assertOnlyWitness();
  } finally {
    faulty.pool.close();
  }
}

for (const fault of ["throw", "close", "hang"] as const) {
  Deno.test(`a worker that meets ${fault} is replaced, and costs nobody the connection`, async () => {
    await withFaultyPool(fault, async (rig, faulty) => {
      const victim = await rig.initialized();
      const other = await rig.initialized();
      const neighbour = await rig.initialized();
      await victim.request(false);
      await faulty.started;
      await rig.assertWitnessServed();
      if (fault !== "throw") faulty.clock.skip(WORKER_START_DEADLINE_MS);
      assert.equal((await victim.read(2))[0], 0, "this is no FramebufferUpdate");
      for (const client of [neighbour, other]) await rig.assertServes(client);
      assert.equal(faulty.lines.length, 1, faulty.lines.join("\n"));
      assert.match(faulty.lines[0]!, /^vncd: error: encoding worker ended: /);
      for (const client of [victim, neighbour, other]) client.close();
    });
  });

  Deno.test(`a job that two workers meet ${fault} with costs its own client the connection, and nobody else`, async () => {
    await withFaultyPool(fault, async (rig, faulty) => {
      const victim = await rig.initialized();
      const other = await rig.initialized();
      await victim.request(false);
      await faulty.started;
      await waitUntil(() => {
        if (fault !== "throw") faulty.clock.skip(WORKER_START_DEADLINE_MS);
        return rig.disconnected.length > 0;
      }, "the end of the victim");
      await rig.assertClosed(victim, REASONS[fault]);
      await rig.assertServes(other);
      const newcomer = await rig.initialized();
      await rig.assertServes(newcomer);
      for (const client of [other, newcomer]) client.close();
    }, () => true);
  });
}

Deno.test("a job that fails costs its own client the connection, not even those of the same worker", async () => {
  await withFaultyPool("fail", async (rig, faulty) => {
    const victim = await rig.initialized();
    const others = [await rig.initialized(), await rig.initialized()];
    await victim.request(false);
    await rig.assertClosed(victim, REASONS.fail);
    for (const client of others) {
      await rig.assertServes(client);
      client.close();
    }
    assert.deepEqual(faulty.lines, []);
  });
});

Deno.test("a viewer whose job never ends can leave, and the others of its worker are served meanwhile", async () => {
  await withFaultyPool("hold", async (rig, faulty) => {
    const victim = await rig.initialized();
    const others = [await rig.initialized(), await rig.initialized()];
    await victim.request(false);
    await faulty.started;
    for (const client of others) await rig.assertServes(client);
    victim.close();
    // its job is waited for as long as the grace time, which begins when the server hears of it
    await waitUntil(() => {
      rig.clock.skip(CLOSE_GRACE_MS);
      return rig.disconnected.length > 0;
    }, "the end of the victim");
    await rig.assertClosed(victim, /closed by the client|reset/);
    for (const client of others) client.close();
  });
});

/** Two whose next jobs are one: they have had an update each, so the pool knows that they are equal. */
async function openPair(rig: FaultRig): Promise<readonly [FaultClient, FaultClient]> {
  const pair = [await rig.initialized(), await rig.initialized()] as const;
  for (const viewer of pair) {
    await viewer.request(false);
    await readUpdate(viewer);
  }
  await rig.assertWitnessServed();
  return pair;
}

async function readUpdate(viewer: FaultClient): Promise<void> {
  await viewer.readUpdate(async ({ rect: { width, height } }) => void await viewer.read(width * height * 4));
}

Deno.test("a job that two share and a worker is lost at reaches both", async () => {
  await withFaultyPool("hang", async (rig, faulty) => {
    const pair = await openPair(rig);
    faulty.begun.length = 0;
    for (const viewer of pair) await viewer.request(false);
    await faulty.started;
    faulty.clock.skip(WORKER_START_DEADLINE_MS);
    for (const viewer of pair) {
      await readUpdate(viewer);
      viewer.close();
    }
    assert.deepEqual(faulty.begun, [VICTIM, VICTIM]);
    assert.equal(faulty.lines.length, 1, faulty.lines.join("\n"));
  }, (job) => job === 1);
});

Deno.test("a job that two share and two workers are lost at costs both the connection, and nobody else", async () => {
  await withFaultyPool("hang", async (rig, faulty) => {
    const pair = await openPair(rig);
    const other = await rig.initialized();
    faulty.begun.length = 0;
    for (const viewer of pair) await viewer.request(false);
    await faulty.started;
    await waitUntil(() => {
      faulty.clock.skip(WORKER_START_DEADLINE_MS);
      return rig.disconnected.length > 1;
    }, "the end of both");
    assert.deepEqual(faulty.begun, [VICTIM, VICTIM]);
    for (const viewer of pair) await rig.assertClosed(viewer, REASONS.hang);
    await rig.assertServes(other);
    other.close();
  }, (job) => job > 0);
});
