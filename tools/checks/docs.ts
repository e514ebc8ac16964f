/** Every symbol of the public API has a docstring, and everything with behaviour has an example that runs. */

interface DocNode {
  readonly name: string;
  readonly declarations?: readonly DocDeclaration[];
}

interface DocDeclaration {
  readonly kind: string;
  readonly declarationKind?: string;
  readonly jsDoc?: {
    readonly doc?: string;
    readonly tags?: readonly { readonly kind: string; readonly doc?: string }[];
  };
}

/** Kinds that do something, and so need an example. */
const BEHAVING = ["function", "class"];

/** One sentence for every export of a module without a docstring or, where it behaves, without an example. */
export async function docFaults(module = "mod.ts"): Promise<string[]> {
  const command = new Deno.Command(Deno.execPath(), { args: ["doc", "--json", module], stdout: "piped" });
  const { code, stdout } = await command.output();
  if (code !== 0) return ["deno doc failed"];
  const symbols = Object.values(JSON.parse(new TextDecoder().decode(stdout)).nodes)
    .flatMap((node) => (node as { symbols?: DocNode[] }).symbols ?? [])
    .filter(isExported);
  if (symbols.length === 0) return ["deno doc found no public symbol"];
  return symbols.flatMap((symbol) => symbolFaults(module, symbol));
}

/** Types that exported ones name are listed as well. */
function isExported({ declarations = [] }: DocNode): boolean {
  return declarations.some(({ declarationKind }) => declarationKind === "export");
}

function symbolFaults(module: string, symbol: DocNode): string[] {
  const declarations = symbol.declarations ?? [];
  const text = declarations.map(docText).join("\n");
  if (text.trim() === "") return [`${module}: ${symbol.name} has no docstring`];
  // it only prints: an example with it runs, but never fails
  if (text.includes("console.assert(")) return [`${module}: the example of ${symbol.name} asserts with the console`];
  const behaves = declarations.some((declaration) => BEHAVING.includes(declaration.kind));
  return behaves && !text.includes("```ts") ? [`${module}: ${symbol.name} has no example`] : [];
}

function docText(declaration: DocDeclaration): string {
  const tags = declaration.jsDoc?.tags?.map((tag) => tag.doc ?? "") ?? [];
  return [declaration.jsDoc?.doc ?? "", ...tags].join("\n");
}
