/** The pointer's shape and place, through vncd's cursor ports. */

import type { CursorShape } from "../../display/cursor.ts";
import type { GuestMachine } from "./hardware.ts";
import { CursorPort } from "./ports.ts";

/** Registers behind {@link CursorPort}. */
const Register = { Id: 0, Width: 1, Height: 2, HotX: 3, HotY: 4, Pixel: 5, Commit: 6, X: 7, Y: 8 } as const;
const COMMIT_DEFINE = 1;
const COMMIT_HIDE = 0;

/** Defines the shape, or hides the pointer. */
export function writePointerShape(machine: GuestMachine, shape: CursorShape | undefined): void {
  if (shape === undefined || shape.width === 0 || shape.height === 0) {
    writeCursor(machine, Register.Commit, COMMIT_HIDE);
    return;
  }
  writeCursor(machine, Register.Width, shape.width);
  writeCursor(machine, Register.Height, shape.height);
  writeCursor(machine, Register.HotX, shape.hotX);
  writeCursor(machine, Register.HotY, shape.hotY);
  machine.io.outw(CursorPort.Index, Register.Pixel);
  const { pixels } = shape;
  for (let offset = 0; offset < shape.width * shape.height * 4; offset += 4) {
    const argb = pixels[offset + 3]! << 24 | pixels[offset]! << 16 | pixels[offset + 1]! << 8 | pixels[offset + 2]!;
    machine.io.outl(CursorPort.Data, argb >>> 0);
  }
  writeCursor(machine, Register.Commit, COMMIT_DEFINE);
}

/** Tells viewers that draw the pointer themselves where the guest has put it. */
export function writePointerPosition(machine: GuestMachine, x: number, y: number): void {
  writeCursor(machine, Register.X, x);
  writeCursor(machine, Register.Y, y);
}

/** The cursor device's id; all ones when there is none. */
export function readCursorId(machine: GuestMachine): number {
  machine.io.outw(CursorPort.Index, Register.Id);
  return machine.io.inl(CursorPort.Data);
}

function writeCursor(machine: GuestMachine, register: number, value: number): void {
  machine.io.outw(CursorPort.Index, register);
  machine.io.outl(CursorPort.Data, value);
}
