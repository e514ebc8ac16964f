/** A VNC server that a test plays by hand, over memory. */

import assert from "node:assert/strict";
import { ByteWriter } from "../../lib/rfb/byte_writer.ts";
import { X8R8G8B8 } from "../../lib/rfb/pixel_format.ts";
import { writeFramebufferUpdateHeader, writeRectHeader, writeServerInit } from "../../lib/rfb/server_messages.ts";
import type { ByteStream } from "../../lib/transport/byte_stream.ts";
import { memoryPipe } from "../../lib/transport/memory_pipe.ts";

/** A rect of an update as it goes over the wire. */
export interface WireRect {
  readonly x?: number;
  readonly y?: number;
  readonly width: number;
  readonly height: number;
  readonly encoding: number;
  readonly payload?: Uint8Array;
}

/** The bytes that `write` writes. */
export function written(write: (writer: ByteWriter) => unknown): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  write(writer);
  return writer.finish();
}

/** A FramebufferUpdate; `count` may lie. */
export function updateMessage(rects: readonly WireRect[], count = rects.length): Uint8Array<ArrayBuffer> {
  return written((writer) => {
    writeFramebufferUpdateHeader(writer, count);
    for (const { x = 0, y = 0, width, height, encoding, payload } of rects) {
      writeRectHeader(writer, { x, y, width, height }, encoding);
      if (payload !== undefined) writer.bytes(payload);
    }
  });
}

/** A ServerInit with the server's own pixel format. */
export function serverInit(width: number, height: number, name = "fake"): Uint8Array<ArrayBuffer> {
  return written((writer) => writeServerInit(writer, { width, height, pixelFormat: X8R8G8B8, name }));
}

/** The far end of a client's stream. */
export class FakeServer {
  readonly stream: ByteStream;
  #unread = new Uint8Array(0);

  constructor(stream: ByteStream) {
    this.stream = stream;
  }

  /** A server and the stream its client reads, in pieces of `maxReadBytes`. */
  static create(maxReadBytes = Infinity): { server: FakeServer; stream: ByteStream } {
    const [near, far] = memoryPipe({ maxReadBytes });
    return { server: new FakeServer(far), stream: near };
  }

  /** Sends bytes, numbers or ASCII text. */
  async send(...parts: (Uint8Array | number[] | string)[]): Promise<void> {
    for (const part of parts) {
      const bytes = typeof part === "string" ? new TextEncoder().encode(part) : Uint8Array.from(part);
      await this.stream.write(bytes);
    }
  }

  /** The next bytes of the client; fewer when it has gone. */
  async receive(byteLength: number): Promise<Uint8Array> {
    while (this.#unread.length < byteLength) {
      const chunk = await this.stream.read();
      if (chunk === null) break;
      this.#unread = Uint8Array.from([...this.#unread, ...chunk]);
    }
    const bytes = this.#unread.slice(0, byteLength);
    this.#unread = this.#unread.slice(byteLength);
    return bytes;
  }

  /** Checks what the client sends next. */
  async expect(expected: Uint8Array | number[] | string): Promise<void> {
    const bytes = typeof expected === "string" ? new TextEncoder().encode(expected) : Uint8Array.from(expected);
    assert.deepEqual([...await this.receive(bytes.length)], [...bytes]);
  }

  /** A 3.8 handshake without a password up to SetPixelFormat; gives the encodings that were asked for. */
  async welcome(width: number, height: number, name?: string): Promise<number[]> {
    await this.send("RFB 003.008\n");
    await this.expect("RFB 003.008\n");
    await this.send([1, 1]);
    await this.expect([1]);
    await this.send([0, 0, 0, 0]);
    await this.receive(1);
    await this.send(serverInit(width, height, name));
    return await this.settings();
  }

  /** Checks SetPixelFormat and gives the numbers of SetEncodings. */
  async settings(): Promise<number[]> {
    await this.expect([0, 0, 0, 0, 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0]);
    const [type, , high = 0, low = 0] = await this.receive(4);
    assert.equal(type, 2);
    const bytes = await this.receive((high * 256 + low) * 4);
    const view = new DataView(bytes.buffer);
    return Array.from({ length: bytes.length / 4 }, (_, i) => view.getInt32(i * 4));
  }

  /** Whether the client has closed its end. */
  async isAbandoned(): Promise<boolean> {
    return await this.stream.read() === null;
  }
}
