import assert from "node:assert/strict";
import { createLogger } from "../../lib/base/log.ts";
import { type Rect, rect } from "../../lib/base/rect.ts";
import { HIDDEN_CURSOR } from "../../lib/display/cursor.ts";
import { Display, type DisplayOptions } from "../../lib/display/display.ts";
import type { DisplayChangeListener } from "../../lib/display/display_change_listener.ts";
import type { DisplaySurface } from "../../lib/display/display_surface.ts";
import { mergeDirtyRects } from "../../lib/display/merge_rects.ts";
import { FakeClock } from "../helpers/fake_clock.ts";

interface Watched {
  readonly display: Display;
  readonly clock: FakeClock;
  readonly heard: string[];
  readonly logged: string[];
  stopListening(): void;
}

function rectText({ x, y, width, height }: Rect): string {
  return `${x},${y} ${width}x${height}`;
}

function recordingListener(heard: string[]): DisplayChangeListener {
  return {
    refresh: (changed) => heard.push(`refresh ${changed}`),
    gfxUpdate: (changed) => heard.push(`gfxUpdate ${mergeDirtyRects(changed).map(rectText).join(" | ")}`),
    gfxCopy: (destination, dx, dy) => heard.push(`gfxCopy ${rectText(destination)} by ${dx},${dy}`),
    gfxSwitch: (surface) => heard.push(`gfxSwitch ${surface.width}x${surface.height}`),
    mouseSet: (x, y, visible) => heard.push(`mouseSet ${x},${y} ${visible}`),
    cursorDefine: (cursor) => heard.push(`cursorDefine ${cursor.width}x${cursor.height}`),
    bell: () => heard.push("bell"),
    cutText: (text) => heard.push(`cutText ${text}`),
  };
}

function watchDisplay(options: Partial<DisplayOptions> = {}): Watched {
  const clock = new FakeClock();
  const logged: string[] = [];
  const logger = createLogger("info", (line) => logged.push(line));
  const display = new Display({ width: 100, height: 40, fps: 50, clock, logger, ...options });
  const heard: string[] = [];
  const stopListening = display.addListener(recordingListener(heard));
  return { display, clock, heard, logged, stopListening };
}

/** Fills a rect with one byte value; says nothing to the display. */
function paint(display: Display, area: Rect, value: number): void {
  for (let y = area.y; y < area.y + area.height; y++) {
    const start = y * display.strideBytes + area.x * 4;
    display.pixels.fill(value, start, start + area.width * 4);
  }
}

function pixelAt(display: Display, surface: DisplaySurface, x: number, y: number): number[] {
  return [...display.memory.bytes(surface.pointer + y * surface.strideBytes + x * 4, 3)];
}

Deno.test("a tick tells which bits of the announced damage really differ", () => {
  const { display, clock, heard } = watchDisplay();
  paint(display, rect(20, 5, 10, 2), 9);
  paint(display, rect(0, 30, 10, 2), 9);
  display.update(rect(0, 0, 100, 20));
  clock.advance(0);
  assert.deepEqual(heard, ["gfxUpdate 16,5 16x2", "refresh true"]);
  assert.deepEqual(pixelAt(display, display.serverSurface, 20, 5), [9, 9, 9]);
  assert.deepEqual(pixelAt(display, display.serverSurface, 0, 30), [0, 0, 0]);
});

Deno.test("garbage in the X bytes is no change", () => {
  const { display, clock, heard } = watchDisplay();
  for (let i = 3; i < display.pixels.length; i += 4) display.pixels[i] = i & 0xff;
  display.update(rect(0, 0, 100, 40));
  clock.advance(0);
  assert.deepEqual(heard, ["refresh false"]);
});

Deno.test("the last block of a row ends with the true width", () => {
  const { display, clock, heard } = watchDisplay();
  paint(display, rect(99, 39, 1, 1), 1);
  display.update(rect(99, 39, 1, 1));
  clock.advance(0);
  assert.deepEqual(heard, ["gfxUpdate 96,39 4x1", "refresh true"]);
});

Deno.test("damage outside the surface is clipped away", () => {
  const { display, clock, heard } = watchDisplay();
  display.update(rect(-1000, -1000, 100_000, 100_000));
  display.update(rect(100, 0, 10, 10));
  clock.advance(0);
  assert.deepEqual(heard, ["refresh false"]);
});

