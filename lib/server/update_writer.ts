/** How one client's updates go out: encoded pixels, what the client is told before them, and black behind them. */

import { MAX_UPDATE_RECTS } from "../base/limits.ts";
import type { Rect } from "../base/rect.ts";
import type { EncodedUpdate, EncodeSettings } from "../encode/job.ts";
import type { OfferedEncodings } from "../encode/offered_encodings.ts";
import { type PixelFormat, X8R8G8B8 } from "../rfb/pixel_format.ts";
import { UPDATE_HEADER_BYTES } from "../rfb/server_messages.ts";
import { type ClientFeatures, NO_FEATURES } from "./client_features.ts";
import type { OutputQueue } from "./output_queue.ts";
import type { PseudoRects } from "./pseudo_rects.ts";
import { blackRects, blackUpdate, type ClientGeometry, updateHead } from "./resize.ts";

/** What a client wants to be sent. */
export interface ClientWishes {
  readonly pixelFormat: PixelFormat;
  readonly features: ClientFeatures;
}

/** What a client gets that has said nothing. */
export const NO_WISHES: ClientWishes = { pixelFormat: X8R8G8B8, features: NO_FEATURES };

/** The encodings that it is sent. */
export function usedEncodings({ pixelFormat, features }: ClientWishes): OfferedEncodings {
  return pixelFormat.bitsPerPixel === 8 ? features.withBytePixels : features;
}

/** What an encoder is told of them. */
export function encodeSettings(wishes: ClientWishes): EncodeSettings {
  const { pixelFormat, features } = wishes;
  const { encoding, beside } = usedEncodings(wishes);
  const { compressLevel, gradients, qualityLevel, jpeg, zywrleDepth } = features;
  return {
    pixelFormat,
    encoding,
    ...(beside.length > 0 && { beside }),
    ...(compressLevel !== undefined && { compressLevel }),
    ...(gradients && { gradients }),
    ...(qualityLevel !== undefined && { qualityLevel }),
    ...(jpeg !== undefined && { jpeg }),
    ...(zywrleDepth !== undefined && { zywrleDepth }),
  };
}

/** One client's. */
export class UpdateWriter {
  readonly #output: OutputQueue;
  readonly #geometry: ClientGeometry;
  readonly #pseudoRects: PseudoRects;
  /** What the client wants just now. */
  wishes: ClientWishes = NO_WISHES;

  constructor(output: OutputQueue, geometry: ClientGeometry, pseudoRects: PseudoRects) {
    this.#output = output;
    this.#geometry = geometry;
    this.#pseudoRects = pseudoRects;
  }

  /** Sends an encoded update with all that can go with it. `onWritten` is called when its bytes are the caller's again. */
  sendEncoded(update: EncodedUpdate, isForced: boolean, onWritten: () => void): void {
    const { pixelFormat } = this.wishes;
    const padding = this.#takePadding(update);
    const rectCount = update.rectCount + padding.length;
    const pieces: Uint8Array[] = [update.bytes, ...update.tail ?? []];
    const hasPseudoRects = this.#pseudoRects.canGoBefore(rectCount);
    if (hasPseudoRects || padding.length > 0) {
      // the update's own header may be others' as well
      pieces[0] = update.bytes.subarray(UPDATE_HEADER_BYTES);
      this.#send(hasPseudoRects ? this.#pseudoRects.headOf(rectCount, pixelFormat) : updateHead(rectCount), isForced);
    }
    for (const piece of pieces.slice(0, -1)) this.#send(piece, isForced);
    this.#send(pieces.at(-1)!, isForced, onWritten);
    for (const piece of blackRects(padding, this.#pixelBytes, this.wishes.features.hextile)) {
      this.#send(piece, isForced);
    }
  }

  /** Sends what has to become black, where there are no pixels that it could go with. False when there is nothing. */
  sendPadding(isForced: boolean): boolean {
    const rects = this.#geometry.takePadding();
    if (rects.length === 0) return false;
    for (const piece of blackUpdate(rects, this.#pixelBytes, this.wishes.features.hextile)) this.#send(piece, isForced);
    return true;
  }

  /** Sends what is to be told without pixels. False when there is nothing. */
  sendPseudoRects(): boolean {
    if (!this.#pseudoRects.isPending) return false;
    this.#output.send(this.#pseudoRects.update(this.wishes.pixelFormat));
    return true;
  }

  get #pixelBytes(): number {
    return this.wishes.pixelFormat.bitsPerPixel / 8;
  }

  /**
   * What has to become black. A client that is going to be told the new size needs nothing around the old one. Padding
   * is a few rects, but an update that is full of its own leaves it to the next one.
   */
  #takePadding({ rectCount }: EncodedUpdate): readonly Rect[] {
    const waits = this.wishes.features.desktopSize || rectCount > MAX_UPDATE_RECTS / 2;
    return waits ? [] : this.#geometry.takePadding();
  }

  #send(bytes: Uint8Array, isForced: boolean, onWritten?: () => void): void {
    if (isForced) this.#output.sendForced(bytes, onWritten);
    else this.#output.send(bytes, onWritten);
  }
}
