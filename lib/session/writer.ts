/** Writing a recording: strict FBS 001.000 and its index. */

import { type Clock, systemClock, type Timer } from "../base/clock.ts";
import { errorMessage, LimitError, ProtocolError } from "../base/errors.ts";
import { MAX_RECORDING_BLOCK_BYTES, RECORDING_SYNC_BYTES, RECORDING_SYNC_MS } from "../base/limits.ts";
import { type Logger, silentLogger } from "../base/log.ts";
import { ByteReader } from "../rfb/byte_reader.ts";
import { PseudoEncoding } from "../rfb/encodings.ts";
import { ServerMessageType } from "../rfb/message_types.ts";
import {
  parseFramebufferUpdateHeader,
  parseRectHeader,
  RECT_HEADER_BYTES,
  UPDATE_HEADER_BYTES,
} from "../rfb/server_messages.ts";
import { encodeBlock, encodeHeader, indexPath, MAX_TIMESTAMP_MS, type SessionGeometry } from "./format.ts";
import { IndexWriter } from "./index_writer.ts";
import { SessionFile } from "./session_file.ts";

/** What is recorded, and how. */
export interface SessionWriterOptions extends SessionGeometry {
  /** Whether a file that is there may be lost: false when not given. */
  readonly overwrite?: boolean | undefined;
  /** Whether to write `<path>.idx` as well: true when not given. */
  readonly index?: boolean | undefined;
  /** Milliseconds after which written blocks are on the disk at the latest: 1000 when not given. */
  readonly syncIntervalMs?: number | undefined;
  /** Default: the machine's own clock. */
  readonly clock?: Clock | undefined;
  /** Told when the disk does not take the index or a sync. Default: silent. */
  readonly logger?: Logger | undefined;
}

/**
 * Appends messages to a recording, a block each. A block that cannot be written leaves no trace in the file, so that a
 * recording always ends with a whole one; a later `append` may succeed again.
 *
 * @example
 * ```ts
 * import { SessionReader, SessionWriter } from "@vncd/vncd";
 * import assert from "node:assert/strict";
 *
 * const path = await Deno.makeTempFile({ suffix: ".rfb" });
 * const writer = await SessionWriter.create(path, { width: 64, height: 48, name: "demo", overwrite: true });
 * await writer.append(Uint8Array.of(2), 0); // a Bell
 * await writer.append(Uint8Array.of(2), 1_500);
 * await writer.close();
 *
 * const reader = await SessionReader.open(path);
 * const times = [];
 * for await (const block of reader) times.push(block.timeMs);
 * assert(times.join() === "0,1500" && !reader.truncated);
 * reader.close();
 * await Deno.remove(path);
 * await Deno.remove(`${path}.idx`);
 * ```
 */
export class SessionWriter {
  readonly #file: SessionFile;
  readonly #index: IndexWriter | undefined;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #syncIntervalMs: number;
  #last: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;
  #timeMs = 0;
  #blocks = 0;
  #size: { readonly width: number; readonly height: number };
  #unsyncedBytes = 0;
  #syncTimer: Timer | undefined;

  private constructor(file: SessionFile, index: IndexWriter | undefined, options: SessionWriterOptions) {
    this.#file = file;
    this.#index = index;
    this.#clock = options.clock ?? systemClock;
    this.#logger = options.logger ?? silentLogger;
    this.#syncIntervalMs = options.syncIntervalMs ?? RECORDING_SYNC_MS;
    this.#size = { width: options.width, height: options.height };
  }

  /**
   * Makes the file and writes its header. UsageError when there is a file already and `overwrite` is not set;
   * StorageError when it cannot be written.
   */
  static async create(path: string, options: SessionWriterOptions): Promise<SessionWriter> {
    const overwrite = options.overwrite ?? false;
    const files: SessionFile[] = [];
    try {
      const file = await SessionFile.create(path, overwrite);
      files.push(file);
      const index = options.index === false ? undefined : await SessionFile.create(indexPath(path), overwrite);
      if (index !== undefined) files.push(index);
      return await SessionWriter.over(file, index, options);
    } catch (error) {
      for (const file of files) file.close();
      // what was there before is gone already; what was not there before must not stay
      if (!overwrite) await Promise.allSettled(files.map((file) => Deno.remove(file.path)));
      throw error;
    }
  }

  /**
   * Writes a header into a file that is open already. For those who bring a file of their own.
   * @internal
   */
  static async over(
    file: SessionFile,
    index: SessionFile | undefined,
    options: SessionWriterOptions,
  ): Promise<SessionWriter> {
    const indexWriter = index && new IndexWriter(index, options.logger ?? silentLogger);
    const writer = new SessionWriter(file, indexWriter, options);
    const { width, height, name } = options;
    await file.append(encodeHeader(options));
    const startTime = new Date().toISOString();
    await indexWriter?.write({ kind: "start", version: 1, startTime, width, height, name });
    return writer;
  }

