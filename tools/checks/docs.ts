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

/** One sentence for every export of mod.ts without a docstring or, where it behaves, without an example. */
export async function docFaults(): Promise<string[]> {
  const command = new Deno.Command(Deno.execPath(), { args: ["doc", "--json", "mod.ts"], stdout: "piped" });
  const { code, stdout } = await command.output();
  if (code !== 0) return ["deno doc failed"];
  const symbols = Object.values(JSON.parse(new TextDecoder().decode(stdout)).nodes)
    .flatMap((node) => (node as { symbols?: DocNode[] }).symbols ?? []);
  if (symbols.length === 0) return ["deno doc found no public symbol"];
  return symbols.flatMap((symbol) => symbolFaults(symbol));
}

function symbolFaults(symbol: DocNode): string[] {
  const declarations = symbol.declarations ?? [];
  const text = declarations.map(docText).join("\n");
  if (text.trim() === "") return [`mod.ts: ${symbol.name} has no docstring`];
  const behaves = declarations.some((declaration) => BEHAVING.includes(declaration.kind));
  return behaves && !text.includes("```ts") ? [`mod.ts: ${symbol.name} has no example`] : [];
}

function docText(declaration: DocDeclaration): string {
  const tags = declaration.jsDoc?.tags?.map((tag) => tag.doc ?? "") ?? [];
  return [declaration.jsDoc?.doc ?? "", ...tags].join("\n");
}
