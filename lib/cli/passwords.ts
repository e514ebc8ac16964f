/** Where a password comes from: a file, a command, the environment. Never the command line, where everybody sees it. */

import { errorMessage, StorageError, UsageError } from "../base/errors.ts";
import { escapeText } from "../base/log.ts";
import { isVncPasswd, readVncPasswd } from "./vncpasswd.ts";

/** What may hold a password. */
export interface PasswordSources {
  /** `--password-file` */
  readonly file?: string | undefined;
  /** `--password-cmd` */
  readonly command?: string | undefined;
  /** `VNC_PASSWORD` */
  readonly environment?: string | undefined;
}

/** A password file is one line [vncd]. */
const MAX_PASSWORD_FILE_BYTES = 4_096;

/**
 * The password of the first source that is given, undefined when none is. A source that is given but holds none is an
 * error: it must not open the door. Throws a {@link UsageError}, or a {@link StorageError} for a file that cannot be
 * read.
 */
export async function resolvePassword(sources: PasswordSources): Promise<string | undefined> {
  const { file, command, environment } = sources;
  if (file !== undefined && command !== undefined) {
    throw new UsageError("Cannot use --password-file and --password-cmd together: one password is enough");
  }
  if (file !== undefined) return notEmpty(await readPasswordFile(file), `"${escapeText(file)}"`);
  if (command !== undefined) return notEmpty(await runPasswordCommand(command), "what the command printed");
  return environment === undefined ? undefined : notEmpty(environment, "VNC_PASSWORD");
}

function notEmpty(password: string, where: string): string {
  if (password === "") throw new UsageError(`Cannot use an empty password: there is nothing in ${where}`);
  return password;
}

async function readPasswordFile(file: string): Promise<string> {
  const name = escapeText(file);
  const bytes = await Deno.readFile(file).catch((error) => {
    throw new StorageError(`Cannot read the password file "${name}": ${fileReason(error)}`);
  });
  if (bytes.length > MAX_PASSWORD_FILE_BYTES) {
    throw new UsageError(`Cannot use "${name}" as a password file: it has ${bytes.length} bytes`);
  }
  const text = textOf(bytes);
  if (text !== undefined) return firstLine(text);
  if (isVncPasswd(bytes)) return readVncPasswd(bytes);
  throw new UsageError(`Cannot use "${name}" as a password file: it is neither text nor of vncpasswd`);
}

function fileReason(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  return errorMessage(error).replace(/ \(os error.*$/, "");
}

/** Undefined when the bytes are no text; encrypted ones hardly ever are. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    // deno-lint-ignore no-control-regex -- no text has them
    return /[\x00-\x08\x0e-\x1f\x7f]/.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

function firstLine(text: string): string {
  return text.replace(/\r?\n[^]*$/, "");
}

async function runPasswordCommand(command: string): Promise<string> {
  const process = new Deno.Command("sh", { args: ["-c", command], stdin: "null", stdout: "piped", stderr: "inherit" });
  const { code, stdout } = await process.output();
  if (code !== 0) throw new UsageError(`Cannot get the password: the command exited with ${code}`);
  return firstLine(new TextDecoder().decode(stdout));
}
