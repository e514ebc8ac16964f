import assert from "node:assert/strict";
import { pickEncodings } from "../../lib/encode/offered_encodings.ts";
import { Encoding } from "../../lib/rfb/encodings.ts";

const { CoRRE, Hextile, JPEG, Raw, RRE, Tight, TightPNG, TRLE, Zlib, ZRLE } = Encoding;

Deno.test("QEMU's policy takes the first of the list, Zlib only without ZRLE", () => {
  const lists: readonly [readonly number[], number][] = [
    [[Raw, ZRLE], Raw],
    [[Encoding.CopyRect, TightPNG, Tight], TightPNG],
    [[RRE, Hextile, ZRLE], RRE],
    [[Zlib, Raw], Zlib],
    [[Zlib, Hextile, ZRLE], Hextile],
    [[JPEG, Raw, Hextile], Hextile],
    [[JPEG, Raw], JPEG],
    [[-223], Raw],
  ];
  for (const [list, encoding] of lists) {
    assert.deepEqual(pickEncodings(list, "qemu", true), { encoding, beside: [] }, list.join());
  }
});

Deno.test("the best of a list is what takes the fewest bytes; of Tight and ZRLE it is the first", () => {
  const lists: readonly [readonly number[], number, readonly number[]][] = [
    [[Raw, ZRLE], ZRLE, [Raw]],
    [[Hextile, Tight, ZRLE, RRE, Raw], Tight, [Hextile, RRE, Raw]],
    [[ZRLE, Tight], ZRLE, []],
    [[TightPNG, Tight, ZRLE], Tight, []],
    [[Zlib, TRLE, Hextile], Zlib, [Hextile]],
    [[RRE, CoRRE, Raw], CoRRE, [RRE, Raw]],
    [[JPEG, Raw], Raw, [JPEG]],
    [[JPEG], JPEG, []],
    [[Encoding.CopyRect, -223, 12_345], Raw, []],
  ];
  for (const [list, encoding, beside] of lists) {
    assert.deepEqual(pickEncodings(list, "best", true), { encoding, beside }, list.join());
  }
});

Deno.test("JPEG is passed over for clients that take none", () => {
  assert.deepEqual(pickEncodings([JPEG, Hextile, Raw], "best", false), { encoding: Hextile, beside: [Raw] });
  assert.equal(pickEncodings([JPEG, Raw], "qemu", false).encoding, Raw);
});
