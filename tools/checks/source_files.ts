/** Which files the checks look at. */

/** A source file: its path from the project's root with forward slashes, and its text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

const ROOTS = ["lib", "tests", "bench", "examples", "tools"];
const SKIPPED = ["lib/encode/kernels/assembly", "lib/web/assets"];

/** Every TypeScript file of the project, sorted by path. */
export function sourceFiles(): SourceFile[] {
  const paths = ["mod.ts", "cli.ts", ...ROOTS.flatMap((root) => walk(root))];
  return paths.sort().map((path) => ({ path, text: Deno.readTextFileSync(path) }));
}

function walk(folder: string): string[] {
  if (SKIPPED.includes(folder)) return [];
  return [...Deno.readDirSync(folder)].flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) return walk(path);
    return /\.tsx?$/.test(entry.name) ? [path] : [];
  });
}
