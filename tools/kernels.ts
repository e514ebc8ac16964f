/** Builds lib/encode/kernels/kernels.wasm.bin from its AssemblyScript; with `--check` compares instead of writing. */

import * as asc from "assemblyscript/asc";

const MODULE = new URL("../lib/encode/kernels/kernels.wasm.bin", import.meta.url);
const SOURCES = new URL("../lib/encode/kernels/assembly/", import.meta.url);
const OUTPUT_NAME = "kernels.wasm";

const OPTIONS: readonly string[] = [
  "index.ts",
  ["--outFile", OUTPUT_NAME],
  ["-O3", "--noAssert", "--runtime", "stub"],
  ["--enable", "simd,relaxed-simd,threads"],
  ["--importMemory", "--sharedMemory", "--initialMemory", "1", "--maximumMemory", "65536"],
].flat();

/** Compiles the kernels and returns the module's bytes. Throws when the compiler reports an error. */
export async function buildKernels(): Promise<Uint8Array> {
  let built: Uint8Array | undefined;
  const { error, stderr } = await asc.main([...OPTIONS], {
    readFile: (name) => readSource(name),
    writeFile: (name, contents) => {
      if (name === OUTPUT_NAME && typeof contents !== "string") built = contents;
    },
    listFiles: () => [],
  });
  const complaints = stderr.toString();
  if (error !== null) throw new Error(`Cannot build the kernels: ${error.message}\n${complaints}`);
  if (complaints !== "") throw new Error(`Cannot build the kernels: the compiler warns\n${complaints}`);
  if (built === undefined) throw new Error("Cannot build the kernels: the compiler wrote no module");
  return built;
}

function readSource(name: string): string | null {
  try {
    return Deno.readTextFileSync(new URL(name, SOURCES));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}

async function main(args: readonly string[]): Promise<number> {
  const built = await buildKernels();
  if (!args.includes("--check")) {
    await Deno.writeFile(MODULE, built);
    say(`kernels.wasm.bin: ${built.length} bytes`);
    return 0;
  }
  if (equalBytes(built, await Deno.readFile(MODULE))) return 0;
  say("Cannot accept kernels.wasm.bin: it is not what its sources build to, run `deno task kernels`");
  return 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
