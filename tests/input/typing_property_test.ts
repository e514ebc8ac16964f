import assert from "node:assert/strict";
import fc from "fast-check";
import { InputRouter } from "../../lib/input/input_router.ts";
import { LedBit } from "../../lib/machine/input_device.ts";
import { type LedBehaviour, UsGuest } from "./us_guest.ts";

const PRINTABLE = Array.from({ length: 0x7f - 0x20 }, (_, i) => String.fromCharCode(0x20 + i));
const MODIFIERS = [0xffe1, 0xffe2, 0xffe3, 0xffe9, 0xfe03, 0xffe5, 0xff7f];

const printable = fc.constantFrom(...PRINTABLE);
const leds = fc.constantFrom<LedBehaviour>("at-once", "when-told", "never");

function type(router: InputRouter, client: number, text: string, clientKnowsLeds: boolean, keysymBase = 0): void {
  for (const character of text) {
    router.keyEvent(client, keysymBase + character.charCodeAt(0), true, clientKnowsLeds);
    router.keyEvent(client, keysymBase + character.charCodeAt(0), false, clientKnowsLeds);
  }
}

Deno.test("any text sent as bare keysyms arrives as it is, whatever the locks and the Shift keys", () => {
  const text = fc.string({ unit: printable, maxLength: 30 });
  fc.assert(
    fc.property(
      text,
      leds,
      fc.boolean(),
      fc.subarray([0xffe1, 0xffe2]),
      fc.boolean(),
      fc.constantFrom(0, 0x0100_0000),
      (
        sent,
        ledBehaviour,
        capsLock,
        shifts,
        clientKnowsLeds,
        keysymBase,
      ) => {
        const guest = new UsGuest(ledBehaviour);
        const router = new InputRouter(guest);
        if (capsLock) {
          router.keyEvent(1, 0xffe5, true, clientKnowsLeds);
          router.keyEvent(1, 0xffe5, false, clientKnowsLeds);
        }
        for (const keysym of shifts) router.keyEvent(1, keysym, true, clientKnowsLeds);
        const held = new Set(guest.down);
        type(router, 1, sent, clientKnowsLeds, keysymBase);
        assert.equal(guest.typed, sent);
        assert.deepEqual(guest.down, held);
        assert.equal(guest.capsLock, capsLock);
      },
    ),
  );
});

Deno.test("every printable character arrives with CapsLock on that the guest set itself", () => {
  const guest = new UsGuest("at-once", LedBit.CapsLock);
  type(new InputRouter(guest), 1, PRINTABLE.join(""), false);
  assert.equal(guest.typed, PRINTABLE.join(""));
});

Deno.test("a human's keyboard arrives as it is: Shift around shifted characters, nothing synthesised", () => {
  const guest = new UsGuest();
  const router = new InputRouter(guest);
  for (const character of PRINTABLE) {
    const isShifted = /[A-Z~!@#$%^&*()_+{}|:"<>?]/.test(character);
    if (isShifted) router.keyEvent(1, 0xffe1, true, false);
    type(router, 1, character, false);
    if (isShifted) router.keyEvent(1, 0xffe1, false, false);
  }
  assert.equal(guest.typed, PRINTABLE.join(""));
  const shifted = PRINTABLE.filter((character) => /[A-Z~!@#$%^&*()_+{}|:"<>?]/.test(character)).length;
  assert.equal(guest.events.length, PRINTABLE.length * 2 + shifted * 2);
});

type Act = (router: InputRouter) => void;

const client = fc.integer({ min: 1, max: 3 });
const keysym = fc.oneof(printable.map((character) => character.charCodeAt(0)), fc.constantFrom(...MODIFIERS));
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.tuple(client, keysym, fc.boolean(), fc.boolean())
      .map(([who, what, down, knows]): Act => (router) => router.keyEvent(who, what, down, knows)),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(client, keysym, fc.integer({ min: 0, max: 0x60 }), fc.boolean())
      .map(([who, what, keycode, down]): Act => (router) => router.extendedKeyEvent(who, what, keycode, down, false)),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(client, fc.nat(0xffff), fc.nat(0xff), fc.boolean())
      .map(([who, x, mask, relative]): Act => (router) => router.pointerEvent(who, x, x, mask, 640, 480, relative)),
  },
  { weight: 1, arbitrary: client.map((who): Act => (router) => router.releaseClient(who)) },
);

Deno.test("when all clients have gone no key and no button is down, whatever they did", () => {
  fc.assert(
    fc.property(
      fc.array(act, { size: "max", maxLength: 60 }),
      leds,
      fc.boolean(),
      fc.boolean(),
      fc.boolean(),
      (acts, ledBehaviour, synthesizeModifiers, lockKeySync, pointerIsAbsolute) => {
        const guest = new UsGuest(ledBehaviour);
        guest.pointerIsAbsolute = pointerIsAbsolute;
        const router = new InputRouter(guest, { synthesizeModifiers, lockKeySync });
        for (const apply of acts) apply(router);
        for (const who of [2, 3, 1]) router.releaseClient(who);
        assert.deepEqual([...guest.down], []);
        assert.match(guest.pointer.at(-1) ?? "none 0", / 0$/);
      },
    ),
    { numRuns: 500 },
  );
});

Deno.test("when every key that was pressed is released no key is down", () => {
  fc.assert(fc.property(fc.array(fc.tuple(client, keysym), { maxLength: 30 }), fc.boolean(), (presses, shiftFirst) => {
    const guest = new UsGuest();
    const router = new InputRouter(guest);
    for (const [who, what] of presses) router.keyEvent(who, what, true, false);
    for (const [who, what] of shiftFirst ? presses : presses.toReversed()) router.keyEvent(who, what, false, false);
    assert.deepEqual([...guest.down], []);
  }));
});
