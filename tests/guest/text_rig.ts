/** A machine in text mode under test: what its screen shows, as a person reads it. */

import assert from "node:assert/strict";
import { fromCp437 } from "../../lib/guest/cp437.ts";
import type { GuestContext, Scene } from "../../lib/guest/scene.ts";
import type { Machine } from "../../lib/machine/machine.ts";
import { settle } from "../helpers/fake_clock.ts";
import { Scancode, scancodeOf, SceneRig } from "./scenes/scene_rig.ts";

const TEXT_MEMORY = 0xb8000;
const COLUMNS = 80;
const ROWS = 25;

/** The 25 rows of the text screen, without the blanks at their ends. */
export function screenRows({ legacyMemory }: Machine): string[] {
  return Array.from({ length: ROWS }, (_, row) => {
    const codes = Array.from(
      { length: COLUMNS },
      (_, column) => legacyMemory.read8(TEXT_MEMORY + (row * COLUMNS + column) * 2),
    );
    return codes.map(fromCp437).join("").trimEnd();
  });
}

/** The attribute of a cell. */
export function attributeAt({ legacyMemory }: Machine, column: number, row: number): number {
  return legacyMemory.read8(TEXT_MEMORY + (row * COLUMNS + column) * 2 + 1);
}

/** Column and row of the hardware cursor, by the CRTC. */
export function hardwareCursor({ io }: Machine): [column: number, row: number] {
  const [high, low] = [0x0e, 0x0f].map((index) => {
    io.outb(0x3d4, index);
    return io.inb(0x3d5);
  }) as [number, number];
  const cell = high << 8 | low;
  return [cell % COLUMNS, Math.floor(cell / COLUMNS)];
}

/** Boots a scene that does nothing by itself and hands over what it was given. */
export async function bootIdle(vramBytes?: number): Promise<{ rig: SceneRig; guest: GuestContext }> {
  const { promise, resolve } = Promise.withResolvers<GuestContext>();
  const scene: Scene = { name: "idle", start: (guest) => resolve(guest) };
  const rig = await SceneRig.boot(scene, vramBytes);
  return { rig, guest: await promise };
}

/** The dots of a text cell as the picture shows them, `#` for the foreground, row by row; the ninth dot left out. */
export function cellPicture(rig: SceneRig, column: number, row: number): string[] {
  rig.display.refresh();
  const { colours } = rig;
  const { width } = rig.display;
  assert.equal(width, 720);
  return Array.from({ length: 16 }, (_, y) => {
    const start = (row * 16 + y) * width + column * 9;
    return Array.from(colours.subarray(start, start + 8), (colour) => colour === 0 ? "." : "#").join("");
  });
}

/** Types a text as fast as the machine takes it; `\n` is Enter. */
export async function typeFast(rig: SceneRig, text: string): Promise<void> {
  const { input } = rig.machine;
  for (const character of text) {
    const { code, shift } = character === "\n" ? { code: Scancode.Enter, shift: false } : scancodeOf(character);
    if (shift) input.putKeycode(Scancode.LeftShift, true);
    input.putKeycode(code, true);
    input.putKeycode(code, false);
    if (shift) input.putKeycode(Scancode.LeftShift, false);
  }
  await settle();
}

/** Presses and releases keys one after another. */
export async function pressFast(rig: SceneRig, code: number, count = 1): Promise<void> {
  for (let pressed = 0; pressed < count; pressed++) {
    rig.machine.input.putKeycode(code, true);
    rig.machine.input.putKeycode(code, false);
  }
  await settle();
}

/** Lets the guest's sleeps pass until `isReached`; fails when they have and it is not. */
export async function advanceUntil(rig: SceneRig, isReached: () => boolean): Promise<void> {
  for (let step = 0; step < 200 && !isReached(); step++) {
    rig.clock.advance(50);
    await settle();
  }
  assert.ok(isReached(), "the guest never got there");
}
