import assert from "node:assert/strict";
import type { GuestPointerEvent } from "../../../lib/guest/firmware/pointer_event.ts";
import { PointerDriver } from "../../../lib/guest/firmware/pointer_driver.ts";
import { tabletToPixel } from "../../../lib/guest/firmware/tablet.ts";
import { ABSOLUTE_MAX, PointerButton } from "../../../lib/machine/input_device.ts";
import { settle } from "../../helpers/fake_clock.ts";
import { bootIdle } from "../text_rig.ts";

Deno.test("a tablet coordinate leads back to the pixel it was made of", () => {
  for (const size of [1, 2, 3, 640, 719, 1024, 1920, 3840]) {
    for (let pixel = 0; pixel < size; pixel++) {
      assert.equal(tabletToPixel(Math.floor(pixel * ABSOLUTE_MAX / size), size), pixel, `${pixel} of ${size}`);
    }
  }
});

Deno.test("the tablet is wanted only when a scene asks for the pointer", async () => {
  const { rig, guest } = await bootIdle();
  assert.equal(rig.machine.input.pointerIsAbsolute, false);
  assert.equal(guest.firmware.pointer.source, "tablet");
  assert.equal(rig.machine.input.pointerIsAbsolute, true);
  await rig.close();
});

Deno.test("positions come in pixels of the mode that is set", async () => {
  const { rig, guest } = await bootIdle();
  guest.firmware.setLinearMode(800, 600, 32);
  await settle();
  const events: GuestPointerEvent[] = [];
  guest.firmware.pointer.onPointer((event) => events.push(event));
  await rig.point(0, 0);
  await rig.point(799, 599, PointerButton.Left);
  await rig.point(123, 457, PointerButton.Left);
  await rig.point(123, 457, 0);
  assert.deepEqual(events, [
    { x: 0, y: 0, buttons: 0 },
    { x: 799, y: 599, buttons: PointerButton.Left },
    { x: 123, y: 457, buttons: PointerButton.Left },
    { x: 123, y: 457, buttons: 0 },
  ]);
  await rig.close();
});

Deno.test("a slow reader gets motion merged, and every change of buttons where it happened", async () => {
  const { rig, guest } = await bootIdle();
  guest.firmware.setLinearMode(640, 480, 32);
  await settle();
  const reader = guest.firmware.pointer[Symbol.asyncIterator]();
  const path = [[1, 0], [2, 0], [3, 0], [4, 0], [4, 1], [5, 1], [6, 1], [6, 0]] as const;
  for (const [x, buttons] of path) await rig.point(x, 5, buttons);
  const read: number[][] = [];
  for (let i = 0; i < 5; i++) {
    const { value } = await reader.next();
    read.push([value!.x, value!.buttons]);
  }
  assert.deepEqual(read, [[1, 0], [4, 0], [4, 1], [6, 1], [6, 0]]);
  await rig.close();
});

Deno.test("readers end when they break off and when the machine goes off", async () => {
  const { rig, guest } = await bootIdle();
  const reader = guest.firmware.pointer[Symbol.asyncIterator]();
  assert.equal((await reader.return!()).done, true);
  assert.equal((await reader.next()).done, true);
  const other = guest.firmware.pointer[Symbol.asyncIterator]().next();
  await rig.close();
  assert.equal((await other).done, true);
});

/** The machine without its tablet's ports. */
async function bootWithoutTablet(): Promise<
  { events: GuestPointerEvent[]; driver: PointerDriver; end: AbortController } & Awaited<ReturnType<typeof bootIdle>>
> {
  const booted = await bootIdle();
  const { rig, guest } = booted;
  rig.machine.io.register(0x1e0, 4, {});
  const end = new AbortController();
  const area = { width: 640, height: 480 };
  const driver = new PointerDriver(guest.machine, guest.firmware.controller, () => area, end.signal);
  const events: GuestPointerEvent[] = [];
  driver.onPointer((event) => events.push(event));
  return { ...booted, events, driver, end };
}

Deno.test("without a tablet the PS/2 mouse moves the pointer, which stays on the screen", async () => {
  const { rig, driver, events, end } = await bootWithoutTablet();
  assert.equal(driver.source, "mouse");
  rig.machine.input.putRelative(10, -5, 0);
  await settle();
  assert.deepEqual([driver.x, driver.y], [330, 235]);
  rig.machine.input.putRelative(500, 500, PointerButton.Right);
  await settle();
  assert.deepEqual(events.at(-1), { x: 639, y: 479, buttons: PointerButton.Right });
  rig.machine.input.putRelative(-2000, -2000, 0);
  await settle();
  assert.deepEqual([driver.x, driver.y, driver.buttons], [0, 0, 0]);
  end.abort();
  await rig.close();
});

Deno.test("a wheel step of the PS/2 mouse is a button that goes down and up", async () => {
  const { rig, events, end } = await bootWithoutTablet();
  rig.machine.input.putRelative(0, 0, PointerButton.WheelUp);
  rig.machine.input.putRelative(0, 0, 0);
  await settle();
  assert.deepEqual(events.map((event) => event.buttons), [PointerButton.WheelUp, 0]);
  end.abort();
  await rig.close();
});
