/** A disk that is soon full. */

/** Test options for a test on a small disk: shown as ignored where nothing can be mounted. */
export function needsSmallDisk(): { readonly ignore: boolean } {
  const folder = Deno.makeTempDirSync();
  try {
    const mounted = runSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder]);
    if (mounted) runSync("umount", [folder]);
    return { ignore: !mounted };
  } finally {
    Deno.removeSync(folder);
  }
}

function runSync(command: string, args: readonly string[]): boolean {
  try {
    return new Deno.Command(command, { args: [...args], stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

/** Runs `use` with a folder on a disk of so many bytes. Fails when a file there is still open afterwards. */
export async function onSmallDisk(byteLength: number, use: (folder: string) => Promise<void>): Promise<void> {
  const folder = Deno.makeTempDirSync();
  if (!runSync("mount", ["-t", "tmpfs", "-o", `size=${byteLength}`, "tmpfs", folder])) {
    throw new Error(`Cannot mount a disk of ${byteLength} bytes: mount failed`);
  }
  let isFree = false;
  try {
    await use(folder);
  } finally {
    isFree = runSync("umount", [folder]);
    if (!isFree) runSync("umount", ["-l", folder]);
    Deno.removeSync(folder);
  }
  if (!isFree) throw new Error("Cannot unmount the small disk: a file on it is still open");
}
