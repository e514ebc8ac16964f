/** What one client is told in rects without pixels of the screen: the cursor's shape, extended keys. */

import type { Display } from "../display/display.ts";
import { MAX_UPDATE_RECTS } from "../base/limits.ts";
import { EMPTY_RECT } from "../base/rect.ts";
import { ByteWriter } from "../rfb/byte_writer.ts";
import { PseudoEncoding } from "../rfb/encodings.ts";
import type { PixelFormat } from "../rfb/pixel_format.ts";
import { UPDATE_HEADER_BYTES, writeFramebufferUpdateHeader, writeRectHeader } from "../rfb/server_messages.ts";
import type { ClientFeatures } from "./client_features.ts";
import { CursorUpdates } from "./cursor_updates.ts";

/** The pseudo-rects that wait for one client. */
export class PseudoRects {
  readonly cursor: CursorUpdates;
  #extendedKeyEvent: "unknown" | "to-be-told" | "told" = "unknown";

  constructor(display: Display) {
    this.cursor = new CursorUpdates(display.cursor, display.isCursorVisible);
  }

  /** The client has listed what it understands; repeating itself is not answered again. */
  setFeatures(features: ClientFeatures): void {
    this.cursor.setEncoding(features.cursor);
    if (features.extendedKeyEvent && this.#extendedKeyEvent === "unknown") this.#extendedKeyEvent = "to-be-told";
  }

  /** Whether anything waits. */
  get isPending(): boolean {
    return this.cursor.isPending || this.#extendedKeyEvent === "to-be-told";
  }

  /** Whether anything waits that an update of so many rects has room for. */
  canGoBefore(rectCount: number): boolean {
    return this.isPending && rectCount + 2 <= MAX_UPDATE_RECTS;
  }

  /** All that waits, as an update of its own. */
  update(format: PixelFormat): Uint8Array<ArrayBuffer> {
    return this.#startUpdate(0, format);
  }

  /** The header of an update with `rectCount` rects more than those that wait, and these. */
  // Before, as TigerVNC's server does: its viewer decodes an alpha cursor in another pixel format than the rects that
  // its threads may still have in hand.
  headOf(rectCount: number, format: PixelFormat): Uint8Array<ArrayBuffer> {
    return this.#startUpdate(rectCount, format);
  }

  /** An update up to the rects that follow. */
  #startUpdate(followingRects: number, format: PixelFormat): Uint8Array<ArrayBuffer> {
    const rects = new ByteWriter();
    const rectCount = this.#write(rects, format);
    const writer = new ByteWriter(UPDATE_HEADER_BYTES + rects.length);
    writeFramebufferUpdateHeader(writer, rectCount + followingRects);
    return writer.bytes(rects.finish()).finish();
  }

  #write(writer: ByteWriter, format: PixelFormat): number {
    let rectCount = 0;
    if (this.#extendedKeyEvent === "to-be-told") {
      this.#extendedKeyEvent = "told";
      writeRectHeader(writer, EMPTY_RECT, PseudoEncoding.QEMUExtendedKeyEvent);
      rectCount++;
    }
    if (this.cursor.isPending) {
      this.cursor.write(writer, format);
      rectCount++;
    }
    return rectCount;
  }
}