Deno.test("damage and input wake the display at once, not more often than its rate", () => {
  const { display, clock, heard } = watchDisplay();
  clock.advance(60_000);
  heard.length = 0;
  display.wake();
  clock.advance(0);
  assert.deepEqual(heard, ["refresh false"]);
  clock.advance(3);
  paint(display, rect(0, 0, 1, 1), 5);
  display.update(rect(0, 0, 1, 1));
  clock.advance(0);
  assert.equal(heard.filter((line) => line === "refresh true").length, 1);
  heard.length = 0;
  display.update(rect(0, 0, 1, 1));
  clock.advance(19);
  assert.deepEqual(heard, []);
  clock.advance(1);
  assert.deepEqual(heard, ["refresh false"]);
});

Deno.test("without listeners there is no timer, no compare and no question to the device", () => {
  const { display, clock, heard, stopListening } = watchDisplay();
  let asked = 0;
  display.setHwUpdate(() => asked++);
  stopListening();
  heard.length = 0;
  paint(display, rect(0, 0, 100, 40), 5);
  display.update(rect(0, 0, 100, 40));
  display.copy(rect(0, 0, 10, 10), 50, 0);
  display.wake();
  clock.advance(60_000);
  assert.deepEqual([asked, clock.timerCount, heard.length], [0, 0, 0]);
  assert.deepEqual(pixelAt(display, display.serverSurface, 0, 0), [0, 0, 0]);
});

Deno.test("the server surface is up to date when the first listener has come", () => {
  const display = new Display({ width: 32, height: 8, clock: new FakeClock() });
  paint(display, rect(0, 0, 32, 8), 5);
  display.update(rect(0, 0, 32, 8));
  display.addListener({});
  assert.deepEqual(pixelAt(display, display.serverSurface, 31, 7), [5, 5, 5]);
});

Deno.test("the device is asked at every tick and its damage compared in the same tick", () => {
  const { display, clock, heard } = watchDisplay();
  display.setHwUpdate(() => {
    paint(display, rect(0, 0, 16, 1), 7);
    display.update(rect(0, 0, 100, 1));
  });
  clock.advance(0);
  assert.deepEqual(heard, ["gfxUpdate 0,0 16x1", "refresh true"]);
  heard.length = 0;
  clock.advance(10_000);
  assert.ok(heard.length > 3 && heard.length < 30, "the same damage again and again does not keep the display awake");
});

Deno.test("a device that throws is reported once and does not stop the ticks", () => {
  const { display, clock, heard, logged } = watchDisplay();
  display.setHwUpdate(() => {
    throw new Error("the card is\non fire");
  });
  clock.advance(1_000);
  assert.ok(heard.length > 3);
  assert.deepEqual(logged, ["vncd: error: cannot look at the display's device: the card is\\x0aon fire"]);
});

Deno.test("a listener that throws is reported and does not keep the others from hearing", () => {
  const { display, clock, heard, logged } = watchDisplay();
  display.addListener({
    refresh: () => {
      throw new Error("no");
    },
  });
  const stop = display.addListener(recordingListener(heard));
  clock.advance(0);
  stop();
  assert.equal(heard.filter((line) => line === "refresh false").length, 2);
  assert.equal(logged.length, 1);
});

Deno.test("copy looks at pending damage first, then tells the move, and the next compare agrees", () => {
  const { display, clock, heard } = watchDisplay();
  clock.advance(0);
  heard.length = 0;
  paint(display, rect(0, 0, 16, 16), 3);
  display.update(rect(0, 0, 16, 16));
  display.copy(rect(0, 0, 16, 16), 8, 4);
  assert.deepEqual(heard, ["gfxUpdate 0,0 16x16", "gfxCopy 8,4 16x16 by 8,4"]);
  assert.deepEqual(pixelAt(display, display.serverSurface, 23, 19), [3, 3, 3]);
  assert.deepEqual(pixelAt(display, display.surface, 23, 19), [3, 3, 3]);
  clock.advance(0);
  assert.deepEqual(heard.slice(2), ["refresh true"]);
});

