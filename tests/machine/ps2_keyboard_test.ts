import assert from "node:assert/strict";
import { MAX_QUEUED_KEYS } from "../../lib/base/limits.ts";
import { LedBit } from "../../lib/machine/input_device.ts";
import type { Machine } from "../../lib/machine/machine.ts";
import { Ps2Keyboard } from "../../lib/machine/ps2_keyboard.ts";
import { SET1_TO_SET2, SET2_TO_SET1 } from "../../lib/machine/scancode_table.ts";
import { drain, settle, testMachine } from "./test_machine.ts";

const CTRL = 0x1d;
const SHIFT = 0x2a;
const ALT = 0x38;
const ALT_GR = 0xb8;
const PRINT = 0xb7;
const PAUSE = 0xc6;

function send(machine: Machine, ...bytes: number[]): number[] {
  for (const byte of bytes) machine.io.outb(0x60, byte);
  return drain(machine);
}

/** What a key makes in scancode set `set`, with translation when `mode` says so. */
function typed(set: number, mode: number, held: number[], keycode: number, down: boolean): number[] {
  const { machine } = testMachine();
  machine.io.outb(0x64, 0x60);
  machine.io.outb(0x60, mode);
  send(machine, 0xf0, set);
  for (const key of held) machine.input.putKeycode(key, true);
  if (!down) machine.input.putKeycode(keycode, true);
  drain(machine);
  machine.input.putKeycode(keycode, down);
  return drain(machine);
}

const RAW = 0x03;
const TRANSLATED = 0x43;

Deno.test("after power-on the keyboard speaks set 2 and raises IRQ 1 for each byte", async () => {
  const { machine } = testMachine();
  const bytes: number[] = [];
  machine.interrupts.onInterrupt(1, () => void bytes.push(machine.io.inb(0x60)));
  machine.input.putKeycode(0x1e, true);
  machine.input.putKeycode(0x1e, false);
  machine.input.putKeycode(0xc8, true);
  machine.input.putKeycode(0xc8, false);
  await settle();
  assert.deepEqual(bytes, [0x1c, 0xf0, 0x1c, 0xe0, 0x75, 0xe0, 0xf0, 0x75]);
});

Deno.test("with translation the guest reads set 1", () => {
  assert.deepEqual(typed(2, TRANSLATED, [], 0x1e, true), [0x1e]);
  assert.deepEqual(typed(2, TRANSLATED, [], 0x1e, false), [0x9e]);
  assert.deepEqual(typed(2, TRANSLATED, [], 0xc8, true), [0xe0, 0x48]);
  assert.deepEqual(typed(2, TRANSLATED, [], 0xc8, false), [0xe0, 0xc8]);
});

Deno.test("every key reads as its XT scancode through set 2 and the controller", () => {
  for (let keycode = 1; keycode < 0x100; keycode++) {
    if ([0x71, 0x72, 0x80, PRINT, PAUSE].includes(keycode)) continue;
    const prefix = keycode >= 0x80 ? [0xe0] : [];
    const code = keycode & 0x7f;
    assert.deepEqual(typed(2, TRANSLATED, [], keycode, true), [...prefix, code], keycode.toString(16));
    assert.deepEqual(typed(2, TRANSLATED, [], keycode, false), [...prefix, code | 0x80], keycode.toString(16));
  }
});

Deno.test("no two keys have one set 2 code", () => {
  const codes = SET1_TO_SET2.slice(1);
  assert.equal(new Set(codes).size, 127);
  assert.ok(codes.every((code, i) => SET2_TO_SET1[code] === i + 1));
});

Deno.test("sets 1 and 3 can be chosen; set 3 always breaks with F0 and has no prefixes", () => {
  assert.deepEqual(typed(1, RAW, [], 0xc8, true), [0xe0, 0x48]);
  assert.deepEqual(typed(1, RAW, [], 0x1e, false), [0x9e]);
  assert.deepEqual(typed(3, RAW, [], 0xc8, true), [0x63]);
  assert.deepEqual(typed(3, RAW, [], 0xc8, false), [0xf0, 0x63]);
  assert.deepEqual(typed(3, RAW, [], PAUSE, true), [0x62]);
  assert.deepEqual(typed(3, RAW, [], 0xe0, true), [], "a key without a set 3 code");
});

