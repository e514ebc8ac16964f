import assert from "node:assert/strict";
import { InputRouter, type InputRouterOptions } from "../../lib/input/input_router.ts";
import { LedBit } from "../../lib/machine/input_device.ts";
import { UsGuest } from "./us_guest.ts";

const SHIFT_L = 0xffe1;
const CONTROL_L = 0xffe3;
const CAPS_LOCK = 0xffe5;
const KP_7 = 0xffb7;
const KP_HOME = 0xff95;

interface Desk {
  readonly guest: UsGuest;
  readonly router: InputRouter;
  key(keysym: number | string, down: boolean, client?: number): void;
  tap(keysym: number | string, client?: number): void;
}

function makeDesk(options: InputRouterOptions = {}, guest = new UsGuest(), clientKnowsLeds = false): Desk {
  const router = new InputRouter(guest, options);
  function key(keysym: number | string, down: boolean, client = 1): void {
    router.keyEvent(client, typeof keysym === "string" ? keysym.charCodeAt(0) : keysym, down, clientKnowsLeds);
  }
  function tap(keysym: number | string, client = 1): void {
    key(keysym, true, client);
    key(keysym, false, client);
  }
  return { guest, router, key, tap };
}

Deno.test("a parenthesis sent without Shift arrives as one", () => {
  const { guest, tap } = makeDesk();
  tap("(");
  assert.equal(guest.typed, "(");
  assert.deepEqual(guest.events, ["+2a", "+a", "-2a", "-a"]);
});

Deno.test("without synthesis a parenthesis sent without Shift is a nine", () => {
  const { guest, tap } = makeDesk({ synthesizeModifiers: false });
  tap("(");
  assert.equal(guest.typed, "9");
});

Deno.test("Shift that a character does not want is lifted and is down again afterwards", () => {
  const { guest, key } = makeDesk();
  key(SHIFT_L, true);
  key("/", true);
  assert.equal(guest.typed, "/");
  assert.deepEqual(guest.events, ["+2a", "-2a", "+35", "+2a"]);
  assert.ok(guest.down.has(0x2a));
});

Deno.test("both Shift keys are lifted when both are down", () => {
  const { guest, key } = makeDesk();
  key(SHIFT_L, true);
  key(0xffe2, true, 2);
  key("1", true);
  assert.equal(guest.typed, "1");
  assert.deepEqual([...guest.down].sort(), [0x02, 0x2a, 0x36]);
});

Deno.test("a key goes up although Shift went up before it and the keysym is another one", () => {
  const { guest, key } = makeDesk();
  key(SHIFT_L, true);
  key("(", true);
  key(SHIFT_L, false);
  key("9", false);
  assert.equal(guest.typed, "(");
  assert.equal(guest.down.size, 0);
});

Deno.test("a held key that is sent again under another keysym does not stay down", () => {
  const { guest, key } = makeDesk();
  key("(", true);
  key("9", true);
  key("9", false);
  assert.equal(guest.down.size, 0);
  key("(", false);
  assert.deepEqual(guest.events.filter((event) => event === "-a"), ["-a"]);
});

Deno.test("autorepeat goes through, with the Shift it needs", () => {
  const { guest, key } = makeDesk();
  for (let i = 0; i < 3; i++) key("?", true);
  key("?", false);
  assert.equal(guest.typed, "???");
});

Deno.test("a key-up for a key that is not down is nothing", () => {
  const { guest, key } = makeDesk();
  key("a", false);
  key("a", true, 2);
  key("a", false, 1);
  assert.deepEqual(guest.events, ["+1e"]);
});

Deno.test("a keysym without a key is nothing", () => {
  const { guest, tap } = makeDesk();
  tap(0xe9);
  assert.deepEqual(guest.events, []);
});

Deno.test("a command with a letter is sent with the modifiers the client holds and no other", () => {
  const { guest, key, tap } = makeDesk();
  key(CONTROL_L, true);
  tap("C");
  tap("c");
  key(SHIFT_L, true);
  tap("C");
  assert.deepEqual(guest.events, ["+1d", "+2e", "-2e", "+2e", "-2e", "+2a", "+2e", "-2e"]);
});

Deno.test("letters come out as sent while the guest has CapsLock on, and CapsLock stays", () => {
  for (const leds of ["at-once", "when-told", "never"] as const) {
    const { guest, tap } = makeDesk({}, new UsGuest(leds));
    tap(CAPS_LOCK);
    for (const character of "aB1!zZ") tap(character);
    assert.equal(guest.typed, "aB1!zZ", leds);
    assert.equal(guest.capsLock, true);
  }
});

Deno.test("CapsLock that repeats or is pressed by a second client toggles once", () => {
  const { guest, key, tap } = makeDesk({}, new UsGuest("never"));
  key(CAPS_LOCK, true);
  key(CAPS_LOCK, true);
  key(CAPS_LOCK, true, 2);
  tap("a");
  assert.equal(guest.typed, "a");
});

