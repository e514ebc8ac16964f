import assert from "node:assert/strict";
import { HIDDEN_CURSOR } from "../../lib/display/cursor.ts";
import type { Machine } from "../../lib/machine/machine.ts";
import { testMachine } from "./test_machine.ts";

function write(machine: Machine, index: number, value: number): void {
  machine.io.outw(0x1d8, index);
  machine.io.outl(0x1da, value);
}

function define(machine: Machine, width: number, height: number, hot: [number, number], pixels: number[]): void {
  [width, height, ...hot].forEach((value, i) => write(machine, i + 1, value));
  machine.io.outw(0x1d8, 5);
  for (const pixel of pixels) machine.io.outl(0x1da, pixel);
  write(machine, 6, 1);
}

Deno.test("the device answers with its id", () => {
  const { machine } = testMachine();
  machine.io.outw(0x1d8, 0);
  assert.equal(machine.io.inl(0x1da), 0x7ac5);
});

Deno.test("a shape is size, hot spot, pixels 0xAARRGGBB and commit", () => {
  const { display, machine } = testMachine();
  define(machine, 2, 1, [1, 0], [0xff112233, 0x80445566]);
  assert.deepEqual(display.cursor, {
    width: 2,
    height: 1,
    hotX: 1,
    hotY: 0,
    pixels: Uint8Array.of(0x11, 0x22, 0x33, 0xff, 0x44, 0x55, 0x66, 0x80),
  });
});

Deno.test("missing pixels are transparent, surplus ones ignored, and the next shape begins anew", () => {
  const { display, machine } = testMachine();
  define(machine, 2, 1, [0, 0], [0xffffffff]);
  assert.deepEqual([...display.cursor!.pixels], [255, 255, 255, 255, 0, 0, 0, 0]);
  const first = display.cursor;
  define(machine, 1, 1, [0, 0], [0xff010203, 0xff040506]);
  assert.deepEqual([...display.cursor!.pixels], [1, 2, 3, 255]);
  assert.deepEqual([...first!.pixels], [255, 255, 255, 255, 0, 0, 0, 0]);
});

Deno.test("a shape that cannot be is made one that can", () => {
  const { display, machine } = testMachine();
  define(machine, 0xffffffff, 2, [9_999, 9_999], []);
  assert.deepEqual([display.cursor?.width, display.cursor?.hotX, display.cursor?.hotY], [512, 511, 1]);
  define(machine, 0, 5, [0, 0], [1, 2, 3]);
  assert.deepEqual(display.cursor, HIDDEN_CURSOR);
});

Deno.test("commit with 0 hides the pointer", () => {
  const { display, machine } = testMachine();
  define(machine, 1, 1, [0, 0], [0xffffffff]);
  write(machine, 6, 0);
  assert.deepEqual(display.cursor, HIDDEN_CURSOR);
});

Deno.test("writing y moves the pointer, signed", () => {
  const { display, machine } = testMachine();
  const moves: unknown[] = [];
  display.addListener({ mouseSet: (...move) => moves.push(move) });
  write(machine, 7, -3 >>> 0);
  write(machine, 8, 40);
  write(machine, 6, 0);
  write(machine, 8, 41);
  assert.deepEqual(moves, [[-3, 40, true], [-3, 41, false]]);
  display.close();
});
