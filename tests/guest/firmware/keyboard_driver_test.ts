import assert from "node:assert/strict";
import { MAX_QUEUED_KEYS } from "../../../lib/base/limits.ts";
import type { GuestKeyEvent } from "../../../lib/guest/firmware/key_event.ts";
import { LedBit } from "../../../lib/machine/input_device.ts";
import { settle } from "../../helpers/fake_clock.ts";
import { scancodeOf } from "../scenes/scene_rig.ts";
import { bootIdle } from "../text_rig.ts";

const PRINTABLE = Array.from({ length: 95 }, (_, index) => String.fromCharCode(0x20 + index));

/** Runs `act` on a machine and returns every event the driver told of. */
async function eventsOf(
  act: (put: (keycode: number, down: boolean) => Promise<void>) => Promise<void>,
): Promise<GuestKeyEvent[]> {
  const { rig, guest } = await bootIdle();
  const events: GuestKeyEvent[] = [];
  guest.firmware.keyboard.onKey((event) => events.push(event));
  await act(async (keycode, down) => {
    rig.machine.input.putKeycode(keycode, down);
    await settle();
  });
  await rig.close();
  return events;
}

Deno.test("every printable ASCII character typed on the keyboard arrives as itself", async () => {
  const { rig, guest } = await bootIdle();
  const typed: string[] = [];
  guest.firmware.keyboard.onKey((event) => {
    if (event.down && event.character !== undefined) typed.push(event.character);
  });
  await rig.type(PRINTABLE.join(""));
  assert.equal(typed.join(""), PRINTABLE.join(""));
  await rig.close();
});

Deno.test("presses typed before anybody reads wait, in order", async () => {
  const { rig, guest } = await bootIdle();
  await rig.type("ahead");
  const read: string[] = [];
  for await (const key of guest.firmware.keyboard) {
    read.push(key.name);
    if (read.length === 5) break;
  }
  assert.equal(read.join(""), "ahead");
  await rig.close();
});

Deno.test("presses beyond the bound are counted, those before are kept", async () => {
  const { rig, guest } = await bootIdle();
  const { keyboard } = guest.firmware;
  const { code } = scancodeOf("x");
  for (let count = 0; count < MAX_QUEUED_KEYS + 3; count++) {
    rig.machine.input.putKeycode(code, true);
    rig.machine.input.putKeycode(code, false);
    if (count % 4 === 0) await settle();
  }
  await settle();
  assert.equal(keyboard.lostPresses, 3);
  for (let count = 0; count < MAX_QUEUED_KEYS; count++) assert.equal((await keyboard.read()).name, "x");
  await rig.close();
});

Deno.test("a release is told with the state after it, a held key as repeat", async () => {
  const events = await eventsOf(async (put) => {
    await put(0x2a, true);
    await put(0x1e, true);
    await put(0x1e, true);
    await put(0x1e, false);
    await put(0x2a, false);
  });
  const seen = events.map((event) => [event.name, event.down, event.repeat, event.shift]);
  assert.deepEqual(seen, [
    ["Shift", true, false, true],
    ["A", true, false, true],
    ["A", true, true, true],
    ["A", false, false, true],
    ["Shift", false, false, false],
  ]);
});

Deno.test("CapsLock turns letters round and leaves digits alone, and lights its LED", async () => {
  const { rig, guest } = await bootIdle();
  const typed: string[] = [];
  guest.firmware.keyboard.onKey((event) => {
    if (event.down) typed.push(event.character ?? event.name);
  });
  await rig.press(0x3a);
  assert.equal(rig.machine.input.ledState, LedBit.CapsLock);
  await rig.type("aB1!");
  await rig.press(0x3a);
  assert.equal(rig.machine.input.ledState, 0);
  await rig.type("aB");
  assert.equal(typed.filter((name) => name.length === 1).join(""), "Ab1!aB");
  await rig.close();
});

Deno.test("the keypad types digits with NumLock, moves without, and Shift turns that round", async () => {
  const { rig, guest } = await bootIdle();
  const names: string[] = [];
  guest.firmware.keyboard.onKey((event) => {
    if (event.down) names.push(event.name);
  });
  await rig.press(0x47);
  await rig.press(0x45);
  assert.equal(rig.machine.input.ledState, LedBit.NumLock);
  await rig.press(0x47);
  rig.machine.input.putKeycode(0x2a, true);
  await rig.press(0x47);
  rig.machine.input.putKeycode(0x2a, false);
  assert.deepEqual(names, ["Home", "NumLock", "7", "Shift", "Home"]);
  await rig.close();
});

Deno.test("keys with an E0 prefix keep their own names", async () => {
  const events = await eventsOf(async (put) => {
    for (const keycode of [0xc8, 0x9c, 0xb5, 0xd3, 0xb7, 0xc6]) {
      await put(keycode, true);
      await put(keycode, false);
    }
  });
  const presses = events.filter((event) => event.down);
  assert.deepEqual(presses.map((event) => event.name), ["ArrowUp", "Enter", "/", "Delete", "PrintScreen", "Pause"]);
  assert.deepEqual(presses.map((event) => event.keycode), [0xc8, 0x9c, 0xb5, 0xd3, 0xb7, 0xc6]);
  assert.equal(events.length, 12);
});

Deno.test("with Ctrl or Alt a key types nothing but keeps its name", async () => {
  const events = await eventsOf(async (put) => {
    await put(0x1d, true);
    await put(0x2e, true);
  });
  assert.equal(events[1]?.name, "c");
  assert.equal(events[1]?.control, true);
  assert.equal(events[1]?.character, undefined);
});

Deno.test("a lock key pressed in the middle of fast typing loses no key", async () => {
  const { rig, guest } = await bootIdle();
  const typed: string[] = [];
  guest.firmware.keyboard.onKey((event) => {
    if (event.down) typed.push(event.name);
  });
  for (const keycode of [0x1e, 0x3a, 0x30, 0x45, 0x2e]) {
    rig.machine.input.putKeycode(keycode, true);
    rig.machine.input.putKeycode(keycode, false);
  }
  await settle();
  assert.deepEqual(typed, ["a", "CapsLock", "B", "NumLock", "C"]);
  assert.equal(rig.machine.input.ledState, LedBit.CapsLock | LedBit.NumLock);
  await rig.close();
});

Deno.test("asking the controller while keys are on their way loses none", async () => {
  const { rig, guest } = await bootIdle();
  const typed: string[] = [];
  guest.firmware.keyboard.onKey((event) => {
    if (event.down) typed.push(event.name);
  });
  for (const keycode of [0x1e, 0x30]) rig.machine.input.putKeycode(keycode, true);
  assert.ok(guest.firmware.controller.testMouse());
  await settle();
  assert.deepEqual(typed, ["a", "b"]);
  await rig.close();
});

Deno.test("a listener that throws keeps neither the others nor the next key from arriving", async () => {
  const { rig, guest } = await bootIdle();
  const typed: string[] = [];
  guest.firmware.keyboard.onKey(() => {
    throw new Error("on purpose");
  });
  guest.firmware.keyboard.onKey((event) => typed.push(event.name));
  await rig.type("ab");
  assert.deepEqual(typed, ["a", "a", "b", "b"]);
  await rig.close();
});

Deno.test("readers end when the machine goes off", async () => {
  const { rig, guest } = await bootIdle();
  const reader = guest.firmware.keyboard[Symbol.asyncIterator]();
  const waiting = reader.next();
  await rig.close();
  assert.equal((await waiting).done, true);
});
