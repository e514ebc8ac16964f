/** The handshake at the start of a recording, in the forms that recorders write. */

import { LimitError, ProtocolError } from "../base/errors.ts";
import { requireFramebufferSize } from "../decode/pixel_target.ts";
import type { ByteReader } from "../rfb/byte_reader.ts";
import { parseProtocolVersion, type ProtocolVersion } from "../rfb/client_messages.ts";
import { SecurityType, securityTypeName } from "../rfb/message_types.ts";
import { type PixelFormat, pixelFormatFault } from "../rfb/pixel_format.ts";
import { parseServerInit, VNC_AUTH_CHALLENGE_BYTES } from "../rfb/server_messages.ts";

/** What a recording says about its session. */
export interface RecordedHandshake {
  /** The dialect of the recorded session. */
  readonly protocolVersion: ProtocolVersion;
  /** Pixels, at the recording's start. */
  readonly width: number;
  /** Pixels, at the recording's start. */
  readonly height: number;
  /** Of all pixels in the recording. */
  readonly pixelFormat: PixelFormat;
  /** The desktop's name without padding: text of a file, to be escaped before it is shown. */
  readonly name: string;
}

/**
 * Reads version, security and ServerInit. Undefined when short, with the cursor where it was. Throws ProtocolError or
 * LimitError for what cannot be a session's start.
 */
export function parseRecordedHandshake(reader: ByteReader): RecordedHandshake | undefined {
  const start = reader.position;
  const version = parseProtocolVersion(reader);
  if (version === undefined || !skipSecurity(reader, version.version)) return reader.rewind(start);
  const init = parseServerInit(reader);
  if (init === undefined) return reader.rewind(start);
  const { width, height, pixelFormat } = init;
  requireFramebufferSize(width, height);
  const fault = pixelFormatFault(pixelFormat);
  if (fault !== undefined) throw new ProtocolError(`Cannot read a session: its pixel format has ${fault}`);
  // strict recordings pad the name
  return { protocolVersion: version.version, width, height, pixelFormat, name: init.name.trimEnd() };
}

/** Passes over what was said about security; whether it was all there. */
function skipSecurity(reader: ByteReader, version: ProtocolVersion): boolean {
  if (!reader.has(4)) return false;
  const start = reader.position;
  const first = reader.u8();
  reader.rewind(start);
  // some write the 3.3 form whatever the version; a list of no types would be a failed session
  const isDictated = version === "3.3" || first === 0;
  return isDictated ? skipDictatedType(reader) : skipTypeList(reader, version);
}

function skipDictatedType(reader: ByteReader): boolean {
  const type = reader.u32();
  if (type === SecurityType.None) return true;
  if (type === SecurityType.VncAuth) return skipChallenge(reader);
  throw new ProtocolError(`Cannot read a session: its security type is ${securityTypeName(type)}`);
}

/** rfbproxy leaves the SecurityResult out, others keep it: a framebuffer of no size cannot follow instead. */
function skipTypeList(reader: ByteReader, version: ProtocolVersion): boolean {
  const count = reader.u8();
  if (!reader.has(count)) return false;
  const types = [...reader.view(count)];
  if (!types.includes(SecurityType.None)) {
    if (!types.includes(SecurityType.VncAuth)) {
      throw new ProtocolError(
        `Cannot read a session: its security types are ${types.map(securityTypeName).join(", ")}`,
      );
    }
    return skipChallenge(reader);
  }
  if (version !== "3.8") return true;
  if (!reader.has(4)) return false;
  const start = reader.position;
  if (reader.u32() !== 0) reader.rewind(start);
  return true;
}

function skipChallenge(reader: ByteReader): boolean {
  const length = VNC_AUTH_CHALLENGE_BYTES + 4;
  if (!reader.has(length)) return false;
  reader.skip(VNC_AUTH_CHALLENGE_BYTES);
  const result = reader.u32();
  if (result !== 0) throw new ProtocolError(`Cannot read a session: its authentication failed with ${result}`);
  return true;
}

/** Whether an error says that bytes are no session, rather than that the program is wrong. */
export function isFaultOfData(error: unknown): error is Error {
  return error instanceof ProtocolError || error instanceof LimitError;
}
