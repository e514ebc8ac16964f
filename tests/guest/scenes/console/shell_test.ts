import assert from "node:assert/strict";
import { splitWords } from "../../../../lib/guest/scenes/console/shell.ts";

Deno.test("a command line is split at blanks outside quotes", () => {
  assert.deepEqual(splitWords("  echo  a b "), ["echo", "a", "b"]);
  assert.deepEqual(splitWords(`echo "a  b" 'c d'e ""`), ["echo", "a  b", "c de", ""]);
  assert.deepEqual(splitWords("   "), []);
});

Deno.test("a quote without its twin is a character like others", () => {
  assert.deepEqual(splitWords("echo don't"), ["echo", "don't"]);
});
