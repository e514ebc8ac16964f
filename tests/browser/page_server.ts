/** The web door in front of a small RFB server that a test plays by hand, for what a real server does not do on demand. */

import { createLogger } from "../../lib/base/log.ts";
import { ByteReader } from "../../lib/rfb/byte_reader.ts";
import { type ClientMessage, parseClientMessage } from "../../lib/rfb/client_messages.ts";
import { Encoding, PseudoEncoding } from "../../lib/rfb/encodings.ts";
import { verifyVncAuthResponse } from "../../lib/security/vnc_auth.ts";
import { parseAddress } from "../../lib/transport/address.ts";
import type { ByteStream } from "../../lib/transport/byte_stream.ts";
import { serveWeb, type WebDoor } from "../../lib/web/http_door.ts";
import { FakeServer, serverInit, updateMessage } from "../helpers/fake_server.ts";
import { waitUntil } from "../helpers/peers.ts";

const CHALLENGE = new Uint8Array(16).map((_, i) => i * 11);

/** A picture as R,G,B,A bytes. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/** Colours that are different everywhere. */
export function makePicture(width: number, height: number, seed: number): Picture {
  const pixels = new Uint8Array(width * height * 4);
  for (let i = 0; i < width * height; i++) pixels.set([i * 3 + seed, (i >> 6) + seed, i * seed, 255], i * 4);
  return { width, height, pixels };
}

/** Serves pictures to the page. */
export class PageServer {
  readonly log: string[] = [];
  /** Every message of every client, as it came. */
  readonly messages: ClientMessage[] = [];
  name = "machine";
  password: string | undefined;
  picture: Picture;
  #door!: WebDoor;
  #client: FakeServer | undefined;

  constructor(picture: Picture) {
    this.picture = picture;
  }

  /** A server that listens. */
  static async start(picture: Picture): Promise<PageServer> {
    const server = new PageServer(picture);
    server.#door = await serveWeb({
      address: parseAddress("127.0.0.1::0", 5700),
      onStream: (stream) => void server.#serve(stream).catch((error) => server.log.push(String(error))),
      logger: createLogger("warn", (line) => server.log.push(line)),
    });
    return server;
  }

  get url(): string {
    return `http://${this.#door.address}/`;
  }

  async #serve(stream: ByteStream): Promise<void> {
    const client = new FakeServer(stream);
    this.#client = client;
    await client.send("RFB 003.008\n");
    await client.expect("RFB 003.008\n");
    if (!await this.#letIn(client)) return stream.close();
    await client.receive(1);
    await client.send(serverInit(this.picture.width, this.picture.height, this.name));
    await this.#listen(stream);
  }

  async #letIn(client: FakeServer): Promise<boolean> {
    await client.send([1, this.password === undefined ? 1 : 2]);
    await client.receive(1);
    if (this.password !== undefined) {
      await client.send(CHALLENGE);
      if (!verifyVncAuthResponse(this.password, CHALLENGE, await client.receive(16))) {
        const reason = "the password is wrong <b>!</b>";
        await client.send([0, 0, 0, 1], [0, 0, 0, reason.length], reason);
        return false;
      }
    }
    await client.send([0, 0, 0, 0]);
    return true;
  }

  async #listen(stream: ByteStream): Promise<void> {
    const reader = new ByteReader();
    for (let chunk = await stream.read(); chunk !== null; chunk = await stream.read()) {
      reader.append(chunk);
      for (let message = parseClientMessage(reader); message !== undefined; message = parseClientMessage(reader)) {
        this.messages.push(message);
        if (message.type === "FramebufferUpdateRequest" && !message.incremental) await this.sendPicture();
      }
    }
  }

  /** Waits until a message has come that is as wanted. */
  async received(what: string, isWanted: (message: ClientMessage) => boolean): Promise<void> {
    await waitUntil(() => this.messages.some(isWanted), what).catch((error) => {
      throw new Error(`${error.message}; there were ${JSON.stringify(this.messages)} and ${this.log}`);
    });
  }

  /** The whole picture, in noVNC's pixel format: R,G,B,X. */
  async sendPicture(): Promise<void> {
    const { width, height, pixels } = this.picture;
    await this.#client?.send(updateMessage([{ width, height, encoding: Encoding.Raw, payload: pixels }]));
  }

  /** Gives the desktop the size of another picture, and shows it when asked. */
  async resize(picture: Picture): Promise<void> {
    this.picture = picture;
    const { width, height } = picture;
    await this.#client?.send(updateMessage([{ width, height, encoding: PseudoEncoding.DesktopSize }]));
    await this.sendPicture();
  }

  /** Sends bytes as they are. */
  async send(bytes: number[]): Promise<void> {
    await this.#client?.send(bytes);
  }

  /** Hangs up on the client. */
  hangUp(): void {
    this.#client?.stream.close();
  }

  close(): void {
    this.hangUp();
    this.#door.close();
  }
}
