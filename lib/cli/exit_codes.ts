/** What the process exits with, and for which errors. */

import {
  AuthError,
  ConnectionError,
  LimitError,
  ProtocolError,
  RecordingError,
  StorageError,
  TimeoutError,
  UsageError,
} from "../base/errors.ts";

/** Exit codes; the tens group causes. The first eight are vncdotool's. */
export const ExitCode = {
  Ok: 0,
  Bug: 1,
  Usage: 2,
  Authentication: 3,
  CannotConnect: 10,
  ConnectionLost: 11,
  Protocol: 20,
  Timeout: 40,
  RecordingCorrupt: 60,
  RecordingTruncated: 61,
  Storage: 62,
} as const;

/** The same for `--help`. */
export const EXIT_CODES_HELP = `Exit codes:
  0 ok, 1 a bug, 2 usage, 3 authentication, 10 cannot connect or listen,
  11 connection lost, 20 protocol broken, 40 timeout, 60 recording corrupt,
  61 recording truncated but usable, 62 file cannot be read or written`;

/** The exit code of anything thrown. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return error.exitCode;
  if (error instanceof AuthError) return ExitCode.Authentication;
  if (error instanceof ConnectionError) {
    return error.stage === "connect" ? ExitCode.CannotConnect : ExitCode.ConnectionLost;
  }
  if (error instanceof ProtocolError || error instanceof LimitError) return ExitCode.Protocol;
  if (error instanceof TimeoutError) return ExitCode.Timeout;
  if (error instanceof RecordingError) return ExitCode.RecordingCorrupt;
  if (error instanceof StorageError) return ExitCode.Storage;
  return ExitCode.Bug;
}
