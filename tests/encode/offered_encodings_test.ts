import assert from "node:assert/strict";
import { knowsGradients, pickEncodings } from "../../lib/encode/offered_encodings.ts";
import { Encoding, PseudoEncoding } from "../../lib/rfb/encodings.ts";

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

Deno.test("a client with a byte a pixel is sent no files, but what else it lists", () => {
  const lists: readonly [readonly number[], number, readonly number[]][] = [
    [[Hextile, TightPNG], Hextile, []],
    [[TightPNG, JPEG, RRE, Raw], RRE, [Raw]],
    [[TightPNG], Raw, []],
    [[JPEG], Raw, []],
  ];
  for (const [list, encoding, beside] of lists) {
    assert.deepEqual(pickEncodings(list, "best", true, true), { encoding, beside }, list.join());
    assert.equal(pickEncodings(list, "qemu", true, true).encoding, encoding, list.join());
  }
});

/** What noVNC lists, version by version [core/rfb.js]: each what the one before does and more. */
const NOVNC_LISTS: readonly [string, readonly number[]][] = [
  ["1.0", [1, Tight, Hextile, RRE, Raw, TightPNG, -26, -254, -223, -224, -258, -308, -309, -312, -313, -239]],
  ["1.2", [-307, PseudoEncoding.ExtendedClipboard, 0x574d5664]],
  ["1.4", [ZRLE, JPEG]],
  ["1.5", [PseudoEncoding.QEMULEDState]],
  ["1.6", [0x34323648, Zlib, PseudoEncoding.ExtendedMouseButtons]],
  ["1.7", []],
];

Deno.test("gradients are for no noVNC before 1.6: those before 1.5 end the session at one", () => {
  const list: number[] = [];
  const known = NOVNC_LISTS.map(([version, more]): [string, boolean] => {
    list.push(...more);
    return [version, knowsGradients(list)];
  });
  const expected = { "1.0": false, "1.2": false, "1.4": false, "1.5": false, "1.6": true, "1.7": true };
  assert.deepEqual(Object.fromEntries(known), expected);
  for (const level of [-256, -250, -247]) assert.ok(!knowsGradients([Tight, TightPNG, PseudoEncoding.LastRect, level]));
});

Deno.test("gradients are for native viewers that list an extension", () => {
  const { LastRect, QEMUExtendedKeyEvent } = PseudoEncoding;
  assert.ok(knowsGradients([1, 16, Tight, 5, LastRect]));
  assert.ok(knowsGradients([-27, Tight, QEMUExtendedKeyEvent, -223, 16]));
  assert.ok(!knowsGradients([Tight, ZRLE, 1, Raw, -239, -223]));
});
