/** A whole machine with a scene on it, a clock that stands, and a watcher who keeps a picture as a viewer does. */

import assert from "node:assert/strict";
import type { Rect } from "../../../lib/base/rect.ts";
import { rect, translateRect } from "../../../lib/base/rect.ts";
import type { CursorShape } from "../../../lib/display/cursor.ts";
import type { DirtyMap } from "../../../lib/display/dirty_map.ts";
import { Display } from "../../../lib/display/display.ts";
import { runGuest } from "../../../lib/guest/run_guest.ts";
import type { Scene } from "../../../lib/guest/scene.ts";
import { ABSOLUTE_MAX } from "../../../lib/machine/input_device.ts";
import { Machine } from "../../../lib/machine/machine.ts";
import { FakeClock, settle } from "../../helpers/fake_clock.ts";

/** Scancodes of the keys tests press, set 1. */
export const Scancode = {
  Enter: 0x1c,
  Backspace: 0x0e,
  LeftShift: 0x2a,
  Left: 0xcb,
  Right: 0xcd,
  Up: 0xc8,
  Down: 0xd0,
  Delete: 0xd3,
} as const;

const PLAIN = "`1234567890-=\0\0qwertyuiop[]\0\0asdfghjkl;'\0\0\\zxcvbnm,./";
const SHIFTED = '~!@#$%^&*()_+\0\0QWERTYUIOP{}\0\0ASDFGHJKL:"\0\0|ZXCVBNM<>?';

/** The scancode of a character's key on a US keyboard, and whether it takes Shift. */
export function scancodeOf(character: string): { readonly code: number; readonly shift: boolean } {
  if (character === " ") return { code: 0x39, shift: false };
  const shift = !PLAIN.includes(character);
  const index = (shift ? SHIFTED : PLAIN).indexOf(character);
  assert.ok(index >= 0, `no key types ${JSON.stringify(character)}`);
  return { code: index === 0 ? 0x29 : index + 1, shift };
}

/** A running scene. */
export class SceneRig {
  readonly clock: FakeClock = new FakeClock();
  readonly display: Display = new Display({ width: 8, height: 8, clock: this.clock });
  readonly machine: Machine;
  /** The moves the display announced. */
  readonly copies: Rect[] = [];
  readonly #power = new AbortController();
  readonly #running: Promise<void>;
  /** What a viewer that applies copies and updates sees. */
  #watched: Uint32Array = new Uint32Array(0);

  private constructor(scene: Scene, vramBytes: number) {
    this.machine = new Machine(this.display, { vramBytes, clock: this.clock });
    this.display.addListener({
      gfxSwitch: () => {
        this.#watched = this.#readSurface(this.display.serverSurface.pointer, this.display.serverSurface.strideBytes);
      },
      gfxUpdate: (map) => this.#applyUpdate(map),
      gfxCopy: (destination, dx, dy) => this.#applyCopy(destination, dx, dy),
    });
    this.#running = runGuest(scene, this.machine, { signal: this.#power.signal, clock: this.clock });
  }

  /** Boots the scene and waits until it has painted. */
  static async boot(scene: Scene, vramBytes: number = 4 << 20): Promise<SceneRig> {
    const rig = new SceneRig(scene, vramBytes);
    await settle();
    return rig;
  }

  /** Switches off; throws what the scene has thrown. */
  async close(): Promise<void> {
    this.#power.abort();
    await this.#running;
    this.machine.close();
    this.display.close();
  }

  /** The guest surface as colours 0xRRGGBB, row by row. */
  get colours(): Uint32Array {
    return this.#readSurface(this.display.surface.pointer, this.display.strideBytes);
  }

  get cursor(): CursorShape | undefined {
    return this.display.cursor;
  }

  /** Brings the display in step, then compares what a viewer sees with what the guest painted. */
  assertWatcherSeesGuest(): void {
    this.display.refresh();
    const difference = firstDifference(this.#watched, this.colours);
    assert.equal(difference, undefined, `a viewer's picture differs from the guest's at pixel ${difference}`);
  }

  /** Moves the pointer to a pixel with those buttons down. */
  async point(x: number, y: number, buttons = 0): Promise<void> {
    const { width, height } = this.display;
    const toAbsolute = (pixel: number, size: number): number => Math.floor((pixel * ABSOLUTE_MAX) / size);
    this.machine.input.putAbsolute(toAbsolute(x, width), toAbsolute(y, height), buttons);
    await settle();
  }

  /** Presses and releases a key. */
  async press(code: number): Promise<void> {
    this.machine.input.putKeycode(code, true);
    await settle();
    this.machine.input.putKeycode(code, false);
    await settle();
  }

  /** Types text on a US keyboard; `\n` is Enter. */
  async type(text: string): Promise<void> {
    for (const character of text) {
      if (character === "\n") {
        await this.press(Scancode.Enter);
        continue;
      }
      const { code, shift } = scancodeOf(character);
      if (shift) this.machine.input.putKeycode(Scancode.LeftShift, true);
      await this.press(code);
      if (shift) this.machine.input.putKeycode(Scancode.LeftShift, false);
    }
    await settle();
  }

  #readSurface(pointer: number, strideBytes: number): Uint32Array {
    const { width, height } = this.display;
    const words = new Uint32Array(this.display.memory.memory.buffer, pointer, strideBytes * height / 4);
    const colours = new Uint32Array(width * height);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) colours[y * width + x] = words[y * strideBytes / 4 + x]! & 0xffffff;
    }
    return colours;
  }

  #applyUpdate(map: DirtyMap): void {
    const { width, height, serverSurface } = this.display;
    const words = new Uint32Array(
      this.display.memory.memory.buffer,
      serverSurface.pointer,
      serverSurface.strideBytes * height / 4,
    );
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const word = map.words[y * map.strideBytes / 4 + (x >> 9)]!;
        if ((word >>> ((x >> 4) & 31)) & 1) {
          this.#watched[y * width + x] = words[y * serverSurface.strideBytes / 4 + x]! & 0xffffff;
        }
      }
    }
  }

  #applyCopy(destination: Rect, dx: number, dy: number): void {
    this.copies.push(destination);
    const { width } = this.display;
    const before = this.#watched.slice();
    const source = translateRect(destination, -dx, -dy);
    for (let row = 0; row < destination.height; row++) {
      const from = (source.y + row) * width + source.x;
      this.#watched.set(before.subarray(from, from + source.width), (destination.y + row) * width + destination.x);
    }
  }
}

/** The index of the first element that differs. */
export function firstDifference(a: Uint32Array, b: Uint32Array): number | undefined {
  if (a.length !== b.length) return Math.min(a.length, b.length);
  const index = a.findIndex((value, i) => value !== b[i]);
  return index < 0 ? undefined : index;
}

/** The smallest rect around the pixels that differ. */
export function differenceBounds(a: Uint32Array, b: Uint32Array, width: number): Rect {
  let [left, top, right, bottom] = [Infinity, Infinity, -1, -1];
  a.forEach((value, i) => {
    if (value === b[i]) return;
    const x = i % width;
    const y = Math.floor(i / width);
    [left, right] = [Math.min(left, x), Math.max(right, x)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
  });
  return right < 0 ? rect(0, 0, 0, 0) : rect(left, top, right - left + 1, bottom - top + 1);
}
