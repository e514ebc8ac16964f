import assert from "node:assert/strict";
import { parseExtendedKeycode } from "../../lib/input/keycode.ts";

Deno.test("parseExtendedKeycode takes XT scancodes, with the prefix as bit 7 or as a byte", () => {
  assert.deepEqual([0x1e, 0xc8, 0xe048, 0xe0c8, 0xff].map(parseExtendedKeycode), [0x1e, 0xc8, 0xc8, 0xc8, 0xff]);
});

Deno.test("parseExtendedKeycode folds the scancode of Alt+Print to Print", () => {
  assert.equal(parseExtendedKeycode(0x54), 0xb7);
});

Deno.test("parseExtendedKeycode refuses what no key has", () => {
  for (const keycode of [0, 0x80, 0x100, 0xdfff, 0xe000, 0xe100, 0xffff_ffff]) {
    assert.equal(parseExtendedKeycode(keycode), undefined, keycode.toString(16));
  }
});
