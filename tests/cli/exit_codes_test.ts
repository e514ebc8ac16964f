import assert from "node:assert/strict";
import {
  AuthError,
  ConnectionError,
  LimitError,
  ProtocolError,
  RecordingError,
  StorageError,
  TimeoutError,
  UsageError,
} from "../../lib/base/errors.ts";
import { EXIT_CODES_HELP, ExitCode, exitCodeOf } from "../../lib/cli/exit_codes.ts";

const CODES: readonly (readonly [unknown, number])[] = [
  [new TypeError("x"), 1],
  ["thrown text", 1],
  [new UsageError("x"), 2],
  [new AuthError("x"), 3],
  [new ConnectionError("x", "connect"), 10],
  [new ConnectionError("x", "lost"), 11],
  [new ProtocolError("x"), 20],
  [new LimitError("x"), 20],
  [new TimeoutError("x"), 40],
  [new RecordingError("x", 0), 60],
  [new StorageError("x"), 62],
];

for (const [error, code] of CODES) {
  Deno.test(`${error instanceof Error ? error.name : "anything else"} exits with ${code}`, () => {
    assert.equal(exitCodeOf(error), code);
  });
}

Deno.test("every exit code is in the help", () => {
  for (const code of Object.values(ExitCode)) assert.match(EXIT_CODES_HELP, new RegExp(`\\b${code} `));
});
