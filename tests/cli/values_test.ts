import assert from "node:assert/strict";
import { UsageError } from "../../lib/base/errors.ts";
import { oneOf, type ReadValue, repeated, speed, wholeNumber } from "../../lib/cli/values.ts";

function refuses(read: ReadValue<unknown>, text: string, sentence: RegExp): void {
  assert.throws(() => read(text), (error) => error instanceof UsageError && sentence.test(error.message));
}

Deno.test("wholeNumber takes what is between its bounds", () => {
  const read = wholeNumber("--fps", 1, 240);
  assert.equal(read("1"), 1);
  assert.equal(read("240"), 240);
  for (const text of ["0", "241", "-1", "1.5", "0x10", "", "ten", " 7"]) {
    refuses(read, text, /^Cannot use ".*" for --fps: it is no whole number of 1 to 240$/);
  }
});

Deno.test("oneOf takes one of its words", () => {
  const read = oneOf("--share", ["ignore", "force-shared"]);
  assert.equal(read("ignore"), "ignore");
  refuses(read, "Ignore", /^Cannot use "Ignore" for --share: it is none of ignore, force-shared$/);
});

Deno.test("speed takes numbers over 0, and max", () => {
  const read = speed("--speed");
  assert.equal(read("0.5"), 0.5);
  assert.equal(read("max"), Infinity);
  for (const text of ["0", "-1", "fast", "1e400", "Infinity", ""]) refuses(read, text, /for --speed: /);
});

Deno.test("a repeated flag keeps all its values", () => {
  assert.deepEqual(repeated("b", repeated("a", undefined)), ["a", "b"]);
});

Deno.test("a refused value is escaped", () => {
  refuses(oneOf("--share", ["x"]), "\x1b[2J", /^Cannot use "\\x1b\[2J" for/);
});