Deno.test("CapsLock that the guest had before is known from its LEDs", () => {
  const { guest, tap } = makeDesk({}, new UsGuest("at-once", LedBit.CapsLock));
  tap("a");
  guest.setLocks(0);
  tap("b");
  assert.equal(guest.typed, "ab");
});

Deno.test("without synthesis CapsLock is pressed when the client must have it on", () => {
  const { guest, key, tap } = makeDesk({ synthesizeModifiers: false });
  tap("A");
  tap("B");
  key(SHIFT_L, true);
  tap("c");
  key(SHIFT_L, false);
  tap("d");
  assert.equal(guest.typed, "ABcd");
  assert.equal(guest.events.filter((event) => event === "+3a").length, 2);
});

Deno.test("without synthesis nothing is pressed for a client that knows the LEDs, or when sync is off", () => {
  const knowing = makeDesk({ synthesizeModifiers: false }, new UsGuest(), true);
  const off = makeDesk({ synthesizeModifiers: false, lockKeySync: false });
  for (const { guest, tap } of [knowing, off]) {
    tap("A");
    tap(KP_7);
    assert.deepEqual(guest.events, ["+1e", "-1e", "+47", "-47"]);
  }
});

Deno.test("NumLock is pressed when a keypad keysym tells that the client has it otherwise", () => {
  const { guest, tap } = makeDesk();
  tap(KP_7);
  tap(KP_7);
  tap(KP_HOME);
  assert.equal(guest.typed, "77");
  assert.deepEqual(guest.events, ["+45", "-45", "+47", "-47", "+47", "-47", "+45", "-45", "+47", "-47"]);
});

Deno.test("lock keys that lag behind are not pressed twice", () => {
  const { guest, tap } = makeDesk({}, new UsGuest("when-told"));
  tap(KP_7);
  tap(KP_7);
  guest.showLeds();
  tap(KP_7);
  assert.equal(guest.typed, "777");
});

Deno.test("a guest's LEDs are believed over what the keys said", () => {
  const { guest, tap } = makeDesk({}, new UsGuest("when-told"));
  tap(CAPS_LOCK);
  guest.showLeds();
  guest.setLocks(0);
  tap("a");
  assert.equal(guest.typed, "a");
});

Deno.test("a change of the pointer's kind does not touch the locks of a guest without LEDs", () => {
  const { guest, tap } = makeDesk({}, new UsGuest("when-told"));
  tap(CAPS_LOCK);
  const { ledState } = guest;
  assert.equal(ledState, 0);
  guest.pointerIsAbsolute = false;
  guest.announceChange();
  tap("a");
  assert.equal(guest.typed, "a");
});

Deno.test("an extended key event presses the key itself, whatever the keysym", () => {
  const { guest, router } = makeDesk();
  router.extendedKeyEvent(1, 0x28, 0x10, true, false);
  router.extendedKeyEvent(1, 0x28, 0x10, false, false);
  router.extendedKeyEvent(1, 0, 0xc6, true, false);
  assert.deepEqual(guest.events, ["+10", "-10", "+c6"]);
});

Deno.test("an extended key event without a keycode is a KeyEvent", () => {
  const { guest, router } = makeDesk();
  router.extendedKeyEvent(1, 0x28, 0, true, false);
  router.extendedKeyEvent(1, 0x28, 0, false, false);
  assert.equal(guest.typed, "(");
  assert.equal(guest.down.size, 0);
});

Deno.test("an extended key event brings the guest's locks to the client's", () => {
  const { guest, router } = makeDesk();
  router.extendedKeyEvent(1, "Q".charCodeAt(0), 0x1e, true, false);
  router.extendedKeyEvent(1, KP_7, 0x47, true, false);
  assert.deepEqual([guest.capsLock, guest.numLock, guest.typed], [true, true, "A7"]);
  router.extendedKeyEvent(1, "a".charCodeAt(0), 0x1e, true, true);
  assert.deepEqual([guest.capsLock, guest.typed], [true, "A7A"]);
});

Deno.test("CapsLock sync looks at the Shift of the client, not of others", () => {
  const { guest, key } = makeDesk({ synthesizeModifiers: false });
  key(SHIFT_L, true, 2);
  key("a", true, 1);
  assert.equal(guest.capsLock, false);
});

Deno.test("a key pressed by a keysym goes up by its keycode", () => {
  const { guest, router, key } = makeDesk();
  key("a", true);
  router.extendedKeyEvent(1, 0x61, 0x1e, false, false);
  assert.equal(guest.down.size, 0);
});

Deno.test("a client that leaves lets go of its own keys only, the last pressed first", () => {
  const { guest, router, key } = makeDesk();
  key(CONTROL_L, true, 1);
  key("a", true, 1);
  key("a", true, 2);
  key("b", true, 2);
  guest.events.length = 0;
  router.releaseClient(1);
  assert.deepEqual(guest.events, ["-1d"]);
  router.releaseClient(2);
  assert.deepEqual(guest.events, ["-1d", "-30", "-1e"]);
});

Deno.test("a closed router does not listen to the device any more", () => {
  const { guest, router } = makeDesk();
  assert.equal(guest.listenerCount, 1);
  router.close();
  assert.equal(guest.listenerCount, 0);
});