for (
  const [name, set, mode, held, keycode, make, release] of [
    ["Pause in set 1", 1, RAW, [], PAUSE, [0xe1, 0x1d, 0x45, 0xe1, 0x9d, 0xc5], []],
    ["Pause in set 2", 2, RAW, [], PAUSE, [0xe1, 0x14, 0x77, 0xe1, 0xf0, 0x14, 0xf0, 0x77], []],
    ["Pause translated", 2, TRANSLATED, [], PAUSE, [0xe1, 0x1d, 0x45, 0xe1, 0x9d, 0xc5], []],
    ["Ctrl+Pause in set 1", 1, RAW, [CTRL], PAUSE, [0xe0, 0x46, 0xe0, 0xc6], []],
    ["Ctrl+Pause in set 2", 2, RAW, [CTRL], PAUSE, [0xe0, 0x7e, 0xe0, 0xf0, 0x7e], []],
    ["Print in set 1", 1, RAW, [], PRINT, [0xe0, 0x2a, 0xe0, 0x37], [0xe0, 0xb7, 0xe0, 0xaa]],
    ["Print in set 2", 2, RAW, [], PRINT, [0xe0, 0x12, 0xe0, 0x7c], [0xe0, 0xf0, 0x7c, 0xe0, 0xf0, 0x12]],
    ["Print translated", 2, TRANSLATED, [], PRINT, [0xe0, 0x2a, 0xe0, 0x37], [0xe0, 0xb7, 0xe0, 0xaa]],
    ["Shift+Print in set 1", 1, RAW, [SHIFT], PRINT, [0xe0, 0x37], [0xe0, 0xb7]],
    ["Ctrl+Print in set 2", 2, RAW, [CTRL], PRINT, [0xe0, 0x7c], [0xe0, 0xf0, 0x7c]],
    ["Alt+Print in set 1", 1, RAW, [ALT], PRINT, [0xb8, 0x38, 0x54], [0xd4, 0xb8, 0x38]],
    ["Alt+Print in set 2", 2, RAW, [ALT], PRINT, [0xf0, 0x11, 0x11, 0x84], [0xf0, 0x84, 0xf0, 0x11, 0x11]],
    ["AltGr+Print in set 1", 1, RAW, [ALT_GR], PRINT, [0xe0, 0xb8, 0xe0, 0x38, 0x54], [0xd4, 0xe0, 0xb8, 0xe0, 0x38]],
    ["LANG1 in set 1", 1, RAW, [], 0x72, [0xf2], []],
    ["LANG2 translated", 2, TRANSLATED, [], 0x71, [0xf1], []],
  ] as [string, number, number, number[], number, number[], number[]][]
) {
  Deno.test(`${name} has a sequence of its own`, () => {
    assert.deepEqual(typed(set, mode, held, keycode, true), make);
    assert.deepEqual(typed(set, mode, held, keycode, false), release);
  });
}

Deno.test("an event that does not fit in sixteen bytes is refused whole", () => {
  const keyboard = new Ps2Keyboard({ onData() {}, onLeds() {}, onFlush() {} });
  for (let i = 0; i < 7; i++) assert.equal(keyboard.putKeycode(0x1e, false), true);
  assert.equal(keyboard.putKeycode(0xc8, false), false, "three bytes do not fit in two");
  assert.equal(keyboard.putKeycode(0xc8, true), true);
  assert.equal(keyboard.putKeycode(0x1e, true), false);
  const bytes = Array.from({ length: 16 }, () => keyboard.read());
  assert.deepEqual(bytes.slice(-4), [0xf0, 0x1c, 0xe0, 0x75]);
});

Deno.test("a burst of keys longer than the queue waits, and the guest loses none", () => {
  const { machine } = testMachine();
  const expected: number[] = [];
  for (let i = 0; i < 200; i++) {
    const keycode = 0x10 + (i % 10);
    machine.input.putKeycode(keycode, true);
    machine.input.putKeycode(keycode, false);
    expected.push(SET1_TO_SET2[keycode]!, 0xf0, SET1_TO_SET2[keycode]!);
  }
  assert.deepEqual(drain(machine), expected);
});

Deno.test("for a guest that never reads no more than MAX_QUEUED_KEYS events wait, and a reset forgets them", () => {
  const { machine } = testMachine();
  for (let i = 0; i < MAX_QUEUED_KEYS + 500; i++) machine.input.putKeycode(0x1e, true);
  assert.equal(drain(machine).length, MAX_QUEUED_KEYS + 16);
  for (let i = 0; i < 100; i++) machine.input.putKeycode(0x1e, true);
  assert.deepEqual(send(machine, 0xff), [0xfa, 0xaa]);
});

