import assert from "node:assert/strict";
import fc from "fast-check";
import type { Rect } from "../../lib/base/rect.ts";
import type { Display } from "../../lib/display/display.ts";
import { FrameMemory } from "../../lib/display/frame_memory.ts";
import { CirrusBlitter } from "../../lib/machine/cirrus_blitter.ts";
import type { Machine } from "../../lib/machine/machine.ts";
import { VideoMemory } from "../../lib/machine/video_memory.ts";
import { readIndexed, setLinearMode, type TestMachine, testMachine, writeIndexed } from "./test_machine.ts";

interface Blit {
  readonly widthBytes: number;
  readonly height: number;
  readonly destinationPitch: number;
  readonly sourcePitch: number;
  readonly destination: number;
  readonly source: number;
  readonly mode: number;
  readonly extensions?: number;
  readonly operation?: number;
}

function start(machine: Machine, blit: Blit): void {
  const bytes = (index: number, value: number, count: number) => {
    for (let i = 0; i < count; i++) writeIndexed(machine, 0x3ce, index + i, (value >>> (8 * i)) & 0xff);
  };
  bytes(0x20, blit.widthBytes - 1, 2);
  bytes(0x22, blit.height - 1, 2);
  bytes(0x24, blit.destinationPitch, 2);
  bytes(0x26, blit.sourcePitch, 2);
  bytes(0x28, blit.destination, 3);
  bytes(0x2c, blit.source, 3);
  writeIndexed(machine, 0x3ce, 0x30, blit.mode);
  writeIndexed(machine, 0x3ce, 0x32, blit.operation ?? 0x0d);
  writeIndexed(machine, 0x3ce, 0x33, blit.extensions ?? 0);
  writeIndexed(machine, 0x3ce, 0x31, 0x02);
}

/** The engine as the data book has it: one byte after the other. */
function naiveCopy(memory: Uint8Array, blit: Blit): void {
  const direction = (blit.mode & 1) !== 0 ? -1 : 1;
  for (let row = 0; row < blit.height; row++) {
    for (let x = 0; x < blit.widthBytes; x++) {
      const from = blit.source + direction * (row * blit.sourcePitch + x);
      const to = blit.destination + direction * (row * blit.destinationPitch + x);
      memory[to] = memory[from]!;
    }
  }
}

const WIDTH = 64;
const HEIGHT = 48;
const STRIDE = WIDTH * 4;

function screen(depth = 32): TestMachine {
  const test = testMachine();
  setLinearMode(test.machine, WIDTH, HEIGHT, depth);
  test.display.refresh();
  fillWithNoise(test.machine);
  test.display.refresh();
  test.display.updates.length = 0;
  return test;
}

function fillWithNoise(machine: Machine): void {
  let seed = 1;
  const noise = Uint8Array.from({ length: STRIDE * HEIGHT * 2 }, () => {
    seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff;
    return seed >>> 16;
  });
  machine.vram.writeBytes(0, noise);
}

/** The copy of a rect on the screen, in the direction that is right for it or the other. */
function rectCopy(from: Rect, x: number, y: number, isBackward: boolean): Blit {
  const first = (px: number, py: number) => py * STRIDE + px * 4;
  const last = (px: number, py: number) => first(px + from.width - 1, py + from.height - 1) + 3;
  const address = isBackward ? last : first;
  return {
    widthBytes: from.width * 4,
    height: from.height,
    destinationPitch: STRIDE,
    sourcePitch: STRIDE,
    destination: address(x, y),
    source: address(from.x, from.y),
    mode: 0x30 | (isBackward ? 1 : 0),
  };
}

function serverBytes(display: Display): Uint8Array {
  const { pointer, strideBytes, height } = display.serverSurface;
  return display.memory.bytes(pointer, strideBytes * height).filter((_, i) => i % 4 !== 3);
}

