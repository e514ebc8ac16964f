/** Logging: one line an incident, hostile text escaped, levels by name. */

/** Levels from the most to the least urgent. */
export const LOG_LEVELS = ["error", "warn", "info", "debug"] as const;

/** One of {@link LOG_LEVELS}. */
export type LogLevel = typeof LOG_LEVELS[number];

/** Takes what the rooms have to say. */
export interface Logger {
  /** What is less urgent than this is not shown: who makes messages at a cost may ask. */
  readonly level: LogLevel;
  /** Something is lost or does not work. */
  error(message: string): void;
  /** Something may not be as it was meant. */
  warn(message: string): void;
  /** Something that people who run a server want to see. */
  info(message: string): void;
  /** Something that helps to find out what went wrong. */
  debug(message: string): void;
}

/** Text from a peer or a file, safe for a terminal and a log line: control characters as \xNN, at most `maxLength`. */
export function escapeText(text: string, maxLength = 200): string {
  const cut = text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
  // deno-lint-ignore no-control-regex -- these are what must not reach a terminal
  return cut.replace(/[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, escapeCharacter);
}

function escapeCharacter(character: string): string {
  const code = character.charCodeAt(0);
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
}

/**
 * A logger that hands lines of `level` and more urgent ones to `writeLine`, control characters escaped.
 *
 * @example
 * ```ts
 * import { createLogger, Display, VncServer } from "@vncd/vncd";
 * import assert from "node:assert/strict";
 *
 * const lines: string[] = [];
 * const logger = createLogger("warn", (line) => lines.push(line));
 * const display = new Display({ width: 64, height: 48 });
 * const server = new VncServer(display, { password: "more than eight characters", logger });
 * assert(lines.length === 1 && lines[0]?.startsWith("vncd: warn: "));
 * await server.stop();
 * display.close();
 * ```
 */
export function createLogger(level: LogLevel, writeLine: (line: string) => void): Logger {
  const shown = LOG_LEVELS.indexOf(level);
  function at(name: LogLevel): (message: string) => void {
    if (LOG_LEVELS.indexOf(name) > shown) return () => {};
    return (message) => writeLine(`vncd: ${name === "info" ? "" : `${name}: `}${escapeText(message, 2_000)}`);
  }
  return { level, error: at("error"), warn: at("warn"), info: at("info"), debug: at("debug") };
}

/** Says nothing. */
export const silentLogger: Logger = createLogger("error", () => {});
