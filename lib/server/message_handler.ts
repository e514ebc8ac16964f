/** What an initialized client says, one message after the other [QEMU protocol_client_msg]. */

import { ProtocolError } from "../base/errors.ts";
import type { EncodingPolicy } from "../encode/job.ts";
import { encodingName } from "../rfb/encodings.ts";
import type { ByteReader } from "../rfb/byte_reader.ts";
import { type ClientMessage, parseClientMessage } from "../rfb/client_messages.ts";
import { type PixelFormat, pixelFormatFault } from "../rfb/pixel_format.ts";
import { featuresOf } from "./client_features.ts";
import type { ClientInput } from "./client_input.ts";
import { fixedColourMapMessage, servedFormat } from "./colour_map.ts";
import type { UpdatePacing } from "./update_pacing.ts";

/** Who acts on the messages. */
export interface MessageHandlerOptions {
  readonly pacing: UpdatePacing;
  readonly input: ClientInput;
  readonly send: (bytes: Uint8Array) => void;
  readonly encodingPolicy: EncodingPolicy;
  /** Takes a line about what the client wants; makes it only when it is wanted. */
  readonly debug: (makeLine: () => string) => void;
  /** Whether the connection has been closed by a message. */
  readonly isClosed: () => boolean;
}

/** Reads and obeys the messages of one client. */
export class MessageHandler {
  readonly #options: MessageHandlerOptions;
  #bytesToSkip = 0;
  #mayExtendKeys = false;

  constructor(options: MessageHandlerOptions) {
    this.#options = options;
  }

  /** Obeys every message that is complete. Throws ProtocolError for one that breaks the rules. */
  advance(reader: ByteReader): void {
    while (!this.#options.isClosed()) {
      this.#skip(reader);
      const message = this.#bytesToSkip > 0 ? undefined : parseClientMessage(reader);
      if (message === undefined) return;
      this.#onMessage(message);
    }
  }

  /** What is passed over is never kept. */
  #skip(reader: ByteReader): void {
    const skipped = Math.min(this.#bytesToSkip, reader.available);
    reader.skip(skipped);
    this.#bytesToSkip -= skipped;
  }

  #onMessage(message: ClientMessage): void {
    const { pacing, input } = this.#options;
    switch (message.type) {
      case "SetPixelFormat":
        return this.#onSetPixelFormat(message.pixelFormat);
      case "SetEncodings":
        return this.#onSetEncodings(message.encodings);
      case "FramebufferUpdateRequest":
        return pacing.onRequest(message.incremental, message.rect);
      case "KeyEvent":
        return input.onKeyEvent(message.keysym, message.down);
      case "PointerEvent":
        return input.onPointerEvent(message.x, message.y, message.buttonMask);
      case "ClientCutText":
        return input.onCutText(message.text);
      case "ClientCutTextTooLong":
        this.#options.debug(() => `passing over a cut text of ${message.byteLength} bytes`);
        this.#bytesToSkip = message.byteLength;
        return;
      case "QEMUExtendedKeyEvent":
        return this.#onExtendedKeyEvent(message.keysym, message.keycode, message.down);
    }
  }

  #onSetPixelFormat(format: PixelFormat): void {
    const fault = pixelFormatFault(format);
    if (fault !== undefined) throw new ProtocolError(`Cannot set the pixel format: it has ${fault}`);
    this.#options.debug(() => `wants pixels of ${formatText(format)}`);
    if (!format.trueColourFlag) this.#options.send(fixedColourMapMessage());
    this.#options.pacing.setPixelFormat(servedFormat(format));
  }

  #onSetEncodings(encodings: readonly number[]): void {
    const features = featuresOf(encodings, this.#options.encodingPolicy);
    this.#options.debug(() => `understands ${encodings.map(encodingName)}; gets ${encodingName(features.encoding)}`);
    // A client that takes the extension back may have sent such an event before.
    if (features.extendedKeyEvent) this.#mayExtendKeys = true;
    this.#options.pacing.setFeatures(features);
  }

  #onExtendedKeyEvent(keysym: number, keycode: number, down: boolean): void {
    if (!this.#mayExtendKeys) throw new ProtocolError("Cannot read an extended key event: it was not asked for");
    this.#options.input.onExtendedKeyEvent(keysym, keycode, down);
  }
}

function formatText({ bitsPerPixel, depth, trueColourFlag }: PixelFormat): string {
  return `${bitsPerPixel} bits, depth ${depth}${trueColourFlag ? "" : ", by a colour map"}`;
}