for (
  const [name, from, x, y, isBackward] of [
    ["up and left, forward", { x: 10, y: 10, width: 20, height: 20 }, 5, 3, false],
    ["right on the same lines, backward", { x: 10, y: 10, width: 20, height: 20 }, 13, 10, true],
    ["down and right, backward", { x: 0, y: 0, width: 40, height: 30 }, 7, 9, true],
    ["down and left, backward", { x: 20, y: 5, width: 30, height: 30 }, 11, 8, true],
    ["somewhere else, forward", { x: 0, y: 0, width: 10, height: 10 }, 40, 30, false],
  ] as const
) {
  Deno.test(`a copy ${name}, is announced and moves the bytes as the engine would`, () => {
    const { display, machine } = screen();
    const blit = rectCopy(from, x, y, isBackward);
    const expected = Uint8Array.from(machine.vram.bytes);
    naiveCopy(expected, blit);
    start(machine, blit);
    assert.deepEqual(display.copies, [{ source: from, x, y }]);
    assert.deepEqual(machine.vram.bytes, expected);
  });
}

Deno.test("a viewer that repeats the announced copies has the guest's picture, with nothing left to send", () => {
  const { display, machine } = screen();
  const told: Rect[] = [];
  let changes = 0;
  display.addListener({ gfxCopy: (to) => told.push(to), gfxUpdate: () => changes++ });
  display.refresh();
  changes = 0;
  start(machine, rectCopy({ x: 0, y: 0, width: 30, height: 30 }, 10, 12, true));
  start(machine, rectCopy({ x: 5, y: 5, width: 40, height: 30 }, 1, 2, false));
  const afterCopies = serverBytes(display);
  display.refresh();
  assert.deepEqual(told.map((to) => [to.x, to.y]), [[10, 12], [1, 2]]);
  assert.equal(changes, 0);
  const guest = display.pixels.filter((_, i) => i % 4 !== 3);
  assert.deepEqual(afterCopies, guest);
  display.close();
});

Deno.test("a copy in the wrong direction smears, and is not announced as a move", () => {
  const { display, machine } = screen();
  const blit = rectCopy({ x: 0, y: 0, width: 40, height: 30 }, 3, 0, false);
  const expected = Uint8Array.from(machine.vram.bytes);
  naiveCopy(expected, blit);
  start(machine, blit);
  assert.deepEqual(display.copies, []);
  assert.deepEqual(machine.vram.bytes, expected);
  assert.deepEqual(display.updates, [{ x: 3, y: 0, width: 40, height: 30 }]);
});

Deno.test("a copy from outside the screen is not announced, its destination is painted", () => {
  const { display, machine } = screen();
  const blit = { ...rectCopy({ x: 0, y: 0, width: 8, height: 8 }, 16, 8, false), source: STRIDE * HEIGHT };
  start(machine, blit);
  assert.deepEqual(display.copies, []);
  assert.deepEqual(display.updates, [{ x: 16, y: 8, width: 8, height: 8 }]);
  assert.deepEqual(
    machine.vram.bytes.slice(blit.destination, blit.destination + 32),
    machine.vram.bytes.slice(blit.source, blit.source + 32),
  );
});

Deno.test("a copy at another pitch, or of parts of pixels, moves the bytes and marks the lines", () => {
  const { display, machine } = screen();
  const blit = rectCopy({ x: 0, y: 0, width: 8, height: 2 }, 0, 40, false);
  start(machine, { ...blit, sourcePitch: 32 });
  assert.deepEqual(display.updates, [{ x: 0, y: 40, width: 8, height: 2 }]);
  start(machine, { ...blit, destination: blit.destination + 1 });
  assert.deepEqual(display.takeUpdates(), [{ x: 0, y: 32, width: WIDTH, height: 16 }]);
  assert.deepEqual(display.copies, []);
});

