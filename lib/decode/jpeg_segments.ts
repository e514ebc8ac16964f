/** The structure of a JPEG stream (ITU-T T.81 Annex B): its end, its size and its tables, before anything is decoded. */

import { ProtocolError } from "../base/errors.ts";
import { MAX_JPEG_SCANS } from "../base/limits.ts";

const Marker = { DHT: 0xc4, JPG: 0xc8, RST0: 0xd0, RST7: 0xd7, SOI: 0xd8, EOI: 0xd9, SOS: 0xda, DQT: 0xdb } as const;
/** Frames that can be decoded: baseline, extended sequential and progressive, all with Huffman codes. */
const FRAMES: readonly number[] = [0xc0, 0xc1, 0xc2];
const HUFFMAN_COUNTS = 16;

/** What is wrong with a stream. */
export function jpegFault(reason: string): ProtocolError {
  return new ProtocolError(`Cannot decode a JPEG rect: ${reason}`);
}

/** Walks over the segments of one stream as its bytes arrive. Throws ProtocolError for what cannot be decoded. */
export class JpegSegments {
  readonly #size: string;
  /** Segments of one table each, by marker << 8 and the table's class and number. */
  readonly tables = new Map<number, Uint8Array>();
  #at = 0;
  #isInScan = false;
  #hasFrame = false;
  #scans = 0;

  /** A stream that has to be of this size. */
  constructor(width: number, height: number) {
    this.#size = `${width}x${height}`;
  }

  /** Whether the stream leaves tables out, so that those of an earlier one are meant. */
  get isAbbreviated(): boolean {
    const markers = new Set([...this.tables.keys()].map((key) => key >> 8));
    return !markers.has(Marker.DQT) || !markers.has(Marker.DHT);
  }

  /** Where the stream ends in `bytes`, which hold all of it so far; undefined when more are needed. */
  findEnd(bytes: Uint8Array): number | undefined {
    for (;;) {
      if (this.#isInScan && !this.#passScan(bytes)) return undefined;
      if (bytes.length < this.#at + 2) return undefined;
      const marker = bytes[this.#at + 1]!;
      if (bytes[this.#at] !== 0xff || (marker === Marker.SOI) !== (this.#at === 0)) {
        throw jpegFault(`there is no marker at byte ${this.#at}`);
      }
      if (marker === Marker.EOI) return this.#end();
      if (marker === Marker.SOI) this.#at += 2;
      else if (marker === 0xff) this.#at++;
      else if (!this.#passSegment(bytes, marker)) return undefined;
    }
  }

  #end(): number {
    if (this.#scans === 0) throw jpegFault("it has no scan");
    return this.#at + 2;
  }

  /** Up to the next marker that is neither a stuffed byte nor a restart. False when it is not there yet. */
  #passScan(bytes: Uint8Array): boolean {
    for (;;) {
      const at = bytes.indexOf(0xff, this.#at);
      this.#at = at === -1 ? bytes.length : at;
      if (this.#at + 1 >= bytes.length) return false;
      const marker = bytes[this.#at + 1]!;
      this.#isInScan = marker === 0 || marker >= Marker.RST0 && marker <= Marker.RST7;
      if (!this.#isInScan) return true;
      this.#at += 2;
    }
  }

  #passSegment(bytes: Uint8Array, marker: number): boolean {
    const start = this.#at + 4;
    if (bytes.length < start) return false;
    const length = bytes[start - 2]! << 8 | bytes[start - 1]!;
    if (length < 2) throw jpegFault(`a segment has ${length} bytes`);
    if (bytes.length < start - 2 + length) return false;
    this.#at += 2 + length;
    this.#onSegment(marker, bytes.subarray(start, this.#at));
    return true;
  }

  #onSegment(marker: number, content: Uint8Array): void {
    if (marker === Marker.DQT) this.#addTables(marker, content, (head) => 64 << (head[0]! >> 4 & 1));
    else if (marker === Marker.DHT) this.#addTables(marker, content, symbolCount);
    else if (marker === Marker.SOS) this.#onScan();
    else if (marker >= 0xc0 && marker <= 0xcf && marker !== Marker.JPG) this.#onFrame(marker, content);
  }

  #onFrame(marker: number, content: Uint8Array): void {
    if (!FRAMES.includes(marker)) throw jpegFault(`frames of kind ${marker - 0xc0} are not supported`);
    if (this.#hasFrame || content.length < 6) throw jpegFault("its frame is broken");
    this.#hasFrame = true;
    const [precision, a, b, c, d, components] = content;
    const size = `${c! << 8 | d!}x${a! << 8 | b!}`;
    if (size !== this.#size) throw jpegFault(`it is ${size}, its rect ${this.#size}`);
    if (precision !== 8) throw jpegFault(`samples of ${precision} bits are not supported`);
    if (components !== 1 && components !== 3) throw jpegFault(`${components} components are not supported`);
    for (let at = 7; at < 6 + components * 3; at += 3) {
      const [across, down] = [content[at]! >> 4, content[at]! & 15];
      if (!(across >= 1 && across <= 4 && down >= 1 && down <= 4)) throw jpegFault("its sampling factors are broken");
    }
  }

  /** A progressive picture is gone over once a scan, however few bytes that is. */
  #onScan(): void {
    if (!this.#hasFrame) throw jpegFault("it has a scan before its frame");
    this.#scans++;
    if (this.#scans > MAX_JPEG_SCANS) throw jpegFault(`it has more than ${MAX_JPEG_SCANS} scans`);
    this.#isInScan = true;
  }

  /** `valueBytes` says how many bytes stand behind the head of a table. */
  #addTables(marker: number, content: Uint8Array, valueBytes: (head: Uint8Array) => number): void {
    const headBytes = marker === Marker.DHT ? 1 + HUFFMAN_COUNTS : 1;
    for (let at = 0; at < content.length;) {
      const head = content.subarray(at, at + headBytes);
      const count = headBytes + valueBytes(head);
      const classAndNumber = head[0]!;
      if (at + count > content.length || (classAndNumber & 0xec) !== 0) throw jpegFault("a table is broken");
      const key = marker << 8 | (marker === Marker.DHT ? classAndNumber : classAndNumber & 3);
      const length = count + 2;
      this.tables.set(key, Uint8Array.of(0xff, marker, length >> 8, length & 255, ...content.subarray(at, at + count)));
      at += count;
    }
  }
}

function symbolCount(head: Uint8Array): number {
  return head.subarray(1).reduce((sum, count) => sum + count, 0);
}
