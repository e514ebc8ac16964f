/** The pointer's shape, drawn by the client: RichCursor (rfbproto.rst "Cursor Pseudo-encoding"). */

import type { CursorShape } from "../display/cursor.ts";
import { HIDDEN_CURSOR } from "../display/cursor.ts";
import type { ByteWriter } from "../rfb/byte_writer.ts";
import { PseudoEncoding } from "../rfb/encodings.ts";
import { type PixelFormat, pixelValue } from "../rfb/pixel_format.ts";
import { writeRectHeader } from "../rfb/server_messages.ts";

/** From this alpha on a pixel is drawn [QEMU cursor_get_mono_mask]. */
const OPAQUE_ALPHA = 0x80;

/** Which shape one client has not been told yet. */
export class CursorUpdates {
  #shape: CursorShape | undefined;
  #isVisible: boolean;
  #isWanted = false;
  #isChanged = false;

  /** The pointer as the display has it when the client comes. */
  constructor(shape: CursorShape | undefined, isVisible: boolean) {
    this.#shape = shape;
    this.#isVisible = isVisible;
  }

  /** Whether the client draws the pointer itself. One that starts to is told the shape. */
  setWanted(isWanted: boolean): void {
    if (isWanted && !this.#isWanted) this.#isChanged = true;
    this.#isWanted = isWanted;
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
    return this.#isWanted && this.#isChanged && (this.#shape !== undefined || !this.#isVisible);
  }

  /** Writes the rect that tells it, in the client's pixels. */
  write(writer: ByteWriter, format: PixelFormat): void {
    this.#isChanged = false;
    writeCursorRect(writer, this.#isVisible ? this.#shape ?? HIDDEN_CURSOR : HIDDEN_CURSOR, format);
  }
}

/** Writes a RichCursor rect: pixels, then a mask of one bit each, rows padded to bytes. No pixel hides the pointer. */
export function writeCursorRect(writer: ByteWriter, shape: CursorShape, format: PixelFormat): void {
  const { width, height, hotX, hotY, pixels } = shape;
  writeRectHeader(writer, { x: hotX, y: hotY, width, height }, PseudoEncoding.Cursor);
  for (let at = 0; at + 3 < pixels.length; at += 4) {
    const isDrawn = pixels[at + 3]! >= OPAQUE_ALPHA;
    writePixel(writer, format, isDrawn ? pixelValue(format, pixels[at]!, pixels[at + 1]!, pixels[at + 2]!) : 0);
  }
  for (let y = 0; y < height; y++) writeMaskRow(writer, pixels.subarray(y * width * 4, (y + 1) * width * 4));
}

function writeMaskRow(writer: ByteWriter, row: Uint8Array): void {
  for (let first = 0; first < row.length; first += 8 * 4) {
    let bits = 0;
    for (let i = 0; i < 8; i++) {
      if ((row[first + i * 4 + 3] ?? 0) >= OPAQUE_ALPHA) bits |= 0x80 >> i;
    }
    writer.u8(bits);
  }
}

function writePixel(writer: ByteWriter, format: PixelFormat, value: number): void {
  const bytes = format.bitsPerPixel / 8;
  for (let i = 0; i < bytes; i++) {
    const shift = 8 * (format.bigEndianFlag ? bytes - 1 - i : i);
    writer.u8(value >>> shift & 0xff);
  }
}
