/** The system's network errors as the second half of a sentence. */

import { ConnectionError, errorMessage } from "../base/errors.ts";

type ErrorClass = new (...args: never[]) => Error;

const REASONS: readonly (readonly [ErrorClass, string])[] = [
  [Deno.errors.AddrInUse, "the address is already in use"],
  [Deno.errors.AddrNotAvailable, "this machine has no such address"],
  [Deno.errors.ConnectionRefused, "connection refused"],
  [Deno.errors.ConnectionReset, "the peer reset the connection"],
  [Deno.errors.ConnectionAborted, "the connection was aborted"],
  [Deno.errors.BrokenPipe, "the peer has closed the connection"],
  [Deno.errors.TimedOut, "no answer"],
  [Deno.errors.PermissionDenied, "permission denied"],
  [Deno.errors.NotCapable, "permission denied"],
  [Deno.errors.NotFound, "no such file or directory"],
];

/** Why a network operation failed, without the system's error number: `connection refused`. */
export function networkReason(error: unknown): string {
  for (const [errorClass, reason] of REASONS) {
    if (error instanceof errorClass) return reason;
  }
  const text = errorMessage(error).replace(/ \(os error \d+\)/, "").replace(
    /^failed to lookup address information: /,
    "",
  );
  return text === "" ? "unknown error" : text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, "");
}

/** A {@link ConnectionError} whose sentence is `Cannot <action>: <reason>`. */
export function connectionError(action: string, error: unknown, stage: "connect" | "lost"): ConnectionError {
  return new ConnectionError(`Cannot ${action}: ${networkReason(error)}`, stage, { cause: error });
}
