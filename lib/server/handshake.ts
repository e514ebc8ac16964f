/** From the version to ClientInit (RFC 6143 §7.1–§7.3.1), as states by what is awaited. */

import type { Clock, Timer } from "../base/clock.ts";
import { AUTH_FAILURE_DELAY_MS } from "../base/limits.ts";
import type { ByteReader } from "../rfb/byte_reader.ts";
import { ByteWriter } from "../rfb/byte_writer.ts";
import {
  APPLE_MINOR_VERSION,
  NEWEST_VERSION,
  parseClientInit,
  parseProtocolVersion,
  type PeerVersion,
  type ProtocolVersion,
  writeProtocolVersion,
} from "../rfb/client_messages.ts";
import { SecurityResult, SecurityType, securityTypeName } from "../rfb/message_types.ts";
import {
  VNC_AUTH_CHALLENGE_BYTES,
  writeDictatedSecurityType,
  writeReason,
  writeSecurityResult,
  writeSecurityTypes,
} from "../rfb/server_messages.ts";
import type { AuthLimiter } from "../security/limiter.ts";
import { verifyVncAuthResponse, vncAuthChallenge } from "../security/vnc_auth.ts";

/** What a handshake waits for. In `refusing` and `done` it reads nothing any more. */
export type HandshakeState =
  | "awaiting-version"
  | "awaiting-security-type"
  | "awaiting-vnc-auth-response"
  | "awaiting-client-init"
  | "refusing"
  | "done";

/** What a handshake needs of its connection. */
export interface HandshakeOptions {
  /** Undefined: nobody is asked for one. */
  readonly password: string | undefined;
  readonly limiter: AuthLimiter;
  /** What the limiter counts this client by. */
  readonly limiterKey: string;
  readonly clock: Clock;
  /** Why nobody can be let in now, in words for the client; undefined when somebody can. */
  readonly refusal: () => string | undefined;
  readonly send: (bytes: Uint8Array) => void;
  /** The client has been told no, the connection is to be closed once that is sent. */
  readonly onRefused: (reason: string) => void;
  /** The client is let in; ServerInit is next. */
  readonly onClientInit: (shared: boolean) => void;
}

/** The server's side of one handshake. */
export class Handshake {
  readonly #options: HandshakeOptions;
  /** The types the client may choose from; a server has one, as QEMU does. */
  readonly #offered: readonly SecurityType[];
  #state: HandshakeState = "awaiting-version";
  #peer: PeerVersion | undefined;
  #securityType: SecurityType | undefined;
  #challenge: Uint8Array | undefined;
  #delay: Timer | undefined;

  constructor(options: HandshakeOptions) {
    this.#options = options;
    this.#offered = [options.password === undefined ? SecurityType.None : SecurityType.VncAuth];
  }

  get state(): HandshakeState {
    return this.#state;
  }

  /** The dialect agreed on. */
  get version(): ProtocolVersion | undefined {
    return this.#peer?.version;
  }

  /** The security type agreed on. */
  get securityType(): SecurityType | undefined {
    return this.#securityType;
  }

  /** Sends the server's version. */
  start(): void {
    this.#send((writer) => writeProtocolVersion(writer, NEWEST_VERSION));
  }

  /** Reads what is there. Throws ProtocolError for what is no handshake. What comes after a refusal is dropped. */
  advance(reader: ByteReader): void {
    while (this.#step(reader)) {
      // as far as the bytes go
    }
    if (this.#state === "refusing") reader.skip(reader.available);
  }

  /** The connection is gone: nothing is sent any more. */
  end(): void {
    this.#delay?.cancel();
    this.#state = "done";
  }

  /** Does one step; false when there is nothing to do, or not yet. */
  #step(reader: ByteReader): boolean {
    switch (this.#state) {
      case "awaiting-version":
        return this.#readVersion(reader);
      case "awaiting-security-type":
        return this.#readSecurityType(reader);
      case "awaiting-vnc-auth-response":
        return this.#readVncAuthResponse(reader);
      case "awaiting-client-init":
        return this.#readClientInit(reader);
      default:
        return false;
    }
  }

