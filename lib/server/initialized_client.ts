/** A client that has been let in: its pacing, input, clipboard and messages, put together. */

import type { Clock } from "../base/clock.ts";
import type { Rect } from "../base/rect.ts";
import type { Display } from "../display/display.ts";
import type { ClientEncoder } from "../encode/job.ts";
import type { ByteReader } from "../rfb/byte_reader.ts";
import { ByteWriter } from "../rfb/byte_writer.ts";
import { writeBell } from "../rfb/server_messages.ts";
import { ClientInput, type InputSink } from "./client_input.ts";
import { Clipboard } from "./clipboard.ts";
import type { DisplayStatistics } from "./display_statistics.ts";
import type { ClientInfo, EmitEvent } from "./events.ts";
import type { QualitySettings } from "./lossy_rules.ts";
import { MessageHandler } from "./message_handler.ts";
import type { OutputQueue } from "./output_queue.ts";
import { UpdatePacing } from "./update_pacing.ts";

/** What an initialized client is made of. */
export interface InitializedClientOptions {
  readonly display: Display;
  readonly encoder: ClientEncoder;
  readonly output: OutputQueue;
  readonly clock: Clock;
  readonly quality: QualitySettings;
  readonly statistics: DisplayStatistics;
  readonly sink: InputSink | undefined;
  readonly client: ClientInfo;
  readonly emit: EmitEvent;
  /** Takes a line about what the client wants; makes it only when it is wanted. */
  readonly debug: (makeLine: () => string) => void;
  /** The connection is to be closed. */
  readonly onFailure: (reason: string) => void;
}

/** The life of a client between ServerInit and its end. */
export class InitializedClient {
  readonly #output: OutputQueue;
  readonly #pacing: UpdatePacing;
  readonly #input: ClientInput;
  readonly #clipboard: Clipboard;
  readonly #messages: MessageHandler;
  readonly #removeListener: () => void;
  #isClosed = false;

  constructor(options: InitializedClientOptions) {
    const { output } = options;
    this.#output = output;
    this.#pacing = new UpdatePacing(options);
    this.#input = new ClientInput(options);
    this.#clipboard = new Clipboard(output);
    this.#messages = new MessageHandler({
      pacing: this.#pacing,
      input: this.#input,
      send: (bytes) => output.send(bytes),
      encodingPolicy: options.quality.encodingPolicy,
      debug: options.debug,
      isClosed: () => this.#isClosed,
    });
    this.#removeListener = options.display.addListener({
      bell: () => this.#ring(),
      cutText: (text) => this.#clipboard.sendCutText(text),
    });
    options.display.wake();
  }

  /** The size that ServerInit has to announce, from (0, 0). */
  get announced(): Rect {
    return this.#pacing.announced;
  }

  /** Obeys the messages that are complete. Throws ProtocolError for one that breaks the rules. */
  advance(reader: ByteReader): void {
    this.#messages.advance(reader);
  }

  /** The client has taken something. */
  onDrain(): void {
    this.#clipboard.onDrain();
    this.#pacing.tryUpdate();
  }

  /** Resolves when what was being encoded is encoded and all output is taken. */
  async drained(): Promise<void> {
    do {
      await this.#pacing.idle();
      await this.#output.flushed();
    } while (this.#pacing.isBusy);
  }

  /** Lets go of everything the client holds. May be called any number of times. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#removeListener();
    this.#pacing.close();
    this.#input.release();
  }

  /** A client that takes nothing misses the bell. */
  #ring(): void {
    if (this.#output.isThrottled) return;
    const writer = new ByteWriter(1);
    writeBell(writer);
    this.#output.send(writer.finish());
  }
}
