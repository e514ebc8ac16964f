/** A client that can be wrong on purpose: bytes over a TCP connection, nothing else. */

/** One connection; reads happen only when they are asked for. */
export class RawClient implements AsyncDisposable {
  readonly #connection: Deno.TcpConn;

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  /** Connects to a loopback port. */
  static async connect(port: number): Promise<RawClient> {
    return new RawClient(await Deno.connect({ hostname: "127.0.0.1", port }));
  }

  /** Sends all bytes. */
  async send(...bytes: (number | Uint8Array | string)[]): Promise<void> {
    const parts = bytes.flatMap((part) => {
      if (typeof part === "number") return [part];
      return [...(typeof part === "string" ? new TextEncoder().encode(part) : part)];
    });
    const all = Uint8Array.from(parts);
    for (let at = 0; at < all.length;) at += await this.#connection.write(all.subarray(at));
  }

  /** Reads exactly `count` bytes; throws when the server closes before. */
  async receive(count: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(count);
    for (let at = 0; at < count;) {
      const read = await this.#connection.read(bytes.subarray(at));
      if (read === null) throw new Error(`closed after ${at} of ${count} bytes`);
      at += read;
    }
    return bytes;
  }

  /** Reads whatever comes until the server closes; gives how many bytes came. */
  async receiveUntilClosed(): Promise<number> {
    const buffer = new Uint8Array(65_536);
    let count = 0;
    try {
      for (;;) {
        const read = await this.#connection.read(buffer);
        if (read === null) return count;
        count += read;
      }
    } catch (error) {
      if (error instanceof Deno.errors.ConnectionReset) return count;
      throw error;
    }
  }

  /** Handshake of 3.8 without authentication, as a shared client; gives the size of the framebuffer. */
  async shakeHands(): Promise<{ readonly width: number; readonly height: number }> {
    await this.receive(12);
    await this.send("RFB 003.008\n");
    const [count = 0] = await this.receive(1);
    await this.receive(count);
    await this.send(1);
    await this.receive(4);
    await this.send(1);
    const init = await this.receive(24);
    const view = new DataView(init.buffer);
    await this.receive(view.getUint32(20));
    return { width: view.getUint16(0), height: view.getUint16(2) };
  }

  /** SetEncodings with these numbers. */
  setEncodings(...encodings: number[]): Promise<void> {
    const bytes = new DataView(new ArrayBuffer(4 + 4 * encodings.length));
    bytes.setUint8(0, 2);
    bytes.setUint16(2, encodings.length);
    encodings.forEach((encoding, i) => bytes.setInt32(4 + 4 * i, encoding));
    return this.send(new Uint8Array(bytes.buffer));
  }

  /** FramebufferUpdateRequest for the top-left `width` x `height`. */
  requestUpdate(incremental: boolean, width: number, height: number): Promise<void> {
    const bytes = new DataView(new ArrayBuffer(10));
    bytes.setUint8(0, 3);
    bytes.setUint8(1, incremental ? 1 : 0);
    bytes.setUint16(6, width);
    bytes.setUint16(8, height);
    return this.send(new Uint8Array(bytes.buffer));
  }

  [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#connection.close();
    } catch {
      // The server may have been first.
    }
    return Promise.resolve();
  }
}
