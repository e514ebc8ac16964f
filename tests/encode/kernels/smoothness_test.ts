import assert from "node:assert/strict";
import fc from "fast-check";
import { Arena, ARENA_BYTES } from "../../../lib/encode/arena.ts";
import { chooseConversion } from "../../../lib/encode/choose.ts";
import { Encoding } from "../../../lib/rfb/encodings.ts";
import { hasTightPixels, type PixelFormat, X8R8G8B8 } from "../../../lib/rfb/pixel_format.ts";
import { JPEG_KINDS, paintJpegPicture, paintWalk } from "../../helpers/jpeg_pictures.ts";
import { usualPixelFormats } from "../../helpers/random_picture.ts";
import { pixelValues, TestSurface } from "../../helpers/test_surface.ts";

/** The kernel's answer, a sign and all. */
function errorOf(colours: Uint32Array, width: number, format: PixelFormat): number {
  const surface = TestSurface.create(width, colours.length / width);
  surface.paint(colours);
  const arena = new Arena(surface.memory.memory, surface.memory.allocate(ARENA_BYTES).pointer);
  const conversion = chooseConversion(Encoding.Tight, format);
  return arena.run(arena.kernels.smoothnessError, conversion, surface.view, surface.bounds);
}

/** Where the rows of seven differences begin. */
function subrows(width: number, height: number): [number, number][] {
  const starts: [number, number][] = [];
  for (let x = 0, y = 0; x < width && y < height; width > height ? x += height : y += width) {
    for (let d = 0; d < Math.min(height - y, width - x - 7); d++) starts.push([x + d, y + d]);
  }
  return starts;
}

/** The same from features.md's words alone. */
function expectedError(colours: Uint32Array, width: number, format: PixelFormat): number {
  const { redShift, greenShift, blueShift, redMax, greenMax, blueMax } = format;
  const channels = [[redShift, redMax], [greenShift, greenMax], [blueShift, blueMax]] as const;
  const values = pixelValues(format, colours);
  const differences = subrows(width, colours.length / width).flatMap(([x, y]) =>
    [0, 1, 2, 3, 4, 5, 6].flatMap((dx) => {
      const at = y * width + x + dx;
      const each = channels.map(([shift, max]) =>
        Math.abs((values[at]! >>> shift & max) - (values[at + 1]! >>> shift & max))
      );
      return hasTightPixels(format) ? each : [Math.min(255, each[0]! + each[1]! + each[2]!)];
    })
  );
  const count = (size: number) => differences.filter((difference) => difference === size).length;
  const flat = hasTightPixels(format) ? count(0) * 99 : (count(0) + count(1)) * 100;
  if (flat >= (hasTightPixels(format) ? 95 : 90) * differences.length) return -1;
  for (let size = 1; size < 8; size++) if (count(size) === 0 || count(size) > count(size - 1) * 2) return -1;
  const squares = differences.reduce((sum, difference) => sum + difference ** 2, 0);
  return Math.floor(squares / (differences.length - count(0)));
}

Deno.test("a photo has a small error, noise a large one, what is flat or drawn has none", () => {
  const photo = errorOf(paintWalk(200, 120, 1), 200, X8R8G8B8);
  assert.ok(photo > 0 && photo < 500, `${photo}`);
  assert.ok(errorOf(paintJpegPicture("noise", 200, 120, 1), 200, X8R8G8B8) > 10_000);
  for (const kind of ["flat", "text", "gradient", "blocks"] as const) {
    assert.equal(errorOf(paintJpegPicture(kind, 200, 120, 1), 200, X8R8G8B8), -1, kind);
  }
});

Deno.test("the error is that of the rule, whatever the picture, its size and the client's pixels", () => {
  const cases = fc.record({
    kind: fc.constantFrom(...JPEG_KINDS, "walk" as const, "walk" as const, "walk" as const),
    width: fc.integer({ min: 1, max: 150 }),
    height: fc.integer({ min: 1, max: 150 }),
    seed: fc.nat(),
    format: fc.oneof(fc.constant(X8R8G8B8), usualPixelFormats),
  });
  fc.assert(
    fc.property(cases, ({ kind, width, height, seed, format }) => {
      const paint = kind === "walk" ? paintWalk : paintJpegPicture.bind(null, kind);
      const colours = paint(width, height, seed);
      assert.equal(errorOf(colours, width, format), expectedError(colours, width, format));
    }),
    { numRuns: 150 },
  );
});
