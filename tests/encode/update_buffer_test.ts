/** A message in the making. */

import { Buffer } from "node:buffer";
import assert from "node:assert/strict";
import fc from "fast-check";
import { UpdateBuffer } from "../../lib/encode/update_buffer.ts";
import { UPDATE_HEADER_BYTES } from "../../lib/rfb/server_messages.ts";
import { randomNumbers } from "../helpers/random_picture.ts";

const MAX_BYTES = 40_000;

function randomBytes(memory: ArrayBufferLike): Uint8Array {
  const random = randomNumbers(3);
  return new Uint8Array(memory).map(() => random() >>> 24);
}

const own = randomBytes(new ArrayBuffer(MAX_BYTES));
const shared = new Uint8Array(new SharedArrayBuffer(MAX_BYTES));
shared.set(own);

const pieces = fc.array(
  fc.record({
    isShared: fc.boolean(),
    start: fc.nat(40),
    byteLength: fc.oneof(fc.nat(40), fc.integer({ min: 16_300, max: 16_500 }), fc.nat(MAX_BYTES - 40)),
  }),
  { maxLength: 6 },
);

Deno.test("appended bytes are the same wherever they lay and come to lie, shared or not", () => {
  fc.assert(fc.property(pieces, (appended) => {
    const update = new UpdateBuffer();
    for (const { isShared, start, byteLength } of appended) {
      update.append((isShared ? shared : own).subarray(start, start + byteLength));
    }
    const expected = appended.flatMap(({ start, byteLength }) => [...own.subarray(start, start + byteLength)]);
    assert.deepEqual(Buffer.from(update.finish().bytes.subarray(UPDATE_HEADER_BYTES)), Buffer.from(expected));
  }));
});

Deno.test("a byte that needs more room is not lost", () => {
  const update = new UpdateBuffer();
  for (let i = 0; i < 70_000; i++) update.u8(i % 251 + 1);
  const bytes = update.finish().bytes.subarray(UPDATE_HEADER_BYTES);
  assert.equal(bytes.findIndex((value, i) => value !== i % 251 + 1), -1);
});

Deno.test("an update is not changed by those that are made after it", () => {
  const made = [10, 100_000, 6 << 20, 300_000, 5].map((byteLength, at) => {
    const update = new UpdateBuffer();
    update.append(new Uint8Array(byteLength).fill(at + 1));
    return update.finish().bytes.subarray(UPDATE_HEADER_BYTES);
  });
  for (const [at, bytes] of made.entries()) assert.ok(bytes.every((value) => value === at + 1));
  assert.equal(new Set(made.map(({ buffer }) => buffer)).size, made.length);
});

Deno.test("an update takes hardly more memory than it has bytes, and the memory it was given when that is enough", () => {
  for (const byteLength of [10, 5_000, 70_000, 1_000_000, 3_000_000]) {
    const update = new UpdateBuffer();
    update.append(new Uint8Array(byteLength));
    assert.ok(update.finish().bytes.buffer.byteLength <= byteLength * 1.25 + 1_028);
  }
  const used = new ArrayBuffer(1_000);
  const update = new UpdateBuffer(used);
  update.append(own.subarray(0, 900));
  assert.equal(update.finish().bytes.buffer, used);
});

Deno.test("updates in the making at the same time do not share memory", () => {
  const updates = [1, 2, 3].map(() => new UpdateBuffer());
  for (let round = 0; round < 50; round++) {
    for (const [at, update] of updates.entries()) update.append(new Uint8Array(5_000).fill(at + 1));
  }
  for (const [at, update] of updates.entries()) {
    assert.ok(update.finish().bytes.subarray(UPDATE_HEADER_BYTES).every((value) => value === at + 1));
  }
});

Deno.test("room that was asked for is there, in memory of the update's own", () => {
  const update = new UpdateBuffer();
  update.u8(7);
  update.expect(200_000);
  update.append(new Uint8Array(200_000).fill(9));
  const { bytes } = update.finish();
  assert.equal(bytes[UPDATE_HEADER_BYTES], 7);
  assert.equal(bytes[bytes.length - 1], 9);
  assert.equal(bytes.length, UPDATE_HEADER_BYTES + 200_001);
});
