/** The errors a caller is meant to tell apart. A message is one sentence: what could not be done, colon, why. */

/** The peer broke the protocol's rules: its connection ends, nothing else. */
export class ProtocolError extends Error {
  override name = "ProtocolError";
}

/** Authentication failed or could not be agreed on. */
export class AuthError extends Error {
  override name = "AuthError";
}

/** A cap of base/limits.ts would be passed. */
export class LimitError extends RangeError {
  override name = "LimitError";
}

/** The connection could not be made, or ended before it should. */
export class ConnectionError extends Error {
  override name = "ConnectionError";
  /** Whether the connection was never made (exit code 10) or was lost (11). */
  readonly stage: "connect" | "lost";

  constructor(message: string, stage: "connect" | "lost", options?: ErrorOptions) {
    super(message, options);
    this.stage = stage;
  }
}

/** A recording cannot be read. */
export class RecordingError extends SyntaxError {
  override name = "RecordingError";
  /** Byte offset in the file at which reading failed. */
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** A file could not be opened, read or written: not there, no permission, no space left. */
export class StorageError extends Error {
  override name = "StorageError";
}

/** The command line or an option of the library is wrong. */
export class UsageError extends Error {
  override name = "UsageError";
  /** What the process exits with. */
  readonly exitCode: number = 2;
}

/** A deadline of the caller's own passed. */
export class TimeoutError extends Error {
  override name = "TimeoutError";
}

/** The message of anything thrown. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
