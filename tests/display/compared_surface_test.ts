import assert from "node:assert/strict";
import { rect } from "../../lib/base/rect.ts";
import { allocateSurface, ComparedSurface } from "../../lib/display/compared_surface.ts";
import { FrameMemory } from "../../lib/display/frame_memory.ts";

Deno.test("compare counts the blocks that differ, copies them, and forgets every mark", () => {
  const memory = new FrameMemory();
  const { surface } = allocateSurface(memory, 50, 20);
  const compared = new ComparedSurface(memory, 50, 20);
  memory.bytes(surface.pointer + 5 * surface.strideBytes + 49 * 4, 3).fill(7);
  memory.bytes(surface.pointer + 9 * surface.strideBytes, 3).fill(8);
  compared.markDamage(rect(0, 3, 50, 5));
  assert.equal(compared.compare(surface), 1);
  assert.deepEqual([compared.changedMap.isMarked(48, 5), compared.changedMap.isMarked(0, 9)], [true, false]);
  assert.equal(memory.bytes(compared.surface.pointer + 5 * compared.surface.strideBytes + 49 * 4, 1)[0], 7);
  assert.ok(compared.guestMap.isEmpty);
  assert.deepEqual([compared.guestMap.firstRow, compared.guestMap.endRow], [20, 0]);
  assert.equal(compared.compare(surface), 0);
  assert.ok(compared.changedMap.isEmpty);
});

Deno.test("free gives all memory back", () => {
  const memory = new FrameMemory();
  const first = memory.allocate(64);
  memory.free(first);
  new ComparedSurface(memory, 50, 20).free();
  assert.equal(memory.allocate(100_000).pointer, first.pointer);
});
