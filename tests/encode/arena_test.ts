/** What a worker sees of the display's memory. */

import assert from "node:assert/strict";
import { FrameMemory } from "../../lib/display/frame_memory.ts";
import { Arena, ARENA_BYTES } from "../../lib/encode/arena.ts";
import { paintPicture } from "../helpers/random_picture.ts";
import { TestSurface } from "../helpers/test_surface.ts";

/** The memory as a thread sees it that has not noticed yet how it grew: asking it to grow makes it look. */
function makeStale(memory: WebAssembly.Memory, seen: ArrayBufferLike): void {
  const grow = memory.grow.bind(memory);
  Object.defineProperty(memory, "buffer", { configurable: true, value: seen });
  memory.grow = (pages) => {
    Reflect.deleteProperty(memory, "buffer");
    return grow(pages);
  };
}

Deno.test("a surface in memory that another thread has just added can be read", () => {
  const memory = new FrameMemory();
  const arena = new Arena(memory.memory, memory.allocate(ARENA_BYTES).pointer);
  const seen = memory.memory.buffer;
  const surface = new TestSurface(memory, 64, 512);
  surface.paint(paintPicture("noise", 64, 512, 3));
  const expected = memory.bytes(surface.view.pointer, 64 * 512 * 4).slice();
  makeStale(memory.memory, seen);
  const rows: Uint8Array[] = [];
  arena.forEachRow(surface.view, surface.bounds, (bytes) => rows.push(bytes));
  assert.deepEqual(rows, [expected]);
});
