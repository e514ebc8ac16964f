import assert from "node:assert/strict";
import fc from "fast-check";
import { KERNEL_RESERVED_BYTES } from "../../lib/encode/kernels/kernels.ts";
import { FrameMemory, type MemoryRegion } from "../../lib/display/frame_memory.ts";

Deno.test("allocate starts behind what the kernels keep for themselves", () => {
  assert.ok(new FrameMemory().allocate(1).pointer >= KERNEL_RESERVED_BYTES);
});

Deno.test("allocate grows the memory and an older view stays readable", () => {
  const memory = new FrameMemory();
  const small = memory.allocate(64);
  const view = memory.bytes(small.pointer, 64);
  const large = memory.allocate(1 << 20);
  memory.bytes(small.pointer, 64)[3] = 7;
  assert.equal(view[3], 7);
  assert.equal(memory.bytes(large.pointer, large.byteLength).length, 1 << 20);
});

Deno.test("two 8K surfaces fit without committing what is not written", () => {
  const memory = new FrameMemory();
  const before = Deno.memoryUsage().rss;
  const regions = [memory.allocate(7680 * 4320 * 4), memory.allocate(7680 * 4320 * 4)];
  const last = regions[1]!;
  memory.bytes(last.pointer, last.byteLength)[last.byteLength - 1] = 1;
  assert.ok(Deno.memoryUsage().rss - before < 64 << 20);
});

Deno.test("allocate refuses more than a 32-bit kernel can address", () => {
  const memory = new FrameMemory();
  assert.throws(() => memory.allocate(2 ** 33), { name: "LimitError" });
  assert.ok(memory.allocate(64).byteLength === 64);
});

Deno.test("allocate refuses what is not a number of bytes", () => {
  const memory = new FrameMemory();
  for (const byteLength of [0, -1, 1.5, NaN]) assert.throws(() => memory.allocate(byteLength), { name: "RangeError" });
});

Deno.test("free refuses a region that is not allocated", () => {
  const memory = new FrameMemory();
  const region = memory.allocate(100);
  memory.free(region);
  assert.throws(() => memory.free(region), { name: "RangeError" });
});

Deno.test("freed memory is used again", () => {
  const memory = new FrameMemory();
  const regions = [memory.allocate(1000), memory.allocate(1000), memory.allocate(1000)];
  for (const region of regions) memory.free(region);
  assert.equal(memory.allocate(3000).pointer, regions[0]!.pointer);
});

Deno.test("regions are zeroed, aligned and never overlap, whatever is allocated and freed", () => {
  const memory = new FrameMemory();
  const step = fc.oneof(fc.integer({ min: 1, max: 5000 }), fc.constant(0));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.infiniteStream(fc.nat()), (steps, picks) => {
      const live: MemoryRegion[] = [];
      for (const byteLength of steps) {
        if (byteLength > 0) live.push(allocateChecked(memory, byteLength, live));
        else if (live.length > 0) memory.free(live.splice(picks.next().value % live.length, 1)[0]!);
      }
      for (const region of live) memory.free(region);
    }),
    { numRuns: 50 },
  );
});

function allocateChecked(memory: FrameMemory, byteLength: number, live: readonly MemoryRegion[]): MemoryRegion {
  const region = memory.allocate(byteLength);
  const end = region.pointer + byteLength;
  assert.equal(region.pointer % 64, 0);
  assert.ok(live.every((other) => other.pointer >= end || other.pointer + other.byteLength <= region.pointer));
  const bytes = memory.bytes(region.pointer, byteLength);
  assert.ok(bytes.every((byte) => byte === 0));
  bytes.fill(0xff);
  return region;
}
