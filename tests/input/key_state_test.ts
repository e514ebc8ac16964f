import assert from "node:assert/strict";
import { KeyState } from "../../lib/input/key_state.ts";

Deno.test("a key held by two clients is let go by the last", () => {
  const keys = new KeyState();
  keys.press(1, 30);
  keys.press(2, 30);
  keys.press(2, 30);
  assert.equal(keys.release(1, 30), false);
  assert.equal(keys.isDown(30), true);
  assert.equal(keys.release(2, 30), true);
  assert.equal(keys.isDown(30), false);
});

Deno.test("a client cannot let go of what it does not hold", () => {
  const keys = new KeyState();
  keys.press(1, 30);
  assert.equal(keys.release(2, 30), false);
  assert.equal(keys.release(1, 31), false);
  assert.deepEqual([keys.isHeldBy(1, 30), keys.isHeldBy(2, 30)], [true, false]);
});

Deno.test("heldBy gives the last pressed first", () => {
  const keys = new KeyState();
  for (const keycode of [29, 42, 30]) keys.press(1, keycode);
  assert.deepEqual(keys.heldBy(1), [30, 42, 29]);
  assert.deepEqual(keys.heldBy(2), []);
});
