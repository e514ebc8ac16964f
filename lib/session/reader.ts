/** Reading a recording: FBS 001.000 and 001.001, block by block, never the whole file at once. */

import { RecordingError, StorageError } from "../base/errors.ts";
import { MAX_RECORDED_HANDSHAKE_BYTES, MAX_RECORDING_BLOCK_BYTES } from "../base/limits.ts";
import { escapeText } from "../base/log.ts";
import { ByteReader } from "../rfb/byte_reader.ts";
import { BLOCK_OVERHEAD_BYTES, FBS_MAGIC_BYTES, paddingBytes } from "./format.ts";
import { isFaultOfData, parseRecordedHandshake, type RecordedHandshake } from "./handshake.ts";
import { storageError } from "./session_file.ts";

/** Bytes asked of the file at once. */
const READ_BYTES = 64 * 1024;

/** How a recording begins. */
export interface SessionHeader extends RecordedHandshake {
  /** 001.000, or 001.001 as rfbproxy writes it for shared sessions. */
  readonly fbsVersion: "001.000" | "001.001";
}

/** Bytes that the server sent; own recordings have exactly one message a block, others any piece of the stream. */
export interface SessionBlock {
  /** Milliseconds since the recording's start. */
  readonly timeMs: number;
  /** What was sent. */
  readonly bytes: Uint8Array;
  /** Where the block starts in the file. */
  readonly offset: number;
}

/**
 * Reads a recording from its start to its end, or to its last whole block when the tail was cut off.
 *
 * @example
 * ```ts
 * import { SessionReader, SessionWriter } from "@vncd/vncd";
 * import assert from "node:assert/strict";
 *
 * const path = await Deno.makeTempFile({ suffix: ".rfb" });
 * const options = { width: 640, height: 480, name: "demo", overwrite: true, index: false };
 * const writer = await SessionWriter.create(path, options);
 * await writer.close();
 *
 * const reader = await SessionReader.open(path);
 * const { width, height, name } = reader.header;
 * assert(`${name} ${width}x${height}` === "demo 640x480");
 * assert(await reader.next() === undefined);
 * reader.close();
 * await Deno.remove(path);
 * ```
 */
export class SessionReader implements Disposable {
  /** Of the file that is read. */
  readonly path: string;
  readonly #file: Deno.FsFile;
  #bytes = new ByteReader();
  /** Bytes of the file that are in `#bytes` or were. */
  #readBytes = 0;
  #header: SessionHeader | undefined;
  /** What of the handshake's last block belongs to the messages. */
  #firstBlock: SessionBlock | undefined;
  #isTruncated = false;
  #isAtEnd = false;
  #timeMs = 0;
  #isClosed = false;

  private constructor(file: Deno.FsFile, path: string) {
    this.#file = file;
    this.path = path;
  }

  /**
   * Opens a recording and reads its handshake. StorageError when there is no such file to read; RecordingError, with the
   * offset, when it is no recording or ends before the first message could come.
   */
  static async open(path: string): Promise<SessionReader> {
    const file = await openFile(path);
    const reader = new SessionReader(file, path);
    try {
      await reader.#readHeader();
      return reader;
    } catch (error) {
      reader.close();
      throw error;
    }
  }

  /** How the recording begins. */
  get header(): SessionHeader {
    if (this.#header === undefined) throw new TypeError("Cannot happen: open has read the header");
    return this.#header;
  }

  /** Whether the tail is missing: known once `next` has given undefined. */
  get truncated(): boolean {
    return this.#isTruncated;
  }

  /** Time of the last block that was read. */
  get timeMs(): number {
    return this.#timeMs;
  }

  /**
   * The next block; undefined at the end. Rejects with RecordingError, with the offset, for a block that no recorder
   * can have written.
   */
  async next(): Promise<SessionBlock | undefined> {
    const first = this.#firstBlock;
    this.#firstBlock = undefined;
    return first ?? await this.#nextBlock();
  }

  /** Goes back to the first message. Rejects with StorageError for what cannot be read twice. */
  async rewind(): Promise<void> {
    try {
      await this.#file.seek(0, Deno.SeekMode.Start);
    } catch (error) {
      throw storageError("read again", this.path, error);
    }
    this.#bytes = new ByteReader();
    this.#readBytes = 0;
    this.#timeMs = 0;
    this.#isTruncated = this.#isAtEnd = false;
    this.#firstBlock = undefined;
    await this.#readHeader();
  }

  /** May be called any number of times. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#file.close();
  }

  /** {@link close}, at the end of a `using` declaration. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** All blocks from here on. */
  async *[Symbol.asyncIterator](): AsyncIterableIterator<SessionBlock> {
    for (let block = await this.next(); block !== undefined; block = await this.next()) yield block;
  }

  get #offset(): number {
    return this.#readBytes - this.#bytes.available;
  }

