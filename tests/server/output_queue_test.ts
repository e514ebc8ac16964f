import assert from "node:assert/strict";
import { errorMessage } from "../../lib/base/errors.ts";
import { OUTPUT_LIMIT_SCALE, STALL_DEADLINE_MS, THROTTLE_FLOOR_BYTES } from "../../lib/base/limits.ts";
import { OutputBudget } from "../../lib/server/output_budget.ts";
import { OutputQueue } from "../../lib/server/output_queue.ts";
import { FakeClock, settle } from "../helpers/fake_clock.ts";
import { FakeStream } from "../helpers/fake_stream.ts";

const MIB = 1 << 20;

function makeQueue(
  stream: FakeStream,
): { queue: OutputQueue; clock: FakeClock; failures: string[]; drains: () => number } {
  const clock = new FakeClock();
  const failures: string[] = [];
  let drained = 0;
  const queue = new OutputQueue(stream, {
    clock,
    onDrain: () => drained++,
    onFailure: (error) => failures.push(errorMessage(error)),
  });
  return { queue, clock, failures, drains: () => drained };
}

Deno.test("OutputQueue sends everything in order, small messages of one turn in one write", async () => {
  const stream = new FakeStream(Infinity);
  const { queue } = makeQueue(stream);
  queue.send(Uint8Array.of(1, 2));
  queue.send(Uint8Array.of(3));
  await queue.flushed();
  queue.send(Uint8Array.of(4));
  await queue.flushed();
  assert.deepEqual(stream.writes.map((bytes) => [...bytes]), [[1, 2, 3], [4]]);
  assert.equal(queue.bytesPending, 0);
});

Deno.test("OutputQueue cuts a big message, so that progress shows while it goes out", async () => {
  const stream = new FakeStream(Infinity);
  const { queue, drains } = makeQueue(stream);
  const bytes = Uint8Array.from({ length: MIB + 1 }, (_, i) => i * 7);
  queue.send(bytes);
  await queue.flushed();
  assert(stream.writes.length > 1);
  assert.equal(drains(), stream.writes.length);
  const joined = new Uint8Array(await new Blob(stream.writes as Uint8Array<ArrayBuffer>[]).arrayBuffer());
  assert.deepEqual(joined, bytes);
});

Deno.test("OutputQueue tells of each message when its last byte is written", async () => {
  const stream = new FakeStream(0);
  const { queue } = makeQueue(stream);
  const written: string[] = [];
  queue.send(new Uint8Array(MIB), () => written.push("big"));
  queue.send(new Uint8Array(10), () => written.push("first small"));
  queue.send(new Uint8Array(10), () => written.push("second small"));
  await settle();
  stream.take(MIB - 1);
  await settle();
  assert.deepEqual(written, []);
  stream.take(1);
  await settle();
  assert.deepEqual(written, ["big"]);
  stream.take(20);
  await settle();
  assert.deepEqual(written, ["big", "first small", "second small"]);
});

Deno.test("OutputQueue counts what the transport has taken inside a write", async () => {
  const stream = new FakeStream(0);
  const { queue } = makeQueue(stream);
  queue.send(new Uint8Array(1_000));
  assert.equal(queue.bytesPending, 1_000);
  await settle();
  stream.take(300);
  await settle();
  assert.equal(queue.bytesPending, 700);
});

Deno.test("OutputQueue copies what waits of shared memory that is going to change", async () => {
  const stream = new FakeStream(1);
  const { queue } = makeQueue(stream);
  const shared = new Uint8Array(new SharedArrayBuffer(2 * MIB)).fill(1);
  const own = new Uint8Array(MIB).fill(2);
  queue.send(Uint8Array.of(9));
  queue.send(shared);
  queue.send(own);
  queue.keepShared();
  shared.fill(3);
  stream.take(4 * MIB);
  await queue.flushed();
  const sent = stream.writes.flatMap((bytes) => [...new Set(bytes)]);
  assert.deepEqual([...new Set(sent)], [9, 1, 2]);
});

Deno.test("OutputQueue is throttled from one screenful on, 1 MiB at least", () => {
  const { queue } = makeQueue(new FakeStream(0));
  queue.setScreenfulBytes(1);
  queue.send(new Uint8Array(THROTTLE_FLOOR_BYTES - 1));
  assert.equal(queue.isThrottled, false);
  queue.send(new Uint8Array(1));
  assert.equal(queue.isThrottled, true);
  queue.setScreenfulBytes(2 * MIB);
  assert.equal(queue.isThrottled, false);
});

Deno.test("OutputQueue fails once above five thresholds, and forgets what waited", () => {
  const { queue, failures } = makeQueue(new FakeStream(0));
  const piece = new Uint8Array(THROTTLE_FLOOR_BYTES);
  for (let i = 0; i < OUTPUT_LIMIT_SCALE; i++) queue.send(piece);
  assert.deepEqual(failures, []);
  queue.send(Uint8Array.of(1));
  assert.deepEqual(failures, ["5242881 bytes of output pending, limit is 5242880"]);
  queue.send(piece);
  assert.equal(failures.length, 1);
});

