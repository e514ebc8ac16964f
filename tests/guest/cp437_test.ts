import assert from "node:assert/strict";
import { CP437_CHARACTERS, fromCp437, toCp437 } from "../../lib/guest/cp437.ts";

Deno.test("every code's character leads back to the code", () => {
  assert.equal(CP437_CHARACTERS.length, 256);
  for (let code = 1; code < 256; code++) assert.equal(toCp437(fromCp437(code)), code, fromCp437(code));
});

Deno.test("ASCII stands for itself", () => {
  for (let code = 0x20; code < 0x7f; code++) assert.equal(toCp437(String.fromCharCode(code)), code);
});

Deno.test("well-known codes are where code page 437 has them", () => {
  const known: [string, number][] = [["é", 0x82], ["─", 0xc4], ["█", 0xdb], ["╔", 0xc9], ["ß", 0xe1], ["☺", 0x01], [
    "►",
    0x10,
  ]];
  for (const [character, code] of known) assert.equal(toCp437(character), code, character);
});

Deno.test("a character CP437 lacks becomes the nearest it has, or a question mark", () => {
  assert.equal(toCp437("ã"), toCp437("a"));
  assert.equal(toCp437("É".normalize("NFC")), 0x90);
  assert.equal(toCp437("–"), toCp437("-"));
  assert.equal(toCp437("μ"), 0xe6);
  assert.equal(toCp437("漢"), 0x3f);
  assert.equal(toCp437("😀"), 0x3f);
});
