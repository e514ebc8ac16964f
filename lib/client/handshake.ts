/** The client's half of the handshake: version, security, initialisation (RFC 6143 §7.1–§7.3). */

import { AuthError, ConnectionError, LimitError, ProtocolError } from "../base/errors.ts";
import { escapeText, type Logger } from "../base/log.ts";
import type { ByteReader } from "../rfb/byte_reader.ts";
import { ByteWriter } from "../rfb/byte_writer.ts";
import {
  parseProtocolVersion,
  type ProtocolVersion,
  writeClientInit,
  writeProtocolVersion,
} from "../rfb/client_messages.ts";
import { SecurityResult, SecurityType, securityTypeName } from "../rfb/message_types.ts";
import {
  parseDictatedSecurityType,
  parseReason,
  parseSecurityResult,
  parseSecurityTypes,
  parseServerInit,
  parseVncAuthChallenge,
  type ServerInit,
} from "../rfb/server_messages.ts";
import { vncAuthResponse } from "../security/vnc_auth.ts";
import type { ByteStream } from "../transport/byte_stream.ts";

/** A password, or how to ask for one when a server wants it. */
export type Password = string | (() => string | Promise<string>);

/** What the handshake needs to know. */
export interface HandshakeOptions {
  readonly password: Password | undefined;
  readonly shared: boolean;
  readonly logger: Logger;
}

/** The longest part of a server's reason that is shown. */
const SHOWN_REASON_LENGTH = 500;

/**
 * Shakes hands; bytes behind the ServerInit stay in the reader. Throws AuthError, ConnectionError (the server refused or
 * ended the connection), ProtocolError or LimitError.
 */
export async function shakeHands(
  stream: ByteStream,
  reader: ByteReader,
  options: HandshakeOptions,
): Promise<ServerInit> {
  return await new Handshake(stream, reader, options).run();
}

class Handshake {
  readonly #stream: ByteStream;
  readonly #reader: ByteReader;
  readonly #options: HandshakeOptions;
  #version: ProtocolVersion = "3.8";

  constructor(stream: ByteStream, reader: ByteReader, options: HandshakeOptions) {
    this.#stream = stream;
    this.#reader = reader;
    this.#options = options;
  }

  async run(): Promise<ServerInit> {
    this.#version = (await this.#await(parseProtocolVersion)).version;
    await this.#send((writer) => writeProtocolVersion(writer, this.#version));
    const type = this.#version === "3.3" ? await this.#dictatedType() : await this.#chosenType();
    if (type === SecurityType.VncAuth) await this.#answerChallenge();
    if (type === SecurityType.VncAuth || this.#version === "3.8") await this.#expectOk();
    await this.#send((writer) => writeClientInit(writer, this.#options.shared));
    return await this.#await(parseServerInit);
  }

  /** What `parse` reads, as soon as its bytes are there. */
  async #await<T>(parse: (reader: ByteReader) => T | undefined): Promise<T> {
    while (true) {
      const value = parse(this.#reader);
      if (value !== undefined) return value;
      const chunk = await this.#stream.read();
      if (chunk === null) {
        const name = this.#stream.peerAddress;
        throw new ConnectionError(`Cannot connect to ${name}: the server closed the connection`, "connect");
      }
      this.#reader.append(chunk);
    }
  }

  async #send(write: (writer: ByteWriter) => void): Promise<void> {
    const writer = new ByteWriter();
    write(writer);
    await this.#stream.write(writer.finish());
  }

  async #dictatedType(): Promise<number> {
    const type = await this.#await(parseDictatedSecurityType);
    if (type === SecurityType.Invalid) throw await this.#refusal();
    return this.#choose([type]);
  }

  async #chosenType(): Promise<number> {
    const offered = await this.#await(parseSecurityTypes);
    if (offered.length === 0) throw await this.#refusal();
    const type = this.#choose(offered);
    await this.#send((writer) => writer.u8(type));
    return type;
  }

  async #refusal(): Promise<ConnectionError> {
    const reason = await this.#reason();
    return new ConnectionError(
      `Cannot connect to ${this.#stream.peerAddress}: the server refused: ${reason}`,
      "connect",
    );
  }

  /** A password that was configured is used wherever the server offers to ask for it. */
  #choose(offered: readonly number[]): number {
    const hasPassword = this.#options.password !== undefined;
    if (offered.includes(SecurityType.VncAuth) && hasPassword) return SecurityType.VncAuth;
    if (offered.includes(SecurityType.None)) {
      if (hasPassword) this.#options.logger.warn(`${this.#stream.peerAddress} does not ask for the password`);
      return SecurityType.None;
    }
    const name = this.#stream.peerAddress;
    if (offered.includes(SecurityType.VncAuth)) {
      throw new AuthError(`Cannot authenticate to ${name}: the server asks for a password and there is none`);
    }
    const names = offered.slice(0, 16).map(securityTypeName).join(", ");
    throw new AuthError(`Cannot authenticate to ${name}: the server offers ${names}, supported are None and VncAuth`);
  }

  async #answerChallenge(): Promise<void> {
    const challenge = await this.#await(parseVncAuthChallenge);
    const { password } = this.#options;
    const text = typeof password === "function" ? await password() : password ?? "";
    await this.#stream.write(vncAuthResponse(text, challenge));
  }

  async #expectOk(): Promise<void> {
    const result = await this.#await(parseSecurityResult);
    if (result === SecurityResult.OK) return;
    const reason = this.#version === "3.8" ? await this.#reason() : `security result ${result}`;
    throw new AuthError(`Cannot authenticate to ${this.#stream.peerAddress}: ${reason}`);
  }

  /** The server's reason, fit to be shown; a server that gives none, or nonsense, has failed the handshake all the same. */
  async #reason(): Promise<string> {
    try {
      return `"${escapeText(await this.#await(parseReason), SHOWN_REASON_LENGTH)}"`;
    } catch (error) {
      if (error instanceof LimitError || error instanceof ProtocolError) return "the reason is too long to be read";
      if (error instanceof ConnectionError) return "no reason was given";
      throw error;
    }
  }
}
