/** Memory that is used again. */

import assert from "node:assert/strict";
import { MAX_RECYCLED_BYTES } from "../../lib/base/limits.ts";
import type { EncodedUpdate } from "../../lib/encode/job.ts";
import { SpareMemory } from "../../lib/encode/spare_memory.ts";

/** More than any update has. */
const MANY = 2 ** 40;

function update(byteLength: number, tail: readonly Uint8Array[] = []): EncodedUpdate {
  return { bytes: new Uint8Array(byteLength), tail, rectCount: 1 };
}

Deno.test("the largest memory is given first, each only once", () => {
  const spares = new SpareMemory(1);
  const once = update(20);
  for (const each of [update(10), once, update(30, [new Uint8Array(5)]), once]) spares.give(each);
  assert.equal(spares.byteLength, 65);
  assert.deepEqual([1, 2, 3, 4].map(() => spares.take(MANY)?.byteLength), [30, 20, 10, 5]);
  assert.equal(spares.take(MANY), undefined);
  assert.equal(spares.byteLength, 0);
});

Deno.test("an update of few bytes is given no memory for many", () => {
  const spares = new SpareMemory(1);
  for (const byteLength of [1_000, 3_000, 100_000]) spares.give(update(byteLength));
  assert.deepEqual([2_000, 2_000, 2_000].map((most) => spares.take(most)?.byteLength), [3_000, 1_000, undefined]);
  assert.equal(spares.take(100_000)?.byteLength, 100_000);
});

Deno.test("no more is kept than the cap allows, and the smallest goes first", () => {
  const spares = new SpareMemory(1);
  for (let at = 0; at < 100; at++) spares.give(update(1_000 + at));
  assert.equal(spares.take(MANY)!.byteLength, 1_099);
  assert.ok(spares.byteLength < 10_000);
  for (let at = 0; at < 9; at++) spares.give(update(3 << 20));
  assert.equal(spares.byteLength, 6 << 20);
  const half = MAX_RECYCLED_BYTES / 2;
  for (let at = 0; at < 3; at++) spares.give(update(half));
  assert.equal(spares.byteLength, half);
  spares.give(update(MAX_RECYCLED_BYTES + 1));
  assert.equal(spares.byteLength, half);
});

Deno.test("memory that is not kept is given back at once", () => {
  const spares = new SpareMemory(1);
  const [small, huge] = [update(1 << 20), update(MAX_RECYCLED_BYTES + 1)];
  for (const each of [small, huge, update(9 << 20)]) spares.give(each);
  assert.deepEqual([small.bytes.length, huge.bytes.length, spares.byteLength], [0, 0, 9 << 20]);
});

Deno.test("each worker's update may be large", () => {
  const spares = new SpareMemory(3);
  for (let at = 0; at < 5; at++) spares.give(update(10 << 20));
  assert.equal(spares.byteLength, 30 << 20);
  for (let at = 0; at < 5; at++) spares.give(update(15 << 20));
  assert.equal(spares.byteLength, 30 << 20);
});

Deno.test("what is not an update's own memory is not kept", () => {
  const spares = new SpareMemory(1);
  spares.give({ ...update(10), isLive: true });
  spares.give({ ...update(0), tail: [new Uint8Array(new SharedArrayBuffer(8))] });
  const transferred = update(10);
  structuredClone(transferred.bytes, { transfer: [transferred.bytes.buffer] });
  spares.give(transferred);
  assert.equal(spares.byteLength, 0);
});
