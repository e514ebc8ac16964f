import assert from "node:assert/strict";
import { rect } from "../../../lib/base/rect.ts";
import { Arena, ARENA_BYTES } from "../../../lib/encode/arena.ts";
import { chooseConversion } from "../../../lib/encode/choose.ts";
import { CellKind } from "../../../lib/encode/kernels/kernels.ts";
import { Encoding } from "../../../lib/rfb/encodings.ts";
import { type PixelFormat, R3G3B2, X8R8G8B8 } from "../../../lib/rfb/pixel_format.ts";
import { randomNumbers } from "../../helpers/random_picture.ts";
import { TestSurface } from "../../helpers/test_surface.ts";

const WIDTH = 64 * 4 + 10;
const HEIGHT = 64 + 5;
const surface = TestSurface.create(WIDTH, HEIGHT);
const arena = new Arena(surface.memory.memory, surface.memory.allocate(ARENA_BYTES).pointer);

function cellsOf(area = surface.bounds, format: PixelFormat = X8R8G8B8): number[] {
  const conversion = chooseConversion(Encoding.Raw, format);
  return [...new Uint32Array(arena.encode(arena.kernels.analyseCells, conversion, surface.view, area).slice().buffer)];
}

function paint(colourAt: (x: number, y: number) => number): void {
  surface.paint(Uint32Array.from({ length: WIDTH * HEIGHT }, (_, at) => colourAt(at % WIDTH, Math.floor(at / WIDTH))));
}

/** One colour, two colours, a gradient of wide steps, noise: a cell each. */
function paintKinds(): void {
  const random = randomNumbers(2);
  paint((x, y) => {
    if (x < 64) return 0xabcdef;
    if (x < 128) return (x ^ y) & 1;
    return x < 192 ? (x >> 2) * 0x10000 + y * 0x101 : random() & 0xffffff;
  });
}

Deno.test("cells are told apart by their colours, and by how often these change", () => {
  paintKinds();
  const kinds = cellsOf(rect(0, 0, 256, 64)).map((cell) => cell >>> 24);
  assert.deepEqual(kinds, [CellKind.solid, CellKind.fewColours, CellKind.manyColours, CellKind.noise]);
  assert.equal(cellsOf()[0]! & 0xffffff, 0xabcdef);
});

Deno.test("the cells at the right and at the bottom are as small as what is left", () => {
  paintKinds();
  const cells = cellsOf();
  assert.equal(cells.length, 10);
  assert.equal(cells[5], CellKind.solid << 24 | 0xabcdef);
  // too few pixels to call them many
  assert.deepEqual([cells[4], cells[9]].map((cell) => cell! >>> 24), [CellKind.fewColours, CellKind.fewColours]);
});

Deno.test("one pixel of another colour, anywhere, is not solid", () => {
  for (const [oddX, oddY] of [[0, 0], [63, 63], [1, 40], [WIDTH - 1, HEIGHT - 1], [258, 3]] as const) {
    paint((x, y) => x === oddX && y === oddY ? 1 : 0);
    const odd = cellsOf().map((cell, at) => cell >>> 24 === CellKind.solid ? -1 : at).filter((at) => at >= 0);
    assert.deepEqual(odd, [Math.floor(oddY / 64) * 5 + Math.floor(oddX / 64)]);
  }
});

Deno.test("colours are those that the client sees", () => {
  paint((x, y) => (x + y * 7) % 32 + ((x * y) % 32 << 16));
  assert.notEqual(cellsOf()[0]! >>> 24, CellKind.fewColours);
  assert.equal(cellsOf(surface.bounds, R3G3B2)[0]! >>> 24, CellKind.fewColours);
});
