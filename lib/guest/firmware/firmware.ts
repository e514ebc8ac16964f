/** The firmware: what a scene finds on the machine when it starts, so that it need not speak to ports itself. */

import type { CursorShape } from "../../display/cursor.ts";
import type { GuestKeyEvent } from "./key_event.ts";
import type { GuestPointerEvent } from "./pointer_event.ts";

/** Bits of a pixel in a linear mode. */
export type LinearDepth = 8 | 15 | 16 | 24 | 32;

/** A mode in which the picture lies in video memory row by row, from offset 0. */
export interface LinearMode {
  readonly width: number;
  readonly height: number;
  readonly bitsPerPixel: LinearDepth;
  /** Bytes from one row to the next in video memory. */
  readonly strideBytes: number;
}

/** The 80x25 text screen. */
export interface TextScreen {
  readonly columns: number;
  readonly rows: number;
  /** VGA attribute of what is written next: foreground in bits 0-3, background in bits 4-7. */
  attribute: number;
  readonly cursorColumn: number;
  readonly cursorRow: number;
  /** Writes at the cursor in CP437; knows \n, \r, \t and \b, wraps and scrolls. */
  write(text: string): void;
  moveCursor(column: number, row: number): void;
  clear(): void;
}

/** The keyboard: presses in order; iterate for presses only, `onKey` for presses and releases. */
export interface KeyboardDriver extends AsyncIterable<GuestKeyEvent> {
  /** Calls back for every press and release. Returns how to stop. */
  onKey(listener: (event: GuestKeyEvent) => void): () => void;
}

/** The pointer, by the tablet when the machine has one, else by the PS/2 mouse. */
export interface PointerDriver extends AsyncIterable<GuestPointerEvent> {
  readonly x: number;
  readonly y: number;
  readonly buttons: number;
  /** Calls back for every motion and button. Returns how to stop. */
  onPointer(listener: (event: GuestPointerEvent) => void): () => void;
}

/** What a scene finds on the machine. */
export interface Firmware {
  readonly text: TextScreen;
  readonly keyboard: KeyboardDriver;
  readonly pointer: PointerDriver;
  /** The linear mode that is set, undefined in text mode. */
  readonly mode: LinearMode | undefined;
  /** Sets 80x25 text, loads the font and the 16 colours, clears the screen. */
  setTextMode(): void;
  /** Sets a linear mode, cleared to black; throws a RangeError when the card refuses it. */
  setLinearMode(width: number, height: number, bitsPerPixel: LinearDepth): LinearMode;
  /** Programs one entry of the 256-colour palette; components 0…255. */
  setPaletteEntry(index: number, red: number, green: number, blue: number): void;
  /** Gives the pointer a shape; undefined hides it. */
  setCursorShape(shape: CursorShape | undefined): void;
  /** Resets the machine; the scene's signal aborts and the scene starts anew. */
  reboot(): void;
}
