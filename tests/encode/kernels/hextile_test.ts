/** Which subrects Hextile makes of tiles whose answer is known. */

import assert from "node:assert/strict";
import { Arena, ARENA_BYTES } from "../../../lib/encode/arena.ts";
import { chooseConversion } from "../../../lib/encode/choose.ts";
import { Encoding } from "../../../lib/rfb/encodings.ts";
import { X8R8G8B8 } from "../../../lib/rfb/pixel_format.ts";
import { TestSurface } from "../../helpers/test_surface.ts";

/** Flags of a tile. */
const [RAW, BACKGROUND, FOREGROUND, SUBRECTS, COLOURED] = [1, 2, 4, 8, 16];
const CONVERSION = chooseConversion(Encoding.Hextile, X8R8G8B8);

/** The bytes of a picture, a colour 0x00RRGGBB below 256 for each place. */
function encode(width: number, height: number, colourAt: (x: number, y: number) => number): number[] {
  const surface = TestSurface.create(width, height);
  const arena = new Arena(surface.memory.memory, surface.memory.allocate(ARENA_BYTES).pointer);
  surface.paint(Uint32Array.from({ length: width * height }, (_, at) => colourAt(at % width, Math.floor(at / width))));
  return [...arena.encode(arena.kernels.encodeHextile, CONVERSION, surface.view, surface.bounds)];
}

function colour(blue: number): number[] {
  return [blue, 0, 0, 0];
}

/** A place and a size as they are sent. */
function subrect(x: number, y: number, width: number, height: number): number[] {
  return [x << 4 | y, (width - 1) << 4 | (height - 1)];
}

Deno.test("a subrect reaches down through all rows of its colour", () => {
  for (const [top, bottom] of [[0, 16], [1, 15], [2, 6], [3, 5], [4, 8], [7, 16], [15, 16]] as const) {
    const payload = encode(16, 16, (x, y) => x === 15 && y >= top && y < bottom ? 9 : 1);
    const flags = BACKGROUND | FOREGROUND | SUBRECTS;
    assert.deepEqual(payload, [flags, ...colour(1), ...colour(9), 1, ...subrect(15, top, 1, bottom - top)]);
  }
});

Deno.test("a run that goes on below is cut where that makes the larger subrect", () => {
  const payload = encode(16, 8, (x, y) => (y === 3 && x < 6) || (y < 8 && y > 3 && x < 4) ? 9 : 1);
  const flags = BACKGROUND | FOREGROUND | SUBRECTS;
  const subrects = [...subrect(0, 3, 4, 5), ...subrect(4, 3, 2, 1)];
  assert.deepEqual(payload, [flags, ...colour(1), ...colour(9), 2, ...subrects]);
});

Deno.test("subrects of several colours bring each its own", () => {
  const payload = encode(5, 6, (x, y) => x === 4 ? 7 : y === 5 ? 8 : 1);
  const subrects = [...colour(7), ...subrect(4, 0, 1, 6), ...colour(8), ...subrect(0, 5, 4, 1)];
  assert.deepEqual(payload, [BACKGROUND | SUBRECTS | COLOURED, ...colour(1), 2, ...subrects]);
});

Deno.test("a colour that the last tile had is not sent again, unless that was raw", () => {
  const noise = (x: number, y: number) => x < 16 || x >= 48 ? 1 : x < 32 ? (x === 20 ? 9 : 1) : (x * 7 + y * 31) & 255;
  const payload = encode(64, 16, noise);
  const first = [BACKGROUND, ...colour(1), FOREGROUND | SUBRECTS, ...colour(9), 1, ...subrect(4, 0, 1, 16), RAW];
  assert.deepEqual(payload.slice(0, first.length), first);
  assert.deepEqual(payload.slice(first.length + 16 * 16 * 4), [BACKGROUND, ...colour(1)]);
});

Deno.test("subrects that take more bytes than raw are sent raw", () => {
  assert.equal(encode(16, 16, (x, y) => (x + y) & 1).length, 1 + 4 + 4 + 1 + 128 * 2);
  assert.equal(encode(16, 16, (x, y) => y * 16 + x).length, 1 + 16 * 16 * 4);
  assert.deepEqual(encode(1, 2, (_x, y) => y), [RAW, ...colour(0), ...colour(1)]);
});