Deno.test("copy is clipped at both ends and does nothing when nothing is left", () => {
  const { display, heard } = watchDisplay();
  display.copy(rect(90, 30, 20, 20), -5, -5);
  display.copy(rect(0, 0, 20, 20), 100, 0);
  display.copy(rect(200, 0, 20, 20), 0, 0);
  assert.deepEqual(heard, ["gfxCopy 0,0 5x5 by -95,-35"]);
});

Deno.test("copy is clipped to the surface there is once the device has been asked", () => {
  const { display, heard } = watchDisplay();
  display.setHwUpdate(() => {
    display.setHwUpdate(undefined);
    display.resize(40, 20);
    for (let y = 0; y < 20; y++) paint(display, rect(0, y, 40, 1), y + 1);
    display.update(rect(0, 0, 40, 20));
  });
  display.copy(rect(60, 0, 40, 10), 0, 5);
  display.copy(rect(20, 0, 40, 10), 0, 5);
  display.refresh();
  assert.deepEqual(heard.filter((line) => line.startsWith("gfxCopy")), ["gfxCopy 0,5 20x10 by -20,5"]);
  for (let y = 0; y < 20; y++) {
    for (let x = 0; x < 40; x++) {
      const shown = pixelAt(display, display.serverSurface, x, y);
      assert.deepEqual(shown, pixelAt(display, display.surface, x, y), `${x},${y}`);
    }
  }
});

Deno.test("copy lets the device move its own pixels and verifies what it did", () => {
  const { display, clock, heard } = watchDisplay();
  display.copy(rect(0, 0, 16, 16), 32, 0, () => paint(display, rect(32, 0, 16, 8), 6));
  clock.advance(0);
  assert.deepEqual(heard, ["gfxCopy 32,0 16x16 by 32,0", "gfxUpdate 32,0 16x8", "refresh true"]);
});

Deno.test("a blit that throws reaches the device, and what it painted is still found", () => {
  const { display, clock, heard } = watchDisplay();
  const blit = () => {
    paint(display, rect(32, 0, 16, 1), 6);
    throw new Error("bad blit");
  };
  assert.throws(() => display.copy(rect(0, 0, 16, 16), 32, 0, blit), /bad blit/);
  clock.advance(20);
  assert.ok(heard.includes("gfxUpdate 32,0 16x1"));
});

Deno.test("resize gives a black surface of the new size and tells the listeners", () => {
  const { display, clock, heard } = watchDisplay();
  paint(display, rect(0, 0, 100, 40), 8);
  display.resize(33, 21);
  assert.deepEqual([display.width, display.height, display.strideBytes], [33, 21, 192]);
  assert.ok(display.pixels.every((byte) => byte === 0));
  clock.advance(0);
  assert.deepEqual(heard, ["gfxSwitch 33x21", "refresh true"]);
});

Deno.test("resizing for ever does not use memory up", () => {
  const display = new Display({ width: 100, height: 100, clock: new FakeClock() });
  for (let i = 0; i < 50; i++) display.resize(100 + i % 7, 100 + i % 3);
  const { byteLength } = display.memory.memory.buffer;
  for (let i = 0; i < 500; i++) display.resize(100 + i % 7, 100 + i % 3);
  assert.equal(display.memory.memory.buffer.byteLength, byteLength);
});

Deno.test("a size that cannot be is refused and changes nothing", () => {
  const { display, heard } = watchDisplay();
  assert.throws(() => display.resize(0, 10), { name: "RangeError" });
  assert.throws(() => display.resize(10.5, 10), { name: "RangeError" });
  assert.throws(() => display.resize(16_385, 10), { name: "LimitError" });
  assert.throws(() => display.resize(16_384, 16_384), { name: "LimitError" });
  assert.throws(() => new Display({ width: 10, height: 10, fps: 0 }), { name: "RangeError" });
  assert.deepEqual([display.width, display.height, heard.length], [100, 40, 0]);
});