for (const depth of [8, 16, 24]) {
  Deno.test(`at ${depth} bpp a copy on the screen is announced and the shadow follows`, () => {
    const { display, machine } = screen(depth);
    display.addListener({});
    const bytes = depth / 8;
    start(machine, {
      widthBytes: 20 * bytes,
      height: 10,
      destinationPitch: WIDTH * bytes,
      sourcePitch: WIDTH * bytes,
      destination: (5 * WIDTH + 30) * bytes,
      source: (2 * WIDTH + 1) * bytes,
      mode: 0,
    });
    assert.deepEqual(display.copies, [{ source: { x: 1, y: 2, width: 20, height: 10 }, x: 30, y: 5 }]);
    display.refresh();
    const guest = display.pixels.filter((_, i) => i % 4 !== 3);
    assert.deepEqual(serverBytes(display), guest);
    const row = (x: number, y: number) => display.pixels.slice(y * display.strideBytes + x * 4).subarray(0, 80);
    assert.deepEqual(row(30, 5), row(1, 2));
    display.close();
  });
}

for (const [pixelBytes, pixel] of [[1, [0x11]], [2, [0x11, 0x22]], [3, [0x11, 0x22, 0x33]]] as const) {
  Deno.test(`a solid fill of ${pixelBytes} bytes a pixel writes the foreground colour`, () => {
    const { machine } = screen();
    [0x01, 0x11, 0x13, 0x15].forEach((index, i) => writeIndexed(machine, 0x3ce, index, 0x11 * (i + 1)));
    const before = Uint8Array.from(machine.vram.bytes);
    fill(machine, 1000, pixelBytes * 5, 3, 100, pixelBytes);
    for (let row = 0; row < 3; row++) {
      for (let i = 0; i < pixelBytes * 5; i++) before[1000 + row * 100 + i] = pixel[i % pixelBytes]!;
    }
    assert.deepEqual(machine.vram.bytes, before);
  });
}

function fill(machine: Machine, destination: number, widthBytes: number, height: number, pitch: number, pixel: number) {
  const mode = 0xc0 | ((pixel - 1) << 4);
  start(machine, {
    widthBytes,
    height,
    destinationPitch: pitch,
    sourcePitch: 0,
    destination,
    source: 0xffffff,
    mode,
    extensions: 4,
  });
}

Deno.test("a solid fill on the screen is an update of exactly its rect", () => {
  const { display, machine } = screen();
  [0x01, 0x11, 0x13, 0x15].forEach((index, i) => writeIndexed(machine, 0x3ce, index, [0x56, 0x34, 0x12, 0][i]!));
  fill(machine, 3 * STRIDE + 5 * 4, 7 * 4, 9, STRIDE, 4);
  assert.deepEqual(display.updates, [{ x: 5, y: 3, width: 7, height: 9 }]);
  assert.equal(machine.vram.read32(11 * STRIDE + 11 * 4), 0x123456);
  assert.notEqual(machine.vram.read32(12 * STRIDE + 11 * 4), 0x123456);
});

Deno.test("widths, heights, pitches and addresses have the bits the chip has", () => {
  const { machine } = screen();
  for (const index of [0x21, 0x23, 0x25, 0x27, 0x2a, 0x2e]) writeIndexed(machine, 0x3ce, index, 0xff);
  const read = [0x21, 0x23, 0x25, 0x27, 0x2a, 0x2e].map((index) => readIndexed(machine, 0x3ce, index));
  assert.deepEqual(read, [0x1f, 0x07, 0x1f, 0x1f, 0xff, 0xff]);
});

Deno.test("the status register is idle again when the guest looks, and reset does not start", () => {
  const { machine } = screen();
  const before = Uint8Array.from(machine.vram.bytes);
  start(machine, rectCopy({ x: 0, y: 0, width: 1, height: 1 }, 0, 0, false));
  assert.equal(readIndexed(machine, 0x3ce, 0x31), 0);
  writeIndexed(machine, 0x3ce, 0x28, 1);
  writeIndexed(machine, 0x3ce, 0x31, 0x06);
  assert.equal(readIndexed(machine, 0x3ce, 0x31), 0x04);
  assert.deepEqual(machine.vram.bytes, before);
});

