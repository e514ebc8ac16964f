/** The guest's clipboard on its way to one client (ServerCutText). */

import { MAX_CUT_TEXT_BYTES } from "../base/limits.ts";
import { ByteWriter } from "../rfb/byte_writer.ts";
import { writeServerCutText } from "../rfb/server_messages.ts";
import type { OutputQueue } from "./output_queue.ts";

/** Sends cut texts; while the client takes nothing, only the latest one waits. */
export class Clipboard {
  readonly #output: OutputQueue;
  #waiting: string | undefined;

  constructor(output: OutputQueue) {
    this.#output = output;
  }

  /** The guest has put text on its clipboard. A text over the cap is not sent: half of it would be another text. */
  sendCutText(text: string): void {
    const plain = text.replaceAll("\r\n", "\n");
    if (plain.length > MAX_CUT_TEXT_BYTES) return;
    this.#waiting = plain;
    this.onDrain();
  }

  /** The client has taken something. */
  onDrain(): void {
    if (this.#waiting === undefined || this.#output.isThrottled) return;
    const writer = new ByteWriter(8 + this.#waiting.length);
    writeServerCutText(writer, this.#waiting);
    this.#waiting = undefined;
    this.#output.send(writer.finish());
  }
}