Deno.test("switchSurface shows the device's memory, without a copy", () => {
  const { display, clock, heard } = watchDisplay();
  const { pointer } = display.memory.allocate(64 * 4 * 50);
  display.memory.bytes(pointer, 64 * 4 * 50).fill(4);
  display.switchSurface({ width: 50, height: 50, strideBytes: 256, pointer });
  assert.equal(display.surface.pointer, pointer);
  assert.deepEqual(heard, ["gfxSwitch 50x50"]);
  assert.deepEqual(pixelAt(display, display.serverSurface, 49, 49), [4, 4, 4]);
  display.pixels[0] = 5;
  display.update(rect(0, 0, 1, 1));
  clock.advance(0);
  assert.deepEqual(heard.slice(1), ["gfxUpdate 0,0 16x1", "refresh true"]);
});

Deno.test("a switch to a surface of the same size is a page flip: only what differs is told", () => {
  const { display, clock, heard } = watchDisplay();
  const { pointer } = display.memory.allocate(512 * 40);
  display.memory.bytes(pointer, 512 * 40).fill(4, 512 * 7, 512 * 7 + 4);
  const before = display.serverSurface;
  display.switchSurface({ width: 100, height: 40, strideBytes: 512, pointer });
  assert.equal(display.serverSurface, before);
  clock.advance(0);
  assert.deepEqual(heard, ["gfxUpdate 0,7 16x1", "refresh true"]);
});

Deno.test("switchSurface refuses a surface that reaches out of memory or has too short rows", () => {
  const { display } = watchDisplay();
  const end = display.memory.memory.buffer.byteLength;
  for (const [pointer, strideBytes] of [[end - 100, 400], [-4, 400], [0, 396]] as const) {
    assert.throws(() => display.switchSurface({ width: 100, height: 40, strideBytes, pointer }), {
      name: "RangeError",
    });
  }
});

Deno.test("an 8K display finds one changed pixel", () => {
  const { display, clock, heard } = watchDisplay({ width: 7680, height: 4320 });
  paint(display, rect(7679, 4319, 1, 1), 1);
  display.update(rect(7679, 4319, 1, 1));
  clock.advance(0);
  assert.deepEqual(heard, ["gfxUpdate 7664,4319 16x1", "refresh true"]);
});

Deno.test("cursor, pointer, bell and cut text reach the listeners", () => {
  const { display, heard } = watchDisplay();
  assert.equal(display.cursor, undefined);
  display.setCursor({ width: 2, height: 1, hotX: 1, hotY: 0, pixels: new Uint8Array(8) });
  display.setCursor(HIDDEN_CURSOR);
  display.moveCursor(3, 4, true);
  display.bell();
  display.cutText("text");
  assert.deepEqual(heard, ["cursorDefine 2x1", "cursorDefine 0x0", "mouseSet 3,4 true", "bell", "cutText text"]);
  assert.equal(display.cursor, HIDDEN_CURSOR);
});

Deno.test("a display remembers whether the guest shows its pointer, also while nobody listens", () => {
  const display = new Display({ width: 16, height: 16, clock: new FakeClock() });
  assert.equal(display.isCursorVisible, true);
  display.moveCursor(1, 1, false);
  assert.equal(display.isCursorVisible, false);
});

Deno.test("a cursor that cannot be is refused", () => {
  const { display } = watchDisplay();
  const shape = { width: 2, height: 2, hotX: 0, hotY: 0, pixels: new Uint8Array(16) };
  assert.throws(() => display.setCursor({ ...shape, pixels: new Uint8Array(15) }), { name: "RangeError" });
  assert.throws(() => display.setCursor({ ...shape, hotX: 2 }), { name: "RangeError" });
  assert.throws(() => display.setCursor({ ...shape, width: 513 }), { name: "LimitError" });
});

Deno.test("checkFormat is 32 bits per pixel unless a listener refuses", () => {
  const { display } = watchDisplay();
  assert.deepEqual([display.checkFormat(32), display.checkFormat(16)], [true, false]);
  display.addListener({ checkFormat: () => false });
  assert.equal(display.checkFormat(32), false);
});

Deno.test("a closed display has no timer and takes no listener", () => {
  const { display, clock, heard } = watchDisplay();
  display.close();
  display.addListener(recordingListener(heard));
  display.update(rect(0, 0, 10, 10));
  clock.advance(10_000);
  assert.deepEqual([heard.length, clock.timerCount], [0, 0]);
});
