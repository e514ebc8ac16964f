/** Sockets in the file system: their paths, and files that a dead server left behind. */

import { ConnectionError } from "../base/errors.ts";

/** `sun_path` has 108 bytes and ends with a zero [Linux unix(7)]. */
const MAX_PATH_BYTES = 107;

/** Throws a {@link ConnectionError} when the system cannot hold the path. `action` is what could not be done then. */
export function assertSocketPath(path: string, action: string): void {
  const length = new TextEncoder().encode(path).length;
  if (length <= MAX_PATH_BYTES) return;
  throw new ConnectionError(
    `Cannot ${action}: the path has ${length} bytes and a socket's path may have ${MAX_PATH_BYTES}`,
    "connect",
  );
}

/**
 * Removes the socket file of a server that is gone. Throws a {@link ConnectionError} when something answers there or
 * when the file is none of ours to remove.
 */
export async function removeStaleSocket(path: string, action: string): Promise<void> {
  if (!await isSocket(path)) {
    throw new ConnectionError(`Cannot ${action}: there is a file of that name that is not a socket`, "connect");
  }
  if (!await isAbandoned(path)) {
    throw new ConnectionError(`Cannot ${action}: the address is already in use`, "connect");
  }
  await Deno.remove(path).catch(() => {});
}

async function isSocket(path: string): Promise<boolean> {
  const info = await Deno.lstat(path).catch(() => undefined);
  return info === undefined || info.isSocket === true;
}

/** Only a refused connection proves it: a server with a full backlog does not answer either. */
async function isAbandoned(path: string): Promise<boolean> {
  try {
    const probe = await Deno.connect({ transport: "unix", path });
    probe.close();
    return false;
  } catch (error) {
    return error instanceof Deno.errors.ConnectionRefused || error instanceof Deno.errors.NotFound;
  }
}

/** What tells a socket file from a later one of the same name. */
export type SocketFile = { readonly path: string; readonly inode: number | null };

/** Remembers the file of a socket that was just bound. */
export function socketFile(path: string): SocketFile {
  return { path, inode: inodeOf(path) };
}

/** Removes the file unless another server has bound the path since. */
export function removeSocketFile(file: SocketFile): void {
  if (file.inode === null || inodeOf(file.path) !== file.inode) return;
  try {
    Deno.removeSync(file.path);
  } catch {
    // a socket file that stays is stale and the next listener removes it
  }
}

function inodeOf(path: string): number | null {
  try {
    return Deno.lstatSync(path).ino;
  } catch {
    return null;
  }
}
