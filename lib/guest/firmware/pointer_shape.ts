/** The pointer's shape and place, through vncd's cursor ports. */

import type { CursorShape } from "../../display/cursor.ts";
import { CursorRegister } from "../../machine/guest_cursor.ts";
import type { GuestMachine } from "./hardware.ts";
import { CursorPort } from "./ports.ts";

const COMMIT_DEFINE = 1;
const COMMIT_HIDE = 0;

/** Defines the shape, or hides the pointer. */
export function writePointerShape(machine: GuestMachine, shape: CursorShape | undefined): void {
  if (shape === undefined || shape.width === 0 || shape.height === 0) {
    writeCursor(machine, CursorRegister.Commit, COMMIT_HIDE);
    return;
  }
  writeCursor(machine, CursorRegister.Width, shape.width);
  writeCursor(machine, CursorRegister.Height, shape.height);
  writeCursor(machine, CursorRegister.HotX, shape.hotX);
  writeCursor(machine, CursorRegister.HotY, shape.hotY);
  machine.io.outw(CursorPort.Index, CursorRegister.Pixel);
  const { pixels } = shape;
  for (let offset = 0; offset < shape.width * shape.height * 4; offset += 4) {
    const argb = pixels[offset + 3]! << 24 | pixels[offset]! << 16 | pixels[offset + 1]! << 8 | pixels[offset + 2]!;
    machine.io.outl(CursorPort.Data, argb >>> 0);
  }
  writeCursor(machine, CursorRegister.Commit, COMMIT_DEFINE);
}

/** Tells viewers that draw the pointer themselves where the guest has put it. */
export function writePointerPosition(machine: GuestMachine, x: number, y: number): void {
  writeCursor(machine, CursorRegister.X, x);
  writeCursor(machine, CursorRegister.Y, y);
}

/** The cursor device's id; all ones when there is none. */
export function readCursorId(machine: GuestMachine): number {
  machine.io.outw(CursorPort.Index, CursorRegister.Id);
  return machine.io.inl(CursorPort.Data);
}

function writeCursor(machine: GuestMachine, register: number, value: number): void {
  machine.io.outw(CursorPort.Index, register);
  machine.io.outl(CursorPort.Data, value);
}
