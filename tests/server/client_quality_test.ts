import assert from "node:assert/strict";
import { FINE_QUALITY_0, QUALITY_LEVEL_0, Subsample } from "../../lib/rfb/encodings.ts";
import { qualityOf } from "../../lib/server/client_quality.ts";

const NOTHING = { qualityLevel: undefined, jpeg: undefined, zywrleDepth: undefined };

Deno.test("a client that names no quality gets its pixels as they are, whatever subsampling it names", () => {
  assert.deepEqual(qualityOf([]), NOTHING);
  assert.deepEqual(qualityOf([7, -33, -22, -513, -411, Subsample.Grey]), NOTHING);
});

Deno.test("every quality level has TigerVNC's quality and subsampling", () => {
  const expected = "15 4:2:0,29 4:2:0,41 4:2:0,42 4:2:2,62 4:2:2,77 4:2:2,79 4:4:4,86 4:4:4,92 4:4:4,100 4:4:4";
  const levels = Array.from({ length: 10 }, (_, level) => qualityOf([7, QUALITY_LEVEL_0 + level]));
  assert.equal(levels.map(({ jpeg }) => `${jpeg!.quality} ${jpeg!.subsampling}`).join(), expected);
  assert.deepEqual(levels.map(({ qualityLevel }) => qualityLevel), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

Deno.test("fine quality and subsampling go before those of the level, in any order", () => {
  const list = [QUALITY_LEVEL_0 + 3, FINE_QUALITY_0 + 95, Subsample.None];
  const jpeg = { quality: 95, subsampling: "4:4:4" };
  for (const encodings of [list, list.toReversed()]) {
    assert.deepEqual(qualityOf(encodings), { qualityLevel: 3, jpeg, zywrleDepth: 2 });
  }
});

Deno.test("a client that names fine quality alone has libjpeg's subsampling and the level below", () => {
  const jpeg = (quality: number) => ({ quality, subsampling: "4:2:0" });
  assert.deepEqual(qualityOf([FINE_QUALITY_0]), { qualityLevel: 0, jpeg: jpeg(1), zywrleDepth: 1 });
  assert.deepEqual(qualityOf([FINE_QUALITY_0 + 80]), { qualityLevel: 6, jpeg: jpeg(80), zywrleDepth: 1 });
  assert.deepEqual(qualityOf([FINE_QUALITY_0 + 100]), { qualityLevel: 9, jpeg: jpeg(100), zywrleDepth: undefined });
});

Deno.test("ZYWRLE is as deep as the level that was named says, and ZRLE for full quality", () => {
  const depths = Array.from({ length: 10 }, (_, level) => qualityOf([17, QUALITY_LEVEL_0 + level]).zywrleDepth);
  assert.deepEqual(depths, [3, 3, 3, 2, 2, 2, 1, 1, 1, undefined]);
});

Deno.test("every subsampling has the nearest that is sent", () => {
  const sent = [-768, -767, -766, -765, -764, -763].map((encoding) => qualityOf([-27, encoding]).jpeg!.subsampling);
  assert.deepEqual(sent, ["4:4:4", "4:2:0", "4:2:2", "grey", "4:2:0", "4:2:0"]);
});
