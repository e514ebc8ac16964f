/** Reading the wire: bytes that arrive in any pieces, and a cursor that never passes what is there. */

import { LimitError } from "../base/errors.ts";

/**
 * A queue of received bytes with a cursor. A parser asks `has(n)` before it reads; when a message is not complete it
 * calls `rewind` with the position it started from and returns undefined, to be called again with more bytes.
 */
export class ByteReader {
  #bytes: Uint8Array;
  #view: DataView;
  #position = 0;
  #end: number;
  readonly #maxBytes: number;

  /** A reader over `bytes` (not copied until `append`), refusing to hold more than `maxBytes`. */
  constructor(bytes: Uint8Array = new Uint8Array(0), maxBytes: number = Number.MAX_SAFE_INTEGER) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#end = bytes.length;
    this.#maxBytes = maxBytes;
  }

  /** Where the cursor stands; only comparable until the next `append`. */
  get position(): number {
    return this.#position;
  }

  /** Bytes behind the cursor. */
  get available(): number {
    return this.#end - this.#position;
  }

  /** Whether `count` bytes can be read. */
  has(count: number): boolean {
    return count <= this.available;
  }

  /** Puts the cursor back to an earlier `position`. Returns undefined so that a parser can end with it. */
  rewind(position: number): undefined {
    this.#position = position;
    return undefined;
  }

  /** Adds received bytes behind the others. Bytes that were read are forgotten. */
  append(chunk: Uint8Array): void {
    const kept = this.available;
    if (kept + chunk.length > this.#maxBytes) {
      throw new LimitError(`Cannot hold ${kept + chunk.length} unparsed bytes: limit is ${this.#maxBytes}`);
    }
    if (kept === 0) return this.#replace(chunk, chunk.length);
    if (this.#end + chunk.length > this.#bytes.length) this.#grow(kept, chunk.length);
    this.#bytes.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  #grow(kept: number, added: number): void {
    const grown = new Uint8Array(Math.max(256, 2 ** Math.ceil(Math.log2(kept + added))));
    grown.set(this.#bytes.subarray(this.#position, this.#end));
    this.#replace(grown, kept);
  }

  #replace(bytes: Uint8Array, end: number): void {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#position = 0;
    this.#end = end;
  }

  #advance(count: number): number {
    if (!this.has(count)) throw new RangeError(`Cannot read ${count} bytes: ${this.available} available`);
    const at = this.#position;
    this.#position += count;
    return at;
  }

  /** Reads an unsigned byte. Throws RangeError when the bytes are not there, as all reads do. */
  u8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  /** Reads a big-endian unsigned 16-bit number. */
  u16(): number {
    return this.#view.getUint16(this.#advance(2));
  }

  /** Reads a big-endian unsigned 32-bit number. */
  u32(): number {
    return this.#view.getUint32(this.#advance(4));
  }

  /** Reads a big-endian signed 32-bit number. */
  s32(): number {
    return this.#view.getInt32(this.#advance(4));
  }

  /** Passes over `count` bytes. */
  skip(count: number): void {
    this.#advance(count);
  }

  /** Reads `count` bytes as a view, valid until the next `append`. */
  view(count: number): Uint8Array {
    const at = this.#advance(count);
    return this.#bytes.subarray(at, at + count);
  }

  /** Reads `count` bytes as a copy. */
  bytes(count: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.view(count));
  }

  /** The bytes between an earlier `position` and the cursor, as a copy. */
  since(position: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#bytes.subarray(position, this.#position));
  }
}
