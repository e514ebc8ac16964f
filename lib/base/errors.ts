/** The errors a caller is meant to tell apart. A message is one sentence: what could not be done, colon, why. */

/**
 * The peer broke the protocol's rules: its connection ends, nothing else.
 *
 * @example A server that speaks something else
 * ```ts
 * import { memoryPipe, openVnc, ProtocolError } from "@vncd/vncd";
 * import assert from "node:assert/strict";
 *
 * const [near, far] = memoryPipe();
 * await far.write(new TextEncoder().encode("HTTP/1.1 400 Bad Request"));
 * await assert.rejects(openVnc(near), ProtocolError);
 * ```
 */
export class ProtocolError extends Error {
  /** `ProtocolError`. */
  override name = "ProtocolError";
}

/**
 * Authentication failed or could not be agreed on.
 *
 * @example
 * ```ts
 * import { AuthError, Display, memoryPipe, openVnc, VncServer } from "@vncd/vncd";
 * import assert from "node:assert/strict";
 *
 * const display = new Display({ width: 64, height: 48 });
 * const server = new VncServer(display, { password: "right" });
 * const [near, far] = memoryPipe();
 * server.addStream(far);
 * await assert.rejects(openVnc(near, { password: "wrong" }), AuthError);
 * await server.stop();
 * display.close();
 * ```
 */
export class AuthError extends Error {
  /** `AuthError`. */
  override name = "AuthError";
}

/**
 * A cap would be passed: something is larger than this program is willing to make it.
 *
 * @example
 * ```ts
 * import { LimitError, picture } from "@vncd/vncd";
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => picture({ width: 100_000, height: 100_000, pixels: new Uint8Array(4) }), LimitError);
 * ```
 */
export class LimitError extends RangeError {
  /** `LimitError`. */
  override name = "LimitError";
}

/**
 * The connection could not be made, or ended before it should.
 *
 * @example
 * ```ts
 * import { ConnectionError, memoryPipe, openVnc } from "@vncd/vncd";
 * import assert from "node:assert/strict";
 *
 * const [near, far] = memoryPipe();
 * far.close();
 * const error = await openVnc(near).catch((error) => error);
 * assert(error instanceof ConnectionError && error.stage === "connect");
 * ```
 */
export class ConnectionError extends Error {
  /** `ConnectionError`. */
  override name = "ConnectionError";
  /** Whether the connection was never made (exit code 10) or was lost (11). */
  readonly stage: "connect" | "lost";

  /** An error of that stage. */
  constructor(message: string, stage: "connect" | "lost", options?: ErrorOptions) {
    super(message, options);
    this.stage = stage;
  }
}

/**
 * A recording cannot be read.
 *
 * @example
 * ```ts
 * import { RecordingError, SessionReader } from "@vncd/vncd";
 * import assert from "node:assert/strict";
 *
 * const path = await Deno.makeTempFile();
 * await Deno.writeTextFile(path, "this is no recording");
 * const error = await SessionReader.open(path).catch((error) => error);
 * assert(error instanceof RecordingError && error.offset === 0);
 * await Deno.remove(path);
 * ```
 */
export class RecordingError extends SyntaxError {
  /** `RecordingError`. */
  override name = "RecordingError";
  /** Byte offset in the file at which reading failed. */
  readonly offset: number;

  /** An error at that byte of the file. */
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/**
 * A file could not be opened, read or written: not there, no permission, no space left.
 *
 * @example
 * ```ts
 * import { SessionReader, StorageError } from "@vncd/vncd";
 * import assert from "node:assert/strict";
 *
 * await assert.rejects(SessionReader.open("no/such/session.rfb"), StorageError);
 * ```
 */
export class StorageError extends Error {
  /** `StorageError`. */
  override name = "StorageError";
}

/**
 * The command line or an option of the library is wrong.
 *
 * @example
 * ```ts
 * import { serveScene, UsageError } from "@vncd/vncd";
 * import assert from "node:assert/strict";
 *
 * await assert.rejects(serveScene({ scene: "no such scene" }), UsageError);
 * ```
 */
export class UsageError extends Error {
  /** `UsageError`. */
  override name = "UsageError";
  /** What the process exits with. */
  readonly exitCode: number = 2;
}

/**
 * A deadline of the caller's own passed.
 *
 * @example
 * ```ts
 * import { measureServer, TimeoutError } from "@vncd/vncd";
 * import assert from "node:assert/strict";
 *
 * const attempt = measureServer("127.0.0.1::1", { updateTimeoutMs: 1_000 });
 * const wasSilent = await attempt.then(() => false, (error) => error instanceof TimeoutError);
 * assert(!wasSilent); // nobody was there at all
 * ```
 */
export class TimeoutError extends Error {
  /** `TimeoutError`. */
  override name = "TimeoutError";
}

/** The message of anything thrown. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
