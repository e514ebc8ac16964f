/** The frames of RFC 6455 as bytes, the server's side. Pure: no I/O, no timers. */

import { ProtocolError } from "../base/errors.ts";
import { MAX_WEBSOCKET_FRAME_BYTES } from "../base/limits.ts";

/** Opcodes of RFC 6455 section 5.2. */
export const Opcode = { Continuation: 0, Text: 1, Binary: 2, Close: 8, Ping: 9, Pong: 10 } as const;

/** Why a WebSocket was closed, RFC 6455 section 7.4.1. */
export const CloseCode = {
  Normal: 1000,
  ProtocolError: 1002,
  UnsupportedData: 1003,
  NoStatus: 1005,
  PolicyViolation: 1008,
  TooBig: 1009,
} as const;

/** A frame of the client breaks the rules; `closeCode` is what the client is told. */
export class WebSocketFrameError extends ProtocolError {
  override name = "WebSocketFrameError";
  readonly closeCode: number;

  constructor(why: string, closeCode: number = CloseCode.ProtocolError) {
    super(`Cannot read a WebSocket frame: ${why}`);
    this.closeCode = closeCode;
  }
}

/** What came: bytes of the stream, or a control frame with its payload. */
export type FrameEvent =
  | { readonly kind: "data"; readonly bytes: Uint8Array }
  | { readonly kind: "close" | "ping" | "pong"; readonly payload: Uint8Array };

const FINAL_BIT = 0x80;
const RESERVED_BITS = 0x70;
const OPCODE_BITS = 0x0f;
const MASKED_BIT = 0x80;
const LENGTH_BITS = 0x7f;
const LENGTH_16 = 126;
const LENGTH_64 = 127;
const MAX_CONTROL_BYTES = 125;
const MASK_BYTES = 4;
/** 2 bytes, a 64-bit length, the mask. */
const MAX_HEADER_BYTES = 14;

interface FrameHeader {
  readonly opcode: number;
  readonly isFinal: boolean;
  readonly payloadBytes: number;
  readonly mask: Uint8Array;
}

/**
 * Reads the frames of a client, fed in pieces of any size. Data is handed on as it comes, so that a frame is never
 * held; only a control frame's payload (125 bytes at most) is.
 */
export class FrameReader {
  readonly #header = new Uint8Array(MAX_HEADER_BYTES);
  #headerBytes = 0;
  #frame: FrameHeader | undefined;
  #payloadOffset = 0;
  #control: Uint8Array | undefined;
  #insideMessage = false;

  /** The events these bytes complete, in order. Throws a {@link WebSocketFrameError}. Unmasks `bytes` in place. */
  feed(bytes: Uint8Array): FrameEvent[] {
    const events: FrameEvent[] = [];
    let offset = 0;
    while (offset < bytes.length || this.#isComplete) {
      if (this.#frame === undefined) {
        offset += this.#feedHeader(bytes.subarray(offset));
      } else {
        const missing = this.#frame.payloadBytes - this.#payloadOffset;
        const part = bytes.subarray(offset, offset + missing);
        offset += part.length;
        const event = this.#feedPayload(this.#frame, part);
        if (event !== undefined) events.push(event);
      }
    }
    return events;
  }

  /** A frame without payload is complete as soon as its header is. */
  get #isComplete(): boolean {
    return this.#frame !== undefined && this.#payloadOffset === this.#frame.payloadBytes;
  }

  #feedHeader(bytes: Uint8Array): number {
    let used = 0;
    while (used < bytes.length && this.#headerBytes < headerBytes(this.#header, this.#headerBytes)) {
      this.#header[this.#headerBytes++] = bytes[used++] as number;
      if (this.#headerBytes === 2) checkStart(this.#header, this.#insideMessage);
    }
    if (this.#headerBytes < headerBytes(this.#header, this.#headerBytes)) return used;
    this.#startFrame(readHeader(this.#header.subarray(0, this.#headerBytes)));
    return used;
  }

  #startFrame(frame: FrameHeader): void {
    this.#headerBytes = 0;
    this.#frame = frame;
    this.#payloadOffset = 0;
    const isControl = frame.opcode >= Opcode.Close;
    this.#control = isControl ? new Uint8Array(frame.payloadBytes) : undefined;
    if (!isControl) this.#insideMessage = !frame.isFinal;
  }

  #feedPayload(frame: FrameHeader, part: Uint8Array): FrameEvent | undefined {
    unmask(part, frame.mask, this.#payloadOffset);
    this.#control?.set(part, this.#payloadOffset);
    this.#payloadOffset += part.length;
    const payload = this.#control;
    const isComplete = this.#isComplete;
    if (isComplete) this.#frame = undefined;
    if (payload === undefined) return part.length === 0 ? undefined : { kind: "data", bytes: part };
    return isComplete ? { kind: controlKind(frame.opcode), payload } : undefined;
  }
}

