import assert from "node:assert/strict";
import fc from "fast-check";
import { UsageError } from "../../lib/base/errors.ts";
import { formatDuration, parseDuration } from "../../lib/cli/duration.ts";

const EXAMPLES: readonly (readonly [string, number])[] = [
  ["0", 0],
  ["90", 90_000],
  ["1.5", 1_500],
  ["250ms", 250],
  ["2s", 2_000],
  ["1m", 60_000],
  ["1m30s", 90_000],
  ["1h2m3s4ms", 3_723_004],
  ["1h30s", 3_630_000],
  ["0.5h", 1_800_000],
];

for (const [text, durationMs] of EXAMPLES) {
  Deno.test(`parseDuration reads ${text}`, () => assert.equal(parseDuration(text), durationMs));
}

for (const text of ["", "s", "1x", "30s1m", "1m 30s", "-1", "1:30", "1m30", ".5", "1e3", "1s1s"]) {
  Deno.test(`parseDuration refuses ${JSON.stringify(text)}`, () =>
    assert.throws(() => parseDuration(text), UsageError));
}

Deno.test("parseDuration reads any number of each unit", () => {
  const part = fc.nat(999);
  fc.assert(fc.property(part, part, part, part, (h, m, s, ms) => {
    assert.equal(parseDuration(`${h}h${m}m${s}s${ms}ms`), ((h * 60 + m) * 60 + s) * 1_000 + ms);
  }));
});

Deno.test("formatDuration speaks to people", () => {
  assert.equal(formatDuration(400), "0.4 s");
  assert.equal(formatDuration(12_340), "12.3 s");
  assert.equal(formatDuration(125_400), "2 min 5 s");
  assert.equal(formatDuration(3_600_000), "60 min 0 s");
});
