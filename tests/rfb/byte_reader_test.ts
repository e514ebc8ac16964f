import assert from "node:assert/strict";
import fc from "fast-check";
import { LimitError } from "../../lib/base/errors.ts";
import { ByteReader } from "../../lib/rfb/byte_reader.ts";
import { ByteWriter } from "../../lib/rfb/byte_writer.ts";

const anyField = fc.oneof(
  fc.record({ kind: fc.constant("u8" as const), value: fc.nat(0xff) }),
  fc.record({ kind: fc.constant("u16" as const), value: fc.nat(0xffff) }),
  fc.record({ kind: fc.constant("u32" as const), value: fc.nat(0xffffffff) }),
  fc.record({ kind: fc.constant("s32" as const), value: fc.integer() }),
);

Deno.test("what a ByteWriter writes a ByteReader reads, however the bytes are cut", () => {
  fc.assert(fc.property(fc.array(anyField, { maxLength: 40 }), fc.integer({ min: 1, max: 9 }), (fields, step) => {
    const writer = new ByteWriter(1);
    for (const { kind, value } of fields) writer[kind](value);
    const bytes = writer.finish();
    const reader = new ByteReader();
    for (let at = 0; at < bytes.length; at += step) reader.append(bytes.subarray(at, at + step));
    for (const { kind, value } of fields) assert.equal(reader[kind](), value);
    assert.equal(reader.available, 0);
  }));
});

Deno.test("a ByteReader never passes what is there", () => {
  const reader = new ByteReader(Uint8Array.of(1, 2, 3));
  assert.throws(() => reader.u32(), RangeError);
  assert.equal(reader.u16(), 0x0102);
  assert.throws(() => reader.view(2), RangeError);
  assert.equal(reader.available, 1);
});

Deno.test("rewind gives the bytes again, also after more have come", () => {
  const reader = new ByteReader(Uint8Array.of(1, 2));
  const start = reader.position;
  reader.u8();
  assert.equal(reader.rewind(start), undefined);
  reader.append(Uint8Array.of(3, 4));
  assert.equal(reader.u32(), 0x01020304);
});

Deno.test("append does not change the caller's chunk and keeps unread bytes", () => {
  const chunk = Uint8Array.of(1, 2, 3);
  const reader = new ByteReader(chunk);
  reader.u8();
  reader.append(Uint8Array.of(9));
  assert.deepEqual([...reader.bytes(3)], [2, 3, 9]);
  assert.deepEqual([...chunk], [1, 2, 3]);
});

Deno.test("append refuses more than the cap", () => {
  const reader = new ByteReader(new Uint8Array(0), 4);
  reader.append(Uint8Array.of(1, 2, 3));
  assert.throws(() => reader.append(Uint8Array.of(4, 5)), LimitError);
  reader.skip(3);
  reader.append(Uint8Array.of(4, 5, 6, 7));
  assert.equal(reader.available, 4);
});
