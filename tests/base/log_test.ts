import assert from "node:assert/strict";
import { createLogger, escapeText } from "../../lib/base/log.ts";

Deno.test("escapeText leaves no control character, no bidi override and bounds the length", () => {
  assert.equal(escapeText("a\x1b[31mb\n\x00\u202e"), "a\\x1b[31mb\\x0a\\x00\\u202e");
  assert.equal(escapeText("ü€"), "ü€");
  assert.equal(escapeText("x".repeat(300), 10), `${"x".repeat(10)}…`);
});

Deno.test("a logger says what is at its level and above", () => {
  const lines: string[] = [];
  const log = createLogger("info", (line) => lines.push(line));
  log.debug("one");
  log.info("two");
  log.warn("three\nfour");
  assert.deepEqual(lines, ["vncd: two", "vncd: warn: three\\x0afour"]);
});