Deno.test("operations the engine does not have leave memory alone", () => {
  const { display, machine } = screen();
  const before = Uint8Array.from(machine.vram.bytes);
  const blit = rectCopy({ x: 0, y: 0, width: 8, height: 8 }, 20, 20, false);
  start(machine, { ...blit, operation: 0x59 });
  for (const mode of [0x02, 0x04, 0x08, 0x40, 0x80, 0xc0]) start(machine, { ...blit, mode });
  assert.deepEqual(machine.vram.bytes, before);
  assert.deepEqual(display.updates, []);
});

Deno.test("no copy or fill touches a byte outside video memory, and one that would is not done at all", () => {
  const { display, machine } = testMachine({ vramBytes: 256 << 10 });
  const guard = display.memory.allocate(1 << 16);
  const size = machine.vram.size;
  const before = Uint8Array.from(machine.vram.bytes.fill(0x5a));
  const block = { widthBytes: 100, height: 10, destinationPitch: 200, sourcePitch: 200, mode: 0 };
  start(machine, { ...block, destination: size - 1899, source: 0 });
  start(machine, { ...block, destination: 0, source: size - 1899 });
  start(machine, { ...block, destination: 1898, source: size - 1, mode: 1 });
  start(machine, { ...block, destination: size, source: 1899, mode: 1 });
  fill(machine, size - 1899, 100, 10, 200, 4);
  assert.deepEqual(machine.vram.bytes, before);
  fill(machine, size - 1900, 100, 10, 200, 4);
  assert.notDeepEqual(machine.vram.bytes, before);
  assert.ok(display.memory.bytes(guard.pointer, guard.byteLength).every((byte) => byte === 0));
});

Deno.test("any copy equals the byte by byte one, or does nothing when it does not fit", () => {
  const vram = new VideoMemory(new FrameMemory(), 4_096, () => {});
  const blitter = new CirrusBlitter(vram, {
    locate: () => undefined,
    copy: () => assert.fail("nothing is visible"),
    paint() {},
  });
  const memory = vram.bytes;
  const blits = fc.record({
    widthBytes: fc.integer({ min: 1, max: 80 }),
    height: fc.integer({ min: 1, max: 20 }),
    destinationPitch: fc.nat(120),
    sourcePitch: fc.nat(120),
    destination: fc.nat(4_200),
    source: fc.nat(4_200),
    mode: fc.constantFrom(0, 1),
  });
  fc.assert(fc.property(blits, fc.uint8Array({ minLength: 4_096, maxLength: 4_096 }), (blit, content) => {
    memory.set(content);
    const expected = Uint8Array.from(content);
    if (fits(blit, memory.length)) naiveCopy(expected, blit);
    startOn(blitter, blit);
    assert.deepEqual(Uint8Array.from(memory), expected);
  }));
});

function fits(blit: Blit, size: number): boolean {
  const reach = (pitch: number) => (blit.height - 1) * pitch + blit.widthBytes - 1;
  return [[blit.destination, blit.destinationPitch], [blit.source, blit.sourcePitch]].every(([address, pitch]) =>
    (blit.mode & 1) !== 0 ? address! < size && address! - reach(pitch!) >= 0 : address! + reach(pitch!) < size
  );
}

function startOn(blitter: CirrusBlitter, blit: Blit): void {
  const write16 = (index: number, value: number) => {
    blitter.writeRegister(index, value & 0xff);
    blitter.writeRegister(index + 1, value >>> 8);
  };
  write16(0x20, blit.widthBytes - 1);
  write16(0x22, blit.height - 1);
  write16(0x24, blit.destinationPitch);
  write16(0x26, blit.sourcePitch);
  write16(0x28, blit.destination);
  write16(0x2c, blit.source);
  blitter.writeRegister(0x30, blit.mode);
  blitter.writeRegister(0x32, 0x0d);
  blitter.writeRegister(0x31, 0x02);
}
