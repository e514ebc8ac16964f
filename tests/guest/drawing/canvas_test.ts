/** The canvas against a model that paints one pixel at a time. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { type Rect, rect } from "../../../lib/base/rect.ts";
import { Canvas, type PixelMemory } from "../../../lib/guest/drawing/canvas.ts";
import { blendColours, mixColours } from "../../../lib/guest/drawing/colour.ts";
import { drawImage } from "../../../lib/guest/drawing/image.ts";
import { drawRing } from "../../../lib/guest/drawing/shapes.ts";
import { drawText, measureText } from "../../../lib/guest/drawing/text.ts";
import { glyphRows } from "../../../lib/guest/font_table.ts";

const WIDTH = 37;
const HEIGHT = 23;
const STRIDE = 160;
/** What lies between the rows and behind the picture, and has to stay. */
const UNTOUCHED = 0xa5;

class ArrayMemory implements PixelMemory {
  readonly bytes: Uint8Array = new Uint8Array(STRIDE * (HEIGHT + 2)).fill(UNTOUCHED);

  fill32(offset: number, count: number, value: number): void {
    assert.ok(offset >= 0 && offset + count * 4 <= this.bytes.length);
    new Uint32Array(this.bytes.buffer, offset, count).fill(value);
  }

  writeBytes(offset: number, bytes: Uint8Array): void {
    this.bytes.set(bytes, offset);
  }
}

/** Plots single pixels, each with its own clip check. */
class Model {
  readonly colours: number[] = Array.from({ length: WIDTH * HEIGHT }, () => 0);

  plot(clip: Rect, x: number, y: number, colour: number, alpha = 255): void {
    const isInside = x >= Math.max(0, clip.x) && y >= Math.max(0, clip.y) &&
      x < Math.min(WIDTH, clip.x + clip.width) && y < Math.min(HEIGHT, clip.y + clip.height);
    if (!isInside) return;
    const under = this.colours[y * WIDTH + x]!;
    const blend = (shift: number): number =>
      Math.floor((((colour >>> shift) & 255) * alpha + ((under >>> shift) & 255) * (255 - alpha)) / 255 + 0.5);
    this.colours[y * WIDTH + x] = (blend(16) << 16) | (blend(8) << 8) | blend(0);
  }

  plotRect(clip: Rect, area: Rect, colourAt: (x: number, y: number) => number, alpha = 255): void {
    for (let y = 0; y < area.height; y++) {
      for (let x = 0; x < area.width; x++) this.plot(clip, area.x + x, area.y + y, colourAt(x, y), alpha);
    }
  }
}

interface Step {
  readonly clip: Rect;
  paint(canvas: Canvas): void;
  plot(model: Model, clip: Rect): void;
}

const anyRect = fc.record({
  x: fc.integer({ min: -20, max: 45 }),
  y: fc.integer({ min: -20, max: 30 }),
  width: fc.integer({ min: 0, max: 60 }),
  height: fc.integer({ min: 0, max: 40 }),
});
const anyColour = fc.integer({ min: 0, max: 0xffffff });

function fillStep(clip: Rect, area: Rect, colour: number): Step {
  return {
    clip,
    paint: (canvas) => canvas.fillRect(area, colour),
    plot: (model) => model.plotRect(clip, area, () => colour),
  };
}

function shadeStep(clip: Rect, area: Rect, colour: number, alpha: number): Step {
  return {
    clip,
    paint: (canvas) => canvas.shadeRect(area, colour, alpha),
    plot: (model) => model.plotRect(clip, area, () => colour, alpha),
  };
}

function gradientStep(clip: Rect, area: Rect, from: number, to: number, vertical: boolean): Step {
  const last = (vertical ? area.height : area.width) - 1;
  return {
    clip,
    paint: (canvas) => canvas.gradient(area, from, to, vertical ? "vertical" : "horizontal"),
    plot: (model) => model.plotRect(clip, area, (x, y) => mixColours(from, to, vertical ? y : x, last)),
  };
}

