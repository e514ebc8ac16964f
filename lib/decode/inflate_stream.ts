/** A zlib stream that lives as long as its connection and gives out exactly the bytes a rect needs. */

import {
  Z_BUF_ERROR,
  Z_OK,
  Z_STREAM_END,
  Z_SYNC_FLUSH,
  zlibInflate,
  zlibInflateInit,
  zlibInflateReset,
  ZStream,
} from "pako";
import { ProtocolError } from "../base/errors.ts";
import { MAX_DEFLATE_EXPANSION, MAX_DEFLATE_OVERHEAD_BYTES } from "../base/limits.ts";
import type { ByteReader } from "../rfb/byte_reader.ts";

/** Plain bytes held at most: two rows of the widest framebuffer, many tiles. */
const BUFFER_BYTES = 128 * 1024;

/**
 * One zlib stream, fed a rect at a time: `begin`, reads, `end`. It inflates only while a read wants more, into a buffer
 * of fixed size, so a bomb costs no memory.
 */
// pako, not node:zlib: that one inflates asynchronously, in chunks of its own choice, and closes after one
// synchronous call; pako has zlib's own bounded call, at some 170 MB/s.
export class InflateStream {
  readonly #stream = new ZStream();
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  #start = 0;
  #end = 0;
  #what = "data";

  constructor() {
    zlibInflateInit(this.#stream);
    this.#stream.output = this.#buffer;
  }

  /** Starts anew, between two rects: the next one begins with a zlib header. */
  reset(): void {
    zlibInflateReset(this.#stream);
  }

  /**
   * Takes the compressed bytes of one rect, which must stay as they are until `end`. `what` names them in errors.
   */
  begin(compressed: Uint8Array, what: string): void {
    this.#what = what;
    this.#start = this.#end = 0;
    this.#stream.input = compressed;
    this.#stream.next_in = 0;
    this.#stream.avail_in = compressed.length;
  }

  /** The next `count` plain bytes, at most 64 KiB, valid until the next read. ProtocolError when there are not as many. */
  view(count: number): Uint8Array {
    if (this.#end - this.#start < count) this.#fill(count);
    const at = this.#start;
    this.#start += count;
    return this.#buffer.subarray(at, at + count);
  }

  /** The next plain byte. */
  u8(): number {
    if (this.#start === this.#end) this.#fill(1);
    return this.#buffer[this.#start++] ?? 0;
  }

  /** Ends the rect: ProtocolError when it holds more than was read. */
  end(): void {
    if (this.#start === this.#end) this.#inflate(1);
    if (this.#start !== this.#end || this.#stream.avail_in !== 0) {
      throw new ProtocolError(`Cannot decode a ${this.#what} rect: it inflates to more than its pixels`);
    }
  }

  #fill(count: number): void {
    this.#buffer.copyWithin(0, this.#start, this.#end);
    this.#end -= this.#start;
    this.#start = 0;
    while (this.#end < count) {
      if (!this.#inflate(this.#buffer.length - this.#end)) {
        throw new ProtocolError(`Cannot decode a ${this.#what} rect: it inflates to less than its pixels`);
      }
    }
  }

  /** Inflates at most `room` bytes behind the buffered ones; whether there were any. */
  #inflate(room: number): boolean {
    const stream = this.#stream;
    if (this.#start === this.#end) this.#start = this.#end = 0;
    stream.next_out = this.#end;
    stream.avail_out = room;
    const status = zlibInflate(stream, Z_SYNC_FLUSH);
    if (status !== Z_OK && status !== Z_BUF_ERROR && status !== Z_STREAM_END) {
      throw new ProtocolError(`Cannot decode a ${this.#what} rect: ${stream.msg || `zlib status ${status}`}`);
    }
    const grown = stream.next_out > this.#end;
    this.#end = stream.next_out;
    return grown;
  }
}

/**
 * Reads a u32 length and that many compressed bytes, as a view. Undefined when short, with the cursor where it was;
 * ProtocolError when they are more than `plainBytes` can have been compressed to.
 */
export function parseCompressed(reader: ByteReader, plainBytes: number, what: string): Uint8Array | undefined {
  if (!reader.has(4)) return undefined;
  const start = reader.position;
  const length = reader.u32();
  const limit = deflateBound(plainBytes);
  if (length > limit) {
    throw new ProtocolError(`Cannot decode a ${what} rect of ${length} bytes: its pixels take ${limit} at most`);
  }
  return reader.has(length) ? reader.view(length) : reader.rewind(start);
}

/** The most bytes that so many plain ones can have been compressed to. */
export function deflateBound(plainBytes: number): number {
  return Math.ceil(plainBytes * MAX_DEFLATE_EXPANSION) + MAX_DEFLATE_OVERHEAD_BYTES;
}
