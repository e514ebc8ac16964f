import assert from "node:assert/strict";
import { LINEAR_DEPTHS } from "../../../lib/guest/firmware/vbe.ts";
import { settle } from "../../helpers/fake_clock.ts";
import { bootIdle, screenRows } from "../text_rig.ts";

Deno.test("a linear mode of every depth shows the pixel that is written", async () => {
  const { rig, guest } = await bootIdle();
  for (const depth of LINEAR_DEPTHS) {
    const mode = guest.firmware.setLinearMode(100, 50, depth);
    assert.equal(mode.bitsPerPixel, depth);
    guest.firmware.setPaletteEntry(0xff, 255, 255, 255);
    const pixelBytes = (depth + 7) >> 3;
    guest.machine.vram.writeBytes(7 * mode.strideBytes + 9 * pixelBytes, new Uint8Array(pixelBytes).fill(0xff));
    await settle();
    rig.display.refresh();
    assert.deepEqual([rig.display.width, rig.display.height], [100, 50]);
    const lit = [...rig.colours.entries()].filter(([, colour]) => colour !== 0);
    assert.deepEqual(lit, [[7 * 100 + 9, 0xffffff]], `${depth} bits`);
  }
  await rig.close();
});

Deno.test("with 8 bits per pixel the palette has text colours, a colour cube and greys", async () => {
  const { rig, guest } = await bootIdle();
  guest.firmware.setLinearMode(16, 16, 8);
  guest.machine.vram.writeBytes(0, Uint8Array.from({ length: 256 }, (_, index) => index));
  await settle();
  rig.display.refresh();
  const { colours } = rig;
  assert.equal(colours[6], 0xaa5500);
  assert.equal(colours[16 + 5 * 36], 0xff0000);
  assert.equal(colours[16 + 5 * 6 + 5], 0x00ffff);
  assert.equal(colours[232], 0x080808);
  await rig.close();
});

Deno.test("a mode that does not fit is refused and the text screen stays", async () => {
  const { rig, guest } = await bootIdle(1 << 20);
  guest.firmware.text.write("still here");
  assert.throws(() => guest.firmware.setLinearMode(1024, 768, 32), {
    name: "RangeError",
    message: "Cannot set mode 1024x768x32: it takes 3145728 bytes of video memory, there are 1048576",
  });
  assert.throws(() => guest.firmware.setLinearMode(20_000, 2, 8), /the video card has modes up to 16000x12000/);
  assert.equal(guest.firmware.mode, undefined);
  assert.throws(() => guest.firmware.setLinearMode(0, 2, 8), RangeError);
  guest.firmware.text.write("!");
  assert.equal(screenRows(rig.machine)[0], "still here!");
  await rig.close();
});

Deno.test("a linear mode stays when another is refused", async () => {
  const { rig, guest } = await bootIdle();
  const mode = guest.firmware.setLinearMode(64, 32, 32);
  guest.machine.vram.write32(0, 0x123456);
  assert.throws(() => guest.firmware.setLinearMode(9_999, 9_999, 32), RangeError);
  assert.equal(guest.firmware.mode, mode);
  await settle();
  rig.display.refresh();
  assert.equal(rig.display.width, 64);
  assert.equal(rig.colours[0], 0x123456);
  await rig.close();
});

Deno.test("the picture is left alone until the scene sets a mode, text by touching the text screen", async () => {
  const { rig, guest } = await bootIdle();
  assert.equal(rig.display.width, 8);
  guest.firmware.text.write("x");
  await settle();
  assert.equal(rig.display.width, 720);
  await rig.close();
});

Deno.test("a pointer shape reaches the display and hiding it does too", async () => {
  const { rig, guest } = await bootIdle();
  const pixels = Uint8Array.from([1, 2, 3, 255, 4, 5, 6, 128]);
  guest.firmware.setCursorShape({ width: 2, height: 1, hotX: 1, hotY: 0, pixels });
  assert.deepEqual(rig.cursor, { width: 2, height: 1, hotX: 1, hotY: 0, pixels });
  guest.firmware.setCursorShape(undefined);
  assert.equal(rig.cursor?.width, 0);
  await rig.close();
});