  #readVersion(reader: ByteReader): boolean {
    const peer = parseProtocolVersion(reader);
    if (peer === undefined) return false;
    this.#peer = peer;
    const refusal = this.#options.refusal() ?? this.#limiterRefusal();
    if (refusal !== undefined) this.#refuseSecurity(refusal);
    else this.#offerSecurity();
    return true;
  }

  #limiterRefusal(): string | undefined {
    if (!this.#offered.includes(SecurityType.VncAuth)) return undefined;
    return this.#options.limiter.waitMs(this.#options.limiterKey) > 0 ? "Too many authentication failures" : undefined;
  }

  /** Says no in the place of the security types: every dialect has a reason there. */
  #refuseSecurity(reason: string): void {
    this.#send((writer) => {
      if (this.version === "3.3") writeDictatedSecurityType(writer, SecurityType.Invalid);
      else writeSecurityTypes(writer, []);
      writeReason(writer, reason);
    });
    this.#state = "refusing";
    this.#options.onRefused(reason);
  }

  #offerSecurity(): void {
    if (this.version !== "3.3") {
      this.#send((writer) => writeSecurityTypes(writer, this.#offered));
      this.#state = "awaiting-security-type";
      return;
    }
    // 3.3 has no list: the server dictates
    const dictated = this.#offered[0]!;
    this.#send((writer) => writeDictatedSecurityType(writer, dictated));
    this.#choose(dictated);
  }

  #readSecurityType(reader: ByteReader): boolean {
    if (!reader.has(1)) return false;
    this.#choose(reader.u8());
    return true;
  }

  /** The one place where a type is taken, in every dialect: it must have been offered [CVE-2006-2369, CVE-2024-42458]. */
  #choose(type: number): void {
    this.#securityType = this.#offered.find((offered) => offered === type);
    if (this.#securityType === SecurityType.None) return this.#accept();
    if (this.#securityType === SecurityType.VncAuth) return this.#sendChallenge();
    this.#fail(`security type ${securityTypeName(type)} was not offered`);
  }

  #sendChallenge(): void {
    const challenge = vncAuthChallenge();
    this.#challenge = challenge;
    this.#send((writer) => writer.bytes(challenge));
    this.#state = "awaiting-vnc-auth-response";
  }

  #readVncAuthResponse(reader: ByteReader): boolean {
    if (!reader.has(VNC_AUTH_CHALLENGE_BYTES)) return false;
    const response = reader.bytes(VNC_AUTH_CHALLENGE_BYTES);
    const { password, limiter, limiterKey } = this.#options;
    const challenge = this.#challenge;
    this.#challenge = undefined;
    // asked again: many connections may have got their challenges before the first of them failed
    if (limiter.waitMs(limiterKey) > 0) this.#fail("too many authentication failures");
    else if (password === undefined || challenge === undefined) this.#fail("no password was asked for");
    else if (verifyVncAuthResponse(password, challenge, response)) this.#acceptPassword();
    else {
      limiter.onFailure(limiterKey);
      this.#fail("wrong password");
    }
    return true;
  }

  #acceptPassword(): void {
    this.#options.limiter.onSuccess(this.#options.limiterKey);
    this.#accept();
  }

  /** The one way past security. None has a SecurityResult from 3.8 on only. */
  #accept(): void {
    const isApple = this.#peer?.minor === APPLE_MINOR_VERSION && this.#securityType === SecurityType.None;
    const hasResult = this.#securityType !== SecurityType.None || this.version === "3.8";
    if (hasResult && !isApple) this.#send((writer) => writeSecurityResult(writer, SecurityResult.OK));
    this.#state = "awaiting-client-init";
    // Apple's client goes on at once, and shares [LibVNCServer rfbVncAuthNone]
    if (isApple) this.#finish(true);
  }

  /** The reason is for the log: the client is told in general, and late, so that guessing is slow. */
  #fail(reason: string): void {
    this.#state = "refusing";
    this.#delay = this.#options.clock.setTimer(() => {
      this.#send((writer) => {
        writeSecurityResult(writer, SecurityResult.Failed);
        if (this.version === "3.8") writeReason(writer, "Authentication failed");
      });
      this.#options.onRefused(reason);
    }, AUTH_FAILURE_DELAY_MS);
  }

  #readClientInit(reader: ByteReader): boolean {
    const init = parseClientInit(reader);
    if (init === undefined) return false;
    this.#finish(init.shared);
    return false;
  }

  #finish(shared: boolean): void {
    this.#state = "done";
    this.#options.onClientInit(shared);
  }

  #send(write: (writer: ByteWriter) => void): void {
    const writer = new ByteWriter();
    write(writer);
    this.#options.send(writer.finish());
  }
}
