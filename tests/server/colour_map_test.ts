import assert from "node:assert/strict";
import { ByteReader } from "../../lib/rfb/byte_reader.ts";
import { pixelValue, R3G3B2, X8R8G8B8 } from "../../lib/rfb/pixel_format.ts";
import { parseSetColourMapEntries } from "../../lib/rfb/server_messages.ts";
import { fixedColourMapMessage, servedFormat } from "../../lib/server/colour_map.ts";

Deno.test("the fixed map has 256 entries, black first and white last", () => {
  const reader = new ByteReader(fixedColourMapMessage());
  const map = parseSetColourMapEntries(reader);
  assert.equal(reader.available, 0);
  assert.equal(map?.firstColour, 0);
  assert.equal(map?.colours.length, 256);
  assert.deepEqual(map?.colours[0], { red: 0, green: 0, blue: 0 });
  assert.deepEqual(map?.colours[255], { red: 0xffff, green: 0xffff, blue: 0xffff });
});

Deno.test("the map's entry of a colour's pixel is that colour, to the bits there are", () => {
  const colours = parseSetColourMapEntries(new ByteReader(fixedColourMapMessage()))?.colours ?? [];
  for (const [red, green, blue] of [[255, 0, 0], [0, 255, 0], [0, 0, 255], [130, 200, 70]] as const) {
    const entry = colours[pixelValue(R3G3B2, red, green, blue)]!;
    assert(Math.abs(entry.red / 257 - red) < 37, "red of 8 levels");
    assert(Math.abs(entry.green / 257 - green) < 37, "green of 8 levels");
    assert(Math.abs(entry.blue / 257 - blue) < 64, "blue of 4 levels");
  }
});

Deno.test("a colour-map client is served indices, a true-colour client what it asked for", () => {
  const colourMap = { ...X8R8G8B8, bitsPerPixel: 8, depth: 8, trueColourFlag: false };
  assert.deepEqual(servedFormat(colourMap), R3G3B2);
  assert.equal(servedFormat(X8R8G8B8), X8R8G8B8);
});