  /** Bytes of the recording so far. */
  get byteLength(): number {
    return this.#file.length;
  }

  /** Time of the last block. */
  get durationMs(): number {
    return this.#timeMs;
  }

  /** Messages written. */
  get blockCount(): number {
    return this.#blocks;
  }

  /** The framebuffer's size at the end of what was written. */
  get size(): { readonly width: number; readonly height: number } {
    return this.#size;
  }

  /**
   * Appends one whole message, a FramebufferUpdate or a Bell as `recordableMessages` makes them, at a time since the
   * recording's start; a time before the last one counts as the last one. Messages are written in the order of the
   * calls. Rejects with StorageError when the disk does not take it (nothing of it is in the file then), ProtocolError
   * for a message that is not for recordings, and LimitError for one too large or too late.
   */
  append(message: Uint8Array, timeMs: number): Promise<void> {
    return this.#inOrder(() => this.#append(message, timeMs));
  }

  /** Notes in the index that messages since `fromMs` are missing here. */
  noteGap(fromMs: number): Promise<void> {
    return this.#inOrder(async () => {
      await this.#index?.write({ kind: "gap", timeMs: this.#timeMs, offset: this.#file.length, fromMs });
    });
  }

  /** Ends the recording and closes its files. Rejects with StorageError when the last blocks may not be on the disk. */
  close(): Promise<void> {
    this.#closing ??= this.#inOrder(() => this.#close());
    return this.#closing;
  }

  #inOrder<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work, work);
    this.#last = result.catch(() => {});
    return result;
  }

  async #append(message: Uint8Array, timeMs: number): Promise<void> {
    checkMessage(message);
    const blockTimeMs = Math.max(this.#timeMs, Math.round(timeMs));
    if (!(blockTimeMs <= MAX_TIMESTAMP_MS)) {
      throw new LimitError(`Cannot record at ${timeMs} ms: a recording ends at ${MAX_TIMESTAMP_MS}`);
    }
    const offset = this.#file.length;
    const block = encodeBlock(message, blockTimeMs);
    await this.#file.append(block);
    this.#timeMs = blockTimeMs;
    this.#blocks++;
    await this.#noteSize(message, offset);
    await this.#syncInTime(block.length);
  }

  async #noteSize(message: Uint8Array, offset: number): Promise<void> {
    const size = sizeOf(message);
    if (size === undefined) return;
    this.#size = size;
    await this.#index?.write({ kind: "size", timeMs: this.#timeMs, offset, ...size });
  }

  async #syncInTime(bytes: number): Promise<void> {
    this.#unsyncedBytes += bytes;
    if (this.#unsyncedBytes >= RECORDING_SYNC_BYTES) return await this.#sync();
    this.#syncTimer ??= this.#clock.setTimer(() => {
      this.#inOrder(() => this.#sync()).catch((error) => this.#logger.error(errorMessage(error)));
    }, this.#syncIntervalMs);
  }

  async #sync(): Promise<void> {
    this.#syncTimer?.cancel();
    this.#syncTimer = undefined;
    this.#unsyncedBytes = 0;
    await this.#file.sync();
  }

  async #close(): Promise<void> {
    try {
      await this.#sync();
      const offset = this.#file.length;
      await this.#index?.write({ kind: "end", timeMs: this.#timeMs, offset, blocks: this.#blocks });
    } finally {
      this.#file.close();
      this.#index?.close();
    }
  }
}

function checkMessage(message: Uint8Array): void {
  const [type] = message;
  const isBell = type === ServerMessageType.Bell && message.length === 1;
  const isUpdate = type === ServerMessageType.FramebufferUpdate && message.length >= UPDATE_HEADER_BYTES;
  if (!isBell && !isUpdate) {
    throw new ProtocolError(`Cannot record a message of type ${type}: a recording has updates and bells`);
  }
  if (message.length > MAX_RECORDING_BLOCK_BYTES) {
    throw new LimitError(`Cannot record a message of ${message.length} bytes: limit is ${MAX_RECORDING_BLOCK_BYTES}`);
  }
}

/** The size that an update sets, which stands alone in it. */
function sizeOf(message: Uint8Array): { readonly width: number; readonly height: number } | undefined {
  if (message.length !== UPDATE_HEADER_BYTES + RECT_HEADER_BYTES) return undefined;
  const reader = new ByteReader(message);
  parseFramebufferUpdateHeader(reader);
  const header = parseRectHeader(reader);
  if (header?.encoding !== PseudoEncoding.DesktopSize) return undefined;
  return { width: header.rect.width, height: header.rect.height };
}
