import assert from "node:assert/strict";
import { deflateSync } from "node:zlib";
import fc from "fast-check";
import { FrameMemory } from "../../../lib/display/frame_memory.ts";

const memory = new FrameMemory();
const region = memory.allocate(64 * 1024);

/** What zlib says: the last four bytes of a stream. */
function expected(bytes: Uint8Array): number {
  return deflateSync(bytes, { level: 0 }).readInt32BE(deflateSync(bytes, { level: 0 }).length - 4);
}

function actual(bytes: Uint8Array, offset: number): number {
  memory.bytes(region.pointer + offset, bytes.length).set(bytes);
  return memory.kernels.adler32(region.pointer + offset, bytes.length);
}

Deno.test("adler32 is that of zlib, wherever the bytes lie", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(16), (bytes, offset) => {
    assert.equal(actual(bytes, offset), expected(bytes));
  }));
});

Deno.test("adler32 adds up the largest bytes without a carry being lost", () => {
  for (const length of [5_551, 5_552, 5_553, 11_104, 60_000]) {
    const bytes = new Uint8Array(length).fill(255);
    assert.equal(actual(bytes, 3), expected(bytes), String(length));
  }
});
