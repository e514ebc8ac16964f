/** The one way through the house: which room may import from which. An import that is not in the table fails the build. */

import type { SourceFile } from "./source_files.ts";

/** Room -> rooms it may import from, besides itself. `kernels` is lib/encode/kernels, a leaf of its own. */
export const ALLOWED_IMPORTS: Readonly<Record<string, readonly string[]>> = {
  base: [],
  rfb: ["base"],
  kernels: ["base"],
  transport: ["base"],
  security: ["base", "rfb"],
  display: ["base", "kernels"],
  machine: ["base", "display"],
  guest: ["base", "display", "machine"],
  input: ["base", "machine"],
  encode: ["base", "rfb", "kernels"],
  decode: ["base", "rfb"],
  server: ["base", "rfb", "display", "machine", "input", "encode", "transport", "security"],
  client: ["base", "rfb", "decode", "transport", "security"],
  session: ["base", "rfb", "decode", "display"],
  web: ["base", "transport"],
  run: [
    "base",
    "rfb",
    "display",
    "machine",
    "guest",
    "input",
    "encode",
    "transport",
    "security",
    "server",
    "client",
    "session",
    "web",
  ],
  cli: ["base", "run", "mod.ts"],
};

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s[^;]*?from\s+"([^"]+)"|import\(\s*"([^"]+)"\s*\)|new URL\(\s*"([^"]+\.ts)"/g;

/** The room of a project path: `lib/encode/kernels/…` -> kernels, `lib/rfb/…` -> rfb, `mod.ts` -> mod.ts. */
export function roomOf(path: string): string {
  if (path.startsWith("lib/encode/kernels/")) return "kernels";
  const [top, room] = path.split("/");
  return top === "lib" ? room ?? "" : top ?? "";
}

/** Paths inside the project that a file imports. */
export function importsOf(file: SourceFile): string[] {
  const found: string[] = [];
  for (const match of file.text.matchAll(IMPORT)) {
    const specifier = match[1] ?? match[2] ?? match[3] ?? "";
    if (specifier.startsWith(".")) found.push(resolve(file.path, specifier));
  }
  return found;
}

function resolve(from: string, specifier: string): string {
  return new URL(specifier, `file:///${from}`).pathname.slice(1);
}

/** One sentence for every import that goes against the arrows. */
export function importFaults(files: readonly SourceFile[]): string[] {
  const faults: string[] = [];
  for (const file of files.filter((f) => f.path.startsWith("lib/"))) {
    const room = roomOf(file.path);
    const allowed = ALLOWED_IMPORTS[room];
    if (allowed === undefined) faults.push(`${file.path}: room "${room}" is not in the table of allowed imports`);
    for (const target of importsOf(file)) {
      const other = roomOf(target);
      if (other === room || allowed?.includes(other)) continue;
      faults.push(`${file.path}: ${room} may not import from ${other} (${target})`);
    }
  }
  return faults;
}
