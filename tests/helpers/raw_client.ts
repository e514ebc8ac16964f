/** A client that is written down byte by byte, so that it can be wrong on purpose. */

import assert from "node:assert/strict";
import { type Rect, rect } from "../../lib/base/rect.ts";
import { ByteReader } from "../../lib/rfb/byte_reader.ts";
import { ByteWriter } from "../../lib/rfb/byte_writer.ts";
import {
  writeFramebufferUpdateRequest,
  writeSetEncodings,
  writeSetPixelFormat,
} from "../../lib/rfb/client_messages.ts";
import type { PixelFormat } from "../../lib/rfb/pixel_format.ts";
import {
  parseFramebufferUpdateHeader,
  parseRectHeader,
  parseServerInit,
  type RectHeader,
  type ServerInit,
} from "../../lib/rfb/server_messages.ts";
import type { VncServer } from "../../lib/server/vnc_server.ts";
import type { ByteStream } from "../../lib/transport/byte_stream.ts";
import { memoryPipe } from "../../lib/transport/memory_pipe.ts";

/** One end of a connection, read and written by hand. */
export class RawClient {
  readonly stream: ByteStream;
  readonly reader = new ByteReader();

  constructor(stream: ByteStream) {
    this.stream = stream;
  }

  /** A connection to the server inside this process. */
  static connect(server: VncServer, options: { skipAuth?: boolean } = {}): RawClient {
    const [near, far] = memoryPipe();
    server.addStream(far, options);
    return new RawClient(near);
  }

  /** Connects and gets through a handshake of 3.8 without a password. */
  static async initialized(server: VncServer, shared = true): Promise<RawClient> {
    const client = RawClient.connect(server);
    await client.initialize(shared);
    return client;
  }

  /** Gets through a handshake of 3.8 without a password. */
  async initialize(shared = true): Promise<ServerInit> {
    await this.writeText("RFB 003.008\n");
    assert.equal(await this.readText(12), "RFB 003.008\n");
    assert.deepEqual(await this.read(2), [1, 1]);
    await this.write([1]);
    assert.deepEqual(await this.read(4), [0, 0, 0, 0]);
    await this.write([shared ? 1 : 0]);
    return await this.readParsed(parseServerInit);
  }

  /** The next bytes, exactly so many. Fails when the connection ends before. */
  async read(count: number): Promise<number[]> {
    return [...await this.readParsed((reader) => reader.has(count) ? reader.bytes(count) : undefined)];
  }

  /** The next bytes as text. */
  async readText(count: number): Promise<string> {
    return String.fromCharCode(...await this.read(count));
  }

  /** Reads until the parser has what it wants. */
  async readParsed<T>(parse: (reader: ByteReader) => T | undefined): Promise<T> {
    for (;;) {
      const parsed = parse(this.reader);
      if (parsed !== undefined) return parsed;
      const chunk = await this.stream.read();
      assert(chunk !== null, `the connection ended with ${this.reader.available} bytes unread`);
      this.reader.append(chunk);
    }
  }

  /** The bytes up to the end of the connection. */
  async readToEnd(): Promise<number[]> {
    for (let chunk = await this.stream.read(); chunk !== null; chunk = await this.stream.read()) {
      this.reader.append(chunk);
    }
    return [...this.reader.bytes(this.reader.available)];
  }

  /** Writes bytes; what the server has hung up on is no error here. */
  async write(bytes: Iterable<number>): Promise<void> {
    await this.stream.write(Uint8Array.from(bytes)).catch(() => {});
  }

  async writeText(text: string): Promise<void> {
    await this.write(new TextEncoder().encode(text));
  }

  /** Writes a message with one of the rfb room's writers. */
  async send(write: (writer: ByteWriter) => void): Promise<void> {
    const writer = new ByteWriter();
    write(writer);
    await this.write(writer.finish());
  }

  async setEncodings(...encodings: number[]): Promise<void> {
    await this.send((writer) => writeSetEncodings(writer, encodings));
  }

  async setPixelFormat(format: PixelFormat): Promise<void> {
    await this.send((writer) => writeSetPixelFormat(writer, format));
  }

  async request(incremental: boolean, area: Rect = rect(0, 0, 0xffff, 0xffff)): Promise<void> {
    await this.send((writer) => writeFramebufferUpdateRequest(writer, incremental, area));
  }

  /** Reads an update; `onRect` reads each rect's payload, which it is told the length of when it is Raw of 32 bpp. */
  async readUpdate(
    onRect: (header: RectHeader) => Promise<void> | void,
  ): Promise<RectHeader[]> {
    const count = await this.readParsed(parseFramebufferUpdateHeader);
    const headers: RectHeader[] = [];
    for (let i = 0; i < count; i++) {
      const header = await this.readParsed(parseRectHeader);
      headers.push(header);
      await onRect(header);
    }
    return headers;
  }

  close(): void {
    this.stream.close();
  }
}
