/** Habits of the house that no linter knows: names of files, no top-level arrow functions, no enum, no unreachable hosts. */

import ts from "typescript";
import type { SourceFile } from "./source_files.ts";

/** One sentence for every habit broken. */
export function habitFaults(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => [...nameFaults(file), ...syntaxFaults(file), ...textFaults(file)]);
}

function nameFaults(file: SourceFile): string[] {
  const name = file.path.split("/").at(-1) ?? "";
  return /^[a-z0-9]+(_[a-z0-9]+)*(\.d)?\.tsx?$/.test(name) ? [] : [`${file.path}: file names are snake_case`];
}

function syntaxFaults(file: SourceFile): string[] {
  if (!file.path.startsWith("lib/") && !/^(mod|cli)\.ts$/.test(file.path)) return [];
  const source = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.Latest, true);
  const faults: string[] = [];
  for (const statement of source.statements) {
    if (ts.isEnumDeclaration(statement)) faults.push(`${file.path}: an enum; use a const table and its union type`);
    if (!ts.isVariableStatement(statement)) continue;
    for (const declaration of statement.declarationList.declarations) {
      if (declaration.initializer === undefined || !ts.isArrowFunction(declaration.initializer)) continue;
      faults.push(`${file.path}: top-level arrow function ${declaration.name.getText(source)}; write a function`);
    }
  }
  return faults;
}

function textFaults(file: SourceFile): string[] {
  const faults: string[] = [];
  if (/^\s*(?:import|export)\s[^;]*?from "(jsr:|https?:)/m.test(file.text)) {
    faults.push(`${file.path}: imports come from npm or Deno itself`);
  }
  if (/^\s*private\s/m.test(file.text) && !/private constructor/.test(file.text)) {
    faults.push(`${file.path}: use #private`);
  }
  if (
    /^lib\/|^(mod|cli)\.ts$/.test(file.path) &&
    /^(?!\s*(\*|\/\/)).*\bconsole\.(log|info|warn|error|debug)\(/m.test(file.text)
  ) {
    faults.push(`${file.path}: output goes through a logger`);
  }
  if (/\b(TODO|FIXME|XXX)\b/.test(file.text) && !file.path.startsWith("tools/")) {
    faults.push(`${file.path}: a promise of work left undone`);
  }
  return faults;
}