function rowStep(clip: Rect, at: Rect, pixels: readonly number[], blend: boolean): Step {
  const row = Uint32Array.from(pixels);
  return {
    clip,
    paint: (canvas) => blend ? canvas.blendRow(at.x, at.y, row) : canvas.putRow(at.x, at.y, row),
    plot(model) {
      row.forEach((p, i) => model.plot(clip, at.x + i, at.y, p & 0xffffff, blend ? p >>> 24 : 255));
    },
  };
}

function frameStep(clip: Rect, area: Rect, colour: number, thickness: number): Step {
  return {
    clip,
    paint: (canvas) => canvas.frame(area, colour, thickness),
    plot(model) {
      for (let y = 0; y < area.height; y++) {
        for (let x = 0; x < area.width; x++) {
          const depth = Math.min(x, y, area.width - 1 - x, area.height - 1 - y);
          if (depth < thickness) model.plot(clip, area.x + x, area.y + y, colour);
        }
      }
    },
  };
}

function textStep(clip: Rect, at: Rect, text: string, colour: number, scale: number): Step {
  return {
    clip,
    paint: (canvas) => drawText(canvas, at.x, at.y, text, { colour, scale }),
    plot(model) {
      [...text].forEach((character, cell) => {
        glyphRows(character).forEach((dots, dotRow) => {
          for (let column = 0; column < 8; column++) {
            if (((dots >> (7 - column)) & 1) === 0) continue;
            const dot = rect(at.x + (cell * 8 + column) * scale, at.y + dotRow * scale, scale, scale);
            model.plotRect(clip, dot, () => colour);
          }
        });
      });
    },
  };
}

function imageStep(clip: Rect, at: Rect, pixels: Uint8Array): Step {
  const image = { width: 5, height: 4, pixels };
  return {
    clip,
    paint: (canvas) => drawImage(canvas, at.x, at.y, image),
    plot(model) {
      for (let i = 0; i < 20; i++) {
        const [red, green, blue, alpha] = pixels.subarray(i * 4);
        const colour = (red! << 16) | (green! << 8) | blue!;
        model.plot(clip, at.x + i % 5, at.y + Math.floor(i / 5), colour, alpha);
      }
    },
  };
}

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(anyRect, anyRect, anyColour).map((args) => fillStep(...args)),
  fc.tuple(anyRect, anyRect, anyColour, fc.integer({ min: 0, max: 255 })).map((args) => shadeStep(...args)),
  fc.tuple(anyRect, anyRect, anyColour, anyColour, fc.boolean()).map((args) => gradientStep(...args)),
  fc.tuple(anyRect, anyRect, fc.array(fc.integer({ min: 0, max: 0xffffffff }), { maxLength: 50 }), fc.boolean())
    .map((args) => rowStep(...args)),
  fc.tuple(anyRect, anyRect, anyColour, fc.integer({ min: 1, max: 4 })).map((args) => frameStep(...args)),
  fc.tuple(anyRect, anyRect, fc.string({ maxLength: 5 }), anyColour, fc.integer({ min: 1, max: 3 }))
    .map((args) => textStep(...args)),
  fc.tuple(anyRect, anyRect, fc.uint8Array({ minLength: 80, maxLength: 80 })).map((args) => imageStep(...args)),
);

function blankCanvas(): { memory: ArrayMemory; canvas: Canvas } {
  const memory = new ArrayMemory();
  const canvas = new Canvas(memory, { width: WIDTH, height: HEIGHT, strideBytes: STRIDE });
  canvas.fillRect(rect(0, 0, WIDTH, HEIGHT), 0);
  return { memory, canvas };
}

function coloursOf(canvas: Canvas): number[] {
  return Array.from({ length: WIDTH * HEIGHT }, (_, i) => canvas.colourAt(i % WIDTH, Math.floor(i / WIDTH))!);
}