Deno.test("OutputQueue lowers its cap for a smaller screen only as the output sinks", async () => {
  const stream = new FakeStream(0);
  const { queue, failures } = makeQueue(stream);
  queue.setScreenfulBytes(4 * MIB);
  queue.send(new Uint8Array(19 * MIB));
  queue.setScreenfulBytes(MIB);
  queue.send(Uint8Array.of(1));
  assert.deepEqual(failures, []);
  await settle();
  stream.take(19 * MIB);
  await settle();
  queue.send(new Uint8Array(5 * MIB + 1));
  assert.equal(failures.length, 1);
});

Deno.test("OutputQueue knows whether a forced update is still on its way", async () => {
  const stream = new FakeStream(0);
  const { queue } = makeQueue(stream);
  queue.send(new Uint8Array(10));
  assert.equal(queue.isForcedPending, false);
  queue.sendForced(new Uint8Array(10));
  assert.equal(queue.isForcedPending, true);
  await settle();
  stream.take(19);
  await settle();
  assert.equal(queue.isForcedPending, true);
  stream.take(1);
  await settle();
  assert.equal(queue.isForcedPending, false);
});

Deno.test("OutputQueue gives a peer up that takes nothing for the stall deadline", async () => {
  const stream = new FakeStream(0);
  const { queue, clock, failures } = makeQueue(stream);
  queue.send(new Uint8Array(100));
  await clock.advanceSlowly(STALL_DEADLINE_MS - 1, 1_000);
  assert.deepEqual(failures, []);
  await clock.advanceSlowly(1, 1);
  assert.match(failures.join(), /^100 bytes of output pending, and none taken for 30 s$/);
});

Deno.test("OutputQueue keeps a peer that takes a byte now and then", async () => {
  const stream = new FakeStream(0);
  const { queue, clock, failures } = makeQueue(stream);
  queue.send(new Uint8Array(100));
  for (let i = 0; i < 10; i++) {
    await clock.advanceSlowly(STALL_DEADLINE_MS - 5_000, 5_000);
    stream.take(1);
    await settle();
  }
  assert.deepEqual(failures, []);
  await clock.advanceSlowly(STALL_DEADLINE_MS + 5_000, 5_000);
  assert.equal(failures.length, 1);
});

Deno.test("OutputQueue keeps no timer while nothing is pending", async () => {
  const { queue, clock, failures } = makeQueue(new FakeStream(Infinity));
  queue.send(new Uint8Array(100));
  await queue.flushed();
  await clock.advanceSlowly(STALL_DEADLINE_MS, 3_000);
  assert.equal(clock.timerCount, 0);
  assert.deepEqual(failures, []);
});

Deno.test("OutputQueue reports a write that fails once, and nothing after its end", async () => {
  const stream = new FakeStream(0);
  const { queue, failures } = makeQueue(stream);
  queue.send(new Uint8Array(100));
  await settle();
  stream.close();
  await queue.flushed();
  assert.deepEqual(failures, ["the stream is closed"]);

  const other = new FakeStream(0);
  const ended = makeQueue(other);
  ended.queue.send(new Uint8Array(100));
  await settle();
  ended.queue.end();
  other.close();
  await ended.queue.flushed();
  assert.deepEqual(ended.failures, []);
  assert.equal(ended.clock.timerCount, 0);
});

Deno.test("OutputBudget counts what several queues wait for once, and until the last has written it or ended", async () => {
  const budget = new OutputBudget(1000);
  const streams = [new FakeStream(0), new FakeStream(0)] as const;
  const clock = new FakeClock();
  const queues = streams.map((stream) => {
    return new OutputQueue(stream, { clock, budget, onDrain: () => {}, onFailure: () => {} });
  });
  const shared = new Uint8Array(999);
  for (const queue of queues) queue.send(shared);
  assert.equal(budget.isSpent, false);
  queues[0]!.send(new Uint8Array(1));
  assert.deepEqual([budget.isSpent, ...queues.map((queue) => queue.mustWait)], [true, true, true]);
  streams[0].take(1000);
  await settle();
  assert.equal(budget.isSpent, false);
  queues[0]!.send(new Uint8Array(1));
  assert.deepEqual([budget.isSpent, ...queues.map((queue) => queue.isThrottled)], [true, true, true]);
  queues[1]!.end();
  assert.equal(budget.isSpent, false);
  queues[0]!.send(new Uint8Array(new SharedArrayBuffer(2000)));
  assert.equal(budget.isSpent, false);
  queues[0]!.send(new Uint8Array(998));
  assert.equal(budget.isSpent, false);
  queues[0]!.send(new Uint8Array(1));
  assert.equal(budget.isSpent, true);
  queues[0]!.end();
  assert.deepEqual([budget.isSpent, clock.timerCount], [false, 0]);
});
