import assert from "node:assert/strict";
import { NAMED_KEYS, NUM_LOCK_KEYS } from "../../lib/input/keysym_table.ts";
import { KeyboardLayout } from "../../lib/input/layout.ts";

const layout = new KeyboardLayout();

Deno.test("every printable ASCII character has a key", () => {
  for (let code = 0x20; code < 0x7f; code++) assert.ok(layout.lookup(code), String.fromCharCode(code));
});

Deno.test("a Unicode keysym is the same key as the Latin-1 one", () => {
  for (let code = 0x20; code < 0x7f; code++) assert.equal(layout.lookup(0x0100_0000 + code), layout.lookup(code));
});

Deno.test("what is not on the keyboard has no key", () => {
  for (const keysym of [0, 0x08, 0x1f, 0x7f, 0xe9, 0x0100_0008, 0x0100_20ac, 0xffff_ffff]) {
    assert.equal(layout.lookup(keysym), undefined, keysym.toString(16));
  }
});

Deno.test("keys with an E0 prefix have bit 7, Print and Pause their own numbers", () => {
  const keycodes = [0xff52, 0xff8d, 0xffe4, 0xffea, 0xff61, 0xff13, 0xfe03].map((k) => layout.lookup(k)?.keycode);
  assert.deepEqual(keycodes, [0xc8, 0x9c, 0x9d, 0xb8, 0xb7, 0xc6, 0xb8]);
});

Deno.test("ISO_Left_Tab is Tab with Shift", () => {
  assert.deepEqual(layout.lookup(0xfe20), { keycode: 0x0f, shift: true });
});

Deno.test("the tables name every keysym once and give keycodes a keyboard has", () => {
  const keysyms = [...NAMED_KEYS.map(([, keysym]) => keysym), ...NUM_LOCK_KEYS.map(([, digit]) => digit)];
  assert.equal(new Set(keysyms).size, keysyms.length);
  const keycodes = [...NAMED_KEYS.map(([, , keycode]) => keycode), ...NUM_LOCK_KEYS.map((row) => row[4])];
  assert.ok(keycodes.every((keycode) => keycode > 0 && keycode <= 0xff && keycode !== 0x80));
});