Deno.test("of keys that find no room the presses are lost, the releases of keys that are down are not", () => {
  const { machine } = testMachine();
  machine.input.putKeycode(SHIFT, true);
  for (let i = 0; i < MAX_QUEUED_KEYS + 100; i++) machine.input.putKeycode(0x1e, true);
  for (let i = 0; i < 100; i++) {
    for (const down of [true, false]) machine.input.putKeycode(CTRL, down);
  }
  machine.input.putKeycode(0x1e, false);
  machine.input.putKeycode(SHIFT, false);
  machine.input.putKeycode(SHIFT, false);
  const bytes = drain(machine);
  assert.equal(bytes.includes(SET1_TO_SET2[CTRL]!), false);
  assert.deepEqual(bytes.slice(-5), [0x1c, 0xf0, SET1_TO_SET2[0x1e], 0xf0, SET1_TO_SET2[SHIFT]]);
});

Deno.test("the reply to a command goes before keys that wait", () => {
  const { machine } = testMachine();
  machine.input.putKeycode(0x1e, true);
  machine.io.outb(0x60, 0xee);
  assert.deepEqual(drain(machine), [0xee, 0x1c]);
});

Deno.test("reading with nothing there gives the last byte again", () => {
  const { machine } = testMachine();
  machine.input.putKeycode(0x1e, true);
  assert.deepEqual([0x60, 0x60, 0x60].map((port) => machine.io.inb(port)), [0x1c, 0x1c, 0x1c]);
});

Deno.test("FF resets: FA AA, set 2, scanning, LEDs off, keys forgotten", () => {
  const { machine } = testMachine();
  send(machine, 0xed, 0x07);
  send(machine, 0xf0, 0x03);
  machine.input.putKeycode(0x1e, true);
  assert.deepEqual(send(machine, 0xff), [0xfa, 0xaa]);
  assert.equal(machine.input.ledState, 0);
  machine.input.putKeycode(0xc8, true);
  assert.deepEqual(drain(machine), [0xe0, 0x75]);
});

Deno.test("F5 stops scanning, F4 and F6 start it", () => {
  const { machine } = testMachine();
  for (const start of [0xf4, 0xf6]) {
    assert.deepEqual(send(machine, 0xf5), [0xfa]);
    machine.input.putKeycode(0x1e, true);
    assert.deepEqual(drain(machine), []);
    assert.deepEqual(send(machine, start), [0xfa]);
    machine.input.putKeycode(0x1e, true);
    assert.deepEqual(drain(machine), [0x1c]);
  }
});

Deno.test("F2 gives the id, AB 83, or AB 41 when translated", () => {
  const { machine } = testMachine();
  assert.deepEqual(send(machine, 0xf2), [0xfa, 0xab, 0x83]);
  machine.io.outb(0x64, 0x60);
  machine.io.outb(0x60, 0x47);
  assert.deepEqual(send(machine, 0xf2), [0xfa, 0xab, 0x41]);
});

Deno.test("F0 00 tells the set, translated like any byte; F0 04 is refused", () => {
  const { machine } = testMachine();
  assert.deepEqual(send(machine, 0xf0), [0xfa]);
  assert.deepEqual(send(machine, 0x00), [0xfa, 0x02]);
  send(machine, 0xf0);
  assert.deepEqual(send(machine, 0x04), [0xfe]);
  machine.io.outb(0x64, 0x60);
  machine.io.outb(0x60, 0x43);
  send(machine, 0xf0);
  assert.deepEqual(send(machine, 0x00), [0xfa, 0x41]);
});

Deno.test("ED sets the LEDs, and whoever listens hears of a change", () => {
  const { machine } = testMachine();
  let changes = 0;
  machine.input.onChange(() => changes++);
  assert.deepEqual(send(machine, 0xed), [0xfa]);
  assert.deepEqual(send(machine, 0x04), [0xfa]);
  assert.equal(machine.input.ledState, LedBit.CapsLock);
  send(machine, 0xed, 0x04);
  assert.equal(changes, 1);
});

Deno.test("commands are acknowledged, echoed or refused as a keyboard does", () => {
  const { machine } = testMachine();
  const replies: [number, number][] = [[0x00, 0xfa], [0x05, 0xfe], [0xee, 0xee], [0xfa, 0xfa], [0xfc, 0xfa], [
    0x12,
    0xfe,
  ]];
  for (const [command, reply] of replies) assert.deepEqual(send(machine, command), [reply], command.toString(16));
  assert.deepEqual(send(machine, 0xf3), [0xfa]);
  assert.deepEqual(send(machine, 0x20), [0xfa], "the rate is acknowledged and means nothing");
});

Deno.test("a new command discards the unread reply of the one before", () => {
  const { machine } = testMachine();
  machine.io.outb(0x60, 0xf2);
  machine.io.outb(0x60, 0xee);
  assert.deepEqual(drain(machine), [0xee]);
});