function assertPaddingUntouched(memory: ArrayMemory): void {
  memory.bytes.forEach((byte, offset) => {
    const isPixel = offset % STRIDE < WIDTH * 4 && offset < HEIGHT * STRIDE;
    if (!isPixel && byte !== UNTOUCHED) assert.fail(`byte ${offset} between the rows was written`);
  });
}

Deno.test("a canvas paints what a model paints pixel by pixel, clipped, and nothing between the rows", () => {
  fc.assert(
    fc.property(fc.array(anyStep, { minLength: 1, maxLength: 8 }), (steps) => {
      const { memory, canvas } = blankCanvas();
      const model = new Model();
      for (const step of steps) {
        canvas.clipTo(step.clip, () => step.paint(canvas));
        step.plot(model, step.clip);
      }
      assert.deepEqual(coloursOf(canvas), model.colours);
      assertPaddingUntouched(memory);
    }),
    { numRuns: 300 },
  );
});

Deno.test("nested clip rects narrow each other and are restored, also after an error", () => {
  const { canvas } = blankCanvas();
  canvas.clipTo(rect(2, 2, 10, 10), () => {
    canvas.clipTo(rect(8, 8, 10, 10), () => assert.deepEqual(canvas.clip, rect(8, 8, 4, 4)));
    assert.throws(() =>
      canvas.clipTo(rect(0, 0, 5, 5), () => {
        throw new Error("painting failed");
      })
    );
    assert.deepEqual(canvas.clip, rect(2, 2, 10, 10));
    canvas.clipTo(rect(20, 20, 5, 5), () => assert.fail("nothing can be painted here"));
  });
  assert.deepEqual(canvas.clip, rect(0, 0, WIDTH, HEIGHT));
});

Deno.test("a gradient meets both its colours", () => {
  const { canvas } = blankCanvas();
  canvas.gradient(rect(3, 3, 30, 10), 0x102030, 0xf0e0d0, "horizontal");
  assert.equal(canvas.colourAt(3, 3), 0x102030);
  assert.equal(canvas.colourAt(32, 12), 0xf0e0d0);
  canvas.gradient(rect(3, 3, 30, 10), 0x102030, 0xf0e0d0, "vertical");
  assert.equal(canvas.colourAt(32, 3), 0x102030);
  assert.equal(canvas.colourAt(3, 12), 0xf0e0d0);
});

Deno.test("blendColours keeps what is under at alpha 0 and shows only what is over at 255", () => {
  fc.assert(fc.property(anyColour, anyColour, (under, over) => {
    assert.equal(blendColours(under, over, 0), under);
    assert.equal(blendColours(under, over, 255), over);
  }));
});

Deno.test("measureText gives the box that drawText paints in", () => {
  const { canvas } = blankCanvas();
  drawText(canvas, 4, 3, "Ä█", { colour: 0xffffff, background: 0x123456 });
  const { width, height } = measureText("Ä█");
  assert.deepEqual([width, height], [16, 16]);
  coloursOf(canvas).forEach((colour, i) => {
    const x = i % WIDTH - 4;
    const y = Math.floor(i / WIDTH) - 3;
    const isInside = x >= 0 && y >= 0 && x < width && y < height;
    assert.equal(colour !== 0, isInside);
    if (x >= 8 && isInside) assert.equal(colour, 0xffffff);
  });
});

Deno.test("a ring has its colour on the circle, leaves inside and outside alone, and is symmetric", () => {
  const { canvas } = blankCanvas();
  drawRing(canvas, 18, 11, 9, 2, 0xffffff);
  assert.equal(canvas.colourAt(18, 2), 0xffffff);
  assert.equal(canvas.colourAt(27, 11), 0xffffff);
  assert.equal(canvas.colourAt(18, 11), 0);
  assert.equal(canvas.colourAt(30, 11), 0);
  for (let y = 0; y < 23; y++) {
    for (let x = 0; x < 37; x++) assert.equal(canvas.colourAt(x, y), canvas.colourAt(36 - x, 22 - y));
  }
});
