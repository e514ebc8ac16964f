import assert from "node:assert/strict";
import type { EncodingPolicy } from "../../lib/encode/job.ts";
import { type LossyMode, lossyRule, mayLose } from "../../lib/server/lossy_rules.ts";

const LEVELS: readonly (number | undefined)[] = [undefined, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const FREQUENCIES = [0, 0.25, 7.9, 8, 11, 16];
const SIGN = { forbidden: "-", smooth: "s", allowed: "a", forced: "F" };

/** The rules for rising frequencies, a sign each. */
function rules(lossy: LossyMode, adaptive: boolean, level?: number, encodingPolicy: EncodingPolicy = "best"): string {
  const quality = { lossy, adaptive, encodingPolicy };
  return FREQUENCIES.map((frequency) => SIGN[lossyRule(quality, level, frequency)]).join("");
}

Deno.test("off is lossless for everybody", () => {
  for (const level of LEVELS) assert.equal(rules("off", true, level) + rules("off", false, level), "------------");
});

Deno.test("a client without a quality level is sent everything as it is", () => {
  for (const lossy of ["on", "auto"] as const) assert.equal(rules(lossy, true) + rules(lossy, false), "------------");
});

Deno.test("on follows QEMU's table of frequencies", () => {
  assert.equal(rules("on", true, 0), "aaaFFF");
  assert.equal(rules("on", true, 4), "aaaaFF");
  assert.equal(rules("on", true, 6), "-aaaFF");
  assert.equal(rules("on", true, 9), "--aaaF");
});

Deno.test("auto is on for video only", () => {
  assert.equal(rules("auto", true, 0), "---FFF");
  assert.equal(rules("auto", true, 6), "----FF");
  assert.equal(rules("auto", true, 9), "-----F");
});

Deno.test("without adaptive, on allows everything at once and auto is off", () => {
  for (const level of LEVELS.slice(1)) {
    assert.equal(rules("on", false, level), "aaaaaa");
    assert.equal(rules("auto", false, level), "------");
  }
});

Deno.test("QEMU's policy allows JPEG for what is smooth, and keeps that of quality 7 and more for video", () => {
  assert.equal(rules("on", true, 6, "qemu"), "-sssFF");
  assert.equal(rules("on", true, 7, "qemu"), "-----F");
  assert.equal(rules("on", false, 7, "qemu"), "------");
});

Deno.test("who may lose nothing needs no statistics", () => {
  for (const lossy of ["off", "on", "auto"] as const) {
    for (const adaptive of [true, false]) {
      for (const level of LEVELS) {
        const quality = { lossy, adaptive, encodingPolicy: "best" } as const;
        if (!mayLose(quality, level)) assert.equal(rules(lossy, adaptive, level), "------");
      }
      assert.equal(mayLose({ lossy, adaptive, encodingPolicy: "best" }, 5), rules(lossy, adaptive, 0) !== "------");
    }
  }
});
