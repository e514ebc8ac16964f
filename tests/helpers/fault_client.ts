/** A client over TCP that is wrong on purpose, and that the server's log can be searched for. */

import { connStream } from "../../lib/transport/conn_stream.ts";
import { RawClient } from "./raw_client.ts";

/** No test waits longer for what a server does not send. */
const LIFETIME_MS = 30_000;

/** A {@link RawClient} of a server that listens on loopback. */
export class FaultClient extends RawClient {
  /** What the server calls it: `127.0.0.1:53211`. */
  readonly address: string;
  readonly #conn: Deno.TcpConn;
  readonly #lifetime: ReturnType<typeof setTimeout>;

  private constructor(conn: Deno.TcpConn) {
    super(connStream(conn, "tcp", "the server"));
    this.#conn = conn;
    this.address = `${conn.localAddr.hostname}:${conn.localAddr.port}`;
    this.#lifetime = setTimeout(() => this.close(), LIFETIME_MS);
  }

  /** Connects, and sends nothing. */
  static async open(port: number): Promise<FaultClient> {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port });
    conn.setNoDelay(true);
    return new FaultClient(conn);
  }

  /** Writes in one piece; what the server has hung up on is no error. */
  override async write(bytes: Iterable<number>): Promise<void> {
    const all = bytes instanceof Uint8Array ? bytes : Uint8Array.from(bytes);
    await this.stream.write(all).catch(() => {});
  }

  /** Writes one byte after the other, each in a packet of its own. */
  async writeSlowly(bytes: Iterable<number>): Promise<void> {
    for (const byte of bytes) {
      await this.write([byte]);
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  }

  /** Ends the own side; the server may still send. */
  async endWriting(): Promise<void> {
    await this.#conn.closeWrite();
  }

  /** What is left to read, up to the end of the connection, however it ends. */
  async readToBreak(): Promise<number[]> {
    return await this.readToEnd().catch(() => [...this.reader.bytes(this.reader.available)]);
  }

  override close(): void {
    clearTimeout(this.#lifetime);
    super.close();
  }
}