  async #readHeader(): Promise<void> {
    const name = escapeText(this.path);
    if (!await this.#fill(FBS_MAGIC_BYTES)) throw new RecordingError(`Cannot read "${name}": it is no recording`, 0);
    const match = /^FBS (001\.00[01])\n$/.exec(new TextDecoder().decode(this.#bytes.view(FBS_MAGIC_BYTES)));
    if (match === null) throw new RecordingError(`Cannot read "${name}": it is no FBS 001.000 or 001.001 recording`, 0);
    const fbsVersion = match[1] === "001.001" ? "001.001" : "001.000";
    const stream = new ByteReader();
    for (let block = await this.#nextBlock(); block !== undefined; block = await this.#nextBlock()) {
      stream.append(block.bytes.slice());
      const handshake = this.#parseHandshake(stream, block.offset);
      if (handshake === undefined) continue;
      this.#header = { ...handshake, fbsVersion };
      if (stream.available > 0) this.#firstBlock = { ...block, bytes: stream.bytes(stream.available) };
      return;
    }
    throw new RecordingError(`Cannot read "${name}": it ends in its handshake`, this.#offset);
  }

  #parseHandshake(stream: ByteReader, offset: number): RecordedHandshake | undefined {
    const name = escapeText(this.path);
    try {
      const handshake = parseRecordedHandshake(stream);
      if (handshake !== undefined || stream.available <= MAX_RECORDED_HANDSHAKE_BYTES) return handshake;
    } catch (error) {
      if (!isFaultOfData(error)) throw error;
      throw new RecordingError(`Cannot read "${name}": ${error.message}`, offset);
    }
    throw new RecordingError(`Cannot read "${name}": it has no handshake`, offset);
  }

  async #nextBlock(): Promise<SessionBlock | undefined> {
    if (this.#isAtEnd) return undefined;
    const offset = this.#offset;
    if (!await this.#fill(4)) return this.#end(this.#bytes.available > 0);
    const length = this.#bytes.u32();
    const padding = paddingBytes(length);
    const rest = length + padding + BLOCK_OVERHEAD_BYTES - 4;
    if (await this.#isMissing(rest)) return this.#end(true);
    if (length > MAX_RECORDING_BLOCK_BYTES) {
      const name = escapeText(this.path);
      throw new RecordingError(`Cannot read "${name}": a block claims ${length} bytes`, offset);
    }
    if (!await this.#fill(rest)) return this.#end(true);
    const bytes = this.#bytes.bytes(length);
    this.#bytes.skip(padding);
    const timeMs = this.#bytes.u32();
    if (length === 0) return await this.#endMarker(timeMs);
    // clocks of other recorders may have gone back
    this.#timeMs = Math.max(this.#timeMs, timeMs);
    return { timeMs: this.#timeMs, bytes, offset };
  }

  /** An empty block ends the recordings of rfbproxy; with anything behind it, it is the zeros of a lost tail. */
  async #endMarker(timeMs: number): Promise<undefined> {
    const isLast = !await this.#fill(1);
    if (isLast) this.#timeMs = Math.max(this.#timeMs, timeMs);
    return this.#end(!isLast || timeMs < this.#timeMs);
  }

  #end(isTruncated: boolean): undefined {
    this.#isAtEnd = true;
    this.#isTruncated = isTruncated;
    return undefined;
  }

  /** Whether a file is known to be too short for `count` bytes more, before any of them is read. */
  async #isMissing(count: number): Promise<boolean> {
    if (count <= READ_BYTES) return false;
    const { isFile, size } = await this.#file.stat();
    return isFile && this.#offset + count > size;
  }

  /** Reads until `count` bytes are there; false when the file ends before. */
  async #fill(count: number): Promise<boolean> {
    while (!this.#bytes.has(count)) {
      const buffer = new Uint8Array(READ_BYTES);
      const read = await this.#readInto(buffer);
      if (read === null) return false;
      this.#bytes.append(buffer.subarray(0, read));
      this.#readBytes += read;
    }
    return true;
  }

  async #readInto(buffer: Uint8Array): Promise<number | null> {
    try {
      return await this.#file.read(buffer);
    } catch (error) {
      throw storageError("read", this.path, error);
    }
  }
}

async function openFile(path: string): Promise<Deno.FsFile> {
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path, { read: true });
  } catch (error) {
    throw storageError("read", path, error);
  }
  const { isDirectory } = await file.stat();
  if (!isDirectory) return file;
  file.close();
  throw new StorageError(`Cannot read "${escapeText(path)}": it is a directory`);
}
