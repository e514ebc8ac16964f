/** A file that grows by whole pieces: a piece that does not fit is taken back. */

import { errorMessage, StorageError, UsageError } from "../base/errors.ts";
import { escapeText } from "../base/log.ts";

/** What a {@link SessionFile} needs of the system's file. */
export interface WritableFile {
  /** Writes some of the bytes and tells how many. */
  write(bytes: Uint8Array): Promise<number>;
  truncate(length: number): Promise<void>;
  seek(offset: number, whence: Deno.SeekMode): Promise<number>;
  /** Brings what was written to the disk. */
  syncData(): Promise<void>;
  close(): void;
}

/** An append-only file. All failures are StorageErrors that name the file. */
export class SessionFile {
  readonly path: string;
  readonly #file: WritableFile;
  #length = 0;
  #isBroken = false;
  #isClosed = false;
  #canSync = true;

  constructor(file: WritableFile, path: string) {
    this.#file = file;
    this.path = path;
  }

  /** Makes the file. UsageError when there is one already and it is not to be overwritten. */
  static async create(path: string, overwrite: boolean): Promise<SessionFile> {
    try {
      const mode = overwrite ? { create: true, truncate: true } : { createNew: true };
      return new SessionFile(await Deno.open(path, { write: true, ...mode }), path);
    } catch (error) {
      if (error instanceof Deno.errors.AlreadyExists) {
        throw new UsageError(`Cannot write "${escapeText(path)}": it exists already`);
      }
      throw storageError("write", path, error);
    }
  }

  /** Bytes of all pieces. */
  get length(): number {
    return this.#length;
  }

  /** Appends a piece, or nothing of it: then it throws, and a later try may succeed. */
  async append(piece: Uint8Array): Promise<void> {
    if (this.#isClosed) throw new StorageError(`Cannot write "${escapeText(this.path)}": it is closed`);
    if (this.#isBroken) throw new StorageError(`Cannot write "${escapeText(this.path)}": it ends in a torn piece`);
    try {
      for (let at = 0; at < piece.length;) at += await this.#file.write(piece.subarray(at));
    } catch (error) {
      await this.#takeBack();
      throw storageError("write", this.path, error);
    }
    this.#length += piece.length;
  }

  async #takeBack(): Promise<void> {
    try {
      await this.#file.truncate(this.#length);
      await this.#file.seek(this.#length, Deno.SeekMode.Start);
    } catch {
      this.#isBroken = true;
    }
  }

  /** Brings all pieces to the disk. Pipes and devices that know no such thing are let alone. */
  async sync(): Promise<void> {
    if (!this.#canSync || this.#isClosed) return;
    try {
      await this.#file.syncData();
    } catch (error) {
      const isNoDisk = /invalid argument|os error 22|os error 95/i.test(errorMessage(error));
      if (!isNoDisk) throw storageError("write", this.path, error);
      this.#canSync = false;
    }
  }

  /** May be called any number of times. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#file.close();
  }
}

/** `Cannot <action> "<path>": <why>` for an error of the system. */
export function storageError(action: string, path: string, error: unknown): StorageError {
  const text = errorMessage(error).replace(/ \(os error \d+\).*/s, "");
  const reason = text.charAt(0).toLowerCase() + text.slice(1);
  return new StorageError(`Cannot ${action} "${escapeText(path)}": ${reason}`, { cause: error });
}
