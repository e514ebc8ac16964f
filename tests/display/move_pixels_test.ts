import assert from "node:assert/strict";
import fc from "fast-check";
import { type Rect, rect } from "../../lib/base/rect.ts";
import { allocateSurface } from "../../lib/display/compared_surface.ts";
import { FrameMemory } from "../../lib/display/frame_memory.ts";
import { clipMove, movePixels } from "../../lib/display/move_pixels.ts";

const WIDTH = 30;
const HEIGHT = 20;

const coordinate = fc.integer({ min: -40, max: 40 });
const size = fc.integer({ min: 0, max: 50 });
const anyRect: fc.Arbitrary<Rect> = fc.record({ x: coordinate, y: coordinate, width: size, height: size });

Deno.test("movePixels moves what clipMove leaves, as if through a copy of the picture", () => {
  const memory = new FrameMemory();
  const { surface } = allocateSurface(memory, WIDTH, HEIGHT);
  const stride = surface.strideBytes / 4;
  const words = new Uint32Array(memory.memory.buffer, surface.pointer, stride * HEIGHT);
  fc.assert(fc.property(anyRect, coordinate, coordinate, (source, x, y) => {
    const before = words.map((_, i) => words[i] = i);
    const expected = before.slice();
    for (let py = 0; py < HEIGHT; py++) {
      for (let px = 0; px < WIDTH; px++) {
        const [fromX, fromY] = [px - x + source.x, py - y + source.y];
        const isInSource = fromX >= source.x && fromY >= source.y && fromX < source.x + source.width &&
          fromY < source.y + source.height;
        const isInside = fromX >= 0 && fromY >= 0 && fromX < WIDTH && fromY < HEIGHT;
        if (isInSource && isInside) expected[py * stride + px] = before[fromY * stride + fromX]!;
      }
    }
    const move = clipMove(source, x, y, surface);
    if (move !== undefined) movePixels(memory, surface, move);
    assert.deepEqual(words, expected);
  }));
});

Deno.test("clipMove gives whole pixels, and nothing for what is not a number", () => {
  const surface = { width: WIDTH, height: HEIGHT, strideBytes: 128, pointer: 0 };
  assert.deepEqual(clipMove(rect(1.5, 1.5, 4.5, 4.5), 3.9, 1.1, surface), {
    source: rect(1, 1, 4, 4),
    destination: rect(3, 1, 4, 4),
  });
  assert.equal(clipMove(rect(0, 0, 4, 4), NaN, 0, surface), undefined);
  assert.equal(clipMove(rect(0, 0, 4, 4), WIDTH, 0, surface), undefined);
});
