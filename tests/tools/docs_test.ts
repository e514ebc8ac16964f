import assert from "node:assert/strict";
import { docFaults } from "../../tools/checks/docs.ts";

async function faultsOf(source: string): Promise<string[]> {
  const folder = await Deno.makeTempDir();
  const module = `${folder}/module.ts`;
  try {
    await Deno.writeTextFile(module, source);
    return (await docFaults(module)).map((fault) => fault.replace(`${module}: `, ""));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A docstring with an example. */
function documented(example: string): string {
  return ["/**", " * Says what it is.", " *", " * @example", " * ```ts", ` * ${example}`, " * ```", " */"].join("\n");
}

Deno.test("docFaults finds nothing to say about documented symbols with examples", async () => {
  const source = [
    `${documented("one();")}\nexport function one(): number { return 1; }`,
    `${documented("new Two();")}\nexport class Two {}`,
    "/** Needs no example. */\nexport interface Three { readonly width: number }",
    "/** Neither does this. */\nexport const FOUR = 4;",
  ];
  assert.deepEqual(await faultsOf(source.join("\n")), []);
});

Deno.test("docFaults names every export without a docstring, whatever it is", async () => {
  const source = [
    "export function one(): number { return 1; }",
    "export class Two {}",
    "export interface Three { readonly width: number }",
    "export type Four = number;",
    "export const FIVE = 5;",
  ];
  const faults = await faultsOf(source.join("\n"));
  assert.deepEqual(
    faults.toSorted(),
    ["FIVE", "Four", "Three", "Two", "one"].map((name) => `${name} has no docstring`),
  );
});

Deno.test("docFaults names functions and classes without an example", async () => {
  const source = "/** One. */\nexport function one(): number { return 1; }\n/** Two. */\nexport class Two {}";
  assert.deepEqual((await faultsOf(source)).toSorted(), ["Two has no example", "one has no example"]);
});

Deno.test("docFaults names an example that cannot fail", async () => {
  const source = `${documented("console.assert(one() === 1);")}\nexport function one(): number { return 1; }`;
  assert.deepEqual(await faultsOf(source), ["the example of one asserts with the console"]);
});

Deno.test("docFaults says so when there is nothing to document", async () => {
  assert.deepEqual(await faultsOf("const hidden = 1;\nvoid hidden;"), ["deno doc found no public symbol"]);
});

Deno.test("docFaults says so when the module cannot be read", async () => {
  assert.deepEqual(await faultsOf("export function ("), ["deno doc failed"]);
});
