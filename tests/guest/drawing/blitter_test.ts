/** The blitter on a real card, against a model that moves one pixel at a time. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { type Rect, rect } from "../../../lib/base/rect.ts";
import { Display } from "../../../lib/display/display.ts";
import { Blitter } from "../../../lib/guest/drawing/blitter.ts";
import { Canvas } from "../../../lib/guest/drawing/canvas.ts";
import { setVbeMode } from "../../../lib/guest/firmware/vbe.ts";
import { Machine } from "../../../lib/machine/machine.ts";
import { FakeClock } from "../../helpers/fake_clock.ts";

interface Screen {
  readonly display: Display;
  readonly machine: Machine;
  readonly canvas: Canvas;
  readonly blitter: Blitter;
  readonly copies: Rect[];
}

function createScreen(width: number, height: number): Screen {
  const clock = new FakeClock();
  const display = new Display({ width: 8, height: 8, clock });
  const machine = new Machine(display, { clock, vramBytes: 1 << 20 });
  const mode = setVbeMode(machine, width, height, 32);
  const copies: Rect[] = [];
  display.addListener({ gfxCopy: (destination) => copies.push(destination) });
  return {
    display,
    machine,
    copies,
    canvas: new Canvas(machine.vram, mode),
    blitter: new Blitter(machine.io, machine.vram, mode),
  };
}

function closeScreen({ machine, display }: Screen): void {
  machine.close();
  display.close();
}

/** A colour of its own for every pixel. */
function fillPattern({ canvas }: Screen): void {
  for (let y = 0; y < canvas.height; y++) {
    canvas.putRow(0, y, Uint32Array.from({ length: canvas.width }, (_, x) => (y << 12) | x));
  }
}

function coloursOf({ canvas }: Screen): number[] {
  const { width, height } = canvas;
  return Array.from({ length: width * height }, (_, i) => canvas.colourAt(i % width, Math.floor(i / width))!);
}

function movePixels(
  colours: readonly number[],
  width: number,
  height: number,
  source: Rect,
  x: number,
  y: number,
): number[] {
  const moved = [...colours];
  const isOnScreen = (px: number, py: number): boolean => px >= 0 && py >= 0 && px < width && py < height;
  for (let row = 0; row < source.height; row++) {
    for (let column = 0; column < source.width; column++) {
      const [fromX, fromY] = [source.x + column, source.y + row];
      const [toX, toY] = [x + column, y + row];
      if (isOnScreen(fromX, fromY) && isOnScreen(toX, toY)) moved[toY * width + toX] = colours[fromY * width + fromX]!;
    }
  }
  return moved;
}

const anyRect = fc.record({
  x: fc.integer({ min: -12, max: 45 }),
  y: fc.integer({ min: -12, max: 30 }),
  width: fc.integer({ min: 0, max: 50 }),
  height: fc.integer({ min: 0, max: 40 }),
});

Deno.test("copy moves what is on the screen, overlapping or not, in every direction", () => {
  const screen = createScreen(37, 23);
  fc.assert(
    fc.property(anyRect, anyRect, (source, to) => {
      fillPattern(screen);
      const expected = movePixels(coloursOf(screen), 37, 23, source, to.x, to.y);
      screen.blitter.copy(source, to.x, to.y);
      assert.deepEqual(coloursOf(screen), expected);
    }),
    { numRuns: 200 },
  );
  closeScreen(screen);
});

Deno.test("fill paints its rect and nothing else", () => {
  const screen = createScreen(37, 23);
  fc.assert(
    fc.property(anyRect, fc.integer({ min: 0, max: 0xffffff }), (area, colour) => {
      fillPattern(screen);
      const expected = coloursOf(screen).map((before, i) => {
        const [x, y] = [i % 37, Math.floor(i / 37)];
        const isInside = x >= area.x && y >= area.y && x < area.x + area.width && y < area.y + area.height;
        return isInside ? colour : before;
      });
      screen.blitter.fill(area, colour);
      assert.deepEqual(coloursOf(screen), expected);
    }),
    { numRuns: 100 },
  );
  closeScreen(screen);
});

Deno.test("a copy by the engine is announced to those who watch, with the rect it ends in", () => {
  const screen = createScreen(64, 48);
  fillPattern(screen);
  screen.blitter.copy(rect(0, 0, 20, 10), 5, 3);
  screen.blitter.copy(rect(30, 30, 20, 10), 30, 20);
  screen.blitter.copy(rect(50, 40, 20, 20), 48, 38);
  assert.deepEqual(screen.copies, [rect(5, 3, 20, 10), rect(30, 20, 20, 10), rect(48, 38, 14, 8)]);
  screen.blitter.copy(rect(3, 3, 9, 9), 3, 3);
  assert.equal(screen.copies.length, 3, "nothing moves");
  closeScreen(screen);
});

Deno.test("rows too long for the engine's registers are moved and filled all the same", () => {
  const width = 2_050;
  const screen = createScreen(width, 9);
  fillPattern(screen);
  for (const [source, x, y] of [[rect(0, 0, 2_000, 7), 31, 2], [rect(31, 2, 2_000, 6), 0, 0]] as const) {
    const expected = movePixels(coloursOf(screen), width, 9, source, x, y);
    screen.blitter.copy(source, x, y);
    assert.deepEqual(coloursOf(screen), expected);
  }
  assert.deepEqual(screen.copies, []);
  screen.blitter.fill(rect(2_040, 7, 30, 9), 0x123456);
  assert.equal(screen.canvas.colourAt(2_049, 8), 0x123456);
  assert.notEqual(screen.canvas.colourAt(2_039, 8), 0x123456);
  closeScreen(screen);
});
