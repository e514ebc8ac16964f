/** A viewer of a surface straight at the pool: an encoder, and a strict decoder for what comes out of it. */

import assert from "node:assert/strict";
import type { Rect } from "../../lib/base/rect.ts";
import type { ClientEncoder, EncodedUpdate, EncodeSettings, LossyRule } from "../../lib/encode/job.ts";
import type { WorkerPool } from "../../lib/encode/pool.ts";
import { ReferenceDecoder } from "./reference_decoder.ts";
import { type TestSurface } from "./test_surface.ts";

/** An encoder and the picture its viewer has. */
export class PoolViewer {
  readonly encoder: ClientEncoder;
  readonly decoder: ReferenceDecoder;
  readonly #surface: TestSurface;

  constructor(pool: WorkerPool, surface: TestSurface, public settings: EncodeSettings) {
    this.#surface = surface;
    this.encoder = pool.open(surface.memory);
    this.decoder = new ReferenceDecoder(surface.width, surface.height, settings.pixelFormat);
  }

  /** Asks for rects in a state of the surface, with a rule for each when any may be lossy. */
  encode(
    generation: number,
    rects: readonly Rect[] = [this.#surface.bounds],
    lossy?: readonly LossyRule[],
  ): Promise<EncodedUpdate> {
    return this.encoder.encode({ ...this.#surface.job(this.settings, rects), generation, ...(lossy && { lossy }) });
  }

  /** Shows an update, and gives it back. Returns the message. */
  async show(update: EncodedUpdate): Promise<Uint8Array> {
    const pieces = [update.bytes, ...update.tail ?? []];
    const message = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
    let at = 0;
    for (const piece of pieces) {
      message.set(piece, at);
      at += piece.length;
    }
    this.encoder.recycle(update);
    assert.equal((await this.decoder.applyUpdate(message)).length, update.rectCount);
    return message;
  }

  close(): void {
    this.encoder.close();
    this.decoder.close();
  }
}
