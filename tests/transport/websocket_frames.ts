/** Frames as a client of RFC 6455 writes them, right and wrong, and a reader of a server's. */

/** What may be wrong with a frame. */
export interface FrameOptions {
  readonly isFinal?: boolean;
  readonly isMasked?: boolean;
  readonly reservedBits?: number;
  /** Written instead of the payload's own length, as 64 bits. */
  readonly claimedBytes?: bigint;
}

const MASK = [0x12, 0x34, 0x56, 0x78];

/** A client's frame. */
export function clientFrame(opcode: number, payload: Uint8Array, options: FrameOptions = {}): Uint8Array {
  const isMasked = options.isMasked ?? true;
  const first = (options.isFinal === false ? 0 : 0x80) | (options.reservedBits ?? 0) | opcode;
  const header = [first, ...lengthBytes(payload.length, isMasked ? 0x80 : 0, options.claimedBytes)];
  if (isMasked) header.push(...MASK);
  const body = isMasked ? payload.map((byte, i) => byte ^ (MASK[i & 3] as number)) : payload;
  return concat([new Uint8Array(header), body]);
}

function lengthBytes(length: number, maskBit: number, claimedBytes: bigint | undefined): number[] {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, claimedBytes ?? BigInt(length));
  const bytes = [...new Uint8Array(view.buffer)];
  if (claimedBytes !== undefined || length > 0xffff) return [maskBit | 127, ...bytes];
  return length > 125 ? [maskBit | 126, ...bytes.slice(6)] : [maskBit | length];
}

/** One array of many. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}

/** A frame of the server. */
export interface ServerFrame {
  readonly opcode: number;
  readonly payload: Uint8Array;
}

/** The whole frames in `bytes`; throws when one is masked, not final or cut. */
export function serverFrames(bytes: Uint8Array): ServerFrame[] {
  const frames: ServerFrame[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = 0;
  while (offset < bytes.length) {
    const first = view.getUint8(offset);
    const short = view.getUint8(offset + 1);
    if ((first & 0xf0) !== 0x80 || short > 127) throw new Error("not a whole frame of a server");
    const [length, header] = short === 127
      ? [Number(view.getBigUint64(offset + 2)), 10]
      : short === 126
      ? [view.getUint16(offset + 2), 4]
      : [short, 2];
    if (offset + header + length > bytes.length) throw new Error("the frame is cut");
    frames.push({ opcode: first & 15, payload: bytes.slice(offset + header, offset + header + length) });
    offset += header + length;
  }
  return frames;
}
