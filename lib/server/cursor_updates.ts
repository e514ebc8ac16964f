/** The pointer's shape, drawn by the client: what one client has not been told yet. */

import type { CursorShape } from "../display/cursor.ts";
import { HIDDEN_CURSOR } from "../display/cursor.ts";
import type { ByteWriter } from "../rfb/byte_writer.ts";
import type { PixelFormat } from "../rfb/pixel_format.ts";
import { type CursorEncoding, writeCursor } from "./cursor_rects.ts";

/** Which shape one client has not been told yet. */
export class CursorUpdates {
  #shape: CursorShape | undefined;
  #isVisible: boolean;
  #encoding: CursorEncoding | undefined;
  #isChanged = false;

  /** The pointer as the display has it when the client comes. */
  constructor(shape: CursorShape | undefined, isVisible: boolean) {
    this.#shape = shape;
    this.#isVisible = isVisible;
  }

  /** How the client wants the pointer that it draws itself, if it does. A new way is answered with the shape. */
  setEncoding(encoding: CursorEncoding | undefined): void {
    if (encoding !== undefined && encoding !== this.#encoding) this.#isChanged = true;
    this.#encoding = encoding;
  }

  /** The guest's pointer has a new shape. */
  define(shape: CursorShape): void {
    this.#shape = shape;
    this.#isChanged = true;
  }

  /** The guest shows or hides its pointer. */
  setVisible(isVisible: boolean): void {
    if (isVisible === this.#isVisible) return;
    this.#isVisible = isVisible;
    this.#isChanged = true;
  }

  /** Whether there is something to tell. Before the guest has a pointer the client keeps its own. */
  get isPending(): boolean {
    return this.#encoding !== undefined && this.#isChanged && (this.#shape !== undefined || !this.#isVisible);
  }

  /** Writes the rect that tells it, in the client's pixels where the encoding has them. */
  write(writer: ByteWriter, format: PixelFormat): void {
    if (this.#encoding === undefined) return;
    this.#isChanged = false;
    writeCursor(writer, this.#encoding, this.#isVisible ? this.#shape ?? HIDDEN_CURSOR : HIDDEN_CURSOR, format);
  }
}
