/** Bytes of the wire for strict decoders in tests. */

/** Reads numbers, and throws where the bytes end. */
export class WireBytes {
  at = 0;

  constructor(readonly bytes: Uint8Array) {}

  u8(): number {
    if (this.at >= this.bytes.length) throw new Error(`the bytes end at ${this.at}`);
    return this.bytes[this.at++]!;
  }

  u16(): number {
    return this.u8() << 8 | this.u8();
  }

  u32(): number {
    return (this.u16() * 0x10000) + this.u16();
  }

  take(count: number): Uint8Array {
    if (this.at + count > this.bytes.length) throw new Error(`${count} bytes are not there at ${this.at}`);
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }

  /** The next `count` bytes as bytes of their own. */
  part(count: number): WireBytes {
    return new WireBytes(this.take(count).slice());
  }

  /** A length as Tight writes it, and as many bytes. */
  takeCompactly(): Uint8Array {
    const lowest = this.u8();
    const middle = lowest & 128 ? this.u8() : 0;
    const highest = middle & 128 ? this.u8() : 0;
    return this.take((lowest & 127) + (middle & 127) * 128 + highest * 16_384);
  }

  /** Other bytes, to be read in the same way. */
  other(bytes: Uint8Array): WireBytes {
    return new WireBytes(bytes);
  }

  number(count: number, bigEndian: boolean): number {
    const bytes = Array.from({ length: count }, () => this.u8());
    return (bigEndian ? bytes : bytes.reverse()).reduce((value, byte) => value * 256 + byte, 0);
  }

  end(): void {
    if (this.at !== this.bytes.length) throw new Error(`${this.bytes.length - this.at} bytes are left over`);
  }
}
