/** The test card on a whole machine. */

import assert from "node:assert/strict";
import { UsageError } from "../../../lib/base/errors.ts";
import { testcard } from "../../../lib/guest/scenes/testcard.ts";
import { differenceBounds, firstDifference, SceneRig } from "./scene_rig.ts";

const FRAME_MS = 40;

Deno.test("a test card that stands still is the same in every run and at every time", async () => {
  for (const [width, height] of [[1024, 768], [333, 251]] as const) {
    const first = await SceneRig.boot(testcard({ still: true, width, height }));
    const second = await SceneRig.boot(testcard({ still: true, width, height }));
    const picture = first.colours;
    assert.equal(picture.length, width * height);
    first.clock.advance(1_000);
    assert.equal(firstDifference(picture, second.colours), undefined);
    assert.equal(firstDifference(picture, first.colours), undefined);
    await first.close();
    await second.close();
  }
});

Deno.test("the outermost pixels of a test card are white whatever its size", async () => {
  for (const [width, height] of [[321, 243], [360, 240], [337, 255]] as const) {
    const rig = await SceneRig.boot(testcard({ still: true, width, height }));
    const { colours } = rig;
    for (let x = 0; x < width; x++) {
      assert.equal(colours[x], 0xffffff);
      assert.equal(colours[(height - 1) * width + x], 0xffffff);
    }
    for (let y = 0; y < height; y++) {
      assert.equal(colours[y * width], 0xffffff);
      assert.equal(colours[y * width + width - 1], 0xffffff);
    }
    await rig.close();
  }
});

Deno.test("a test card has pure colours, every level of grey and its size in it", async () => {
  const rig = await SceneRig.boot(testcard({ still: true }));
  const colours = new Set(rig.colours);
  for (const pure of [0xff0000, 0x00ff00, 0x0000ff, 0xffff00, 0x00ffff, 0xff00ff]) assert.ok(colours.has(pure));
  for (let level = 0; level < 256; level++) {
    for (const colour of [level * 0x10101, level << 16, level << 8, level]) {
      assert.ok(colours.has(colour), `level ${level} is missing`);
    }
  }
  await rig.close();
});

Deno.test("the moving parts go on 25 times a second, the ticker by copies, and only they change", async () => {
  const rig = await SceneRig.boot(testcard());
  const still = await SceneRig.boot(testcard({ still: true }));
  rig.display.refresh();
  for (let frame = 1; frame <= 120; frame++) {
    const before = rig.copies.length;
    rig.clock.advance(FRAME_MS);
    assert.ok(rig.copies.length > before, `frame ${frame} has a copy`);
    if (frame % 20 === 0) rig.assertWatcherSeesGuest();
  }
  const bounds = differenceBounds(rig.colours, still.colours, 1024);
  assert.ok(bounds.height > 40 && bounds.height < 110, "box and ticker");
  await rig.close();
  await still.close();
  assert.equal(rig.clock.timerCount, 0);
});

Deno.test("after any number of frames the moving parts are as if painted at once", async () => {
  const slow = await SceneRig.boot(testcard({ width: 400, height: 300 }));
  for (let frame = 0; frame < 90; frame++) slow.clock.advance(FRAME_MS);
  const fast = await SceneRig.boot(testcard({ width: 400, height: 300 }));
  fast.clock.advance(90 * FRAME_MS);
  assert.equal(firstDifference(slow.colours, fast.colours), undefined);
  await slow.close();
  await fast.close();
});

Deno.test("a test card of any size says what video memory it needs, and gets by with it", async () => {
  const scene = testcard({ width: 2_051, height: 2_050 });
  assert.ok(scene.vramBytes > 16 << 20);
  const rig = await SceneRig.boot(scene, scene.vramBytes);
  rig.clock.advance(FRAME_MS);
  assert.deepEqual([rig.display.width, rig.display.height], [2_051, 2_050]);
  rig.assertWatcherSeesGuest();
  await rig.close();
});

Deno.test("testcard refuses a screen that is too small or that no card has", () => {
  assert.throws(() => testcard({ width: 319 }), UsageError);
  assert.throws(() => testcard({ height: 239 }), UsageError);
  assert.throws(() => testcard({ width: 16_001 }), UsageError);
  assert.throws(() => testcard({ width: 640.5 }), UsageError);
});
