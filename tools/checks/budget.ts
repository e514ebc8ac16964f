/** Sizes of files and functions, held to what the best codebases of the field keep. */

import ts from "typescript";
import type { SourceFile } from "./source_files.ts";

const MAX_FILE_LINES = 600;
const USUAL_FILE_LINES = 350;
const MAX_FUNCTION_LINES = 90;
const USUAL_FUNCTION_LINES = 40;
/** Nine in ten. */
const USUAL_SHARE = 0.9;

interface Sized {
  readonly name: string;
  readonly lines: number;
}

/** One sentence for every size that is over budget. Tables (`*_table.ts`) are exempt. */
export function budgetFaults(files: readonly SourceFile[]): string[] {
  const counted = files.filter((file) => isCode(file.path) && !file.path.endsWith("_table.ts"));
  const fileSizes = counted.map((file) => ({ name: file.path, lines: file.text.split("\n").length - 1 }));
  const functionSizes = counted.flatMap(functionsOf);
  return [
    ...over(fileSizes, MAX_FILE_LINES, "file"),
    ...over(functionSizes, MAX_FUNCTION_LINES, "function"),
    ...share(fileSizes, USUAL_FILE_LINES, "files"),
    ...share(functionSizes, USUAL_FUNCTION_LINES, "functions"),
  ];
}

/** Medians and nine-in-ten sizes, for people. */
export function budgetSummary(files: readonly SourceFile[]): string {
  const counted = files.filter((file) => isCode(file.path) && !file.path.endsWith("_table.ts"));
  const lines = counted.map((file) => file.text.split("\n").length - 1).sort((a, b) => a - b);
  const functions = counted.flatMap(functionsOf).map((f) => f.lines).sort((a, b) => a - b);
  return `${lines.length} files, median ${at(lines, 0.5)}, p90 ${at(lines, 0.9)} lines; ` +
    `${functions.length} functions, median ${at(functions, 0.5)}, p90 ${at(functions, 0.9)}, longest ${
      at(functions, 1)
    }`;
}

function at(sorted: readonly number[], fraction: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? 0;
}

function isCode(path: string): boolean {
  return path.startsWith("lib/") || path === "mod.ts" || path === "cli.ts" || path.startsWith("tools/");
}

function over(sizes: readonly Sized[], max: number, kind: string): string[] {
  return sizes.filter((s) => s.lines > max).map((s) => `${s.name}: ${kind} of ${s.lines} lines, limit is ${max}`);
}

function share(sizes: readonly Sized[], usual: number, kind: string): string[] {
  const big = sizes.filter((s) => s.lines > usual);
  if (big.length <= sizes.length * (1 - USUAL_SHARE)) return [];
  return [
    `${big.length} of ${sizes.length} ${kind} are over ${usual} lines, one in ten may be: ${
      big.map((s) => `${s.name} (${s.lines})`).join(", ")
    }`,
  ];
}

function functionsOf(file: SourceFile): Sized[] {
  const source = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.Latest, true);
  const found: Sized[] = [];
  function visit(node: ts.Node): void {
    if (ts.isFunctionLike(node) && "body" in node && node.body !== undefined && ts.isBlock(node.body as ts.Node)) {
      const first = source.getLineAndCharacterOfPosition(node.getStart(source)).line;
      const last = source.getLineAndCharacterOfPosition(node.end).line;
      found.push({ name: `${file.path}:${first + 1}`, lines: last - first + 1 });
    }
    ts.forEachChild(node, visit);
  }
  visit(source);
  return found;
}
