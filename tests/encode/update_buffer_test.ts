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
