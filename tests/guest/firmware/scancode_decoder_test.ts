import assert from "node:assert/strict";
import { type DecodedKey, ScancodeDecoder } from "../../../lib/guest/firmware/scancode_decoder.ts";

function decode(...bytes: number[]): DecodedKey[] {
  const decoder = new ScancodeDecoder();
  return bytes.map((byte) => decoder.decode(byte)).filter((key) => key !== undefined);
}

Deno.test("a plain scancode is a key down, with bit 7 the same key up", () => {
  assert.deepEqual(decode(0x1e, 0x9e), [{ keycode: 0x1e, down: true }, { keycode: 0x1e, down: false }]);
});

Deno.test("an E0 prefix sets bit 7 of the keycode", () => {
  assert.deepEqual(decode(0xe0, 0x48, 0xe0, 0xc8), [{ keycode: 0xc8, down: true }, { keycode: 0xc8, down: false }]);
});

Deno.test("Pause is one press and one release", () => {
  const pause = [{ keycode: 0xc6, down: true }, { keycode: 0xc6, down: false }];
  assert.deepEqual(decode(0xe1, 0x1d, 0x45, 0xe1, 0x9d, 0xc5), pause);
  assert.deepEqual(decode(0xe0, 0x46, 0xe0, 0xc6), pause);
});

Deno.test("the Shifts a keyboard makes up around Print are no keys", () => {
  assert.deepEqual(decode(0xe0, 0x2a, 0xe0, 0x37, 0xe0, 0xb7, 0xe0, 0xaa), [
    { keycode: 0xb7, down: true },
    { keycode: 0xb7, down: false },
  ]);
});

Deno.test("a key behind Pause is read as itself", () => {
  assert.deepEqual(decode(0xe1, 0x1d, 0x45, 0xe1, 0x9d, 0xc5, 0x1e).at(-1), { keycode: 0x1e, down: true });
});
