/** A picture on a whole machine. */

import assert from "node:assert/strict";
import { encode } from "fast-png";
import fc from "fast-check";
import { LimitError, UsageError } from "../../../lib/base/errors.ts";
import { MIN_VRAM_BYTES } from "../../../lib/base/limits.ts";
import { picture, requiredVramBytes } from "../../../lib/guest/scenes/picture.ts";
import { SceneRig } from "./scene_rig.ts";

const anyImage = fc.tuple(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 40 })).chain(([width, height]) =>
  fc.uint8Array({ minLength: width * height * 4, maxLength: width * height * 4 })
    .map((pixels) => ({ width, height, pixels }))
);

Deno.test("a picture is shown at its own size, pixel for pixel, over black", async () => {
  await fc.assert(
    fc.asyncProperty(anyImage, async (image) => {
      const rig = await SceneRig.boot(picture(image), requiredVramBytes(image.width, image.height));
      assert.deepEqual([rig.display.width, rig.display.height], [image.width, image.height]);
      rig.colours.forEach((colour, i) => {
        const [red, green, blue, alpha] = image.pixels.subarray(i * 4);
        const over = [red!, green!, blue!].map((part) => Math.floor((part * alpha!) / 255 + 0.5));
        assert.equal(colour, (over[0]! << 16) | (over[1]! << 8) | over[2]!);
      });
      rig.assertWatcherSeesGuest();
      await rig.close();
    }),
    { numRuns: 25 },
  );
});

Deno.test("picture reads a PNG file and is called as the file is", async () => {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/three.png`;
  const data = Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255);
  await Deno.writeFile(path, encode({ width: 3, height: 1, channels: 3, data }));
  const scene = picture(path);
  assert.deepEqual([scene.name, scene.width, scene.height, scene.vramBytes], ["three.png", 3, 1, MIN_VRAM_BYTES]);
  const rig = await SceneRig.boot(scene);
  assert.deepEqual([...rig.colours], [0xff0000, 0x00ff00, 0x0000ff]);
  await rig.close();
  await Deno.remove(directory, { recursive: true });
});

Deno.test("picture says in one sentence why a file cannot be shown", async () => {
  const directory = await Deno.makeTempDir();
  await Deno.writeTextFile(`${directory}/notes.txt`, "not a picture, but long enough to have a header");
  assert.throws(() => picture(`${directory}/none.png`), refusal(/there is no such file$/));
  assert.throws(() => picture(directory), refusal(/it is a directory$/));
  assert.throws(() => picture(`${directory}/notes.txt`), refusal(/it is not a PNG file$/));
  await Deno.remove(directory, { recursive: true });
});

function refusal(reason: RegExp): (error: unknown) => boolean {
  return (error) =>
    error instanceof UsageError && error.message.startsWith("Cannot show ") && reason.test(error.message);
}

Deno.test("picture refuses a decoded picture that no screen can show", () => {
  const pixels = new Uint8Array(4);
  assert.throws(() => picture({ width: 16_001, height: 1, pixels }), LimitError);
  assert.throws(() => picture({ width: 0, height: 1, pixels }), LimitError);
  assert.throws(() => picture({ width: 2, height: 1, pixels }), LimitError);
});

Deno.test("requiredVramBytes is whole 64 KiB and enough", () => {
  assert.equal(requiredVramBytes(1, 1), MIN_VRAM_BYTES);
  assert.equal(requiredVramBytes(256, 256), 262_144);
  assert.equal(requiredVramBytes(257, 256), 327_680);
  assert.equal(requiredVramBytes(3_840, 2_160), 33_226_752);
});
