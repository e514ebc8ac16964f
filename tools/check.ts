/** The gate: `deno task check`. Format, lint, types, imports, sizes, habits, docs, and what is built anew and compared. */

import { budgetFaults, budgetSummary } from "./checks/budget.ts";
import { docFaults } from "./checks/docs.ts";
import { habitFaults } from "./checks/habits.ts";
import { importFaults } from "./checks/imports.ts";
import { sourceFiles } from "./checks/source_files.ts";

interface Step {
  readonly name: string;
  /** Gives one sentence a fault. */
  run(): string[] | Promise<string[]>;
}

/** A step that is a command: its output is shown when it fails. */
function command(name: string, ...args: string[]): Step {
  return {
    name,
    async run(): Promise<string[]> {
      const process = new Deno.Command(Deno.execPath(), { args, stdout: "piped", stderr: "piped" });
      const { code, stdout, stderr } = await process.output();
      const decoder = new TextDecoder();
      return code === 0 ? [] : [`deno ${args.join(" ")}:\n${decoder.decode(stdout)}${decoder.decode(stderr)}`];
    },
  };
}

function steps(): Step[] {
  const files = sourceFiles();
  return [
    command("format", "fmt", "--check", "--quiet"),
    command("lint", "lint", "--quiet"),
    command("types", "check", "--quiet", "mod.ts", "cli.ts", "lib", "tests", "bench", "examples", "tools"),
    { name: "allowed imports", run: () => importFaults(files) },
    { name: "size budget", run: () => budgetFaults(files) },
    { name: "habits", run: () => habitFaults(files) },
    { name: "docs of public symbols", run: docFaults },
    command("doc lint", "doc", "--lint", "mod.ts"),
    command("doc examples", "test", "--doc", "--quiet", "-A", "mod.ts", "lib"),
    command("kernels", "run", "-A", "tools/kernels.ts", "--check"),
    command("viewer bundle", "run", "-A", "tools/bundle_novnc.ts", "--check"),
  ];
}

async function main(): Promise<number> {
  let failed = 0;
  for (const step of steps()) {
    const faults = await step.run();
    print(`${faults.length === 0 ? "ok  " : "FAIL"} ${step.name}`);
    for (const fault of faults) print(`     ${fault}`);
    if (faults.length > 0) failed++;
  }
  print(budgetSummary(sourceFiles()));
  return failed === 0 ? 0 : 1;
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

if (import.meta.main) Deno.exit(await main());