/** How long the header is, as far as the bytes that have come tell. */
function headerBytes(header: Uint8Array, known: number): number {
  if (known < 2) return 2;
  const length = (header[1] as number) & LENGTH_BITS;
  return 2 + (length === LENGTH_64 ? 8 : length === LENGTH_16 ? 2 : 0) + MASK_BYTES;
}

function checkStart(header: Uint8Array, insideMessage: boolean): void {
  const first = header[0] as number;
  const second = header[1] as number;
  const opcode = first & OPCODE_BITS;
  if ((first & RESERVED_BITS) !== 0) throw new WebSocketFrameError("reserved bits are set");
  if ((second & MASKED_BIT) === 0) throw new WebSocketFrameError("it is not masked");
  if (opcode === Opcode.Text) throw new WebSocketFrameError("it is a text frame", CloseCode.UnsupportedData);
  if (opcode >= Opcode.Close) return checkControl(opcode, (first & FINAL_BIT) !== 0, second & LENGTH_BITS);
  if (opcode > Opcode.Binary) throw new WebSocketFrameError(`opcode ${opcode} means nothing`);
  if ((opcode === Opcode.Continuation) !== insideMessage) throw new WebSocketFrameError("a fragment is out of place");
}

function checkControl(opcode: number, isFinal: boolean, length: number): void {
  if (opcode > Opcode.Pong) throw new WebSocketFrameError(`opcode ${opcode} means nothing`);
  if (!isFinal) throw new WebSocketFrameError("a control frame is fragmented");
  if (length > MAX_CONTROL_BYTES) throw new WebSocketFrameError("a control frame is too long");
}

function readHeader(header: Uint8Array): FrameHeader {
  const first = header[0] as number;
  const payloadBytes = readLength(header);
  if (payloadBytes > MAX_WEBSOCKET_FRAME_BYTES) {
    throw new WebSocketFrameError(`it has ${payloadBytes} bytes`, CloseCode.TooBig);
  }
  return {
    opcode: first & OPCODE_BITS,
    isFinal: (first & FINAL_BIT) !== 0,
    payloadBytes,
    mask: header.slice(header.length - MASK_BYTES),
  };
}

function readLength(header: Uint8Array): number {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const short = view.getUint8(1) & LENGTH_BITS;
  if (short === LENGTH_16) return view.getUint16(2);
  return short === LENGTH_64 ? Number(view.getBigUint64(2)) : short;
}

function unmask(bytes: Uint8Array, mask: Uint8Array, offset: number): void {
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = (bytes[i] as number) ^ (mask[(offset + i) & 3] as number);
  }
}

function controlKind(opcode: number): "close" | "ping" | "pong" {
  return opcode === Opcode.Close ? "close" : opcode === Opcode.Ping ? "ping" : "pong";
}

/** Bytes the header of a server's frame takes. */
export function serverHeaderBytes(payloadBytes: number): number {
  return payloadBytes <= MAX_CONTROL_BYTES ? 2 : payloadBytes <= 0xffff ? 4 : 10;
}

/** A whole frame of the server: final, not masked; in `memory` where there is room for it. */
export function writeServerFrame(opcode: number, payload: Uint8Array, memory?: Uint8Array): Uint8Array {
  const start = serverHeaderBytes(payload.length);
  const byteLength = start + payload.length;
  const hasRoom = memory !== undefined && memory.length >= byteLength;
  const frame = hasRoom ? memory.subarray(0, byteLength) : new Uint8Array(byteLength);
  const view = new DataView(frame.buffer, frame.byteOffset);
  frame[0] = FINAL_BIT | opcode;
  frame[1] = start === 2 ? payload.length : start === 4 ? LENGTH_16 : LENGTH_64;
  if (start === 4) view.setUint16(2, payload.length);
  if (start === 10) view.setBigUint64(2, BigInt(payload.length));
  frame.set(payload, start);
  return frame;
}

/** The payload of a close frame; a code that must not be sent gives an empty one. */
export function closePayload(code: number): Uint8Array {
  if (code === CloseCode.NoStatus) return new Uint8Array(0);
  return new Uint8Array([code >> 8, code & 0xff]);
}

/** The code in a close frame's payload. */
export function closeCodeOf(payload: Uint8Array): number {
  return payload.length < 2 ? CloseCode.NoStatus : ((payload[0] as number) << 8) | (payload[1] as number);
}
