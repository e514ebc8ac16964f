/** A zlib stream of a connection for strict decoders in tests. */

import { constants, createInflate, type Inflate } from "node:zlib";

/** Inflates a connection's stream piece by piece. */
export class InflateStream {
  readonly #inflate: Inflate = createInflate();
  #pieces: Uint8Array[] = [];
  #error: Error | undefined;

  constructor() {
    this.#inflate.on("data", (piece: Uint8Array) => this.#pieces.push(piece));
    this.#inflate.on("error", (error: Error) => this.#error = error);
  }

  async inflate(bytes: Uint8Array): Promise<Uint8Array> {
    await new Promise<void>((resolve, reject) => {
      this.#inflate.once("error", reject);
      this.#inflate.write(bytes);
      this.#inflate.flush(constants.Z_SYNC_FLUSH, () => {
        this.#inflate.off("error", reject);
        resolve();
      });
    });
    if (this.#error !== undefined) throw this.#error;
    const whole = new Uint8Array(await new Blob(this.#pieces as BlobPart[]).arrayBuffer());
    this.#pieces = [];
    return whole;
  }

  close(): void {
    this.#inflate.destroy();
  }
}
